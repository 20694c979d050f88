//! When to try again, and how long to wait: exponential backoff with full jitter, a server's hint clamped, and a budget for the whole client.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, SystemTime},
};

use reqwest::{
    Method,
    header::{DATE, HeaderMap, RETRY_AFTER},
};

/// How often and how patiently a call is tried again.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Tries in all, the first included. Default 3.
    pub max_attempts: u32,
    /// The first wait is up to this. Default 500 ms.
    pub base: Duration,
    /// No wait is longer. Default 20 s.
    pub cap: Duration,
    /// A server's `Retry-After` counts up to this. Default 60 s.
    pub retry_after_cap: Duration,
    /// Only what was refused with 429 is tried again. Default false.
    pub throttled_only: bool,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(20),
            retry_after_cap: Duration::from_secs(60),
            throttled_only: false,
        }
    }
}

impl RetryPolicy {
    /// One try.
    pub fn none() -> Self {
        Self {
            max_attempts: 1,
            ..Self::default()
        }
    }

    /// Tries again only what was refused with 429: the server did nothing with it.
    pub fn throttled_only() -> Self {
        Self {
            throttled_only: true,
            ..Self::default()
        }
    }

    /// Tries in all, at least one.
    pub fn max_attempts(mut self, n: u32) -> Self {
        self.max_attempts = n.max(1);
        self
    }

    /// The first wait is up to this.
    pub fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// The wait after try number `attempt` (from 1).
    pub(crate) fn delay(&self, attempt: u32, hint: Option<Duration>) -> Duration {
        if let Some(hint) = hint {
            return hint.min(self.retry_after_cap);
        }
        let ceiling = self
            .base
            .saturating_mul(
                1u32.checked_shl(attempt.saturating_sub(1))
                    .unwrap_or(u32::MAX),
            )
            .min(self.cap);
        ceiling.mul_f64(fastrand::f64())
    }
}

/// Methods that RFC 9110, 9.2.2 calls idempotent.
pub(crate) fn is_idempotent(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE | Method::TRACE
    )
}

pub(crate) fn is_retryable(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
}

/// A longer `Retry-After` is cut to this.
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// `Retry-After` (RFC 9110, 10.2.3): seconds, or a date, which counts from the response's own `Date`: the clock here may be wrong.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let after = text(RETRY_AFTER)?;
    if let Ok(seconds) = after.parse::<f64>() {
        let wait = (seconds >= 0.0).then(|| Duration::try_from_secs_f64(seconds));
        return wait.map(|wait| wait.unwrap_or(YEAR).min(YEAR));
    }
    let at = httpdate::parse_http_date(after).ok()?;
    let here = || SystemTime::UNIX_EPOCH + jiff::Timestamp::now().as_duration().unsigned_abs();
    let now = text(DATE).and_then(|date| httpdate::parse_http_date(date).ok());
    let wait = at.duration_since(now.unwrap_or_else(here));
    Some(wait.unwrap_or_default().min(YEAR))
}

/// A token bucket for retries, as the AWS SDKs have it: 500 permits, a retry costs 5, one after a time-out 10, a success gives 1 back.
pub(crate) struct Budget(AtomicU32);

impl Budget {
    const FULL: u32 = 500;

    pub fn new() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    /// The right to try again, unless the budget is spent.
    pub fn take(&self, cost: u32) -> Option<Claim<'_>> {
        let taken = |n: u32| n.checked_sub(cost);
        let left = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken);
        left.is_ok().then(|| Claim(self, cost))
    }

    pub fn give(&self, permits: u32) {
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| {
                (n < Self::FULL).then_some(n.saturating_add(permits).min(Self::FULL))
            });
    }
}

/// Goes back if nothing is sent.
pub(crate) struct Claim<'a>(&'a Budget, u32);

impl Claim<'_> {
    pub fn used(mut self) {
        self.1 = 0;
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.0.give(self.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_stay_under_the_cap_and_hints_are_clamped() {
        let policy = RetryPolicy::default();
        for attempt in 1..200 {
            assert!(policy.delay(attempt, None) <= policy.cap);
        }
        assert_eq!(
            policy.delay(1, Some(Duration::from_secs(7))),
            Duration::from_secs(7)
        );
        assert_eq!(
            policy.delay(1, Some(Duration::from_secs(9999))),
            policy.retry_after_cap
        );
    }

    #[test]
    fn the_first_wait_is_up_to_the_base_and_the_next_up_to_twice_that() {
        let policy = RetryPolicy::default();
        for (attempt, ceiling) in [(1, policy.base), (2, policy.base * 2), (3, policy.base * 4)] {
            let longest = (0..1000).map(|_| policy.delay(attempt, None)).max();
            let longest = longest.unwrap();
            assert!(
                longest <= ceiling && longest > ceiling * 9 / 10,
                "{attempt}: {longest:?}"
            );
        }
    }

    #[test]
    fn there_is_one_attempt_at_least() {
        assert_eq!(RetryPolicy::default().max_attempts(0).max_attempts, 1);
    }

    #[test]
    fn the_budget_holds_no_more_than_it_began_with() {
        let budget = Budget::new();
        budget.take(5).map(Claim::used).unwrap();
        budget.give(100);
        let uses = (0..1000).map_while(|_| budget.take(5).map(Claim::used));
        assert_eq!(uses.count(), 100);
    }

    #[test]
    fn the_budget_runs_dry_and_fills() {
        let budget = Budget::new();
        assert_eq!((0..1000).filter_map(|_| budget.take(5)).count(), 1000);
        let used = |budget: &Budget| budget.take(5).map(Claim::used).is_some();
        assert_eq!((0..1000).filter(|_| used(&budget)).count(), 100);
        (0..5).for_each(|_| budget.give(1));
        assert!(used(&budget) && !used(&budget));
    }

    #[test]
    fn retry_after_reads_seconds_and_dates() {
        let with = |v: &str| {
            retry_after(&HeaderMap::from_iter([(
                reqwest::header::RETRY_AFTER,
                v.parse().unwrap(),
            )]))
        };
        assert_eq!(with("3"), Some(Duration::from_secs(3)));
        assert_eq!(with("0"), Some(Duration::ZERO));
        assert_eq!(with("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        for none in ["soon", "-5", "NaN", "", "1 second"] {
            assert_eq!(with(none), None, "{none}");
        }
        assert_eq!(with("1.5"), Some(Duration::from_millis(1500)));
        for far in [
            "10000000000000000000",
            "99999999999999999999999999",
            "inf",
            "Fri, 31 Dec 9999 23:59:59 GMT",
        ] {
            assert_eq!(with(far), Some(YEAR), "{far}");
        }
        let mut headers = HeaderMap::new();
        let date = |text: &str| text.parse::<reqwest::header::HeaderValue>().unwrap();
        headers.insert(DATE, date("Wed, 21 Oct 2015 07:28:00 GMT"));
        headers.insert(RETRY_AFTER, date("Wed, 21 Oct 2015 07:28:30 GMT"));
        assert_eq!(retry_after(&headers), Some(Duration::from_secs(30)));
    }
}
