//! The error type of this crate.

mod explain;
mod fields;
mod named;
mod new;
#[cfg(test)]
mod tests;
mod text;

use std::{borrow::Cow, collections::BTreeMap, error::Error as StdError, time::Duration};

use bytes::Bytes;
use reqwest::Method;
use serde_json::Value;

use crate::codec::decode;

/// The kinds of errors that a program can distinguish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The settings of the client are invalid.
    Configuration,
    /// The API would refuse a value of the request; nothing was sent.
    InvalidRequest,
    /// There was no response, or it broke off.
    Transport,
    /// There was no response in time; the text says which timeout was exceeded.
    Timeout,
    /// The status of the response is not 2xx.
    Status,
    /// A 2xx response is not of the form that the document describes.
    Decode,
    /// A list cannot be read to its end: a page came twice, a `next` link leads to another host or
    /// never ends, or fewer items came than the server counts. All items before the error were
    /// returned.
    Pagination,
    /// No credentials could be obtained, or the signature of a webhook is wrong.
    Auth,
    /// A device reports that a command failed.
    Command,
}

/// An error of a call, or of building a client.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    /// What a program in Rust can do about it; follows the message.
    advice: String,
    operation: Option<&'static str>,
    /// The method and the path template of the operation, or the path of a raw request.
    request: Option<(Method, Cow<'static, str>)>,
    status: Option<u16>,
    body: Option<Bytes>,
    path: Option<String>,
    /// The errors of fields in a request that was not sent.
    fields: BTreeMap<String, Vec<String>>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    attempts: u32,
    elapsed: Duration,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the HTTP status, if there was a response.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Returns the id of the operation in the normalised document, if the error belongs to a call.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// Returns how many attempts were made: 0 if nothing was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns how long the call took, with all attempts and the waits between them.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Returns the body of the response, truncated at 1 MiB.
    pub fn raw_body(&self) -> Option<&[u8]> {
        self.0.body.as_deref()
    }

    /// Returns the path of the value that did not decode: `results[3].id`.
    pub fn json_path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// Returns the `X-Request-Id` header of the response.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Returns the `Retry-After` of the response, at most one year.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns the reason in the body of the response: Django REST framework's `detail`, the
    /// `error` of a device on the local network, the `message` of a gateway, the `status` of
    /// a refused command, the `title` of a problem (RFC 9457), or a short body that is only a text.
    pub fn detail(&self) -> Option<String> {
        let json = self.json()?;
        let is_problem = json.get("type").or(json.get("status")).is_some();
        let named = || {
            let names = ["detail", "error", "message", "status"].iter();
            let mut names = names.chain(is_problem.then_some(&"title"));
            names.find_map(|k| json.get(k)?.as_str().filter(|text| !text.trim().is_empty()))
        };
        json.as_str().map_or_else(named, words).map(str::to_owned)
    }

    /// Returns the errors of each field, by its path (`points[2].name`): as DRF sends them with a
    /// 400, as other frameworks do (lists of errors that name their field, RFC 9457), or as found
    /// before anything was sent. Errors that belong to no field are under `non_field_errors`.
    pub fn field_errors(&self) -> BTreeMap<String, Vec<String>> {
        self.errors_of_fields(true)
    }

    /// Returns the errors of each field; `nested` says whether a text that stands below other
    /// members, and in no list, is one.
    fn errors_of_fields(&self, nested: bool) -> BTreeMap<String, Vec<String>> {
        let mut out = self.0.fields.clone();
        if let Some(json) = self.json() {
            // Beside a reason, a text at the top (`code`, `title`) is not the error of a field.
            fields::collect(json, self.detail().is_none(), nested, &mut out);
        }
        out
    }

    fn json(&self) -> Option<Value> {
        let body = self.raw_body()?;
        (self.kind() == ErrorKind::Status).then(|| decode::lossless(body))
    }

    /// Returns whether the status is 404.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// Returns whether the credentials are at fault: the status is 401, or no credentials could be
    /// obtained.
    pub fn is_unauthorized(&self) -> bool {
        self.status() == Some(401) || self.kind() == ErrorKind::Auth
    }

    /// Returns whether the error is a 403 whose text says that a session is over, as DRF-JWT sends
    /// it ("Signature has expired."), and not one about a subscription.
    pub(crate) fn is_expired_session(&self) -> bool {
        let of_a_session = |text: String| {
            let text = text.to_lowercase();
            let mut words = text.split(|c: char| !c.is_alphanumeric());
            text.contains("expired")
                && words.any(|w| matches!(w, "signature" | "token" | "jwt" | "session"))
        };
        self.status() == Some(403) && self.detail().is_some_and(of_a_session)
    }

    /// Returns whether the status is 429.
    pub fn is_throttled(&self) -> bool {
        self.status() == Some(429)
    }

    /// Returns whether the same call may succeed later: there was no response, or the status is a
    /// temporary one (408, 425, 429, 500, 502, 503 or 504).
    pub fn is_retryable(&self) -> bool {
        match self.kind() {
            ErrorKind::Transport | ErrorKind::Timeout => true,
            ErrorKind::Status => self.status().is_some_and(is_retryable_status),
            _ => false,
        }
    }
}

/// Returns a text that is a reason: no page, no broken JSON, nothing long.
fn words(text: &str) -> Option<&str> {
    let text = text.trim();
    let is_reason = (1..=300).contains(&text.len()) && !text.starts_with(['<', '{', '[']);
    is_reason.then_some(text)
}

/// Returns whether another attempt may succeed after this status.
pub(crate) fn is_retryable_status(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|e| e as _)
    }
}
