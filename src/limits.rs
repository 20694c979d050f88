//! How much a client does at once: calls in flight, requests per second, and the pause that a 429 asks for.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    Error,
    host::{Instant, sleep_until},
};

/// Held while a call is in flight.
pub(crate) type Permit = Option<OwnedSemaphorePermit>;

/// From now.
pub(crate) fn after(wait: Duration) -> Instant {
    later(Instant::now(), wait)
}

/// What is too far for the clock is a year.
pub(crate) fn later(start: Instant, wait: Duration) -> Instant {
    start
        .checked_add(wait)
        .unwrap_or_else(|| start + Duration::from_secs(365 * 24 * 3600))
}

/// The deadline, or `wait` from now: whatever is first.
pub(crate) fn until(wait: Duration, deadline: Option<Instant>) -> Instant {
    let at = after(wait);
    deadline.map_or(at, |deadline| deadline.min(at))
}

pub(crate) struct Limits {
    in_flight: Option<Arc<Semaphore>>,
    /// Between two requests.
    interval: Duration,
    gate: Mutex<Gate>,
}

#[derive(Default)]
struct Gate {
    /// The first free place of the next request.
    next: Option<Instant>,
    paused: Option<Instant>,
}

impl Limits {
    pub fn new(in_flight: Option<usize>, per_second: Option<f64>) -> Self {
        let in_flight =
            in_flight.map(|n| Arc::new(Semaphore::new(n.clamp(1, Semaphore::MAX_PERMITS))));
        let interval = per_second
            .and_then(|n| Duration::try_from_secs_f64(1.0 / n).ok())
            .unwrap_or_default();
        Self {
            in_flight,
            interval,
            gate: Mutex::default(),
        }
    }

    fn gate(&self) -> std::sync::MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All calls of the client wait this long before their next try.
    pub fn pause(&self, wait: Duration) {
        let mut gate = self.gate();
        gate.paused = gate.paused.max(Some(after(wait)));
    }

    fn paused(&self) -> Option<Instant> {
        let mut gate = self.gate();
        gate.paused = gate.paused.filter(|until| *until > Instant::now());
        gate.paused
    }

    /// The place of a request in the rate.
    fn place(&self) -> Option<Instant> {
        if self.interval.is_zero() {
            return None;
        }
        let mut gate = self.gate();
        let at = gate.next.unwrap_or_else(Instant::now).max(Instant::now());
        gate.next = Some(at.checked_add(self.interval).unwrap_or(at));
        Some(at)
    }

    /// Nothing holds a try back now.
    pub fn idle(&self) -> bool {
        self.in_flight.is_none() && self.interval.is_zero() && self.paused().is_none()
    }

    /// Waits until a try may start. A wait that is longer than the call may take fails at once.
    pub async fn admit(&self, deadline: Instant) -> Result<Permit, Error> {
        let permit = match &self.in_flight {
            Some(semaphore) => Arc::clone(semaphore).acquire_owned().await.ok(),
            None => None,
        };
        let mut wait = self.place();
        loop {
            match wait {
                Some(until) if until >= deadline => return Err(Error::no_turn()),
                Some(until) => sleep_until(until).await,
                None => {}
            }
            wait = self.paused();
            if wait.is_none() {
                return Ok(permit);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn requests_are_spread_and_a_pause_holds_all() {
        let limits = Limits::new(None, Some(10.0));
        let started = Instant::now();
        for _ in 0..11 {
            limits.admit(after(Duration::from_secs(60))).await.unwrap();
        }
        assert_eq!(started.elapsed().as_millis(), 1000);
        limits.pause(Duration::from_secs(7));
        limits.pause(Duration::from_secs(2));
        assert!(
            limits.admit(after(Duration::from_secs(5))).await.is_err(),
            "fails at once"
        );
        assert_eq!(
            started.elapsed().as_millis(),
            1100,
            "the place in the rate was waited for"
        );
        limits.admit(after(Duration::from_secs(60))).await.unwrap();
        assert_eq!(started.elapsed().as_secs(), 8);
    }

    #[test]
    fn odd_limits_do_not_panic() {
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-300] {
            Limits::new(Some(0), Some(rate)).place();
        }
        assert!(after(Duration::MAX) > Instant::now());
    }
}
