//! Hooks between a call and the socket: for metrics, extra headers, signatures, stubs and
//! recordings.

use std::time::Duration;

use reqwest::{Request, Response, Url};

use crate::{
    CallFuture, Error,
    privacy::shown::Marked,
    transport::{
        address,
        platform::{decoded, execute},
    },
};

/// The call and the attempt that a hook is called for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallInfo {
    /// The operation's id in the normalised document; `raw` for
    /// [`Client::request`](crate::Client::request).
    pub operation: &'static str,
    /// The path template of the operation, `/dongle/devices/{id}/`; `None` for
    /// [`Client::request`](crate::Client::request).
    pub path: Option<&'static str>,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// Members that the document says are secrets (`true`) or not (`false`), against what their
    /// names suggest.
    pub(crate) secrets: Marked,
}

impl CallInfo {
    /// Returns whether the document marks the parameter or member with this name as a secret.
    pub fn is_secret(&self, name: &str) -> bool {
        self.secrets.contains(&(name, true))
    }
}

/// Hooks that are called around every attempt of every call, but not around a login. The request
/// already carries the `Authorization` header, marked as sensitive.
///
/// All methods run inside the tracing span of the call.
///
/// # Examples
///
/// ```
/// use autopi::reqwest::{Request, Response};
/// use autopi::{CallFuture, CallInfo, Client, ClientHooks, Error, Next};
///
/// /// Prints how large the responses are.
/// struct Sizes;
///
/// impl ClientHooks for Sizes {
///     fn exec<'a>(
///         &'a self,
///         request: Request,
///         call: CallInfo,
///         next: Next<'a>,
///     ) -> CallFuture<'a, Response> {
///         Box::pin(async move {
///             let response = next.run(request).await?;
///             println!("{}: {:?} bytes", call.operation, response.content_length());
///             Ok(response)
///         })
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let client = Client::builder().api_token("t").hooks(Sizes).build()?;
/// # Ok(()) }
/// ```
pub trait ClientHooks: Send + Sync {
    /// Called before an attempt, with its request.
    ///
    /// # Errors
    /// Return an error to end the call: nothing is sent.
    fn pre(&self, _request: &mut Request, _call: &CallInfo) -> Result<(), Error> {
        Ok(())
    }

    /// Sends the request of an attempt, or responds in place of the server. The default
    /// implementation sends it with [`Next::run`].
    ///
    /// It must return the headers of the response within the timeout of an attempt. If the call is
    /// dropped, the future is dropped.
    ///
    /// # Errors
    /// Return the error of [`Next::run`], from which the client decides whether to retry, or one of
    /// your own ([`Error::other`]), which ends the call.
    fn exec<'a>(
        &'a self,
        request: Request,
        _call: CallInfo,
        next: Next<'a>,
    ) -> CallFuture<'a, Response> {
        Box::pin(next.run(request))
    }

    /// Called after an attempt with the status, or `None` if there was no response, and the time it
    /// took.
    fn post(&self, _status: Option<u16>, _elapsed: Duration, _call: &CallInfo) {}
}

/// The HTTP client below a hook, which sends the request.
#[derive(Clone, Copy, Debug)]
pub struct Next<'a> {
    pub(crate) http: &'a reqwest::Client,
    pub(crate) base: &'a Url,
}

impl Next<'_> {
    /// Sends the request and returns the response, whose body is still to be read, without gzip.
    ///
    /// # Errors
    /// Returns an error if there is no response, or if the URL is not of the origin of the client's
    /// base URL: credentials are sent to no other.
    pub async fn run(self, request: Request) -> Result<Response, Error> {
        own_origin(request.url(), self.base)?;
        Ok(decoded(execute(self.http, request).await?))
    }
}

/// Returns an error unless the URL is of the same origin as the base URL.
pub(crate) fn own_origin(url: &Url, base: &Url) -> Result<(), Error> {
    if address::same_origin(url, base) {
        return Ok(());
    }
    Err(Error::invalid(
        "the request would go to another host than the base URL's, with the credentials in it: \
         was its URL changed by a hook?",
    ))
}
