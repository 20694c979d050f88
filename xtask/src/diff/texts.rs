//! What only readers of the document see.

use serde_json::Value;

use super::{Change, Class, Side, change};
use crate::shape::walk::escape;

/// Members of objects that are no names: texts, examples, and what callers may ignore.
const TEXTS: [&str; 11] = [
    "default",
    "deprecated",
    "description",
    "example",
    "examples",
    "externalDocs",
    "info",
    "summary",
    "tags",
    "title",
    "x-original-operation-id",
];

/// Every text that is in both documents, and differs.
pub fn compare(old: &Value, new: &Value, pointer: &mut String, changes: &mut Vec<Change>) {
    let mut inside = |key: &str, old: &Value, new: &Value| {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&escape(key));
        // A member named `description` has a schema; a description is none.
        if TEXTS.contains(&key) && old != new && !(is_schema(old) && is_schema(new)) {
            changes.push(change(
                Class::Cosmetic,
                Side::Both,
                pointer.as_str(),
                format!("{} → {}", short(old), short(new)),
            ));
        } else {
            compare(old, new, pointer, changes);
        }
        pointer.truncate(length);
    };
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let keys = old
                .keys()
                .chain(new.keys().filter(|k| !old.contains_key(*k)));
            for key in keys {
                match (old.get(key), new.get(key)) {
                    (Some(old), Some(new)) => inside(key, old, new),
                    // A text that comes or goes; anything else is a change of its own.
                    (old, new)
                        if TEXTS.contains(&key.as_str()) && !old.or(new).is_some_and(is_schema) =>
                    {
                        inside(
                            key,
                            old.unwrap_or(&Value::Null),
                            new.unwrap_or(&Value::Null),
                        );
                    }
                    _ => {}
                }
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                inside(&index.to_string(), old, new);
            }
        }
        _ => {}
    }
}

fn is_schema(value: &Value) -> bool {
    [
        "type",
        "$ref",
        "allOf",
        "anyOf",
        "oneOf",
        "x-autopi-json",
        "x-autopi-id",
    ]
    .iter()
    .any(|k| value.get(k).is_some())
}

/// A value in one line of at most 60 characters.
pub fn short(value: &Value) -> String {
    let text = match value {
        Value::Null => return "nothing".into(),
        other => other.to_string(),
    };
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// The JSON pointer of the first place where two documents differ.
pub fn first_difference(old: &Value, new: &Value) -> Option<String> {
    if old == new {
        return None;
    }
    let deeper = match (old, new) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys());
            keys.map(|k| (escape(k), a.get(k), b.get(k)))
                .find(|(_, a, b)| a != b)
        }
        (Value::Array(a), Value::Array(b)) => (0..a.len().max(b.len()))
            .map(|i| (i.to_string(), a.get(i), b.get(i)))
            .find(|(_, a, b)| a != b),
        _ => None,
    };
    let Some((key, old, new)) = deeper else {
        return Some(String::new());
    };
    let rest = old
        .zip(new)
        .and_then(|(old, new)| first_difference(old, new))
        .unwrap_or_default();
    Some(format!("/{key}{rest}"))
}
