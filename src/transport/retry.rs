//! Decides whether a failed attempt is followed by another one, and when: exponential backoff with
//! full jitter; a `Retry-After` of the server is followed up to a limit.

use std::time::Duration;

use reqwest::{Method, Url, header::HeaderValue};

use crate::{
    Error, ErrorKind,
    privacy::shown,
    transport::{
        address,
        budget::{Budget, Claim},
        clock::{Instant, after},
        limits::Limits,
        redirect,
    },
};

/// How often a failed call is retried, and after which waits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct RetryPolicy {
    /// The number of attempts, including the first. Defaults to 3.
    pub max_attempts: u32,
    /// The longest wait after the first attempt; it doubles with each further one. Defaults to 500
    /// ms.
    pub initial_backoff: Duration,
    /// The longest wait between two attempts. Defaults to 20 s.
    pub max_backoff: Duration,
    /// The longest `Retry-After` of a server that is followed; a longer one is cut to this.
    /// Defaults to 60 s.
    pub max_retry_after: Duration,
    /// Whether only calls that were refused with 429 are retried. Defaults to false.
    pub throttled_only: bool,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            initial_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(20),
            max_retry_after: Duration::from_secs(60),
            throttled_only: false,
        }
    }
}

impl RetryPolicy {
    /// Returns the policy without retries: one attempt.
    pub fn none() -> Self {
        Self {
            max_attempts: 1,
            ..Self::default()
        }
    }

    /// Returns the policy that only retries calls that were refused with 429, which the server has
    /// not acted on.
    pub fn throttled_only() -> Self {
        Self {
            throttled_only: true,
            ..Self::default()
        }
    }

    /// Sets the number of attempts, including the first; at least 1.
    pub fn max_attempts(mut self, n: u32) -> Self {
        self.max_attempts = n.max(1);
        self
    }

    /// Sets the longest wait after the first attempt; it doubles with each further one.
    pub fn initial_backoff(mut self, wait: Duration) -> Self {
        self.initial_backoff = wait;
        self
    }

    /// Sets the longest wait between two attempts.
    pub fn max_backoff(mut self, wait: Duration) -> Self {
        self.max_backoff = wait;
        self
    }

    /// Sets the longest `Retry-After` of a server that is followed; a longer one is cut to this.
    pub fn max_retry_after(mut self, wait: Duration) -> Self {
        self.max_retry_after = wait;
        self
    }

    /// Returns the wait after attempt number `attempt` (from 1).
    pub(crate) fn delay(&self, attempt: u32, hint: Option<Duration>) -> Duration {
        // "At once" and a date that has passed do not say when the server will be ready.
        if let Some(hint) = hint.filter(|hint| !hint.is_zero()) {
            return hint.min(self.max_retry_after);
        }
        let ceiling = self
            .initial_backoff
            .saturating_mul(
                1u32.checked_shl(attempt.saturating_sub(1))
                    .unwrap_or(u32::MAX),
            )
            .min(self.max_backoff);
        ceiling.mul_f64(fastrand::f64())
    }
}

/// Returns whether the method is idempotent, by RFC 9110, 9.2.2, or by the definition of QUERY.
pub(crate) fn is_idempotent(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE | Method::TRACE
    ) || method == "QUERY"
}

/// Why an attempt failed.
pub(crate) enum Failure {
    /// Another attempt would fail in the same way.
    Fatal(Error),
    /// The request was not sent, or the server says that it did not process it: any method may be
    /// retried.
    Unsent(Error),
    /// The request was sent with this authorization.
    Sent(Error, HeaderValue),
    /// The server wants the same request at this URL.
    Redirected(Box<Url>, Error),
}

/// How a failed attempt is followed by another one.
pub(crate) enum RetryDecision<'a> {
    /// At once, with another authorization; this one was refused with this error.
    Reauthenticate(HeaderValue, Error),
    /// At once, at this URL; it counts as the same attempt.
    Redirect(Box<Url>),
    /// After a wait, with permits of the retry budget.
    Backoff(Duration, Claim<'a>),
}

/// What the decision depends on, besides the failure.
pub(crate) struct RetryContext<'a, 'm> {
    pub policy: &'m RetryPolicy,
    pub budget: &'a Budget,
    pub limits: &'m Limits,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// The deadline of the whole call.
    pub deadline: Instant,
    /// Whether the request may be sent again even if the server may have acted on it.
    pub is_repeatable: bool,
    /// Whether the body can be sent again.
    pub has_body: bool,
    /// Whether another authorization can be had, and none was refused yet.
    pub may_reauthenticate: bool,
    /// How many redirects were followed in a row.
    pub redirects: u8,
}

impl<'a> RetryContext<'a, '_> {
    /// Returns how to continue, or the error with which the call ends.
    #[cold]
    pub fn decide(&self, failure: Failure) -> Result<RetryDecision<'a>, Error> {
        let (error, may_repeat) = match failure {
            Failure::Fatal(error) => (error, false),
            Failure::Unsent(error) => (error, self.has_body),
            Failure::Redirected(url, _) if self.has_body && self.redirects < redirect::MOST => {
                return Ok(RetryDecision::Redirect(url));
            }
            Failure::Redirected(url, error) => {
                let why = if self.has_body {
                    "too many redirects in a row, the last one to"
                } else {
                    "the body can be sent only once, and the server redirects to"
                };
                let url = shown::path(&address::shown(&url));
                (error.because(format!("{why} {url}")), false)
            }
            Failure::Sent(error, with)
                if (error.status() == Some(401) || error.is_expired_session())
                    && self.may_reauthenticate
                    && self.has_body =>
            {
                let (attempt, status) = (self.attempt, error.status());
                tracing::debug!(attempt, status, "refused: asking for new credentials");
                return Ok(RetryDecision::Reauthenticate(with, error));
            }
            Failure::Sent(error, _) => {
                // A server has not acted on a request that it refused for its rate.
                let harmless = error.is_throttled() || self.is_repeatable;
                (error, self.has_body && harmless)
            }
        };
        self.back_off(error, may_repeat)
    }

    fn back_off(&self, error: Error, may_repeat: bool) -> Result<RetryDecision<'a>, Error> {
        let (attempt, status, kind) = (self.attempt, error.status(), error.kind());
        let wait = self.policy.delay(attempt, error.retry_after());
        if error.is_throttled() {
            // The rate of the account is exceeded, not only that of this call.
            self.limits.pause(wait);
        }
        // A `Retry-After` beyond the deadline is not shortened to fit.
        let ready = after(error.retry_after().unwrap_or_default().max(wait));
        let is_last = attempt >= self.policy.max_attempts || ready >= self.deadline;
        let wanted = error.is_throttled() || !self.policy.throttled_only;
        let may = may_repeat && error.is_retryable() && wanted && !is_last;
        let cost = if kind == ErrorKind::Timeout { 10 } else { 5 };
        let Some(claim) = may.then(|| self.budget.take(cost)).flatten() else {
            tracing::debug!(attempt, status, ?kind, "failed");
            return Err(error);
        };
        let wait_ms = wait.as_millis() as u64;
        tracing::debug!(
            attempt,
            status,
            ?kind,
            wait_ms,
            "failed, another attempt follows"
        );
        Ok(RetryDecision::Backoff(wait, claim))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_stay_under_the_cap_and_hints_are_clamped() {
        let policy = RetryPolicy::default();
        for attempt in 1..200 {
            assert!(policy.delay(attempt, None) <= policy.max_backoff);
        }
        assert_eq!(
            policy.delay(1, Some(Duration::from_secs(7))),
            Duration::from_secs(7)
        );
        assert_eq!(
            policy.delay(1, Some(Duration::from_secs(9999))),
            policy.max_retry_after
        );
        let at_once = || policy.delay(1, Some(Duration::ZERO));
        assert!((0..100).any(|_| !at_once().is_zero()));
    }

    #[test]
    fn the_first_wait_is_up_to_the_base_and_the_next_up_to_twice_that() {
        let policy = RetryPolicy::default();
        for (attempt, ceiling) in [
            (1, policy.initial_backoff),
            (2, policy.initial_backoff * 2),
            (3, policy.initial_backoff * 4),
        ] {
            let longest = (0..1000).map(|_| policy.delay(attempt, None)).max();
            let longest = longest.unwrap();
            assert!(
                longest <= ceiling && longest > ceiling * 9 / 10,
                "{attempt}: {longest:?}"
            );
        }
    }

    #[test]
    fn a_policy_keeps_what_was_set() {
        let [initial, longest, hinted] = [1, 2, 3].map(Duration::from_secs);
        let policy = RetryPolicy::throttled_only()
            .initial_backoff(initial)
            .max_backoff(longest)
            .max_retry_after(hinted);
        assert_eq!(
            (
                policy.initial_backoff,
                policy.max_backoff,
                policy.max_retry_after
            ),
            (initial, longest, hinted)
        );
        assert!(policy.delay(99, None) <= longest);
        assert_eq!(
            policy.max_attempts,
            RetryPolicy::throttled_only().max_attempts
        );
    }

    #[test]
    fn idempotent_methods_are_retried() {
        let methods = ["QUERY", "PUT", "POST", "PATCH"];
        let found = methods.map(|method| is_idempotent(&method.parse().unwrap()));
        assert_eq!(found, [true, true, false, false]);
    }

    #[test]
    fn there_is_one_attempt_at_least() {
        assert_eq!(RetryPolicy::default().max_attempts(0).max_attempts, 1);
    }
}
