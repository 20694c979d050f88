//! Errors in the form of Django REST framework.

use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

/// An error response.
#[derive(Debug)]
pub struct ApiError {
    pub status: StatusCode,
    pub body: Value,
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl ApiError {
    pub fn detail(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            body: json!({ "detail": text.into() }),
            headers: Vec::new(),
        }
    }

    /// Returns the page with which Django itself refuses a request, before any view responds.
    pub fn bad_request() -> Self {
        Self::invalid(Value::Null)
    }

    /// Returns the page with which Django responds where no view is.
    pub fn no_view() -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            ..Self::bad_request()
        }
    }

    pub fn not_found() -> Self {
        Self::detail(StatusCode::NOT_FOUND, "Not found.")
    }

    pub fn invalid_page() -> Self {
        Self::detail(StatusCode::NOT_FOUND, "Invalid page.")
    }

    pub fn invalid_cursor() -> Self {
        Self::detail(StatusCode::NOT_FOUND, "Invalid cursor")
    }

    /// Returns 429 with `Retry-After` in seconds.
    pub fn throttled(wait: u64) -> Self {
        let wait = wait.max(1);
        let s = if wait == 1 { "" } else { "s" };
        let message = format!("Request was throttled. Expected available in {wait} second{s}.");
        Self::detail(StatusCode::TOO_MANY_REQUESTS, message)
            .with(header::RETRY_AFTER, &wait.to_string())
    }

    /// Returns 400 with errors by field.
    pub fn invalid(errors: Value) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            body: errors,
            headers: Vec::new(),
        }
    }

    /// Returns 500: the sandbox itself failed.
    pub fn internal(why: String) -> Self {
        Self::detail(StatusCode::INTERNAL_SERVER_ERROR, why)
    }

    pub fn with(mut self, name: HeaderName, value: &str) -> Self {
        self.headers
            .extend(HeaderValue::from_str(value).ok().map(|v| (name, v)));
        self
    }
}
