//! Responses: media types, compression and entity tags.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::{handlers::error::ApiError, util::json};

pub type ApiResponse = http::Response<Bytes>;

pub fn new(status: StatusCode, media: &str, body: impl Into<Bytes>) -> ApiResponse {
    let mut response = ApiResponse::new(body.into());
    *response.status_mut() = status;
    if let (false, Ok(media)) = (media.is_empty(), HeaderValue::from_str(media)) {
        response.headers_mut().insert(header::CONTENT_TYPE, media);
    }
    response
}

pub fn json(status: StatusCode, value: &Value) -> ApiResponse {
    new(status, "application/json", json::write(value))
}

/// Returns the redirect of Django's APPEND_SLASH.
pub fn append_slash(path: &str, query: &str) -> ApiResponse {
    let mut response = new(
        StatusCode::MOVED_PERMANENTLY,
        "text/html; charset=utf-8",
        "",
    );
    let mark = if query.is_empty() { "" } else { "?" };
    if let Ok(to) = HeaderValue::from_str(&format!("{path}/{mark}{query}")) {
        response.headers_mut().insert(header::LOCATION, to);
    }
    response
}

pub fn from_error(error: &ApiError) -> ApiResponse {
    let mut response = match error.body {
        Value::Null => error_page(error.status),
        _ => json(error.status, &error.body),
    };
    response.headers_mut().extend(error.headers.iter().cloned());
    response
}

/// Returns the page of Django's own error handlers.
fn error_page(status: StatusCode) -> ApiResponse {
    let (code, reason) = (
        status.as_u16(),
        status.canonical_reason().unwrap_or_default(),
    );
    let (title, text) = match status {
        StatusCode::NOT_FOUND => {
            let text = "The requested resource was not found on this server.";
            (reason.to_owned(), text)
        }
        _ => (format!("{reason} ({code})"), ""),
    };
    let page = format!(
        "\n<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>{title}</title>\n</head>\n<body>\n  \
         <h1>{title}</h1><p>{text}</p>\n</body>\n</html>\n"
    );
    new(status, "text/html; charset=utf-8", page)
}

/// The size in bytes below which responses are not compressed.
const MIN_GZIP_BYTES: usize = 1024;

pub fn gzip(body: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

fn lists(headers: &HeaderMap, name: HeaderName, wanted: &str) -> bool {
    let values = headers
        .get_all(name)
        .into_iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','));
    values.map(str::trim).any(|v| {
        let (name, quality) = v
            .split_once(';')
            .map_or((v, ""), |(n, q)| (n.trim(), q.trim()));
        (name == wanted || name == "*") && !matches!(quality, "q=0" | "q=0.0")
    })
}

/// A 200 response to GET, with its entity tag, and with its compressed form once that was
/// requested.
#[derive(Debug)]
pub struct CachedResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    tag: Option<HeaderValue>,
    packed: std::sync::OnceLock<Option<Bytes>>,
}

impl CachedResponse {
    pub fn new(response: ApiResponse) -> Self {
        let (parts, body) = response.into_parts();
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let tag = (parts.status == StatusCode::OK)
            .then(|| HeaderValue::from_str(&format!("W/\"{:016x}\"", hasher.finish())).ok())
            .flatten();
        Self {
            status: parts.status,
            headers: parts.headers,
            body,
            tag,
            packed: std::sync::OnceLock::new(),
        }
    }

    /// Returns the response to a request other than GET.
    pub fn untagged(response: ApiResponse) -> Self {
        Self {
            tag: None,
            ..Self::new(response)
        }
    }

    /// Returns its approximate size in memory, in bytes.
    pub fn size(&self) -> usize {
        512 + self.body.len() + self.body.len() / 4
    }

    /// Returns the response for a request: 304 if the client has it already, and compressed if the
    /// client supports that.
    pub fn for_request(&self, request_headers: &HeaderMap) -> ApiResponse {
        let mut response = ApiResponse::new(Bytes::new());
        *response.headers_mut() = self.headers.clone();
        *response.status_mut() = self.status;
        if let Some(tag) = &self.tag {
            response.headers_mut().insert(header::ETAG, tag.clone());
            if tag
                .to_str()
                .is_ok_and(|t| lists(request_headers, header::IF_NONE_MATCH, t))
            {
                *response.status_mut() = StatusCode::NOT_MODIFIED;
                response.headers_mut().remove(header::CONTENT_TYPE);
                return response;
            }
        }
        response.headers_mut().insert(
            header::VARY,
            HeaderValue::from_static("Accept, Accept-Encoding"),
        );
        let wanted = self.body.len() >= MIN_GZIP_BYTES
            && lists(request_headers, header::ACCEPT_ENCODING, "gzip");
        match wanted
            .then(|| self.packed.get_or_init(|| gzip(&self.body)).clone())
            .flatten()
        {
            Some(packed) => {
                response
                    .headers_mut()
                    .insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                *response.body_mut() = packed;
            }
            None => *response.body_mut() = self.body.clone(),
        }
        response
    }
}
