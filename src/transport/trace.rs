//! The span of a call, and the counts that its errors carry.

use std::borrow::Cow;

use reqwest::{Method, Url};
use tracing::{
    Span,
    field::{Empty, debug, display},
};

use crate::{
    Error,
    privacy::shown,
    transport::{clock::Instant, request::RequestSpec},
};

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
}

impl Trace {
    /// Starts the trace of a call to this base URL. Its span holds no header, no query and no body.
    ///
    /// The fields have the names of OpenTelemetry's semantic conventions for HTTP clients; those
    /// with `otel.` are understood by `tracing-opentelemetry`.
    pub fn new(base: &Url, spec: &RequestSpec) -> Self {
        let (method, operation, template) = (spec.method.as_str(), spec.operation, spec.template);
        let span = tracing::info_span!(
            "autopi.call",
            otel.name = %template.map_or_else(|| method.to_owned(), |path| format!("{method} {path}")),
            otel.kind = "client",
            otel.status_code = Empty,
            operation,
            http.request.method = method,
            url.template = template,
            // Only evaluated if the span is enabled, so its cost is only paid by those who see it.
            url.path = template.is_none().then(|| shown::path(&spec.path)),
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
        }
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
