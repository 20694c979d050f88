//! The clock: points in time, waits and deadlines.

use std::time::Duration;

#[cfg(not(target_family = "wasm"))]
pub(crate) use tokio::time::{Instant, sleep, sleep_until};
#[cfg(target_family = "wasm")]
pub(crate) use wasmtimer::{
    std::Instant,
    tokio::{sleep, sleep_until},
};

/// Returns the moment `wait` from now.
pub(crate) fn after(wait: Duration) -> Instant {
    later(Instant::now(), wait)
}

/// Returns the moment `wait` after `start`, or one year after it if the clock cannot hold that.
pub(crate) fn later(start: Instant, wait: Duration) -> Instant {
    start
        .checked_add(wait)
        .unwrap_or_else(|| start + Duration::from_secs(365 * 24 * 3600))
}

/// Returns the deadline or the moment `wait` from now, whichever is earlier.
pub(crate) fn until(wait: Duration, deadline: Option<Instant>) -> Instant {
    let at = after(wait);
    deadline.map_or(at, |deadline| deadline.min(at))
}
