//! Answers, and DRF's ways to refuse.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

pub type Reply = http::Response<Bytes>;

pub fn reply(status: StatusCode, media: &str, body: impl Into<Bytes>) -> Reply {
    let mut reply = Reply::new(body.into());
    *reply.status_mut() = status;
    if let (false, Ok(media)) = (media.is_empty(), HeaderValue::from_str(media)) {
        reply.headers_mut().insert(header::CONTENT_TYPE, media);
    }
    reply
}

pub fn json(status: StatusCode, value: &Value) -> Reply {
    reply(status, "application/json", value.to_string())
}

/// Django's APPEND_SLASH.
pub fn moved(path: &str, query: &str) -> Reply {
    let mut reply = reply(
        StatusCode::MOVED_PERMANENTLY,
        "text/html; charset=utf-8",
        "",
    );
    let mark = if query.is_empty() { "" } else { "?" };
    if let Ok(to) = HeaderValue::from_str(&format!("{path}/{mark}{query}")) {
        reply.headers_mut().insert(header::LOCATION, to);
    }
    reply
}

/// Why a request is refused.
#[derive(Debug)]
pub struct Refusal {
    pub status: StatusCode,
    pub body: Value,
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Refusal {
    pub fn detail(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            body: json!({ "detail": text.into() }),
            headers: Vec::new(),
        }
    }

    pub fn not_found() -> Self {
        Self::detail(StatusCode::NOT_FOUND, "Not found.")
    }

    pub fn invalid_page() -> Self {
        Self::detail(StatusCode::NOT_FOUND, "Invalid page.")
    }

    /// 429: try again in so many seconds.
    pub fn throttled(wait: u64) -> Self {
        let wait = wait.max(1);
        let s = if wait == 1 { "" } else { "s" };
        let words = format!("Request was throttled. Expected available in {wait} second{s}.");
        Self::detail(StatusCode::TOO_MANY_REQUESTS, words)
            .with(header::RETRY_AFTER, &wait.to_string())
    }

    /// DRF's errors of fields.
    pub fn bad(errors: Value) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            body: errors,
            headers: Vec::new(),
        }
    }

    /// The sandbox itself can't.
    pub fn broken(why: String) -> Self {
        Self::detail(StatusCode::INTERNAL_SERVER_ERROR, why)
    }

    pub fn with(mut self, name: HeaderName, value: &str) -> Self {
        self.headers
            .extend(HeaderValue::from_str(value).ok().map(|v| (name, v)));
        self
    }

    pub fn reply(&self) -> Reply {
        let mut reply = json(self.status, &self.body);
        reply.headers_mut().extend(self.headers.iter().cloned());
        reply
    }
}

/// Small answers are not worth it.
const WORTH_GZIP: usize = 1024;

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

/// A 200 of a GET: kept with its tag, and with its compressed form once that was asked for.
#[derive(Debug)]
pub struct Kept {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    tag: Option<HeaderValue>,
    packed: std::sync::OnceLock<Option<Bytes>>,
}

impl Kept {
    pub fn new(reply: Reply) -> Self {
        let (parts, body) = reply.into_parts();
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

    /// Of another request than a GET.
    pub fn untagged(reply: Reply) -> Self {
        Self {
            tag: None,
            ..Self::new(reply)
        }
    }

    /// Bytes in memory, about.
    pub fn size(&self) -> usize {
        512 + self.body.len() + self.body.len() / 4
    }

    /// As this request wants it: 304 if it has it already, compressed if it can read that.
    pub fn reply(&self, asked: &HeaderMap) -> Reply {
        let mut reply = Reply::new(Bytes::new());
        *reply.headers_mut() = self.headers.clone();
        *reply.status_mut() = self.status;
        if let Some(tag) = &self.tag {
            reply.headers_mut().insert(header::ETAG, tag.clone());
            if tag
                .to_str()
                .is_ok_and(|t| lists(asked, header::IF_NONE_MATCH, t))
            {
                *reply.status_mut() = StatusCode::NOT_MODIFIED;
                reply.headers_mut().remove(header::CONTENT_TYPE);
                return reply;
            }
        }
        reply.headers_mut().insert(
            header::VARY,
            HeaderValue::from_static("Accept, Accept-Encoding"),
        );
        let wanted = self.body.len() >= WORTH_GZIP && lists(asked, header::ACCEPT_ENCODING, "gzip");
        match wanted
            .then(|| self.packed.get_or_init(|| gzip(&self.body)).clone())
            .flatten()
        {
            Some(packed) => {
                reply
                    .headers_mut()
                    .insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                *reply.body_mut() = packed;
            }
            None => *reply.body_mut() = self.body.clone(),
        }
        reply
    }
}
