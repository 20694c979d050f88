//! The description of a request: method, URL, headers and body, with its timeouts and retries.

use std::{borrow::Cow, time::Duration};

use bytes::Bytes;
use reqwest::{
    Method, Url,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use url::form_urlencoded;

use crate::{
    RetryPolicy,
    privacy::{repeated::Repeated, secret, shown},
    transport::retry::is_idempotent,
};

/// The body of a request. A multipart form is kept apart, because it cannot be cloned.
#[derive(Clone)]
pub(crate) enum RequestBody {
    None,
    Json(Bytes),
    /// Bytes of this media type.
    Raw(&'static str, Bytes),
    /// `application/x-www-form-urlencoded`: by the names that the document has.
    Form(Vec<(Cow<'static, str>, FormField)>),
}

/// A field of a form.
#[derive(Clone)]
pub(crate) enum FormField {
    /// The value of one field.
    Value(String),
    /// All pairs of the field, already percent-encoded.
    Encoded(String),
}

impl RequestBody {
    /// Adds a field to the form.
    pub fn add_field(&mut self, name: Cow<'static, str>, value: String) {
        self.add(name, FormField::Value(value));
    }

    /// Adds a field to the form that is percent-encoded already.
    pub fn add_encoded(&mut self, name: &'static str, text: String) {
        self.add(name.into(), FormField::Encoded(text));
    }

    fn add(&mut self, name: Cow<'static, str>, field: FormField) {
        match self {
            Self::Form(fields) => fields.push((name, field)),
            other => *other = Self::Form(vec![(name, field)]),
        }
    }

    pub fn has_field(&self, name: &str) -> bool {
        matches!(self, Self::Form(fields) if fields.iter().any(|(other, _)| other == name))
    }

    /// Removes the fields with this name.
    pub fn remove_fields(&mut self, name: &str) {
        if let Self::Form(fields) = self {
            fields.retain(|(other, _)| other != name);
        }
    }
}

/// Returns the text of a form.
pub(crate) fn form_text(fields: &[(Cow<'static, str>, FormField)]) -> String {
    let texts = fields.iter().map(|(name, field)| match field {
        FormField::Encoded(text) => text.clone(),
        FormField::Value(value) => form_urlencoded::Serializer::new(String::new())
            .append_pair(name, value)
            .finish(),
    });
    texts.collect::<Vec<_>>().join("&")
}

/// Returns the value of a header as it is received: whitespace at its ends would be lost.
pub(crate) fn header_value(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    (text.trim_ascii() == text).then_some(value)
}

/// The options of a single call that concern sending.
#[derive(Clone, Default)]
pub(crate) struct SendOptions {
    pub timeout: Option<Duration>,
    pub attempt_timeout: Option<Duration>,
    pub retry: Option<RetryPolicy>,
    pub headers: HeaderMap,
    pub idempotent: Option<bool>,
}

/// Everything that a request consists of, except for its authorization.
#[derive(Clone)]
pub(crate) struct RequestSpec {
    pub operation: &'static str,
    /// The path template of the document; without one, traces show the path itself.
    pub template: Option<&'static str>,
    pub method: Method,
    pub path: String,
    /// A URL, of the same origin as the base URL, that replaces base URL and path.
    pub url: Option<Box<Url>>,
    pub query: Vec<(Cow<'static, str>, String)>,
    /// Further parts of the query by the name of their parameter, already percent-encoded.
    pub encoded_query: Vec<(&'static str, String)>,
    /// The media type to accept; `*/*` if empty.
    pub accept: &'static str,
    /// Whether the caller gets bytes, and decodes the encoding that it asks for.
    pub as_sent: bool,
    /// For traces: members that the document says are secrets (`true`) or not (`false`), against
    /// what their names suggest.
    pub secrets: shown::Marked,
    pub headers: HeaderMap,
    pub body: RequestBody,
    pub options: SendOptions,
}

impl RequestSpec {
    /// Returns a request without parameters, boxed because each setter of a builder moves it.
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
            as_sent: false,
            secrets: &[],
            headers,
            body,
            options,
        })
    }

    /// Returns a header that the caller set, as an option of the call or as a parameter.
    pub fn header(&self, name: &HeaderName) -> Option<&HeaderValue> {
        let own = self.options.headers.get(name);
        own.or_else(|| self.headers.get(name))
    }

    /// Notes the secrets of the request, which the server may repeat.
    pub fn note(&self, secrets: &mut Repeated) {
        for (name, value) in self.headers.iter().chain(&self.options.headers) {
            if secret::when_written(name.as_str()) {
                secrets.note_header(value.to_str().unwrap_or_default());
            }
        }
        let mut pair = |name: &str, value: &str| secrets.note_pair(name, value, self.secrets);
        self.query
            .iter()
            .for_each(|(name, value)| pair(name, value));
        let mut pairs = |text: &str| {
            let pairs = form_urlencoded::parse(text.as_bytes());
            pairs.for_each(|(name, value)| pair(&name, &value));
        };
        for (_, text) in &self.encoded_query {
            pairs(text);
        }
        match &self.body {
            RequestBody::Form(fields) => pairs(&form_text(fields)),
            RequestBody::Json(body) | RequestBody::Raw(_, body) => {
                secrets.note_body(body, self.secrets);
            }
            RequestBody::None => {}
        }
    }

    /// Returns whether the request may be sent again even if the server may have acted on it.
    pub fn is_repeatable(&self) -> bool {
        let own = self.options.idempotent;
        own.unwrap_or_else(|| is_idempotent(&self.method))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secrets_of_every_part_of_a_request_are_noted() {
        let mut spec = RequestSpec::new("raw", Method::POST, "/x/".into());
        let value = reqwest::header::HeaderValue::from_static;
        spec.headers.insert("x-signature", value("canary-1"));
        spec.headers.insert("x-other", value("seen-11"));
        spec.options.headers.insert("x-token", value("canary-2"));
        spec.query.push(("token".into(), "canary-3".into()));
        spec.encoded_query.push(("a", "b=1&token=canary-4".into()));
        spec.body.add_field("password".into(), "canary-5".into());
        spec.body.add_field("a".into(), "seen-22".into());
        spec.body
            .add_encoded("login", "login%5Bpin%5D=canary-6".into());
        let mut secrets = Repeated::default();
        spec.note(&mut secrets);
        for n in 1..=6 {
            assert!(secrets.is_in(&format!("canary-{n}")), "{n}");
        }
        assert!(!secrets.is_in("seen-11") && !secrets.is_in("seen-22"));
    }
}
