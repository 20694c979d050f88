//! Timeouts that cost a call almost nothing. A timer of tokio wakes the runtime's driver (a write
//! to an eventfd and a turn of epoll) if it is the next to fire, which it always is for a single
//! call: see docs/decisions/0004. Here one thread of the process waits for the earliest deadline,
//! and is woken only for an earlier one. Each thread that makes calls has its own list, so that
//! calls of many threads do not wait for a lock. A forked process does not have this thread and
//! starts its own.

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

/// The error of a timeout that was exceeded.
#[derive(Debug, PartialEq)]
pub(crate) struct Elapsed;

pin_project! {
    /// A future with the output of `future`, or [`Elapsed`].
    pub(crate) struct Timeout<F> {
        #[pin]
        future: F,
        wait: Duration,
        deadline: Option<tokio::time::Instant>,
        entry: Option<Entry>,
        // A timer of tokio, if the thread could not be started.
        own: Option<Pin<Box<Sleep>>>,
    }
}

/// Runs `future` until the deadline, and for `wait` at most, counted from its first poll that is
/// pending.
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

/// An entry in a list, removed when it is dropped.
struct Entry {
    list: &'static List,
    key: usize,
}

impl Entry {
    /// Ready once the thread has taken the waker out.
    fn poll(&self, waker: &Waker) -> Poll<()> {
        match self.list.waiting().get(self.key) {
            Some((_, Some(known))) if known.will_wake(waker) => return Poll::Pending,
            Some((_, Some(_))) => {}
            _ => return Poll::Ready(()),
        }
        // A waker is cloned and dropped outside the lock: dropping it may free a task, and an entry
        // with it.
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
        // The waker is dropped after the lock, as above.
        let _waker = self.list.waiting().try_remove(self.key);
    }
}

type Waiting = Slab<(Instant, Option<Waker>)>;

/// The timeouts of some threads. Adding and removing is cheap, because every call does it; the
/// timer's thread reads all entries, but seldom. Aligned so that two lists share no cache line.
#[derive(Default)]
#[repr(align(128))]
struct List(Mutex<Waiting>);

impl List {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Timer {
    /// Threads choose lists in turn; two share one only if there are more threads than lists.
    lists: [List; 16],
    started: Instant,
    /// When the thread next checks the lists, in nanoseconds since `started`.
    planned: AtomicU64,
    thread: OnceLock<Thread>,
}

/// One hour: how long the thread sleeps if there is nothing to wait for.
const FAR: Duration = Duration::from_secs(3600);

impl Timer {
    /// Returns the timer of this process and the list of this thread. Asking for the process id is
    /// a system call (1 % of a GET on loopback), so it is asked for once for each runtime and
    /// thread: a forked process cannot use a runtime of its parent.
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

    /// Returns the timer of this process; `None` if a thread cannot be started, or for a bench of
    /// tokio's timers.
    fn of(process: u32) -> Option<&'static Self> {
        if cfg!(autopi_tokio_timers) {
            return None;
        }
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
        // Must follow the insertion: a timer thread that now chooses its next time either sees the
        // entry, or is notified.
        let at = self.since_start(at);
        if at < self.planned.load(SeqCst) && at < self.planned.fetch_min(at, SeqCst) {
            self.thread.get().inspect(|thread| thread.unpark());
        }
        Entry { list, key }
    }

    fn run(&self) {
        loop {
            let now = Instant::now();
            // An entry that is added from here on, and is earlier than what is found below, wakes
            // the thread.
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
                // If an earlier entry was added meanwhile, its unpark token makes this return at
                // once.
                thread::park_timeout(next.saturating_duration_since(Instant::now()));
            } else {
                due.into_iter().for_each(wake);
            }
        }
    }
}

/// Wakes a task. A waker is foreign code: if it panics, all other timeouts must still fire.
fn wake(waker: Waker) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| waker.wake())) {
        tracing::error!("a waker panicked");
        // Dropping the payload may panic again.
        std::mem::forget(panic);
    }
}

#[cfg(test)]
mod tests;
