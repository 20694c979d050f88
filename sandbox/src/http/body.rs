//! Reads the body of a request by its content type.

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::{
    handlers::{
        error::ApiError,
        validate::fields::{FILE, FILE_NAME},
    },
    http::{form, json_error},
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
    // DRF's default parsers: an operation that takes JSON also takes forms, unless the document lists other types.
    let parsed = documented.iter().any(|m| m.ends_with("json")) && FORMS.contains(&kind.as_str());
    if !documented.contains(&kind) && !parsed {
        return Err(ApiError::detail(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("Unsupported media type \"{media}\" in request."),
        ));
    }
    let bad = |message: String| ApiError::detail(StatusCode::BAD_REQUEST, message);
    let fields = if kind == FORMS[0] {
        form_urlencoded::parse(&body)
            .into_owned()
            .map(|(k, v)| (k, Value::from(v)))
            .collect()
    } else if kind == FORMS[1] {
        multipart(media, body)
            .await
            .map_err(|e| bad(format!("Multipart form parse error - {e}")))?
    } else {
        let value = if kind.ends_with("json") {
            serde_json::from_slice(&body)
                .map_err(|_| bad(format!("JSON parse error - {}", json_error::fault(&body))))?
        } else {
            Value::from(String::from_utf8_lossy(&body).into_owned())
        };
        return Ok(ParsedBody { value, given: true });
    };
    let value = form::read(&spec.schemas, described.schema, &fields);
    Ok(ParsedBody { value, given: true })
}

/// Reads a multipart form. The field of a file holds its length and its name; its content is dropped.
async fn multipart(media: &str, body: Bytes) -> Result<Vec<(String, Value)>, String> {
    let boundary = multer::parse_boundary(media)
        .map_err(|_| "Invalid boundary in multipart: None".to_owned())?;
    let stream = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    let mut parts = multer::Multipart::new(stream, boundary);
    let mut fields = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(|e| e.to_string())? {
        let (name, file) = (
            part.name().unwrap_or_default().to_owned(),
            part.file_name()
                .filter(|n| !n.is_empty())
                .map(str::to_owned),
        );
        let text = part.bytes().await.map_err(|e| e.to_string())?;
        fields.push((
            name,
            file.map_or_else(
                || Value::from(String::from_utf8_lossy(&text).into_owned()),
                |file| json!({ FILE: text.len(), FILE_NAME: file }),
            ),
        ));
    }
    Ok(fields)
}
