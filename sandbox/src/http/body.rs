//! Reads the body of a request by its content type.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::{
    handlers::{
        error::ApiError,
        validate::fields::{FILE, FILE_NAME},
    },
    http::{charset::Charset, form, json},
    spec::{Operation, Spec},
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

pub async fn read(
    operation: &Operation,
    spec: &Spec,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<ParsedBody, ApiError> {
    let media = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let kind = media
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
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
    let parsed = documented.iter().any(|m| m.ends_with("json")) && FORMS.contains(&kind.as_str());
    if !documented.contains(&kind) && !parsed {
        return Err(ApiError::detail(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("Unsupported media type \"{media}\" in request."),
        ));
    }
    let charset = Charset::of(media);
    let bad = |message: String| ApiError::detail(StatusCode::BAD_REQUEST, message);
    let fields = if kind == FORMS[0] {
        urlencoded(&body, charset)
    } else if kind == FORMS[1] {
        multipart(media, charset, body)
            .await
            .map_err(|e| bad(format!("Multipart form parse error - {e}")))?
    } else {
        let value = if kind.ends_with("json") {
            let text = charset.decode(&body);
            text.and_then(|text| json::read(&text))
                .map_err(|fault| bad(format!("JSON parse error - {fault}")))?
        } else {
            charset.lossy(&body).into()
        };
        return Ok(ParsedBody { value, given: true });
    };
    let whole = operation.method != Method::PATCH;
    let value = form::read(&spec.schemas, described.schema, &fields, whole);
    Ok(ParsedBody { value, given: true })
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

/// Returns the name of a file that Django keeps: the last part of its path. It drops a file without
/// one.
fn file_name(part: &multer::Field<'_>) -> Option<Option<String>> {
    let disposition = part.headers().get(header::CONTENT_DISPOSITION);
    let disposition = disposition
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let encoded = disposition.split(';').find_map(|p| {
        let value = p
            .trim()
            .strip_prefix("filename*=")?
            .splitn(3, '\'')
            .nth(2)?;
        Some(
            percent_encoding::percent_decode_str(value)
                .decode_utf8_lossy()
                .into_owned(),
        )
    });
    let plain = || part.file_name().filter(|n| !n.is_empty());
    let name = encoded.or_else(|| plain().map(str::to_owned))?;
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    Some(Some(name).filter(|n| !matches!(n.as_str(), "" | "." | "..")))
}

/// Reads a multipart form. The field of a file holds its length and its name; its content is
/// dropped.
async fn multipart(
    media: &str,
    charset: Charset,
    body: Bytes,
) -> Result<Vec<(String, Value)>, String> {
    let boundary = multer::parse_boundary(media)
        .map_err(|_| "Invalid boundary in multipart: None".to_owned())?;
    let stream = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    let mut parts = multer::Multipart::new(stream, boundary);
    let mut fields = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(|e| e.to_string())? {
        let name = part.name().unwrap_or_default().to_owned();
        let file = file_name(&part);
        let text = part.bytes().await.map_err(|e| e.to_string())?;
        fields.push(match file {
            None => (name, charset.lossy(&text).into()),
            Some(Some(file)) => (name, json!({ FILE: text.len(), FILE_NAME: file })),
            Some(None) => continue,
        });
    }
    Ok(fields)
}
