//! What every request of a client shares: the base URL, the HTTP client, limits, timeouts, and whom to ask for the authorization.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::{Url, header::HeaderValue};

use crate::{
    ClientHooks, RetryPolicy,
    transport::{budget::Budget, future::CallFuture, limits::Limits},
};

/// How long an attempt may take, if nothing was said.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

pub(crate) struct Core {
    pub base: Url,
    pub http: reqwest::Client,
    /// Whether `http` may follow redirects by itself.
    pub follows: bool,
    pub authorizer: Box<dyn Authorize>,
    pub limits: Limits,
    pub max_response_bytes: usize,
    pub trace_bodies: bool,
    pub hooks: Option<Arc<dyn ClientHooks>>,
    pub retry: RetryPolicy,
    pub budget: Budget,
    pub timeout: Duration,
    /// If it was said.
    pub attempt_timeout: Option<Duration>,
}

impl Core {
    /// Returns how long an attempt may take, if nothing shortens it.
    pub fn usual_attempt_timeout(&self) -> Duration {
        self.attempt_timeout.unwrap_or(ATTEMPT_TIMEOUT)
    }
}

/// Gives each attempt its `Authorization` header. It may send requests of its own by the core, a login for one.
pub(crate) trait Authorize: fmt::Debug + Send + Sync {
    /// `refused` is the header that was just refused: another one is wanted.
    fn authorization<'a>(
        &'a self,
        core: &'a Core,
        refused: Option<&'a HeaderValue>,
    ) -> Authorization<'a>;

    /// Returns whether there can be another header than the first.
    fn can_renew(&self) -> bool;
}

pub(crate) enum Authorization<'a> {
    /// Known at once: what most calls have costs no future.
    Fixed(HeaderValue),
    Asked(CallFuture<'a, HeaderValue>),
}
