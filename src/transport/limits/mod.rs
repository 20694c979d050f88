//! The limits of a client: calls in flight, requests per second, and the pause that a 429 asks for.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{
            AtomicBool,
            Ordering::{Acquire, Release},
        },
    },
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    Error,
    transport::clock::{Instant, after, later, sleep_until},
};

/// Held while a call is in flight.
pub(crate) type Permit = Option<OwnedSemaphorePermit>;

pub(crate) struct Limits {
    in_flight: Option<Arc<Semaphore>>,
    /// The time between two requests.
    interval: Duration,
    gate: Mutex<Gate>,
    /// Whether the gate may hold a pause. Each attempt reads it, without the lock.
    was_paused: AtomicBool,
}

#[derive(Default)]
struct Gate {
    /// The earliest time of the next request.
    next: Option<Instant>,
    /// Earlier places that were given back.
    free: BTreeSet<Instant>,
    paused: Option<Instant>,
}

impl Gate {
    /// Returns the end of the pause, if there is one now.
    fn pause(&mut self) -> Option<Instant> {
        self.paused = self.paused.filter(|until| *until > Instant::now());
        self.paused
    }
}

/// A place in the rate limit: the moment of a request. A place that is not used goes back.
pub(crate) struct Place<'a> {
    limits: &'a Limits,
    at: Instant,
    held: bool,
}

impl Place<'_> {
    pub fn used(mut self) {
        self.held = false;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.held {
            return;
        }
        let interval = self.limits.interval;
        let mut gate = self.limits.gate();
        gate.free.insert(self.at);
        // Free places at the end are dropped: only gaps are kept.
        while let Some(&last) = gate.free.last()
            && gate.next == Some(later(last, interval))
        {
            gate.next = gate.free.pop_last();
        }
    }
}

impl Limits {
    pub fn new(in_flight: Option<usize>, per_second: Option<f64>) -> Self {
        let in_flight =
            in_flight.map(|n| Arc::new(Semaphore::new(n.clamp(1, Semaphore::MAX_PERMITS))));
        let interval = per_second
            .filter(|n| *n > 0.0)
            .map(|n| Duration::try_from_secs_f64(1.0 / n).unwrap_or(Duration::MAX));
        Self {
            in_flight,
            interval: interval.unwrap_or_default(),
            gate: Mutex::default(),
            was_paused: AtomicBool::new(false),
        }
    }

    fn gate(&self) -> std::sync::MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes all calls of the client wait this long before their next attempt.
    pub fn pause(&self, wait: Duration) {
        let mut gate = self.gate();
        gate.paused = gate.paused.max(Some(after(wait)));
        self.was_paused.store(true, Release);
    }

    fn paused(&self) -> Option<Instant> {
        if !self.was_paused.load(Acquire) {
            return None;
        }
        let mut gate = self.gate();
        let paused = gate.pause();
        self.was_paused.store(paused.is_some(), Release);
        paused
    }

    /// Takes the first free place outside of a pause, or fails if that is after the deadline.
    fn place(&self, deadline: Instant) -> Result<Place<'_>, Error> {
        let (mut gate, now) = (self.gate(), Instant::now());
        let mut at = gate.pause().unwrap_or(now);
        let rated = !self.interval.is_zero();
        if rated {
            gate.free = gate.free.split_off(&now);
            let free = gate.free.range(at..).next().copied();
            at = free.unwrap_or(gate.next.map_or(at, |next| next.max(at)));
        }
        if at >= deadline {
            return Err(Error::no_turn(at - now));
        }
        if rated && !gate.free.remove(&at) {
            gate.next = Some(later(at, self.interval));
        }
        Ok(Place {
            limits: self,
            at,
            held: rated,
        })
    }

    /// Returns whether an attempt may start without waiting.
    pub fn idle(&self) -> bool {
        self.in_flight.is_none() && self.interval.is_zero() && self.paused().is_none()
    }

    /// Waits until an attempt may start. Fails at once if that would be after the deadline.
    pub async fn admit(&self, deadline: Instant) -> Result<(Permit, Place<'_>), Error> {
        let permit = match &self.in_flight {
            Some(semaphore) => Arc::clone(semaphore).acquire_owned().await.ok(),
            None => None,
        };
        loop {
            let place = self.place(deadline)?;
            if place.at > Instant::now() {
                sleep_until(place.at).await;
            }
            // A place in a pause that began meanwhile is given up: at the end of the pause all of
            // them would start at once.
            if self.paused().is_none() {
                return Ok((permit, place));
            }
        }
    }
}

#[cfg(test)]
mod tests;
