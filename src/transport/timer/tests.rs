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
async fn each_deadline_fires_at_its_own_time() {
    assert_eq!(within(60_000, ready(1)).await, Ok(1));
    assert_eq!(within(0, ready(1)).await, Ok(1));
    assert_eq!(within(0, pending::<()>()).await, Err(Elapsed));
    assert_eq!(
        timeout(Duration::MAX, tokio::time::Instant::now(), pending::<()>()).await,
        Err(Elapsed)
    );
    let started = Instant::now();
    // The long one is waited for already when the short ones are added.
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
fn dropped_deadlines_are_removed_and_any_runtime_is_woken() {
    let kept = || {
        let long = Instant::now() + Duration::from_secs(7000);
        let lists = &Timer::of(process::id()).unwrap().lists;
        let kept = |l: &List| l.waiting().iter().filter(|(_, (at, _))| *at > long).count();
        lists.iter().map(kept).sum::<usize>()
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

/// Returns how long it takes until a waker that is added now is woken.
fn fires(timer: &'static Timer) -> bool {
    let (sender, woken) = mpsc::channel();
    let at = Instant::now() + Duration::from_millis(5);
    let _entry = timer.enter(&timer.lists[3], at, Arc::new(Told(sender)).into());
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
        let _entry = timer.enter(&timer.lists[0], Instant::now(), Arc::new(Bad).into());
        assert!(fires(timer));
    }
}

#[test]
fn each_runtime_and_thread_finds_the_timer_of_the_process() {
    let own = Timer::of(process::id()).unwrap();
    let finds = || std::ptr::eq(Timer::here().unwrap().0, own);
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

/// A real fork needs unsafe code: the test gives other process ids, and no thread runs for them.
#[test]
fn a_process_that_was_forked_has_a_thread_of_its_own() {
    let parent = Timer::of(process::id()).unwrap();
    let _held = parent.lists.each_ref().map(List::waiting);
    let [child, grandchild] = [1, 2].map(|n| Timer::of(u32::MAX - n).unwrap());
    assert!(fires(child) && fires(grandchild));
    assert!(!std::ptr::eq(child, parent) && !std::ptr::eq(child, grandchild));
    assert!(std::ptr::eq(Timer::of(u32::MAX - 1).unwrap(), child));
}

#[tokio::test]
async fn the_task_that_polled_last_is_woken() {
    let started = Instant::now();
    let mut late = Box::pin(within(50, pending::<()>()));
    let mut nobody = Context::from_waker(Waker::noop());
    assert!(late.as_mut().poll(&mut nobody).is_pending());
    let outcome = tokio::time::timeout(Duration::from_secs(20), late).await;
    assert_eq!(outcome, Ok(Err(Elapsed)));
    assert!(started.elapsed() < Duration::from_secs(10));
}
