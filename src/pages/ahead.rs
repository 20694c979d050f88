//! Pages that a task fetches before they are asked for; a browser has no such task.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use tokio::{sync::mpsc, task::JoinSet};
use tracing::{Instrument, Span};

use super::{Pages, State};
use crate::{Error, Page};

/// Dropping it aborts the task.
pub(super) struct Ahead<T> {
    pages: mpsc::Receiver<Result<Page<T>, Error>>,
    task: JoinSet<()>,
}

impl<T: DeserializeOwned + Send + 'static> Ahead<T> {
    pub fn start(mut pages: Pages, ahead: usize) -> Self {
        let (sender, receiver) = mpsc::channel(ahead.min(1024));
        let mut task = JoinSet::new();
        let work = async move {
            // A place first, then the page: no more than `ahead` pages wait.
            while let Ok(place) = sender.reserve().await {
                match pages.next().await {
                    Ok((page, more)) => {
                        place.send(Ok(page));
                        if !more {
                            break;
                        }
                    }
                    Err(e) => {
                        place.send(Err(e));
                        break;
                    }
                }
            }
        };
        task.spawn(work.instrument(Span::current()));
        Self { pages: receiver, task }
    }

    pub async fn next(mut self) -> Option<(Result<Page<T>, Error>, State<T>)> {
        if let Some(page) = self.pages.recv().await {
            return Some((page, State::Running(self)));
        }
        // The end; but a task that died must not look like one.
        match self.task.join_next().await? {
            Ok(()) => None,
            Err(e) if e.is_panic() => std::panic::resume_unwind(e.into_panic()),
            Err(_) => Some((Err(Error::other("the runtime that reads the pages shut down")), State::Over(PhantomData))),
        }
    }
}
