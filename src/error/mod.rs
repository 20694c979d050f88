//! The one error type.

mod explain;

use std::{
    collections::BTreeMap,
    error::Error as StdError,
    fmt::{self, Write as _},
    time::Duration,
};

use bytes::Bytes;
use reqwest::Method;
use serde_json::Value;

use crate::{
    codec::{decode, validate::Violation},
    privacy::{escape::Shown, secret, shown},
};

/// What went wrong, in kinds that a program can match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client can't be built like this.
    Configuration,
    /// A value that the API would refuse; nothing was sent.
    InvalidRequest,
    /// No response, or a broken one.
    Transport,
    /// No response in time; the text says which timeout was over.
    Timeout,
    /// A response that is not 2xx.
    Status,
    /// A 2xx answer of another form than the document says.
    Decode,
    /// A list can't be read to its end: a page came twice, a `next` link leads elsewhere or to no end, or fewer items came than the server counts. All items
    /// before it were given.
    Pagination,
    /// No credentials could be had, or a signature is wrong.
    Auth,
    /// A device says that a command failed.
    Command,
}

/// An error of a call, or of building a client.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    operation: Option<&'static str>,
    /// The method, and the path as the document has it.
    request: Option<(Method, &'static str)>,
    status: Option<u16>,
    body: Option<Bytes>,
    path: Option<String>,
    /// Of a request that was not sent.
    fields: BTreeMap<String, Vec<String>>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    attempts: u32,
    elapsed: Duration,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            operation: None,
            request: None,
            status: None,
            body: None,
            path: None,
            fields: BTreeMap::new(),
            request_id: None,
            retry_after: None,
            attempts: 0,
            elapsed: Duration::ZERO,
            source: None,
        }))
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, message)
    }

    pub(crate) fn auth(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Auth, message)
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidRequest, message)
    }

    pub(crate) fn pagination(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Pagination, message)
    }

    /// The same, meaning something else.
    pub(crate) fn explained(mut self, kind: ErrorKind, message: String) -> Self {
        (self.0.kind, self.0.message) = (kind, message);
        self
    }

    /// An error of a hook or of your own credentials.
    pub fn other(message: impl Into<String>) -> Self {
        Self::invalid(message)
    }

    /// What the API would refuse, all of it.
    pub(crate) fn violations(all: Vec<Violation>) -> Self {
        /// The others are in `field_errors`.
        const SHOWN: usize = 8;
        let texts = all.iter().take(SHOWN);
        let mut message = texts
            .map(|v| match v.field.as_str() {
                "" => format!("body: {}", v.fault),
                field => format!("{field}: {}", v.fault),
            })
            .collect::<Vec<_>>()
            .join("; ");
        if let Some(more @ 1..) = all.len().checked_sub(SHOWN) {
            message.push_str(&format!("; and {more} more"));
        }
        let mut error = Self::invalid(message);
        for Violation { field, fault } in all {
            let field = if field.is_empty() {
                "non_field_errors".into()
            } else {
                field
            };
            error.0.fields.entry(field).or_default().push(fault);
        }
        error
    }

    pub(crate) fn timeout(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Timeout, message)
    }

    pub(crate) fn transport(source: reqwest::Error) -> Self {
        let kind = match source.is_timeout() {
            true => ErrorKind::Timeout,
            false => ErrorKind::Transport,
        };
        let mut error = Self::new(kind, explain::explain(&source));
        // The URL may hold what a caller thinks private, in the query for example.
        error.0.source = Some(Box::new(source.without_url()));
        error
    }

    pub(crate) fn status_of(
        status: u16,
        request_id: Option<String>,
        retry_after: Option<Duration>,
        html: bool,
        template: Option<&str>,
        body: Bytes,
    ) -> Self {
        let hint = match status {
            _ if html => {
                "the response is an HTML page, not the API's: a proxy or another server responded"
            }
            304 => {
                "not modified: the call asked for a change only (If-None-Match, If-Modified-Since), and there is none"
            }
            300 | 305.. if status < 400 && status != 307 && status != 308 => {
                "not a response of this API: is the base URL right?"
            }
            300..=399 => {
                "a redirect to another place, which is not followed: is the base URL right?"
            }
            401 => "check the token; an API token goes with `APIToken`, a JWT with `Bearer`",
            403 => "the account may not do this",
            404 if template.is_some_and(names_a_device) => {
                "no such thing for this account; is a unit id given where the device id is wanted, or the other way round?"
            }
            404 => "no such thing for this account",
            429 => "too many requests: slow down",
            500.. => "the server failed: try again later",
            _ => "the API refused the request",
        };
        let mut error = Self::new(ErrorKind::Status, hint);
        error.0.status = Some(status);
        error.0.request_id = request_id;
        error.0.retry_after = retry_after;
        error.0.body = Some(body);
        error
    }

    pub(crate) fn decode(
        status: u16,
        path: impl Into<String>,
        message: impl Into<String>,
        body: Bytes,
    ) -> Self {
        let mut error = Self::new(ErrorKind::Decode, message);
        error.0.status = Some(status);
        error.0.path = Some(path.into());
        error.0.body = Some(body);
        error
    }

    pub(crate) fn too_large(status: u16, limit: usize) -> Self {
        let mut error = Self::new(
            ErrorKind::Decode,
            format!(
                "the response is larger than {limit} bytes: raise max_response_bytes, or read it as a stream"
            ),
        );
        error.0.status = Some(status);
        error
    }

    pub(crate) fn command(status: u16, body: Bytes) -> Self {
        let mut error = Self::new(
            ErrorKind::Command,
            "the device says that the command failed, or it did not answer: raw_body() has all of it",
        );
        error.0.status = Some(status);
        error.0.body = Some(body);
        error
    }

    pub(crate) fn no_result(jid: &str) -> Self {
        Self::new(
            ErrorKind::Timeout,
            format!(
                "no result in time: job {} may still run, command_job waits on",
                jid.escape_debug()
            ),
        )
    }

    pub(crate) fn no_turn(wait: Duration) -> Self {
        Self::timeout(format!(
            "its turn would come in {wait:.1?}, after its timeout: the client keeps to `max_per_second`, or the server asked all calls to wait (429)"
        ))
    }

    /// With another explanation.
    pub(crate) fn because(mut self, message: impl Into<String>) -> Self {
        self.0.message = message.into();
        self
    }

    /// What the server said to a login may repeat what was sent.
    pub(crate) fn without_body(mut self) -> Self {
        self.0.body = None;
        self
    }

    /// The same for another call that failed with it; its source stays with the first.
    pub(crate) fn twin(&self) -> Self {
        let mut twin = Self::new(self.0.kind, self.0.message.clone());
        (twin.0.status, twin.0.retry_after, twin.0.request_id) =
            (self.0.status, self.0.retry_after, self.0.request_id.clone());
        twin
    }

    pub(crate) fn of(mut self, operation: &'static str, attempts: u32, elapsed: Duration) -> Self {
        (self.0.operation, self.0.attempts, self.0.elapsed) = (Some(operation), attempts, elapsed);
        self
    }

    /// With the method and the path of its operation, where the document has it.
    pub(crate) fn on(mut self, method: &Method, template: Option<&'static str>) -> Self {
        self.0.request = template.map(|template| (method.clone(), template));
        self
    }

    /// Its kind.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }
    /// The HTTP status, if there was a response.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }
    /// The operation's id in the normalised document.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }
    /// How many attempts were made.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }
    /// How long all attempts and the waits between them took.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }
    /// The body of the response, cut at 1 MiB.
    pub fn raw_body(&self) -> Option<&[u8]> {
        self.0.body.as_deref()
    }
    /// Where in the response, as a path (`results[3].id`), if it did not decode.
    pub fn json_path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }
    /// `X-Request-Id` of the response.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }
    /// `Retry-After` of the response, at most a year.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }
    /// Django REST framework's `detail`; the `status` of a refused command, the `error` of a device on the local network.
    pub fn detail(&self) -> Option<String> {
        let json = self.json()?;
        ["detail", "error", "status"]
            .iter()
            .find_map(|k| json.get(k)?.as_str())
            .map(str::to_owned)
    }
    /// The errors of each field: as DRF sends them with a 400, or what was found before anything was sent. Those of no field are under `non_field_errors`; a
    /// field inside another has its path, `points[2].name`.
    pub fn field_errors(&self) -> BTreeMap<String, Vec<String>> {
        let mut out = self.0.fields.clone();
        if let Some(json) = self.json() {
            flatten(String::new(), json, &mut out);
        }
        out
    }

    fn json(&self) -> Option<Value> {
        let body = self.raw_body()?;
        (self.kind() == ErrorKind::Status).then(|| decode::lossless(body))
    }

    /// 404?
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }
    /// 401, or no credentials?
    pub fn is_unauthorized(&self) -> bool {
        self.status() == Some(401) || self.kind() == ErrorKind::Auth
    }
    /// A 403 whose text says that a session is over, as DRF-JWT does: "Signature has expired."; not one that speaks of a subscription.
    pub(crate) fn is_expired_session(&self) -> bool {
        let of_a_session = |text: String| {
            let text = text.to_lowercase();
            let mut words = text.split(|c: char| !c.is_alphanumeric());
            text.contains("expired")
                && words.any(|w| matches!(w, "signature" | "token" | "jwt" | "session"))
        };
        self.status() == Some(403) && self.detail().is_some_and(of_a_session)
    }
    /// 429?
    pub fn is_throttled(&self) -> bool {
        self.status() == Some(429)
    }
    /// May the same call do better later?
    pub fn is_retryable(&self) -> bool {
        match self.kind() {
            ErrorKind::Transport | ErrorKind::Timeout => true,
            ErrorKind::Status => self.status().is_some_and(is_retryable_status),
            _ => false,
        }
    }
}

/// A text that is no time, date, id or decimal where the API wants one: nothing was sent.
macro_rules! of_a_text {
    ($($fault:ty),*) => {$(
        impl From<$fault> for Error {
            fn from(fault: $fault) -> Self { Self::invalid(fault.to_string()) }
        }
    )*};
}
of_a_text!(crate::TimeError, uuid::Error, rust_decimal::Error);

/// Returns whether a later attempt may fare better than one with this status.
pub(crate) fn is_retryable_status(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
}

/// Is a device or its unit in the path? `/dongle/{unit_id}/`, `/devices/{id}/`.
fn names_a_device(template: &str) -> bool {
    let names = template.contains("{unit") || template.contains("{device");
    names || template.contains("/devices/{")
}

/// DRF's errors: lists of texts, in objects and lists like those of the request. Those of a list's items stand in an object too, under their numbers.
fn flatten(at: String, value: Value, out: &mut BTreeMap<String, Vec<String>>) {
    let is_number = |key: &String| !key.is_empty() && key.bytes().all(|b| b.is_ascii_digit());
    match value {
        Value::Object(map) => {
            let items = !at.is_empty() && map.keys().all(is_number);
            for (key, value) in map {
                let at = match at.as_str() {
                    at if items => format!("{at}[{key}]"),
                    "" => key,
                    at => format!("{at}.{key}"),
                };
                flatten(at, value, out);
            }
        }
        Value::Array(items) => {
            for (i, item) in items.into_iter().enumerate() {
                match item {
                    Value::Object(_) | Value::Array(_) => flatten(format!("{at}[{i}]"), item, out),
                    Value::Null => {}
                    text => told(&at, text, out),
                }
            }
        }
        // `{"detail": "..."}` is no error of a field; inside a field any text is.
        Value::String(_) if at.contains(['.', '[']) => told(&at, value, out),
        _ => {}
    }
}

fn told(at: &str, value: Value, out: &mut BTreeMap<String, Vec<String>>) {
    let text = match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let at = if at.is_empty() {
        "non_field_errors"
    } else {
        at
    };
    out.entry(at.to_owned()).or_default().push(text);
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A server may send escape sequences of a terminal, in names as well as in texts.
        let mut f = Shown(f);
        if let Some(operation) = self.0.operation {
            f.write_str(operation)?;
            if let Some((method, template)) = &self.0.request {
                write!(f, " ({method} {template})")?;
            }
            f.write_str(": ")?;
        }
        if self.0.kind == ErrorKind::Status {
            write!(f, "HTTP {}", self.0.status.unwrap_or_default())?;
            match self.detail() {
                Some(detail) => write!(f, " \"{}\"", detail.escape_debug())?,
                None => {
                    for (field, errors) in self.field_errors() {
                        // Django says some values that it refuses.
                        let errors = match shown::names_a_secret(&field) {
                            true => secret::MASK.to_owned(),
                            false => errors.join(" "),
                        };
                        write!(f, " {field}: {};", errors.escape_debug())?;
                    }
                }
            }
            f.write_str(": ")?;
        }
        if let Some(path) = &self.0.path {
            write!(f, "the response does not decode at `{path}`: ")?;
        }
        f.write_str(&self.0.message)?;
        if self.0.attempts > 1 {
            write!(
                f,
                " (after {} attempts in {:.1?})",
                self.0.attempts, self.0.elapsed
            )?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.to_string())
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|e| e as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The forms are those of Django REST framework 3.16: of fields, a nested serializer, many of them, a list field, a dict field, and of no field.
    #[test]
    fn the_errors_of_fields_have_their_paths_however_they_are_nested() {
        for (body, expected) in [
            (r#"{"name":["a","b"]}"#, vec![("name", "a|b")]),
            (
                r#"{"non_field_errors":["a"]}"#,
                vec![("non_field_errors", "a")],
            ),
            (
                r#"{"center":{"name":["a"],"non_field_errors":["b"]}}"#,
                vec![("center.name", "a"), ("center.non_field_errors", "b")],
            ),
            (
                r#"{"points":[{},{"name":["a"]},{"at":[{"x":["b"]}]}]}"#,
                vec![("points[1].name", "a"), ("points[2].at[0].x", "b")],
            ),
            (r#"{"points":["a"]}"#, vec![("points", "a")]),
            (
                r#"{"tags":{"0":["a"],"12":["b"]}}"#,
                vec![("tags[0]", "a"), ("tags[12]", "b")],
            ),
            (r#"{"grid":{"1":{"2":["a"]}}}"#, vec![("grid[1][2]", "a")]),
            (
                r#"{"names":{"k":["a"]},"7":["b"]}"#,
                vec![("7", "b"), ("names.k", "a")],
            ),
            (r#"[{},{"name":["a"]}]"#, vec![("[1].name", "a")]),
            (r#"["a","b"]"#, vec![("non_field_errors", "a|b")]),
            (r#"{"errors":{"name":"a"}}"#, vec![("errors.name", "a")]),
            (r#"{"max":[3,null,true]}"#, vec![("max", "3|true")]),
            (r#"{"detail":"no"}"#, vec![]),
            (r#""no""#, vec![]),
            ("<html>", vec![]),
        ] {
            let error = Error::status_of(400, None, None, false, None, body.into());
            let found = error.field_errors();
            let found: Vec<_> = found
                .iter()
                .map(|(field, texts)| (field.as_str(), texts.join("|")))
                .collect();
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(field, texts)| (field, texts.to_owned()))
                .collect();
            assert_eq!(found, expected, "{body}");
        }
    }

    #[test]
    fn no_text_of_a_server_reaches_a_terminal_as_it_is() {
        let refused = |body: &'static str| {
            Error::status_of(
                400,
                None,
                None,
                false,
                None,
                Bytes::from_static(body.as_bytes()),
            )
        };
        let detail = "{\"detail\": \"\\u001b[2Jx\\u202e\\r\"}";
        let field = "{\"a\\u001b]0;x\\u0007\": [\"b\\u009b\\u200b\\n\"]}";
        let place = Error::decode(200, "a\u{1b}\u{2066}[0]", "b\0\u{feff}", Bytes::new());
        for (error, shown) in [
            (refused(detail), r#"HTTP 400 "\u{1b}[2Jx\u{202e}\r""#),
            (
                refused(field),
                r"HTTP 400 a\u{1b}]0;x\u{7}: b\u{9b}\u{200b}\n;",
            ),
            (place, r"at `a\u{1b}\u{2066}[0]`: b\u{0}\u{feff}"),
        ] {
            let text = error.to_string();
            assert!(text.contains(shown), "{text}");
            for text in [
                text,
                format!("{error:?}"),
                format!("{error:#?}").replace('\n', ""),
            ] {
                assert!(!text.contains(crate::privacy::escape::hidden), "{text:?}");
            }
        }
        // A program reads it as it came.
        assert_eq!(refused(detail).raw_body(), Some(detail.as_bytes()));
        assert_eq!(
            refused(detail).detail().as_deref(),
            Some("\u{1b}[2Jx\u{202e}\r")
        );
    }
}
