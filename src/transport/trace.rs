//! The span of a call, and the counts that its errors carry.

use std::{borrow::Cow, fmt};

use reqwest::{Method, header::HeaderValue};
use tracing::{
    Level, Span,
    field::{Empty, debug, display},
    level_filters::LevelFilter,
};

use crate::{
    Error,
    privacy::{repeated::Repeated, shown},
    transport::{clock::Instant, core::Core, request::RequestSpec},
};

/// The name of a call, only written where a subscriber reads it.
struct Name<'a> {
    method: &'a str,
    template: Option<&'a str>,
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.template {
            Some(template) => write!(f, "{} {template}", self.method),
            None => f.write_str(self.method),
        }
    }
}

/// The state of a running call. When it is dropped, after a response, an error or a cancellation,
/// the span ends.
pub(crate) struct Trace {
    pub span: Span,
    pub attempts: u32,
    operation: &'static str,
    method: Method,
    /// The path template of the operation, or the path of a raw request.
    path: Cow<'static, str>,
    pub started: Instant,
    /// The authorization of the last attempt.
    pub sent: Option<HeaderValue>,
    /// The authorization that was refused before.
    pub refused: Option<Box<HeaderValue>>,
    /// The request, once the last attempt is over.
    pub request: Option<Box<RequestSpec>>,
}

impl Trace {
    /// Starts the trace of a call. Its span holds no header, no query and no body.
    ///
    /// The fields have the names of OpenTelemetry's semantic conventions for HTTP clients; those
    /// with `otel.` are understood by `tracing-opentelemetry`.
    pub fn new(core: &Core, spec: &RequestSpec) -> Self {
        let base = &core.base;
        let (method, operation, template) = (spec.method.as_str(), spec.operation, spec.template);
        // With tracing's feature `log`, the fields of a disabled span are evaluated too.
        let seen = Level::INFO <= LevelFilter::current();
        let span = tracing::info_span!(
            "autopi.call",
            otel.name = %Name { method, template },
            otel.kind = "client",
            otel.status_code = Empty,
            operation,
            http.request.method = method,
            url.template = template,
            url.path = (seen && template.is_none()).then(|| core.shown_path(&spec.path)),
            server.address = base.host_str(),
            server.port = base.port_or_known_default(),
            http.response.status_code = Empty,
            http.request.resend_count = Empty,
            error.type = Empty,
            attempts = Empty,
            duration_ms = Empty
        );
        // A disabled span is replaced by none: with tracing's feature `log`, each use of it would
        // ask the logger.
        let span = if span.is_disabled() {
            Span::none()
        } else {
            span
        };
        Self {
            span,
            attempts: 0,
            operation,
            method: spec.method.clone(),
            path: template.map_or_else(|| spec.path.clone().into(), Cow::Borrowed),
            started: Instant::now(),
            sent: None,
            refused: None,
            request: None,
        }
    }

    /// Returns whether a pair of a query holds the authorization.
    pub fn sends(&self, (name, value): &(Cow<'static, str>, String)) -> bool {
        let header = self.sent.as_ref().and_then(|header| header.to_str().ok());
        let token = header.and_then(|header| header.rsplit(' ').next());
        token.is_some_and(|token| {
            token.len() >= 8 && (name.contains(token) || value.contains(token))
        })
    }

    /// Returns the secrets that the server may repeat.
    pub fn repeated(&self) -> Repeated {
        let mut secrets = Repeated::default();
        for header in self.sent.iter().chain(self.refused.as_deref()) {
            secrets.note_header(header.to_str().unwrap_or_default());
        }
        if let Some(request) = &self.request {
            request.note(&mut secrets);
        }
        secrets
    }

    pub fn status(&self, status: Option<u16>) {
        self.span.record("http.response.status_code", status);
    }

    /// Records the error of this call, and returns it with what is known of the call.
    pub fn fail(&self, error: Error) -> Error {
        if !self.span.is_disabled() {
            self.span.record("otel.status_code", "ERROR");
            match error.status() {
                Some(status) => self.span.record("error.type", display(status)),
                None => self.span.record("error.type", debug(error.kind())),
            };
        }
        let path = match &self.path {
            Cow::Borrowed(template) => Cow::Borrowed(*template),
            Cow::Owned(path) => shown::path(path).into(),
        };
        error
            .of(self.operation, self.attempts, self.started.elapsed())
            .on(&self.method, Some(path))
            .masking(&self.repeated())
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        if !self.span.is_disabled() {
            self.span.record("attempts", self.attempts);
            if self.attempts > 1 {
                self.span
                    .record("http.request.resend_count", self.attempts - 1);
            }
            self.span
                .record("duration_ms", self.started.elapsed().as_millis() as u64);
        }
    }
}
