//! Names in references.

use serde_json::Value;

use crate::{document::resolve, pipeline::diff::values::Maybe};

/// Returns the component that a schema refers to: by a `$ref`, or by an `allOf` with a single one.
pub(super) fn reference<'v>(schema: Maybe<'v>) -> Option<&'v str> {
    let only = match (
        schema?
            .get("allOf")
            .and_then(Value::as_array)
            .map(Vec::as_slice),
        schema?.get("properties"),
    ) {
        (Some([one]), None) => one,
        _ => schema?,
    };
    only.get("$ref")?.as_str()
}

pub(super) fn target<'v>(doc: &'v Value, schema: &'v Value) -> &'v Value {
    match reference(Some(schema)).and_then(|r| doc.pointer(r.strip_prefix('#')?)) {
        Some(found) => resolve(doc, found),
        None => schema,
    }
}
