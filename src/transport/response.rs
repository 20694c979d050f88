//! Responses: reading and decoding their bodies, and the errors that they become.

use std::{fmt, time::Duration};

use bytes::{Bytes, BytesMut};
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, RANGE};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use crate::{
    Error,
    codec::{
        decode::{self, Fault},
        redact::Whole,
    },
    privacy::shown,
    transport::{
        clock::{Instant, after},
        encoding::encodings,
        html::{is_html, is_page},
        platform::{RawResponse, timeout},
        request::RequestSpec,
        retry_after::retry_after,
        trace::Trace,
    },
};

/// A response: its status, its headers and its decoded body.
#[derive(Clone)]
#[non_exhaustive]
pub struct Response<T> {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The decoded body.
    pub value: T,
}

/// Shows no values of headers, which may be cookies, and no values of types that cannot hide
/// secrets: bytes, texts, `serde_json`'s types.
impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &shown::Headers(&self.headers))
            .field("value", &Whole(&self.value))
            .finish()
    }
}

impl<T> Response<T> {
    /// Marks the headers that hold secrets, because the caller may print them.
    pub(crate) fn marked(mut self) -> Self {
        shown::mark(&mut self.headers);
        self
    }

    pub(crate) fn map<U>(self, map: impl FnOnce(T) -> U) -> Response<U> {
        Response {
            status: self.status,
            headers: self.headers,
            value: map(self.value),
        }
    }

    pub(crate) fn try_map<U>(
        self,
        map: impl FnOnce(u16, T) -> Result<U, Error>,
    ) -> Result<Response<U>, Error> {
        Ok(Response {
            status: self.status,
            headers: self.headers,
            value: map(self.status, self.value)?,
        })
    }
}

/// Reads the body, up to a limit in bytes.
pub(crate) async fn read(
    response: &mut RawResponse,
    limit: usize,
    stall: Duration,
    deadline: Instant,
    late: impl Fn() -> Error,
) -> Result<Bytes, Error> {
    let status = response.status().as_u16();
    let announced = response.content_length().unwrap_or(0);
    if announced > limit as u64 {
        return Err(Error::too_large(status, limit));
    }
    let mut body = BytesMut::new();
    let mut first = Bytes::new();
    while let Some(chunk) = timeout(stall, deadline, response.chunk())
        .await
        .map_err(|_| late())?
        .map_err(Error::transport)?
    {
        if first.len() + body.len() + chunk.len() > limit {
            return Err(Error::too_large(status, limit));
        }
        // Usually there is only one chunk, which need not be copied.
        if first.is_empty() && body.is_empty() {
            first = chunk;
            continue;
        }
        if body.is_empty() {
            body.reserve((announced as usize).min(8 << 20));
            body.extend_from_slice(&std::mem::take(&mut first));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(if body.is_empty() {
        first
    } else {
        body.freeze()
    })
}

/// Returns an error if the body is only a part that the call did not ask for, or has a content
/// encoding that the client does not decode. A caller who gets bytes may have asked for one.
pub(crate) fn refuse_unasked(response: &RawResponse, sent: &RequestSpec) -> Result<(), Error> {
    let status = response.status().as_u16();
    if status == 206 && sent.header(&RANGE).is_none() {
        let fault = "it is a part of the response (206), which was not asked for";
        return Err(Error::decode(status, ".", fault, Bytes::new()));
    }
    match encoded(response) {
        Some(fault) if !sent.as_sent || sent.header(&ACCEPT_ENCODING).is_none() => {
            Err(Error::decode(status, ".", fault, Bytes::new()))
        }
        _ => Ok(()),
    }
}

/// Returns what is wrong with a body in a content encoding that the client does not decode.
fn encoded(response: &RawResponse) -> Option<String> {
    // The headers of a HEAD are those of the body that a GET has. A browser decodes every body, and
    // shows the header all the same.
    if response.content_length() == Some(0) || cfg!(target_family = "wasm") {
        return None;
    }
    let names = encodings(response.headers());
    let name: String = names.join(", ").chars().take(60).collect();
    (!names.is_empty())
        .then(|| format!("the body is encoded as `{name}`, which this client does not decode"))
}

/// Returns the error that a response other than 2xx becomes.
pub(crate) async fn status_error(response: RawResponse, template: Option<&str>) -> Error {
    let headers = response.headers();
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .map(str::to_owned)
    };
    let (id, after) = (text("x-request-id"), retry_after(headers));
    let (html, encoded) = (is_html(headers), encoded(&response));
    let status = response.status();
    let body = read_some(response).await;
    let html = html || is_page(&body);
    let error = Error::status_of(status.as_u16(), id, after, html, template, body);
    match encoded {
        Some(fault) => error.and(&fault),
        None => error,
    }
}

/// Returns the part of the body that arrives within 5 s, up to 1 MiB, for the error to keep.
pub(crate) async fn read_some(mut response: RawResponse) -> Bytes {
    const LIMIT: usize = 1 << 20;
    let until = after(Duration::from_secs(5));
    let mut body = BytesMut::new();
    while let Ok(Ok(Some(chunk))) = timeout(Duration::MAX, until, response.chunk()).await {
        body.extend_from_slice(&chunk[..chunk.len().min(LIMIT - body.len())]);
        if body.len() >= LIMIT {
            break;
        }
    }
    body.freeze()
}

/// Decodes the body as `T`: first quickly and strictly, then with pages that keep their bad items,
/// then leniently, which also finds the path of an error.
/// Reports of bad items do not show the secrets of the request.
pub(crate) fn decode<T: DeserializeOwned>(
    status: u16,
    body: Bytes,
    of: Option<&Trace>,
) -> Result<T, Error> {
    if body.is_empty() {
        // An empty body is read as null where null is allowed, and as nothing else: the server did
        // not send an empty list.
        let value = serde_json::from_str("null");
        return value.map_err(|_| Error::decode(status, ".", "the body is empty", body));
    }
    let secrets = || of.map(Trace::repeated).unwrap_or_default();
    decode::read_hiding(&body, secrets).map_err(|fault| undecoded(status, fault, body))
}

/// Reads a body that may be any JSON. A text that is not JSON becomes a string, an empty body null;
/// a page of another server and bytes that are no text are errors.
pub(crate) fn any(response: &Response<Bytes>) -> Result<Value, Error> {
    let body = &response.value;
    let fault = match std::str::from_utf8(body) {
        // Django's usual media type is that of a page, also for nothing.
        _ if is_html(&response.headers) && !body.is_empty() || is_page(body) => Error::HTML_PAGE,
        Err(_) => "the body is neither JSON nor a text in UTF-8",
        Ok(_) => return Ok(decode::lossless(body)),
    };
    Err(Error::decode(response.status, ".", fault, body.clone()))
}

/// Ignores what a server sends where nothing is documented, except for the page of another server.
pub(crate) fn nothing(response: &Response<Bytes>) -> Result<(), Error> {
    let body = &response.value;
    let page = || Error::decode(response.status, ".", Error::HTML_PAGE, body.clone());
    is_page(body).then(page).map_or(Ok(()), Err)
}

#[cold]
fn undecoded(status: u16, Fault { path, mut message }: Fault, body: Bytes) -> Error {
    if path == "."
        && let Err(e) = serde_json::from_slice::<IgnoredAny>(&body)
    {
        message = if is_page(&body) {
            Error::HTML_PAGE.into()
        } else if body.trim_ascii_start().starts_with(b"<") {
            "the response is XML or a part of an HTML page, not the API's".into()
        } else {
            format!("the body is not JSON: {e}")
        };
    }
    let message = shown::reason(&path, message);
    Error::decode(status, path, message, body)
}

#[cfg(test)]
mod tests {
    use reqwest::header::{CONTENT_TYPE, HeaderValue};

    use super::*;

    #[test]
    fn any_json_is_no_page_even_if_nobody_says_that_it_is_html() {
        let read = |media: &'static str, body: &'static str| {
            let media = (CONTENT_TYPE, HeaderValue::from_static(media));
            let response = Response {
                status: 200,
                headers: HeaderMap::from_iter([media]),
                value: Bytes::from_static(body.as_bytes()),
            };
            (any(&response), nothing(&response))
        };
        for page in ["<!DOCTYPE html><p>", " \n<HTML><body>"] {
            let (any, nothing) = read("", page);
            for error in [any.unwrap_err(), nothing.unwrap_err()] {
                assert!(error.to_string().contains(Error::HTML_PAGE), "{error}");
            }
        }
        for text in ["<b>7</b>", "<htm", ""] {
            let (any, nothing) = read("", text);
            assert!(any.is_ok() && nothing.is_ok(), "{text}");
        }
        let (any, nothing) = read("text/html; charset=utf-8", "");
        assert!(any.unwrap().is_null() && nothing.is_ok());
        let (any, nothing) = read("text/html", "OK");
        assert!(any.is_err() && nothing.is_ok());
    }
}
