//! Where a browser (wasm32-unknown-unknown) differs from an operating system: the clock, threads, how an answer is read, what an HTTP client can be told.

#[cfg(not(target_family = "wasm"))]
pub(crate) use system::*;

#[cfg(target_family = "wasm")]
pub(crate) use browser::*;

#[cfg(not(target_family = "wasm"))]
mod system {
    use std::error::Error;

    pub(crate) use tokio::time::{Instant, sleep, sleep_until};

    pub(crate) use crate::transport::timer::timeout;

    /// An answer whose body is read piece by piece.
    pub(crate) type Answer = reqwest::Response;

    pub(crate) fn is_connect(e: &reqwest::Error) -> bool {
        e.is_connect()
    }

    /// The server says over HTTP/2 that it did nothing with the request: a refused stream, or one after a graceful end (RFC 9113, 8.7).
    pub(crate) fn is_unprocessed(e: &reqwest::Error) -> bool {
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
    pub(crate) use wasmtimer::{
        std::Instant,
        tokio::{sleep, sleep_until},
    };

    pub(crate) fn timeout<F: Future>(
        wait: Duration,
        deadline: impl Into<Option<Instant>>,
        future: F,
    ) -> wasmtimer::tokio::Timeout<F> {
        wasmtimer::tokio::timeout_at(
            crate::transport::limits::until(wait, deadline.into()),
            future,
        )
    }

    /// An answer whose body is read piece by piece.
    pub(crate) struct Answer {
        url: Url,
        status: StatusCode,
        headers: HeaderMap,
        length: Option<u64>,
        body: Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>>>>,
    }

    impl From<reqwest::Response> for Answer {
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

    impl Answer {
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

    /// `fetch` does not tell.
    pub(crate) fn is_connect(_: &reqwest::Error) -> bool {
        false
    }

    /// Nor this.
    pub(crate) fn is_unprocessed(_: &reqwest::Error) -> bool {
        false
    }
}
