//! A request and its response as they are recorded: without secrets, as one line of JSON.

use std::cell::RefCell;

use reqwest::{
    Request, StatusCode, Url,
    header::{
        AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::{
    CallInfo,
    codec::{any::Any, decode},
    privacy::{mask::Mask, repeated::Repeated, shown},
};

/// The headers of a response that are recorded; others may hold cookies or other secrets.
const HEADERS: [HeaderName; 4] = [
    CONTENT_TYPE,
    CONTENT_DISPOSITION,
    RETRY_AFTER,
    HeaderName::from_static("x-request-id"),
];

/// The part of a request that is recorded, and by which it is found again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct RequestKey {
    pub method: String,
    pub path: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Content::is_empty")]
    pub request: Content,
}

/// A line of a recording.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Exchange {
    pub operation: String,
    #[serde(flatten)]
    pub asked: RequestKey,
    pub status: u16,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub headers: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Content::is_empty")]
    pub response: Content,
}

/// A body.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Content {
    #[default]
    Empty,
    Json(Value),
    Form(Vec<(String, String)>),
    /// A body that is left out, because it may hold a secret under any name: a login or a file.
    Hidden,
}

impl Content {
    pub fn is_empty(&self) -> bool {
        *self == Self::Empty
    }

    fn of(path: &str, form: bool, body: &[u8], mask: &Mask<'_>) -> Self {
        if body.is_empty() {
            return Self::Empty;
        }
        let content = match decode::read_any(body) {
            _ if form => Self::Form(pairs(body, mask)),
            Ok(Any(mut value)) => {
                mask.json(&mut value);
                Self::Json(value)
            }
            Err(_) => Self::Hidden,
        };
        match shown::is_path_of_secrets(path) {
            true => Self::Hidden,
            false => content,
        }
    }

    /// Returns the body to respond with.
    pub fn text(&self) -> String {
        match self {
            Self::Json(value) => value.to_string(),
            Self::Form(pairs) => form_urlencoded::Serializer::new(String::new())
                .extend_pairs(pairs)
                .finish(),
            Self::Empty | Self::Hidden => String::new(),
        }
    }
}

fn pairs(text: &[u8], mask: &Mask<'_>) -> Vec<(String, String)> {
    let pairs = form_urlencoded::parse(text);
    pairs
        .map(|(name, value)| (mask.text(&name).into_owned(), mask.pair(&name, &value)))
        .collect()
}

/// A request whose response is still to come.
pub(super) struct Pending<'a> {
    call: CallInfo,
    secrets: Repeated,
    base: &'a Url,
    pub asked: RequestKey,
}

impl<'a> Pending<'a> {
    pub fn new(request: &Request, call: CallInfo, base: &'a Url) -> Self {
        let header = |name| request.headers().get(name).and_then(|v| v.to_str().ok());
        let mut credentials = Repeated::default();
        credentials.note_header(header(AUTHORIZATION).unwrap_or_default());
        let mask = Mask {
            marked: call.secrets,
            written: true,
            repeated: RefCell::new(credentials),
            own: RefCell::default(),
            base,
        };
        let url = request.url();
        let path = url.path();
        let path = path
            .strip_prefix(base.path().trim_end_matches('/'))
            .unwrap_or(path);
        let form = header(CONTENT_TYPE).is_some_and(|t| t.starts_with("application/x-www-form"));
        let body = request.body().map(|body| body.as_bytes());
        let asked = || RequestKey {
            method: request.method().to_string(),
            path: shown::path(path)
                .split('/')
                .map(|part| mask.text(part))
                .collect::<Vec<_>>()
                .join("/"),
            query: pairs(url.query().unwrap_or_default().as_bytes(), &mask),
            request: match body {
                None => Content::Empty,
                Some(None) => Content::Hidden,
                Some(Some(body)) => Content::of(path, form, body, &mask),
            },
        };
        // The first time notes all secrets, which may stand before the member that names them.
        let _ = asked();
        let asked = asked();
        Self {
            call,
            secrets: mask.repeated.into_inner(),
            base,
            asked,
        }
    }

    pub fn exchange(self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Exchange {
        let mask = Mask {
            marked: self.call.secrets,
            written: false,
            repeated: RefCell::new(self.secrets),
            own: RefCell::default(),
            base: self.base,
        };
        let header = |name: &HeaderName| {
            let text = headers.get(name)?.to_str().ok()?;
            Some((name.to_string(), mask.text(text).into()))
        };
        let _ = Content::of(&self.asked.path, false, body, &mask);
        Exchange {
            operation: self.call.operation.to_owned(),
            status: status.as_u16(),
            headers: HEADERS.iter().filter_map(header).collect(),
            response: Content::of(&self.asked.path, false, body, &mask),
            asked: self.asked,
        }
    }
}
