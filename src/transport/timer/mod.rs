//! Timeouts that cost a call next to nothing. A timer of tokio's wakes the runtime's driver when it is the next to fire, which that of a lone call always is:
//! a write to an eventfd and a turn of epoll (docs/decisions/0004). Here one thread of the process waits for the earliest
//! deadline, and is woken only for an earlier one. Each thread that makes calls has a list of its own, so that calls of many threads wait for no lock.
//! A process that was forked has no such thread: it starts its own.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    process,
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll, Waker},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use pin_project_lite::pin_project;
use slab::Slab;
use tokio::{
    runtime::{Handle, Id},
    time::Sleep,
};

use crate::transport::{clock::until, process::PerProcess};

/// The time was over first.
#[derive(Debug, PartialEq)]
pub(crate) struct Elapsed;

pin_project! {
    /// What `future` gives, or [`Elapsed`].
    pub(crate) struct Timeout<F> {
        #[pin]
        future: F,
        wait: Duration,
        deadline: Option<tokio::time::Instant>,
        entry: Option<Entry>,
        // Where the thread could not be started.
        own: Option<Pin<Box<Sleep>>>,
    }
}

/// Waits until the deadline, and no longer than `wait` from when there is something to wait for.
pub(crate) fn timeout<F: Future>(
    wait: Duration,
    deadline: impl Into<Option<tokio::time::Instant>>,
    future: F,
) -> Timeout<F> {
    Timeout {
        future,
        wait,
        deadline: deadline.into(),
        entry: None,
        own: None,
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Poll::Ready(value) = this.future.poll(cx) {
            return Poll::Ready(Ok(value));
        }
        let (wait, deadline) = (*this.wait, *this.deadline);
        let passed = match (&mut *this.entry, &mut *this.own) {
            (Some(entry), _) => entry.poll(cx.waker()),
            (None, Some(own)) => own.as_mut().poll(cx),
            (entry, own) => {
                let at = until(wait, deadline);
                match Timer::here() {
                    Some((timer, list)) => {
                        *entry = Some(timer.enter(list, at.into_std(), cx.waker().clone()));
                        Poll::Pending
                    }
                    None => own
                        .insert(Box::pin(tokio::time::sleep_until(at)))
                        .as_mut()
                        .poll(cx),
                }
            }
        };
        passed.map(|()| Err(Elapsed))
    }
}

/// A place in a list, until it is dropped.
struct Entry {
    list: &'static List,
    key: usize,
}

impl Entry {
    /// Ready once the thread took the waker out.
    fn poll(&self, waker: &Waker) -> Poll<()> {
        match self.list.waiting().get(self.key) {
            Some((_, Some(known))) if known.will_wake(waker) => return Poll::Pending,
            Some((_, Some(_))) => {}
            _ => return Poll::Ready(()),
        }
        // A waker is cloned and dropped without the lock: it may free a task, and with it an entry.
        let mut other = waker.clone();
        match self.list.waiting().get_mut(self.key) {
            Some((_, Some(known))) => std::mem::swap(known, &mut other),
            _ => return Poll::Ready(()),
        }
        Poll::Pending
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        // The waker goes after the lock, as above.
        let _waker = self.list.waiting().try_remove(self.key);
    }
}

type Waiting = Slab<(Instant, Option<Waker>)>;

/// Every call enters and leaves: that is what costs little. The thread looks at all of it, but seldom. Two lists share no cache line.
#[derive(Default)]
#[repr(align(128))]
struct List(Mutex<Waiting>);

impl List {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Timer {
    /// Threads take turns to choose one: two share a list only where there are more threads.
    lists: [List; 16],
    started: Instant,
    /// When the thread looks next, in nanoseconds since the start.
    planned: AtomicU64,
    thread: OnceLock<Thread>,
}

/// An hour.
const FAR: Duration = Duration::from_secs(3600);

impl Timer {
    /// As [`Self::of`] this process, and the list of this thread. To ask for the process's id is a system call, 1 % of a GET on loopback: it is asked for once in
    /// each runtime and thread, since a process that was forked can't go on with a runtime of its parent.
    fn here() -> Option<(&'static Self, &'static List)> {
        type Own = Option<(&'static Timer, &'static List)>;
        thread_local! {
            static LAST: Cell<Option<(Id, Own)>> = const { Cell::new(None) };
        }
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        let runtime = Handle::try_current().ok().map(|handle| handle.id());
        match LAST.get() {
            Some((last, own)) if Some(last) == runtime => own,
            _ => {
                let own = Self::of(process::id()).map(|timer| {
                    let turn = THREADS.fetch_add(1, SeqCst);
                    (timer, &timer.lists[turn % timer.lists.len()])
                });
                LAST.set(runtime.map(|id| (id, own)));
                own
            }
        }
    }

    /// That of this process; none where a thread can't be started.
    fn of(process: u32) -> Option<&'static Self> {
        static TIMERS: PerProcess<Option<&'static Timer>> = PerProcess::new();
        *TIMERS.of(process, Self::start)
    }

    fn start() -> Option<&'static Self> {
        let timer: &'static Self = Box::leak(Box::new(Self {
            lists: Default::default(),
            started: Instant::now(),
            planned: AtomicU64::new(0),
            thread: OnceLock::new(),
        }));
        let thread = thread::Builder::new()
            .name("autopi-timer".into())
            .spawn(|| timer.run())
            .ok()?;
        timer.thread.get_or_init(|| thread.thread().clone());
        Some(timer)
    }

    fn since_start(&self, at: Instant) -> u64 {
        let nanos = at.saturating_duration_since(self.started).as_nanos();
        u64::try_from(nanos).unwrap_or(u64::MAX)
    }

    fn enter(&self, list: &'static List, at: Instant, waker: Waker) -> Entry {
        let key = list.waiting().insert((at, Some(waker)));
        // After it is in the list: the thread that plans now either sees it there, or is told.
        let at = self.since_start(at);
        if at < self.planned.load(SeqCst) && at < self.planned.fetch_min(at, SeqCst) {
            self.thread.get().inspect(|thread| thread.unpark());
        }
        Entry { list, key }
    }

    fn run(&self) {
        loop {
            let now = Instant::now();
            // Whoever enters from here on and is earlier than what is found below, says so.
            self.planned.store(self.since_start(now + FAR), SeqCst);
            let (mut next, mut due) = (now + FAR, Vec::new());
            for list in &self.lists {
                for (_, (at, waker)) in &mut *list.waiting() {
                    match *at > now {
                        true => next = next.min(*at),
                        false => due.extend(waker.take()),
                    }
                }
            }
            self.planned.fetch_min(self.since_start(next), SeqCst);
            if due.is_empty() {
                // One who was earlier has left a token: this returns at once.
                thread::park_timeout(next.saturating_duration_since(Instant::now()));
            } else {
                due.into_iter().for_each(wake);
            }
        }
    }
}

/// A waker is code of somebody else: if it panics, all other timeouts go on.
fn wake(waker: Waker) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| waker.wake())) {
        tracing::error!("a waker panicked");
        // To drop it may panic again.
        std::mem::forget(panic);
    }
}

#[cfg(test)]
mod tests;
