//! A request before it is one: what is sent to where, and how patiently.

use std::{borrow::Cow, time::Duration};

use bytes::Bytes;
use reqwest::{Method, Url, header::HeaderMap};

use crate::{RetryPolicy, privacy::shown, transport::retry::is_idempotent};

/// The body of a request; a form with files stands beside it, since it cannot be cloned.
#[derive(Clone)]
pub(crate) enum RequestBody {
    None,
    Json(Bytes),
    /// Of this media type.
    Raw(&'static str, Bytes),
    /// `application/x-www-form-urlencoded`.
    Form(Vec<(Cow<'static, str>, String)>),
}

impl RequestBody {
    /// Adds a field of a form.
    pub fn add_field(&mut self, name: Cow<'static, str>, value: String) {
        match self {
            Self::Form(fields) => fields.push((name, value)),
            other => *other = Self::Form(vec![(name, value)]),
        }
    }

    /// Removes the fields of this name.
    pub fn remove_fields(&mut self, name: &str) {
        if let Self::Form(fields) = self {
            fields.retain(|(other, _)| other != name);
        }
    }
}

/// What one call does differently from its client, as far as sending goes.
#[derive(Clone, Default)]
pub(crate) struct SendOptions {
    pub timeout: Option<Duration>,
    pub attempt_timeout: Option<Duration>,
    pub retry: Option<RetryPolicy>,
    pub headers: HeaderMap,
    pub idempotent: Option<bool>,
}

/// All that a request is made of but its authorization.
#[derive(Clone)]
pub(crate) struct RequestSpec {
    pub operation: &'static str,
    /// The path as the document has it; without one the path itself is shown in traces.
    pub template: Option<&'static str>,
    pub method: Method,
    pub path: String,
    /// The URL in place of the base and the path: of the base's origin.
    pub url: Option<Box<Url>>,
    pub query: Vec<(Cow<'static, str>, String)>,
    /// More of the query, by the name of the parameter: percent-encoded.
    pub encoded_query: Vec<(&'static str, String)>,
    /// The media type to ask for; `*/*` when empty.
    pub accept: &'static str,
    /// For traces: names of members that are secrets, or none, other than the names tell.
    pub secrets: shown::Marked,
    pub headers: HeaderMap,
    pub body: RequestBody,
    pub options: SendOptions,
}

impl RequestSpec {
    /// Boxed: a builder is moved by each of its setters.
    pub fn new(operation: &'static str, method: Method, path: String) -> Box<Self> {
        let (query, headers, body, options) = (
            Vec::new(),
            HeaderMap::new(),
            RequestBody::None,
            SendOptions::default(),
        );
        Box::new(Self {
            operation,
            template: None,
            method,
            path,
            url: None,
            query,
            encoded_query: Vec::new(),
            accept: "",
            secrets: &[],
            headers,
            body,
            options,
        })
    }

    /// Returns whether it may be sent again, though the server may have acted on it.
    pub fn is_repeatable(&self) -> bool {
        let own = self.options.idempotent;
        own.unwrap_or_else(|| is_idempotent(&self.method))
    }
}
