//! The differences between a browser (wasm32-unknown-unknown) and an operating system: timeouts,
//! reading responses, settings of the HTTP client. The clock is in `clock`.

#[cfg(not(target_family = "wasm"))]
pub(crate) use system::*;

#[cfg(target_family = "wasm")]
pub(crate) use browser::*;

#[cfg(not(target_family = "wasm"))]
mod system {
    use std::{
        error::Error,
        pin::Pin,
        sync::{Arc, Mutex, MutexGuard, PoisonError},
        task::{Context, Poll},
    };

    use bytes::Bytes;
    use futures_util::TryFutureExt;
    use http_body::{Body, Frame, SizeHint};
    use reqwest::{Client, Request, ResponseBuilderExt, Url};
    #[cfg(feature = "gzip")]
    use {
        crate::transport::gzip,
        reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH},
    };

    pub(crate) use crate::transport::timer::timeout;

    /// A response whose body is read chunk by chunk.
    pub(crate) type RawResponse = reqwest::Response;

    /// Sets the URL of a response that a hook made, which has none of its own.
    pub(crate) fn with_url(response: reqwest::Response, url: Url) -> reqwest::Response {
        if response.url().host_str() != Some("no.url.provided.local") {
            return response;
        }
        with_body(response, url, |response| {
            http::Response::from(response).into_body()
        })
    }

    /// Returns a response with the same status and headers, and the body that `body` makes of it.
    fn with_body(
        mut old: reqwest::Response,
        url: Url,
        body: impl FnOnce(reqwest::Response) -> reqwest::Body,
    ) -> reqwest::Response {
        let (status, headers) = (old.status(), std::mem::take(old.headers_mut()));
        let body = body(old);
        let mut new = http::Response::builder()
            .url(url)
            .body(body)
            .unwrap_or_default();
        (*new.status_mut(), *new.headers_mut()) = (status, headers);
        new.into()
    }

    /// Sends a request.
    #[cfg_attr(not(feature = "gzip"), allow(unused_mut))]
    pub(crate) fn execute(
        http: &Client,
        mut request: Request,
    ) -> impl Future<Output = Result<reqwest::Response, crate::Error>> + use<> {
        #[cfg(feature = "gzip")]
        gzip::ask(request.headers_mut());
        http.execute(request).map_err(crate::Error::transport)
    }

    /// Returns a response to read, its body without gzip.
    pub(crate) fn raw(response: reqwest::Response) -> RawResponse {
        decoded(response)
    }

    /// Returns the response with its body without gzip, for a hook.
    pub(crate) fn decoded(response: reqwest::Response) -> reqwest::Response {
        #[cfg(feature = "gzip")]
        if gzip::is_used(response.headers()) && response.content_length() != Some(0) {
            let mut response = response;
            response.headers_mut().remove(CONTENT_ENCODING);
            response.headers_mut().remove(CONTENT_LENGTH);
            let url = response.url().clone();
            return with_body(response, url, gzip::body);
        }
        response
    }

    /// Returns whether the request was certainly not processed: there was no connection, or the
    /// server says so over HTTP/2 with a refused stream, or one after a graceful shutdown (RFC
    /// 9113, 8.7).
    pub(crate) fn is_unprocessed(e: &crate::Error) -> bool {
        let mut causes = std::iter::successors(e.source(), |&cause| cause.source());
        causes.any(|cause| {
            let refused = |e: &h2::Error| {
                let of = |reason| e.is_remote() && e.reason() == Some(reason);
                e.is_reset() && of(h2::Reason::REFUSED_STREAM)
                    || e.is_go_away() && of(h2::Reason::NO_ERROR)
            };
            let sent = cause.downcast_ref::<reqwest::Error>();
            sent.is_some_and(reqwest::Error::is_connect)
                || cause.downcast_ref().is_some_and(refused)
        })
    }

    /// A body that can be sent only once: until something of it was read.
    #[derive(Clone)]
    pub(crate) struct OneShot(Arc<Mutex<Reading>>);

    struct Reading {
        body: reqwest::Body,
        begun: bool,
    }

    impl OneShot {
        pub fn new(body: reqwest::Body) -> Self {
            let begun = false;
            Self(Arc::new(Mutex::new(Reading { body, begun })))
        }

        fn reading(&self) -> MutexGuard<'_, Reading> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }

        pub fn is_spent(&self) -> bool {
            self.reading().begun
        }

        /// Returns the body, unless it is spent.
        pub fn take(&mut self) -> Option<reqwest::Body> {
            (!self.is_spent()).then(|| reqwest::Body::wrap(self.clone()))
        }
    }

    impl Body for OneShot {
        type Data = Bytes;
        type Error = reqwest::Error;

        fn poll_frame(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
            let mut reading = self.reading();
            reading.begun = true;
            Pin::new(&mut reading.body).poll_frame(cx)
        }

        fn is_end_stream(&self) -> bool {
            self.reading().body.is_end_stream()
        }

        fn size_hint(&self) -> SizeHint {
            self.reading().body.size_hint()
        }
    }
}

#[cfg(target_family = "wasm")]
mod browser {
    use std::{pin::Pin, time::Duration};

    use bytes::Bytes;
    use futures_util::{Stream, StreamExt, TryFutureExt};
    use reqwest::{Client, Request, StatusCode, Url, header::HeaderMap};

    use crate::transport::clock::{Instant, until};

    pub(crate) fn timeout<F: Future>(
        wait: Duration,
        deadline: impl Into<Option<Instant>>,
        future: F,
    ) -> wasmtimer::tokio::Timeout<F> {
        wasmtimer::tokio::timeout_at(until(wait, deadline.into()), future)
    }

    /// A response whose body is read chunk by chunk.
    pub(crate) struct RawResponse {
        url: Url,
        status: StatusCode,
        headers: HeaderMap,
        length: Option<u64>,
        body: Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>>>>,
    }

    impl From<reqwest::Response> for RawResponse {
        fn from(r: reqwest::Response) -> Self {
            let (status, headers, length) = (r.status(), r.headers().clone(), r.content_length());
            Self {
                url: r.url().clone(),
                status,
                headers,
                length,
                body: Box::pin(r.bytes_stream()),
            }
        }
    }

    impl RawResponse {
        pub fn url(&self) -> &Url {
            &self.url
        }
        pub fn status(&self) -> StatusCode {
            self.status
        }
        pub fn headers(&self) -> &HeaderMap {
            &self.headers
        }
        pub fn headers_mut(&mut self) -> &mut HeaderMap {
            &mut self.headers
        }
        pub fn content_length(&self) -> Option<u64> {
            self.length
        }
        pub async fn chunk(&mut self) -> reqwest::Result<Option<Bytes>> {
            self.body.next().await.transpose()
        }
    }

    /// A hook cannot make a response in a browser.
    pub(crate) fn with_url(response: reqwest::Response, _: Url) -> reqwest::Response {
        response
    }

    /// Sends a request. `fetch` asks for what it decodes.
    pub(crate) fn execute(
        http: &Client,
        request: Request,
    ) -> impl Future<Output = Result<reqwest::Response, crate::Error>> {
        http.execute(request).map_err(crate::Error::transport)
    }

    pub(crate) fn decoded(response: reqwest::Response) -> reqwest::Response {
        response
    }

    /// Returns a response to read. `fetch` decodes every body.
    pub(crate) fn raw(response: reqwest::Response) -> RawResponse {
        RawResponse::from(response)
    }

    /// `fetch` does not say.
    pub(crate) fn is_unprocessed(_: &crate::Error) -> bool {
        false
    }

    /// A body that can be sent only once; `None` after that.
    pub(crate) struct OneShot(Option<reqwest::Body>);

    impl OneShot {
        pub fn new(body: reqwest::Body) -> Self {
            Self(Some(body))
        }

        pub fn is_spent(&self) -> bool {
            self.0.is_none()
        }

        pub fn take(&mut self) -> Option<reqwest::Body> {
            self.0.take()
        }
    }
}
