//! Pages that are requested before the consumer asks for them. Not available in a browser, which
//! has no tasks for it.
//!
//! Two mechanisms share the permits: a task reads pages ahead of the consumer ([`Ahead`]), and
//! while it decodes a page of a counted list, the request of the next page is already sent
//! ([`EarlyRequest`]). Why they are two: docs/decisions/0008.

use std::sync::Arc;

use tokio::{
    sync::{
        Semaphore,
        mpsc::{self, UnboundedReceiver, UnboundedSender},
    },
    task::JoinSet,
};
use tracing::{Instrument, Span};

use crate::Error;

/// A permit for each page that may be requested: those that the consumer asked for, and those
/// fetched ahead.
pub(super) type Places = Arc<Semaphore>;

/// A task that is aborted when this is dropped.
pub(super) struct Task<T>(JoinSet<T>);

impl<T: Send + 'static> Task<T> {
    pub fn spawn(work: impl Future<Output = T> + Send + 'static) -> Self {
        let mut task = JoinSet::new();
        task.spawn(work.instrument(Span::current()));
        Self(task)
    }

    pub async fn join(mut self) -> Result<T, Error> {
        let gone = || Error::other("the runtime that reads the pages shut down");
        let ended = self.0.join_next().await.ok_or_else(gone)?;
        ended.map_err(|e| match e.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => gone(),
        })
    }
}

/// Items that a task produces ahead of the consumer.
pub(super) struct Ahead<I> {
    items: UnboundedReceiver<I>,
    places: Places,
    task: Task<()>,
}

impl<I> Ahead<I> {
    /// Starts a task that takes a permit for each item that it sends; `ahead` permits are free
    /// before the consumer asks for an item.
    pub fn start<W: Future<Output = ()> + Send + 'static>(
        ahead: usize,
        work: impl FnOnce(Places, UnboundedSender<I>) -> W,
    ) -> Self {
        let (sender, items) = mpsc::unbounded_channel();
        let places = Arc::new(Semaphore::new(ahead.min(1024)));
        let task = Task::spawn(work(places.clone(), sender));
        Self {
            items,
            places,
            task,
        }
    }

    /// Returns the next item, or `None` at the end or if the task panicked; [`Self::end`] tells
    /// which.
    pub async fn next(&mut self) -> Option<I> {
        self.places.add_permits(1);
        self.items.recv().await
    }

    /// Waits for the task: one that panicked must not look like one that is done.
    pub async fn end(self) -> Result<(), Error> {
        self.task.join().await
    }
}

/// The request of the page after the one that is being decoded.
pub(super) struct EarlyRequest<F> {
    places: Option<Places>,
    /// The count of the whole list, as the last page gave it.
    count: Option<u64>,
    request: Option<(u64, Task<F>)>,
    /// Whether a permit was taken for a page that has not arrived yet.
    paid: bool,
}

impl<F> Default for EarlyRequest<F> {
    fn default() -> Self {
        Self {
            places: None,
            count: None,
            request: None,
            paid: false,
        }
    }
}

impl<F: Send + 'static> EarlyRequest<F> {
    pub fn share(&mut self, places: Places) {
        self.places = Some(places);
    }

    /// Waits until the next page may be requested; returns false if the consumer is gone.
    pub async fn place(&mut self) -> bool {
        match &self.places {
            Some(places) if !std::mem::take(&mut self.paid) => {
                places.acquire().await.map(|place| place.forget()).is_ok()
            }
            _ => true,
        }
    }

    /// Notes how many items the list has.
    pub fn counted(&mut self, count: u64) {
        self.count = Some(count);
    }

    /// Takes a permit for the page after the first `items`, if there are such a page and a free
    /// permit.
    pub fn reserve(&mut self, items: u64) -> bool {
        let place = match (&self.places, self.count) {
            (Some(places), Some(count)) if items < count => places.try_acquire(),
            _ => return false,
        };
        self.paid = place.map(|place| place.forget()).is_ok();
        self.paid
    }

    pub async fn start(&mut self, page: u64, request: impl Future<Output = F> + Send + 'static) {
        self.request = Some((page, Task::spawn(request)));
        // On a single-threaded runtime the request would otherwise not be sent before this page is
        // decoded.
        tokio::task::yield_now().await;
    }

    /// Returns the request of this page, if it was made early. A request of another page, which the
    /// count did not predict, is dropped.
    pub fn take(&mut self, page: u64) -> Option<Task<F>> {
        let request = self.request.take().filter(|(of, _)| *of == page);
        request.map(|(_, task)| task)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn as_many_pages_are_ahead_as_there_can_be() {
        for (asked, free) in [(0, 0), (3, 3), (usize::MAX, 1024)] {
            let mut ahead = Ahead::start(asked, |places: Places, sender| async move {
                let _ = sender.send(places.available_permits());
            });
            assert_eq!(ahead.places.available_permits(), free);
            assert_eq!(ahead.next().await, Some(free + 1));
            assert_eq!(ahead.next().await, None);
            assert!(ahead.end().await.is_ok());
        }
    }

    #[tokio::test]
    async fn a_task_that_panicked_is_not_one_that_is_done() {
        let mut ahead = Ahead::<u8>::start(1, |_, _| async { panic!("a fault of the caller") });
        assert_eq!(ahead.next().await, None);
        assert!(tokio::spawn(ahead.end()).await.unwrap_err().is_panic());
    }

    #[tokio::test]
    async fn a_page_is_requested_early_where_there_is_one_and_a_place_for_it() {
        let mut early = EarlyRequest::<u8>::default();
        early.counted(3);
        assert!(early.place().await && !early.reserve(0));
        let places: Places = Arc::new(Semaphore::new(1));
        early.share(places.clone());
        assert!(!early.reserve(3) && !early.reserve(4));
        assert!(early.reserve(2));
        // The place that was taken early is not taken again.
        assert_eq!(places.available_permits(), 0);
        assert!(early.place().await);
        assert!(!early.reserve(2));
        places.add_permits(2);
        assert!(early.place().await);
        assert_eq!(places.available_permits(), 1);
        places.close();
        assert!(!early.place().await);
        early.start(2, async { 7 }).await;
        assert!(early.take(3).is_none() && early.take(2).is_none());
        early.start(2, async { 7 }).await;
        assert_eq!(early.take(2).unwrap().join().await.unwrap(), 7);
    }
}
