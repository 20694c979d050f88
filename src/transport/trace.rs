//! The span of a call, and the counts that its errors carry.

use reqwest::Method;
use tracing::{Span, field::Empty};

use crate::{
    Error,
    transport::{clock::Instant, request::RequestSpec},
};

/// What is known of a call while it runs. Its end, be it a response, an error or that nobody waits any more, ends the span.
pub(crate) struct Trace {
    pub span: Span,
    pub attempts: u32,
    operation: &'static str,
    method: Method,
    template: Option<&'static str>,
    pub started: Instant,
}

impl Trace {
    /// Starts the trace of a call. No header, no query and no body is in its span.
    pub fn new(spec: &RequestSpec) -> Self {
        let path = spec.template.unwrap_or(&spec.path);
        let (method, operation) = (spec.method.as_str(), spec.operation);
        let span = tracing::info_span!(
            "autopi.call",
            operation,
            method,
            path,
            attempts = Empty,
            status = Empty,
            error = Empty,
            duration_ms = Empty
        );
        // One that nobody sees is left out: with tracing's feature `log` each use of it would be looked up.
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
            template: spec.template,
            started: Instant::now(),
        }
    }

    pub fn status(&self, status: Option<u16>) {
        self.span.record("status", status);
    }

    /// Returns the error of this call, with what is known of it.
    pub fn fail(&self, error: Error) -> Error {
        self.span
            .record("error", tracing::field::debug(error.kind()));
        error
            .of(self.operation, self.attempts, self.started.elapsed())
            .on(&self.method, self.template)
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        if !self.span.is_disabled() {
            self.span.record("attempts", self.attempts);
            self.span
                .record("duration_ms", self.started.elapsed().as_millis() as u64);
        }
    }
}
