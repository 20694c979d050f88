//! Names in references.

use serde_json::Value;

use crate::{
    document::{follow, resolve},
    pipeline::diff::values::Maybe,
};

/// Returns the component that a schema refers to: by a `$ref`, or by an `allOf` with a single one.
pub fn reference<'v>(schema: Maybe<'v>) -> Option<&'v str> {
    let part = |schema: &'v Value| match schema.get("allOf").and_then(Value::as_array)?.as_slice() {
        [one] if schema.get("properties").is_none() => Some(one),
        _ => None,
    };
    let mut at = part(schema?).unwrap_or(schema?);
    // Parts that are nothing but such a list.
    while let Some(inner) = part(at).filter(|_| at.as_object().is_some_and(|m| m.len() == 1)) {
        at = inner;
    }
    at.get("$ref")?.as_str()
}

pub fn target<'v>(doc: &'v Value, schema: &'v Value) -> &'v Value {
    match reference(Some(schema)).and_then(|r| follow(doc, r)) {
        Some(found) => resolve(doc, found),
        None => schema,
    }
}
