//! Reads the body of a request by its content type.

use http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Map, Value};

use crate::{
    handlers::{error::ApiError, query::is_too_long},
    http::{
        charset::Charset,
        form, json,
        multipart::{self, Fault},
    },
    spec::{Operation, Spec},
    util::marks,
};

pub struct ParsedBody {
    pub value: Value,
    /// Whether there was a body.
    pub given: bool,
}

impl ParsedBody {
    pub fn empty() -> Self {
        Self {
            value: Value::Object(Map::new()),
            given: false,
        }
    }
}

const FORMS: [&str; 2] = ["application/x-www-form-urlencoded", "multipart/form-data"];

pub fn read(
    operation: &Operation,
    spec: &Spec,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<ParsedBody, ApiError> {
    let media = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let sent = media.split(';').next().unwrap_or_default().trim();
    let mut kind = sent.to_ascii_lowercase();
    let Some(described) = operation.body.as_ref().filter(|_| !body.is_empty()) else {
        return Ok(ParsedBody::empty());
    };
    let documented: Vec<String> = described
        .media
        .iter()
        .filter_map(|m| Some(m.split(';').next()?.trim().to_ascii_lowercase()))
        .collect();
    // DRF's default parsers: an operation that takes JSON also takes forms, unless the document
    // lists other types.
    let forms = documented.iter().any(|m| m.ends_with("json"));
    let forms = FORMS.iter().filter(|_| forms).copied();
    let mut parsed = documented.iter().map(String::as_str).chain(forms);
    let Some(parser) = parsed.find(|media| matches(&kind, media)) else {
        return Err(ApiError::detail(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("Unsupported media type \"{media}\" in request."),
        ));
    };
    kind = parser.to_owned();
    let charset = Charset::of(media);
    let bad = |message: String| ApiError::detail(StatusCode::BAD_REQUEST, message);
    let fields = if kind == FORMS[0] {
        if is_too_long(body) {
            return Err(ApiError::bad_request());
        }
        urlencoded(body, charset)
    } else if kind == FORMS[1] {
        multipart::read(media, charset, body).map_err(|fault| match fault {
            Fault::Form(e) => bad(format!("Multipart form parse error - {e}")),
            Fault::TooMany => ApiError::bad_request(),
        })?
    } else {
        let value = if kind.ends_with("json") {
            let text = charset.decode(body);
            text.and_then(|text| json::read(&text))
                .map_err(|fault| bad(format!("JSON parse error - {fault}")))?
        } else {
            charset.lossy(body).into()
        };
        return Ok(ParsedBody { value, given: true });
    };
    let kept = |(name, value): (String, Value)| match value {
        Value::String(text) => (name, marks::text(&text).into()),
        value => (name, value),
    };
    let fields: Vec<_> = fields.into_iter().map(kept).collect();
    let whole = operation.method != Method::PATCH;
    let value = form::read(&spec.schemas, described.schema, &fields, whole);
    Ok(ParsedBody { value, given: true })
}

/// Returns whether a media type, which may be a range, is that of a parser.
fn matches(sent: &str, parser: &str) -> bool {
    let fits = |(sent, own)| sent == "*" || sent == own;
    let both = sent.split_once('/').zip(parser.split_once('/'));
    both.is_some_and(|((a, b), (c, d))| fits((a, c)) && fits((b, d)))
}

fn urlencoded(body: &[u8], charset: Charset) -> Vec<(String, Value)> {
    let decode = |text: &[u8]| {
        let text: Vec<u8> = text
            .iter()
            .map(|b| if *b == b'+' { b' ' } else { *b })
            .collect();
        charset.lossy(&percent_encoding::percent_decode(&text).collect::<Vec<_>>())
    };
    let pairs = body.split(|b| *b == b'&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| {
        let end = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
        let (name, value) = pair.split_at(end);
        (
            decode(name),
            decode(value.get(1..).unwrap_or_default()).into(),
        )
    });
    pairs.collect()
}
