//! The pages of a list as a stream.

use std::{marker::PhantomData, sync::Arc};

use futures_util::{StreamExt, stream};
use serde::de::DeserializeOwned;

#[cfg(not(target_family = "wasm"))]
use crate::{Error, pagination::prefetch::Ahead};
use crate::{
    ItemStream, Page,
    pagination::{options::ListOptions, paginator::Paginator, params::PageParams},
    transport::{core::Core, request::RequestSpec},
};

/// Returns the pages as a stream. Pages are fetched ahead by a task of their own, which ends with
/// the stream.
pub(crate) fn pages<T: DeserializeOwned + Send + 'static>(
    core: Arc<Core>,
    params: Option<PageParams>,
    spec: RequestSpec,
    list: ListOptions,
) -> ItemStream<'static, Page<T>> {
    #[cfg(not(target_family = "wasm"))]
    let wanted = list.prefetch.unwrap_or(1);
    let paginator = match Paginator::new(core.clone(), params, spec, list) {
        Ok(paginator) => paginator,
        Err(e) => return Box::pin(stream::iter([Err(core.hide(e))])),
    };
    let start = State::Waiting(Box::new(paginator));
    let all = stream::unfold(start, move |state: State<T>| async move {
        match state {
            #[cfg(not(target_family = "wasm"))]
            State::Waiting(paginator)
                if wanted > 0 && tokio::runtime::Handle::try_current().is_ok() =>
            {
                running(fetch_ahead(*paginator, wanted)).await
            }
            State::Waiting(mut paginator) => match paginator.next().await {
                Ok((page, true)) => Some((Ok(page), State::Waiting(paginator))),
                Ok((page, false)) => Some((Ok(page), State::Over(PhantomData))),
                Err(e) => Some((Err(e), State::Over(PhantomData))),
            },
            #[cfg(not(target_family = "wasm"))]
            State::Running(ahead) => running(ahead).await,
            State::Over(_) => None,
        }
    });
    Box::pin(all.fuse())
}

enum State<T> {
    Waiting(Box<Paginator>),
    #[cfg(not(target_family = "wasm"))]
    Running(Ahead<Result<Page<T>, Error>>),
    Over(PhantomData<T>),
}

#[cfg(not(target_family = "wasm"))]
fn fetch_ahead<T: DeserializeOwned + Send + 'static>(
    mut paginator: Paginator,
    ahead: usize,
) -> Ahead<Result<Page<T>, Error>> {
    Ahead::start(ahead, |places, sender| async move {
        paginator.early.share(places);
        while paginator.early.place().await {
            let (page, more) = match paginator.next().await {
                Ok((page, more)) => (Ok(page), more),
                Err(e) => (Err(e), false),
            };
            if sender.send(page).is_err() || !more {
                break;
            }
        }
    })
}

#[cfg(not(target_family = "wasm"))]
async fn running<T>(
    mut ahead: Ahead<Result<Page<T>, Error>>,
) -> Option<(Result<Page<T>, Error>, State<T>)> {
    if let Some(page) = ahead.next().await {
        return Some((page, State::Running(ahead)));
    }
    let died = ahead.end().await.err()?;
    Some((Err(died), State::Over(PhantomData)))
}
