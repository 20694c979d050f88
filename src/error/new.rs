//! Constructors of errors, and what is added to an error on its way up.

use std::{borrow::Cow, collections::BTreeMap, time::Duration};

use bytes::Bytes;
use reqwest::Method;

use crate::{
    codec::validate::Violation,
    error::{Error, ErrorKind, Inner, explain},
    privacy::repeated::Repeated,
};

/// How many bytes of a response an error keeps.
const MOST_BODY: usize = 1 << 20;

impl Error {
    pub(crate) const HTML_PAGE: &str =
        "the response is an HTML page, not the API's: a proxy or another server responded";

    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            advice: String::new(),
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

    /// Changes the kind and the message.
    pub(crate) fn explained(mut self, kind: ErrorKind, message: String) -> Self {
        (self.0.kind, self.0.message) = (kind, message);
        self
    }

    /// Returns an error for a hook or a credentials provider of your own. Its kind is
    /// [`ErrorKind::InvalidRequest`]; no attempt follows it.
    pub fn other(message: impl Into<String>) -> Self {
        Self::invalid(message)
    }

    /// Returns the error of a request with values that the API would refuse.
    pub(crate) fn violations(all: Vec<Violation>) -> Self {
        /// How many violations the message shows; `field_errors` has all of them.
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
        let kind = match () {
            () if source.is_timeout() => ErrorKind::Timeout,
            // A request that could not be built cannot be sent later either.
            () if source.is_builder() => ErrorKind::InvalidRequest,
            () => ErrorKind::Transport,
        };
        let mut error = Self::new(kind, explain::explain(&source));
        // The URL may hold private data, in its query for example.
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
            404 if html => "no such path: the response is an HTML page; is the base URL right?",
            // Django has such pages too, as for a crash.
            400.. if html => {
                "the response is an HTML page of the server itself, a proxy or another server"
            }
            _ if html => Self::HTML_PAGE,
            304 => {
                "not modified: the call asked only for changes (If-None-Match, If-Modified-Since)"
            }
            ..200 | 300 | 305.. if status < 400 && status != 307 && status != 308 => {
                "not a response of this API: is the base URL right?"
            }
            300..=399 => "a redirect that is not followed: is the base URL right?",
            401 => "check the token; an API token goes with `APIToken`, a JWT with `Bearer`",
            403 => "the account may not do this",
            // Django REST framework's `invalid_page_message`.
            404 if body.windows(12).any(|text| text == b"Invalid page") => {
                "the list has no such page"
            }
            404 if template.is_some_and(names_a_device) => {
                "not found for this account; was a unit id passed for a device id, or the reverse?"
            }
            404 => "not found for this account",
            407 => "a proxy asks for credentials of its own",
            429 => "too many requests: slow down",
            511 => "the network asks for a sign-in first",
            500.. => "the server failed: a later call may succeed",
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
        mut body: Bytes,
    ) -> Self {
        let mut error = Self::new(ErrorKind::Decode, message);
        error.0.status = Some(status);
        error.0.path = Some(path.into());
        body.truncate(MOST_BODY);
        error.0.body = Some(body);
        error
    }

    pub(crate) fn too_large(status: u16, limit: usize) -> Self {
        let mut error = Self::new(
            ErrorKind::Decode,
            format!("the response is larger than {limit} bytes"),
        )
        .advise(": raise max_response_bytes, or read it as a stream");
        error.0.status = Some(status);
        error
    }

    pub(crate) fn command(status: u16, mut body: Bytes) -> Self {
        body.truncate(MOST_BODY);
        let mut error = Self::new(
            ErrorKind::Command,
            "the device reports that the command failed, or did not respond",
        )
        .advise("; raw_body() has the whole report");
        error.0.status = Some(status);
        error.0.body = Some(body);
        error
    }

    pub(crate) fn no_result(jid: &str) -> Self {
        Self::new(
            ErrorKind::Timeout,
            format!(
                "no result in time: job {} may still run",
                jid.escape_debug()
            ),
        )
        .advise(", command_job waits on")
    }

    /// Makes a 404 the error of a wait for the result of a job.
    pub(crate) fn no_job(self, jid: &str) -> Self {
        let jid = jid.escape_debug();
        let message = format!("no result in time: the API does not know job {jid}, or not yet");
        self.explained(ErrorKind::Timeout, message)
            .advise(", command_job waits on")
    }

    pub(crate) fn no_turn(wait: Duration) -> Self {
        Self::timeout(format!(
            "its turn would come in {wait:.1?}, after its timeout: the client keeps to \
             `max_per_second`, or the server asked all calls to wait (429)"
        ))
    }

    /// Adds what a program in Rust can do about it.
    pub(crate) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.0.advice = advice.into();
        self
    }

    /// Changes the message.
    pub(crate) fn because(mut self, message: impl Into<String>) -> Self {
        self.0.message = message.into();
        self
    }

    /// Masks secrets wherever the error holds a text: a server may repeat what it was sent.
    pub(crate) fn masking(mut self, secrets: &Repeated) -> Self {
        let inner = &mut *self.0;
        secrets.hide(&mut inner.message);
        inner.path.iter_mut().for_each(|path| secrets.hide(path));
        inner.request_id.iter_mut().for_each(|id| secrets.hide(id));
        if let Some((_, Cow::Owned(path))) = &mut inner.request {
            secrets.hide(path);
        }
        for (mut field, mut faults) in std::mem::take(&mut inner.fields) {
            secrets.hide(&mut field);
            faults.iter_mut().for_each(|fault| secrets.hide(fault));
            inner.fields.entry(field).or_default().extend(faults);
        }
        let body = inner.body.as_deref().unwrap_or_default();
        if let Some(masked) = secrets.masked(body) {
            inner.body = Some(masked.into());
        }
        self
    }

    /// Removes the body: the response to a login may repeat what was sent.
    pub(crate) fn without_body(mut self) -> Self {
        self.0.body = None;
        self
    }

    /// Returns a copy for another call that failed for the same reason; the source stays with the
    /// original.
    pub(crate) fn twin(&self) -> Self {
        let mut twin = Self::new(self.0.kind, self.0.message.clone()).advise(self.0.advice.clone());
        (twin.0.status, twin.0.retry_after, twin.0.request_id) =
            (self.0.status, self.0.retry_after, self.0.request_id.clone());
        twin
    }

    pub(crate) fn of(mut self, operation: &'static str, attempts: u32, elapsed: Duration) -> Self {
        (self.0.operation, self.0.attempts, self.0.elapsed) = (Some(operation), attempts, elapsed);
        self
    }

    /// Adds the method and the path template of the operation, or the path of a raw request without
    /// its secrets.
    pub(crate) fn on(
        mut self,
        method: &Method,
        path: Option<impl Into<Cow<'static, str>>>,
    ) -> Self {
        self.0.request = path.map(|path| (method.clone(), path.into()));
        self
    }
}

/// Makes errors of texts that are not a time, date, id or decimal; nothing was sent.
macro_rules! of_a_text {
    ($($fault:ty),*) => {$(
        impl From<$fault> for Error {
            fn from(fault: $fault) -> Self { Self::invalid(fault.to_string()) }
        }
    )*};
}
of_a_text!(crate::TimeError, uuid::Error, rust_decimal::Error);

/// Returns whether the path names a device or its unit: `/dongle/{unit_id}/`, `/devices/{id}/`.
fn names_a_device(template: &str) -> bool {
    let names = template.contains("{unit") || template.contains("{device");
    names || template.contains("/devices/{")
}
