//! Time-outs that cost a call next to nothing. A timer of tokio's wakes the runtime's driver when it is the next to fire, which that of a lone call always is:
//! a write to an eventfd and a turn of epoll (docs/decisions/0004). Here one thread of the process waits for the earliest
//! deadline, and is woken only for an earlier one. A process that was forked has no such thread: it starts its own.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    process,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    thread,
    time::{Duration, Instant},
};

use pin_project_lite::pin_project;
use slab::Slab;
use tokio::{
    runtime::{Handle, Id},
    time::Sleep,
};

use crate::{limits::until, process::PerProcess};

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
                    Some(timer) => {
                        *entry = Some(timer.enter(at.into_std(), cx.waker().clone()));
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

/// A place in the list, until it is dropped.
struct Entry {
    timer: &'static Timer,
    key: usize,
}

impl Entry {
    /// Ready once the thread took the waker out.
    fn poll(&self, waker: &Waker) -> Poll<()> {
        match self.timer.list().waiting.get(self.key) {
            Some((_, Some(known))) if known.will_wake(waker) => return Poll::Pending,
            Some((_, Some(_))) => {}
            _ => return Poll::Ready(()),
        }
        // A waker is cloned and dropped without the lock: it may free a task, and with it an entry.
        let mut other = waker.clone();
        match self.timer.list().waiting.get_mut(self.key) {
            Some((_, Some(known))) => std::mem::swap(known, &mut other),
            _ => return Poll::Ready(()),
        }
        Poll::Pending
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        // The waker goes after the lock, as above.
        let _waker = self.timer.list().waiting.try_remove(self.key);
    }
}

/// Every call enters and leaves: that is what costs little. The thread looks at all of it, but seldom.
struct List {
    waiting: Slab<(Instant, Option<Waker>)>,
    /// When the thread looks next.
    planned: Instant,
}

struct Timer {
    list: Mutex<List>,
    earlier: Condvar,
}

impl Timer {
    /// As [`Self::of`] this process. To ask for its id is a system call, 1 % of a GET on loopback: it is asked for once in each runtime and thread, since a
    /// process that was forked can't go on with a runtime of its parent.
    fn here() -> Option<&'static Self> {
        thread_local! {
            static LAST: Cell<Option<(Id, Option<&'static Timer>)>> = const { Cell::new(None) };
        }
        let runtime = Handle::try_current().ok().map(|handle| handle.id());
        match LAST.get() {
            Some((last, timer)) if Some(last) == runtime => timer,
            _ => {
                let timer = Self::of(process::id());
                LAST.set(runtime.map(|id| (id, timer)));
                timer
            }
        }
    }

    /// That of this process; none where a thread can't be started.
    fn of(process: u32) -> Option<&'static Self> {
        static TIMERS: PerProcess<Option<&'static Timer>> = PerProcess::new();
        *TIMERS.of(process, Self::start)
    }

    fn start() -> Option<&'static Self> {
        let list = Mutex::new(List {
            waiting: Slab::new(),
            planned: Instant::now(),
        });
        let timer: &'static Self = Box::leak(Box::new(Self {
            list,
            earlier: Condvar::new(),
        }));
        thread::Builder::new()
            .name("autopi-timer".into())
            .spawn(|| timer.run())
            .ok()
            .map(|_| timer)
    }

    fn list(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&'static self, at: Instant, waker: Waker) -> Entry {
        let mut list = self.list();
        if at < list.planned {
            list.planned = at;
            self.earlier.notify_one();
        }
        Entry {
            timer: self,
            key: list.waiting.insert((at, Some(waker))),
        }
    }

    fn run(&self) {
        let mut list = self.list();
        loop {
            let now = Instant::now();
            let (mut planned, mut due) = (now + Duration::from_secs(3600), Vec::new());
            for (_, (at, waker)) in &mut list.waiting {
                match *at > now {
                    true => planned = planned.min(*at),
                    false => due.extend(waker.take()),
                }
            }
            list.planned = planned;
            if due.is_empty() {
                list = self
                    .earlier
                    .wait_timeout(list, planned - now)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
            } else {
                drop(list);
                due.into_iter().for_each(wake);
                list = self.list();
            }
        }
    }
}

/// A waker is code of somebody else: if it panics, all other time-outs go on.
fn wake(waker: Waker) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| waker.wake())) {
        tracing::error!("a waker panicked");
        // To drop it may panic again.
        std::mem::forget(panic);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, poll_fn, ready},
        sync::{Arc, mpsc},
        task::Wake,
    };

    use super::*;

    fn within<F: Future>(millis: u64, future: F) -> Timeout<F> {
        timeout(Duration::from_millis(millis), None, future)
    }

    #[tokio::test]
    async fn the_first_to_come_counts() {
        assert_eq!(within(60_000, ready(1)).await, Ok(1));
        assert_eq!(within(0, ready(1)).await, Ok(1));
        assert_eq!(within(0, pending::<()>()).await, Err(Elapsed));
        assert_eq!(
            timeout(Duration::MAX, tokio::time::Instant::now(), pending::<()>()).await,
            Err(Elapsed)
        );
        let started = Instant::now();
        // The long one is waited for already when the short ones come.
        let short = |ms| within(ms, pending::<()>());
        tokio::select! {
            _ = within(60_000, pending::<()>()) => panic!("too late"),
            all = async { tokio::join!(short(80), short(40), short(20)) } => assert_eq!(all, (Err(Elapsed), Err(Elapsed), Err(Elapsed))),
        }
        assert!(
            started.elapsed() >= Duration::from_millis(80)
                && started.elapsed() < Duration::from_secs(30)
        );
    }

    #[test]
    fn what_is_dropped_is_forgotten_and_any_runtime_is_woken() {
        let kept = || {
            Timer::of(process::id()).map_or(0, |t| {
                t.list()
                    .waiting
                    .iter()
                    .filter(|(_, (at, _))| *at > Instant::now() + Duration::from_secs(7000))
                    .count()
            })
        };
        let runtime = || {
            tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap()
        };
        let mut long = Box::pin(within(7_200_000, pending::<()>()));
        runtime().block_on(async {
            for _ in 0..2 {
                assert!(
                    poll_fn(|cx| Poll::Ready(long.as_mut().poll(cx)))
                        .await
                        .is_pending()
                );
            }
            assert_eq!(kept(), 1);
            assert_eq!(within(20, pending::<()>()).await, Err(Elapsed));
        });
        assert_eq!(
            runtime().block_on(within(20, pending::<()>())),
            Err(Elapsed)
        );
        drop(long);
        assert_eq!(kept(), 0);
    }

    struct Told(mpsc::Sender<()>);
    impl Wake for Told {
        fn wake(self: Arc<Self>) {
            let _ = self.0.send(());
        }
    }

    /// How soon a waker that is entered now is woken.
    fn fires(timer: &'static Timer) -> bool {
        let (sender, woken) = mpsc::channel();
        let at = Instant::now() + Duration::from_millis(5);
        let _entry = timer.enter(at, Arc::new(Told(sender)).into());
        woken.recv_timeout(Duration::from_secs(20)).is_ok()
    }

    #[test]
    fn a_waker_that_panics_ends_nothing_else() {
        struct Bad;
        impl Drop for Bad {
            fn drop(&mut self) {
                panic!("dropped");
            }
        }
        impl Wake for Bad {
            fn wake(self: Arc<Self>) {
                std::mem::forget(self);
                std::panic::panic_any(Bad);
            }
        }
        let timer = Timer::of(process::id()).unwrap();
        for _ in 0..3 {
            let _entry = timer.enter(Instant::now(), Arc::new(Bad).into());
            assert!(fires(timer));
        }
    }

    #[test]
    fn each_runtime_and_thread_finds_the_timer_of_the_process() {
        let own = Timer::of(process::id()).unwrap();
        let finds = || std::ptr::eq(Timer::here().unwrap(), own);
        assert!(finds() && finds());
        for _ in 0..2 {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            assert!(runtime.block_on(async { finds() && finds() }));
            assert!(
                runtime
                    .block_on(runtime.spawn(async move { finds() }))
                    .unwrap()
            );
        }
    }

    /// To fork is unsafe; what a child sees of it is another process id, and no thread.
    #[test]
    fn a_process_that_was_forked_has_a_thread_of_its_own() {
        let parent = Timer::of(process::id()).unwrap();
        let _held = parent.list();
        let [child, grandchild] = [1, 2].map(|n| Timer::of(u32::MAX - n).unwrap());
        assert!(fires(child) && fires(grandchild));
        assert!(!std::ptr::eq(child, parent) && !std::ptr::eq(child, grandchild));
        assert!(std::ptr::eq(Timer::of(u32::MAX - 1).unwrap(), child));
    }
}
