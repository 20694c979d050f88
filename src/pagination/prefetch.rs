//! Pages that a task fetches before they are asked for; a browser has no such task.

use std::{marker::PhantomData, sync::Arc};

use serde::de::DeserializeOwned;
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
};
use tracing::{Instrument, Span};

use super::paginator::{Fetched, Pages, State, fetch};
use crate::{Error, Page};

/// Dropping it aborts the task.
pub(super) struct Ahead<T> {
    pages: mpsc::UnboundedReceiver<Result<Page<T>, Error>>,
    /// One for each page that may be requested: those that were asked for, and those ahead.
    places: Arc<Semaphore>,
    task: JoinSet<()>,
}

impl<T: DeserializeOwned + Send + 'static> Ahead<T> {
    pub fn start(mut pages: Pages, ahead: usize) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        let places = Arc::new(Semaphore::new(ahead.min(1024)));
        pages.early.places = Some(places.clone());
        let mut task = JoinSet::new();
        let work = async move {
            while pages.early.place().await {
                let (page, more) = match pages.next().await {
                    Ok((page, more)) => (Ok(page), more),
                    Err(e) => (Err(e), false),
                };
                if sender.send(page).is_err() || !more {
                    break;
                }
            }
        };
        task.spawn(work.instrument(Span::current()));
        Self {
            pages: receiver,
            places,
            task,
        }
    }

    pub async fn next(mut self) -> Option<(Result<Page<T>, Error>, State<T>)> {
        self.places.add_permits(1);
        if let Some(page) = self.pages.recv().await {
            return Some((page, State::Running(self)));
        }
        // The end; but a task that died must not look like one.
        let ended = self.task.join_next().await?;
        join(ended)
            .err()
            .map(|e| (Err(e), State::Over(PhantomData)))
    }
}

fn join<T>(ended: Result<T, tokio::task::JoinError>) -> Result<T, Error> {
    ended.map_err(|e| match e.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_) => Error::other("the runtime that reads the pages shut down"),
    })
}

/// In a list that is counted the next page is known before this one is decoded: its request is on its way meanwhile.
#[derive(Default)]
pub(super) struct Early {
    places: Option<Arc<Semaphore>>,
    /// Of the whole list, as the last page said.
    count: Option<u64>,
    task: Option<(u64, JoinSet<Fetched>)>,
    /// A place was taken, and no page came of it yet.
    paid: bool,
}

impl Early {
    /// Waits until the next page may be requested.
    async fn place(&mut self) -> bool {
        match &self.places {
            Some(places) if !std::mem::take(&mut self.paid) => {
                places.acquire().await.map(|place| place.forget()).is_ok()
            }
            _ => true,
        }
    }

    pub fn counts(&mut self, count: u64) {
        self.count = Some(count);
    }

    /// The request of this page, if it was made; one of another page, which the server's count did not foretell, is dropped.
    pub fn take(&mut self, index: u64) -> Option<JoinSet<Fetched>> {
        self.task
            .take()
            .filter(|(of, _)| *of == index)
            .map(|(_, task)| task)
    }
}

pub(super) async fn joined(mut task: JoinSet<Fetched>) -> Fetched {
    match task.join_next().await {
        Some(ended) => join(ended)?,
        None => Err(Error::other("the runtime that reads the pages shut down")),
    }
}

impl Pages {
    /// Requests the page after this one, which was not decoded yet, if there is one and it may be.
    pub(super) async fn start_early(&mut self) {
        let (Some(params), Some(size), Some(count)) = (
            self.params.filter(|_| !self.linked),
            self.size,
            self.early.count,
        ) else {
            return;
        };
        let Some(places) = &self.early.places else {
            return;
        };
        if self.seen.saturating_add(size) >= count {
            return;
        }
        let Ok(place) = places.try_acquire() else {
            return;
        };
        place.forget();
        self.early.paid = true;
        let index = self.after(params, size);
        let (client, out) = (self.client.clone(), self.request(index));
        let mut task = JoinSet::new();
        task.spawn(async move { fetch(&client, out).await }.instrument(Span::current()));
        self.early.task = Some((index, task));
        // In a runtime of one thread it would not be sent before this page is decoded.
        tokio::task::yield_now().await;
    }
}
