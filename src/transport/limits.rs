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
mod tests {
    use futures_util::{FutureExt, future::join_all};

    use super::*;
    use crate::transport::clock::sleep;

    #[tokio::test(start_paused = true)]
    async fn requests_are_spread_and_a_pause_holds_all() {
        let limits = Limits::new(None, Some(10.0));
        let started = Instant::now();
        for _ in 0..11 {
            admit(&limits, 60).await.unwrap();
        }
        assert_eq!(started.elapsed().as_millis(), 1000);
        limits.pause(Duration::from_secs(7));
        limits.pause(Duration::from_secs(2));
        assert!(
            admit(&limits, 5).await.is_none() && started.elapsed().as_millis() == 1000,
            "fails at once"
        );
        let all = (0..11).map(|_| admit(&limits, 60));
        assert!(join_all(all).await.iter().all(Option::is_some));
        assert_eq!(
            started.elapsed().as_millis(),
            9000,
            "spread after the pause too"
        );
    }

    /// Admits a request that is sent at once.
    async fn admit(limits: &Limits, seconds: u64) -> Option<Permit> {
        let (permit, place) = limits
            .admit(after(Duration::from_secs(seconds)))
            .await
            .ok()?;
        place.used();
        Some(permit)
    }

    #[tokio::test(start_paused = true)]
    async fn dropped_and_late_calls_free_their_rate_slots() {
        let limits = Limits::new(None, Some(5.0));
        let burst = join_all((0..2000).map(|_| admit(&limits, 2))).await;
        assert_eq!(burst.iter().flatten().count(), 10);
        for _ in 0..200 {
            assert!(admit(&limits, 3600).now_or_never().is_none());
        }
        let started = Instant::now();
        admit(&limits, 1).await.unwrap();
        assert!(started.elapsed() <= Duration::from_millis(200));
        // Requests that were admitted and then not sent.
        for _ in 0..50 {
            drop(limits.admit(after(Duration::from_secs(1))).await.unwrap());
        }
        assert!(started.elapsed() <= Duration::from_millis(400));
    }

    /// Runs calls that arrive, are dropped, run out of time, or are admitted and not sent, at
    /// random. No permit may be lost and no place used twice, and afterwards the next call must
    /// be admitted at once.
    #[tokio::test(start_paused = true)]
    async fn calls_dropped_anywhere_lose_no_permits() {
        for seed in 0..300 {
            let mut random = fastrand::Rng::with_seed(seed);
            let limits = Limits::new(Some(3), Some(10.0));
            let sent = Mutex::new(Vec::new());
            let calls: Vec<_> = (0..60)
                .map(|_| {
                    let [start, deadline, dropped_after, work] =
                        [3000, 9000, 6000, 500].map(|ms| Duration::from_millis(random.u64(0..ms)));
                    let (limits, sent, send, pause) =
                        (&limits, &sent, random.bool(), random.u8(0..60) == 0);
                    async move {
                        sleep(start).await;
                        let call = async {
                            let (_permit, place) = limits.admit(after(deadline)).await?;
                            if send {
                                place.used();
                                sent.lock().unwrap().push(Instant::now());
                            }
                            if pause {
                                limits.pause(work * 4);
                            }
                            sleep(work).await;
                            Ok::<_, Error>(())
                        };
                        let _ = tokio::time::timeout(dropped_after, call).await;
                    }
                })
                .collect();
            join_all(calls).await;
            let sent = sent.into_inner().unwrap();
            assert!(sent.len() > 5, "{seed}");
            for pair in sent.windows(2) {
                let apart = (pair[1] - pair[0]).as_millis();
                assert!((98..).contains(&apart), "{seed}: {apart} ms");
            }
            assert_eq!(
                limits.in_flight.as_ref().unwrap().available_permits(),
                3,
                "{seed}"
            );
            sleep(Duration::from_secs(2)).await;
            let started = Instant::now();
            admit(&limits, 1).await.unwrap();
            assert_eq!(started.elapsed(), Duration::ZERO, "{seed}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_of_no_calls_in_flight_counts_as_one() {
        let limits = Limits::new(Some(0), None);
        for _ in 0..3 {
            let turn = tokio::time::timeout(Duration::from_secs(9), admit(&limits, 1)).await;
            assert!(turn.is_ok_and(|permit| permit.is_some()));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_without_a_rate_limit_reserves_no_slots() {
        let limits = Limits::new(None, None);
        limits.pause(Duration::from_secs(1));
        drop(limits.admit(after(Duration::from_secs(2))).await.unwrap());
        assert!(limits.gate().free.is_empty());
    }

    #[test]
    fn odd_limits_do_not_panic() {
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-300] {
            let limits = Limits::new(Some(0), Some(rate));
            let _ = limits.place(after(Duration::MAX)).map(Place::used);
        }
        assert!(after(Duration::MAX) > Instant::now());
    }
}
