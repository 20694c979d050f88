//! A place for behaviour of your own between a call and the socket: metrics, extra headers, a signature, stubs, recordings.

use std::time::Duration;

use reqwest::{Request, Response, Url};

use crate::{CallFuture, Error, privacy::shown::Marked, transport::address};

/// Which call, and which attempt of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallInfo {
    /// The operation's id in the normalised document; `raw` for [`Client::request`](crate::Client::request).
    pub operation: &'static str,
    /// The path of the operation as the document has it, `/dongle/devices/{id}/`; none for [`Client::request`](crate::Client::request).
    pub path: Option<&'static str>,
    /// From 1.
    pub attempt: u32,
    /// The names of members that are secrets, or none, other than the names tell.
    #[cfg_attr(
        target_family = "wasm",
        expect(dead_code, reason = "recordings need files")
    )]
    pub(crate) secrets: Marked,
}

/// Called around every attempt of every call; not around a login. The request already carries the `Authorization` header, marked as sensitive.
///
/// All methods run in the span of the call.
///
/// # Examples
///
/// ```
/// use autopi::{CallFuture, CallInfo, Client, ClientHooks, Error, Next};
/// use reqwest::{Request, Response};
///
/// /// Prints how large the responses are.
/// struct Sizes;
///
/// impl ClientHooks for Sizes {
///     fn exec<'a>(&'a self, request: Request, call: CallInfo, next: Next<'a>) -> CallFuture<'a, Response> {
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

    /// Sends the request of an attempt, or responds in the place of the server. By default it is sent by [`Next::run`].
    ///
    /// It is given the timeout of an attempt, up to the headers of the response; dropping the call drops the future.
    ///
    /// # Errors
    /// Return the error of [`Next::run`], by which the client decides whether another attempt is made, or one of your own ([`Error::other`]), which ends the call.
    fn exec<'a>(
        &'a self,
        request: Request,
        _call: CallInfo,
        next: Next<'a>,
    ) -> CallFuture<'a, Response> {
        Box::pin(next.run(request))
    }

    /// Called after an attempt, with the status, or none without a response, and how long it took.
    fn post(&self, _status: Option<u16>, _elapsed: Duration, _call: &CallInfo) {}
}

/// The client below a hook: what sends the request if no hook does.
#[derive(Clone, Copy, Debug)]
pub struct Next<'a> {
    pub(crate) http: &'a reqwest::Client,
    pub(crate) base: &'a Url,
}

impl Next<'_> {
    /// Sends the request, and returns the response with its body yet to be read.
    ///
    /// # Errors
    /// Returns an error if there is no response, or if the URL is not of the host that the client is for: the credentials go to no other.
    pub async fn run(self, request: Request) -> Result<Response, Error> {
        own_origin(request.url(), self.base)?;
        self.http.execute(request).await.map_err(Error::transport)
    }
}

/// Refuses a URL of another origin than the base URL's.
pub(crate) fn own_origin(url: &Url, base: &Url) -> Result<(), Error> {
    if address::same_origin(url, base) {
        return Ok(());
    }
    Err(Error::invalid(
        "the request would go to another host than the base URL's, with the credentials in it: was its URL changed by a hook?",
    ))
}
