//! Blocks a thread until a future has completed.

use std::{
    io,
    task::{Context, Poll, Waker},
};

use tokio::{
    runtime::{Builder, EnterGuard, Handle, Runtime},
    task::coop,
};

use crate::{CallFuture, Error, transport::process::PerProcess};

/// Blocks this thread until the call has completed; the shared runtime drives its sockets and
/// timers.
pub fn wait<T>(call: CallFuture<'_, T>) -> Result<T, Error> {
    let _inside = enter()?;
    pollster::block_on(call)
}

/// Lets the shared runtime drive what this thread polls.
///
/// # Errors
/// Returns an error inside a task of tokio, or if the runtime cannot be started.
pub(crate) fn enter() -> Result<EnterGuard<'static>, Error> {
    // Never dropped: dropping a runtime panics where blocking is not allowed.
    static RUNTIMES: PerProcess<io::Result<Runtime>> = PerProcess::new();
    let start = || {
        Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("autopi-blocking")
            .enable_all()
            .build()
    };
    if in_task() {
        return Err(Error::configuration(
            "a blocking call in an async task would stop all others of its thread: use \
             autopi::Client here, or tokio::task::spawn_blocking",
        ));
    }
    let failed = |e| {
        Error::configuration(format!(
            "the threads of the blocking client can't be started: {e}"
        ))
    };
    let runtime = RUNTIMES.of(std::process::id(), start).as_ref();
    runtime.map(Runtime::enter).map_err(failed)
}

/// Returns whether this thread is polling a task of tokio. Such a poll has a budget (128 steps
/// today) that runs out; elsewhere, as in `spawn_blocking`, there is none.
fn in_task() -> bool {
    let mut context = Context::from_waker(Waker::noop());
    Handle::try_current().is_ok()
        && (0..4096).any(|_| match coop::poll_proceed(&mut context) {
            Poll::Ready(step) => {
                step.made_progress();
                false
            }
            Poll::Pending => true,
        })
}
