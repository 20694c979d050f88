//! What all requests of a client share: base URL, HTTP client, limits, timeouts, and the source of
//! the authorization.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::{Url, header::HeaderValue};

use crate::{
    ClientHooks, Error, RetryPolicy,
    privacy::{repeated::Repeated, shown},
    transport::{budget::Budget, future::CallFuture, limits::Limits},
};

/// The default base URL.
pub(crate) const BASE_URL: &str = "https://api.autopi.io";

/// The default timeout of an attempt.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

pub(crate) struct Core {
    pub base: Url,
    pub http: reqwest::Client,
    /// Whether `http` may follow redirects itself.
    pub follows: bool,
    pub authorizer: Box<dyn Authorize>,
    pub limits: Limits,
    pub max_response_bytes: usize,
    pub trace_bodies: bool,
    pub hooks: Option<Arc<dyn ClientHooks>>,
    pub retry: RetryPolicy,
    pub budget: Budget,
    pub timeout: Duration,
    /// The timeout of an attempt, if one was set.
    pub attempt_timeout: Option<Duration>,
}

impl Core {
    /// Returns the timeout of an attempt, unless the call's is shorter.
    pub fn usual_attempt_timeout(&self) -> Duration {
        self.attempt_timeout.unwrap_or(ATTEMPT_TIMEOUT)
    }

    /// Masks the client's own credentials in the error of a call that was not sent.
    #[cold]
    pub fn hide(&self, error: Error) -> Error {
        error.masking(&self.credentials())
    }

    /// Returns a path without its secrets.
    pub fn shown_path(&self, path: &str) -> String {
        let mut path = shown::path(path);
        self.credentials().hide(&mut path);
        path
    }

    fn credentials(&self) -> Repeated {
        let mut secrets = Repeated::default();
        self.authorizer.note(&mut secrets);
        secrets
    }
}

/// Gives each attempt its `Authorization` header. It may send requests through the core itself,
/// such as a login.
pub(crate) trait Authorize: fmt::Debug + Send + Sync {
    /// Returns the header. `refused` is the one that was just refused: another one is needed.
    fn authorization<'a>(
        &'a self,
        core: &'a Core,
        refused: Option<&'a HeaderValue>,
    ) -> Authorization<'a>;

    /// Notes the secrets that are known now.
    fn note(&self, secrets: &mut Repeated);

    /// Returns whether a refused header can be replaced by another one.
    fn can_renew(&self) -> bool;
}

pub(crate) enum Authorization<'a> {
    /// Known already, as in most calls: no future is needed.
    Fixed(HeaderValue),
    Pending(CallFuture<'a, HeaderValue>),
}
