//! Removes what means nothing to a caller. drf-yasg renders callables: `default=timezone.now` and
//! `default=uuid4` give values of the moment of the download, so that two downloads differ.

use serde_json::{Value, json};

use crate::document::{self, drf};
use crate::report::Failure;

/// Drops a `default` that is a time, a date or a UUID, which no caller may rely on.
pub fn rendering_time_defaults(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    document::document_schemas(doc, &mut |map| {
        let format = map.get("format").and_then(Value::as_str);
        let default = map.get("default");
        if default.is_some_and(|v| is_rendered(format.unwrap_or_default(), v)) {
            map.shift_remove("default");
            n += 1;
        }
    });
    Ok(n)
}

/// Drops lone descriptions where a schema would change the type:
/// `additionalProperties: {description: any}` becomes `additionalProperties: {}`, and such a part
/// of an `allOf` is removed.
pub fn lone_descriptions(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    document::document_schemas(doc, &mut |map| {
        let extra = map.get_mut("additionalProperties");
        if let Some(extra) = extra.filter(|e| **e != json!({}) && is_words(e)) {
            *extra = json!({});
            n += 1;
        }
        let Some(parts) = map.get_mut("allOf").and_then(Value::as_array_mut) else {
            return;
        };
        let before = parts.len();
        if !parts.iter().all(is_words) {
            parts.retain(|p| !is_words(p));
        }
        n += before - parts.len();
    });
    Ok(n)
}

fn is_words(schema: &Value) -> bool {
    schema.as_object().is_some_and(drf::is_words)
}

/// Returns whether a default was made when the document was rendered: it is a time, a date or a
/// UUID.
pub fn is_rendered(format: &str, default: &Value) -> bool {
    let made = matches!(format, "date-time" | "date" | "uuid");
    default.as_str().is_some_and(|text| made || is_moment(text))
}

/// Returns whether the text begins like `2026-01-02T03:04:05`: a serializer field without a format
/// may hold a time too.
fn is_moment(text: &str) -> bool {
    let form = "0000-00-00 00:00:00".bytes();
    let fits = |(c, f): (u8, u8)| {
        if f == b'0' {
            c.is_ascii_digit()
        } else {
            c == f || (f == b' ' && c == b'T')
        }
    };
    text.len() >= form.len() && text.bytes().zip(form).all(fits)
}
