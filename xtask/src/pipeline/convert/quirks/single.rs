//! Lists and texts in the place of one object, or of one schema.

use serde_json::{Value, json};

use super::{Note, TYPES, moved};
use crate::document::{
    escape,
    members::{Is, SCHEMA},
};

pub(super) fn is_schema(is: Is) -> bool {
    matches!(is, Is::One(kind) if kind == &SCHEMA) || matches!(is, Is::SchemaOrBool)
}

pub(super) fn is_type(value: &Value) -> bool {
    value.as_str().is_some_and(|t| TYPES.contains(&t))
}

/// Returns the member of a schema that a text in its place can only be, and what is said of it.
pub(super) fn said(value: &Value) -> Option<(&'static str, &'static str)> {
    match value.as_str() {
        Some(text) if text.starts_with("#/") => Some(("$ref", "a reference: read as such")),
        _ if is_type(value) => Some(("type", "the name of a type: read as a schema of that type")),
        _ => None,
    }
}

/// Straightens what must be one object, or one schema.
pub(super) fn single(is: Is, key: &str, value: &mut Value, note: &mut Note<'_>) {
    let of_schema = is_schema(is);
    if let Some((member, message)) = said(value).filter(|_| of_schema) {
        *value = json!({ member: value.take() });
        note.warn(key, message);
        return;
    }
    let (new, message): (Value, _) = match value {
        Value::String(text) if of_schema && (text == "true" || text == "false") => {
            if !matches!(is, Is::SchemaOrBool) {
                return;
            }
            ((text == "true").into(), "a text: read as a boolean")
        }
        Value::Array(list) if of_schema && !list.is_empty() => {
            let (mut parts, here) = (std::mem::take(list), format!("/{}", escape(key)));
            let any = match parts.len() {
                1 => {
                    note.moved(moved(here.clone(), format!("{here}/0")));
                    parts.remove(0)
                }
                n => {
                    let part = |i| (format!("{here}/anyOf/{i}"), format!("{here}/{i}"));
                    note.moved((0..n).map(part));
                    json!({ "anyOf": parts })
                }
            };
            (any, "a list of schemas: read as any of them")
        }
        Value::Array(list) if list.len() == 1 && list[0].is_object() => {
            note.moved(moved(format!("/{key}"), format!("/{key}/0")));
            (list.remove(0), "a list of one: read as that")
        }
        Value::String(text) => match key {
            "license" | "contact" if text.contains('@') => {
                (json!({ "email": text }), "a text: read as its address")
            }
            "license" | "contact" => (json!({ "name": text }), "a text: read as its name"),
            "externalDocs" => (json!({ "url": text }), "a text: read as its address"),
            "info" => (json!({ "title": text }), "a text: read as its title"),
            _ => return,
        },
        _ => return,
    };
    *value = new;
    note.warn(key, message);
}
