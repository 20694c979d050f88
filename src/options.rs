//! What one call may do differently from the client.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::{Error, RetryPolicy};

/// Options of one call.
#[derive(Clone, Debug, Default)]
pub struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) headers: HeaderMap,
    pub(crate) idempotent: Option<bool>,
}

impl CallOptions {
    /// Those of the client.
    pub fn new() -> Self {
        Self::default()
    }

    /// For all tries together.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// In place of the client's policy.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Says whether the call may be repeated; without it the method decides.
    pub fn idempotent(mut self, yes: bool) -> Self {
        self.idempotent = Some(yes);
        self
    }

    /// One more header.
    ///
    /// # Errors
    /// A name or value that HTTP does not allow.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        let bad = |what: &str| Error::configuration(format!("the header {what} of a call is not allowed in HTTP"));
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("name"))?;
        let value = HeaderValue::from_str(value).map_err(|_| bad("value"))?;
        self.headers.insert(name, value);
        Ok(self)
    }
}
