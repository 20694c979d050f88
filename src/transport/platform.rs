//! The differences between a browser (wasm32-unknown-unknown) and an operating system: timeouts,
//! reading responses, settings of the HTTP client. The clock is in `clock`.

#[cfg(not(target_family = "wasm"))]
pub(crate) use system::*;

#[cfg(target_family = "wasm")]
pub(crate) use browser::*;

#[cfg(not(target_family = "wasm"))]
mod system {
    use std::error::Error;

    use reqwest::{ResponseBuilderExt, Url};

    pub(crate) use crate::transport::timer::timeout;

    /// A response whose body is read chunk by chunk.
    pub(crate) type RawResponse = reqwest::Response;

    /// Sets the URL of a response that a hook made, which has none of its own.
    pub(crate) fn with_url(response: reqwest::Response, url: Url) -> reqwest::Response {
        if response.url().host_str() != Some("no.url.provided.local") {
            return response;
        }
        let (parts, body) = http::Response::from(response).into_parts();
        let mut response = http::Response::builder()
            .url(url)
            .body(body)
            .unwrap_or_default();
        *response.status_mut() = parts.status;
        *response.headers_mut() = parts.headers;
        response.into()
    }

    /// Returns whether the server says over HTTP/2 that it did not process the request: a refused
    /// stream, or one after a graceful shutdown (RFC 9113, 8.7).
    pub(crate) fn is_unprocessed(e: &crate::Error) -> bool {
        let causes = std::iter::successors(e.source(), |&cause| cause.source());
        causes
            .filter_map(|cause| cause.downcast_ref::<h2::Error>())
            .any(|e| {
                let of = |reason| e.is_remote() && e.reason() == Some(reason);
                e.is_reset() && of(h2::Reason::REFUSED_STREAM)
                    || e.is_go_away() && of(h2::Reason::NO_ERROR)
            })
    }
}

#[cfg(target_family = "wasm")]
mod browser {
    use std::{pin::Pin, time::Duration};

    use bytes::Bytes;
    use futures_util::{Stream, StreamExt};
    use reqwest::{StatusCode, Url, header::HeaderMap};

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

    /// `fetch` does not say.
    pub(crate) fn is_unprocessed(_: &crate::Error) -> bool {
        false
    }
}
