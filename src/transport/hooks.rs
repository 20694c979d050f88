//! A place for behaviour of your own between a call and the socket: metrics, extra headers, a signature.

use std::time::Duration;

use crate::Error;

/// Which call, and which attempt of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallInfo {
    /// The operation's id in the normalised document; `raw` for [`Client::request`](crate::Client::request).
    pub operation: &'static str,
    /// From 1.
    pub attempt: u32,
}

/// Called around every attempt of every call. The request already carries the `Authorization` header, marked as sensitive.
pub trait ClientHooks: Send + Sync {
    /// Called before an attempt, with its request.
    ///
    /// # Errors
    /// Return an error to end the call: nothing is sent.
    fn pre(&self, _request: &mut reqwest::Request, _call: &CallInfo) -> Result<(), Error> {
        Ok(())
    }

    /// Called after an attempt, with the status, or none without a response, and how long it took.
    fn post(&self, _status: Option<u16>, _elapsed: Duration, _call: &CallInfo) {}
}
