//! The body of a request, read by its content type.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Map, Value};

use crate::{
    reply::Refusal,
    schema::{Kind as Type, Use},
    spec::{Kind, Operation, Spec},
};

pub struct Sent {
    pub value: Value,
    /// There was a body.
    pub given: bool,
}

impl Sent {
    pub fn nothing() -> Self {
        Self {
            value: Value::Object(Map::new()),
            given: false,
        }
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

pub async fn read(
    operation: &Operation,
    spec: &Spec,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Sent, Refusal> {
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
    if body.is_empty()
        && (kind.is_empty() || headers.get(header::CONTENT_LENGTH).is_none_or(|l| l == "0"))
    {
        return Ok(Sent::nothing());
    }
    let unsupported = || {
        Refusal::detail(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("Unsupported media type \"{media}\" in request."),
        )
    };
    let Some(described) = &operation.body else {
        // Nothing reads it, as long as DRF has a parser for it.
        let known = ["application/json", FORM, "multipart/form-data"].contains(&kind.as_str());
        return if known || matches!(operation.method, Method::GET | Method::HEAD) {
            Ok(Sent::nothing())
        } else {
            Err(unsupported())
        };
    };
    let documented = described.media.iter().any(|m| {
        m.split(';')
            .next()
            .is_some_and(|m| m.eq_ignore_ascii_case(&kind))
    });
    let login = operation.kind == Kind::Login && kind == FORM;
    if !documented && !login {
        return Err(unsupported());
    }
    let bad = |words: String| Refusal::detail(StatusCode::BAD_REQUEST, words);
    let value = if kind.ends_with("json") {
        serde_json::from_slice(&body).map_err(|e| bad(format!("JSON parse error - {e}")))?
    } else if kind == FORM {
        form(
            spec,
            described.schema,
            form_urlencoded::parse(&body)
                .into_owned()
                .map(|(k, v)| (k, Value::from(v))),
        )
    } else if kind.starts_with("multipart/") {
        let fields = multipart(media, body)
            .await
            .map_err(|e| bad(format!("Multipart form parse error - {e}")))?;
        form(spec, described.schema, fields.into_iter())
    } else {
        Value::from(String::from_utf8_lossy(&body).into_owned())
    };
    Ok(Sent { value, given: true })
}

/// The fields of a form: repeated ones are a list where a list is wanted, commas separate too.
fn form(spec: &Spec, schema: Use, fields: impl Iterator<Item = (String, Value)>) -> Value {
    let object = spec.schemas.at(schema).object();
    let mut map = Map::new();
    for (name, value) in fields {
        let kind = object
            .and_then(|o| o.get(&name))
            .map(|p| &spec.schemas.at(p.of).kind);
        match kind {
            Some(Type::List(_)) => {
                let many = value.as_str().map_or_else(
                    || vec![value.clone()],
                    |t| t.split(',').map(Value::from).collect(),
                );
                match map.get_mut(&name) {
                    Some(Value::Array(list)) => list.extend(many),
                    _ => drop(map.insert(name, many.into())),
                }
            }
            // A form says an object as JSON.
            Some(Type::Object(_)) => drop(
                map.insert(
                    name,
                    value
                        .as_str()
                        .and_then(|t| serde_json::from_str(t).ok())
                        .unwrap_or(value),
                ),
            ),
            _ => drop(map.insert(name, value)),
        }
    }
    map.into()
}

/// A file's field holds its name: what is in it is read and let go.
async fn multipart(media: &str, body: Bytes) -> Result<Vec<(String, Value)>, String> {
    let boundary = multer::parse_boundary(media).map_err(|e| e.to_string())?;
    let stream = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    let mut parts = multer::Multipart::new(stream, boundary);
    let mut fields = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(|e| e.to_string())? {
        let (name, file) = (
            part.name().unwrap_or_default().to_owned(),
            part.file_name().map(str::to_owned),
        );
        let text = part.bytes().await.map_err(|e| e.to_string())?;
        fields.push((
            name,
            file.map_or_else(
                || Value::from(String::from_utf8_lossy(&text).into_owned()),
                Value::from,
            ),
        ));
    }
    Ok(fields)
}
