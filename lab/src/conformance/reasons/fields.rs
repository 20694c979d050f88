//! The fields that the document, in OpenAPI 2.0, gives to requests.

use serde_json::Value;

/// Follows references, `allOf` and lists to the schema of one item.
fn resolve<'a>(doc: &'a Value, mut schema: &'a Value) -> &'a Value {
    // Limited, because references may form a cycle.
    for _ in 0..8 {
        let inner = schema["$ref"]
            .as_str()
            .and_then(|r| doc.pointer(r.strip_prefix('#')?))
            .or_else(|| schema["allOf"].get(0));
        schema = inner.or_else(|| schema.get("items")).unwrap_or(schema);
    }
    schema
}

/// Returns the parameters of an operation (`GET /path/`).
pub(super) fn parameters<'a>(doc: &'a Value, operation: &str) -> Option<&'a Vec<Value>> {
    let (method, path) = operation.split_once(' ')?;
    doc["paths"][path][method.to_lowercase()]["parameters"].as_array()
}

/// Returns the schema of a body, without the lists around it.
pub(super) fn body<'a>(doc: &'a Value, operation: &str) -> Option<&'a Value> {
    Some(resolve(
        doc,
        &parameters(doc, operation)?
            .iter()
            .find(|p| p["in"] == "body")?["schema"],
    ))
}

/// Returns the schema of a field in a body.
pub(super) fn field<'a>(doc: &'a Value, operation: &str, names: &[&str]) -> Option<&'a Value> {
    if let [name] = names {
        let mut form = parameters(doc, operation)?.iter();
        if let Some(own) = form.find(|p| p["in"] == "formData" && p["name"] == *name) {
            return Some(own);
        }
    }
    let outer = body(doc, operation)?;
    let Some((last, before)) = names.split_last() else {
        return Some(outer);
    };
    let holder = before.iter().try_fold(outer, |schema, name| {
        Some(resolve(doc, schema["properties"].get(name)?))
    })?;
    holder["properties"].get(last)
}

/// Returns all values that were sent for a field: several if it is in a list.
pub(super) fn values<'a>(body: &'a Value, names: &[&str]) -> Vec<&'a Value> {
    match (body, names) {
        (value, []) => vec![value],
        (Value::Array(list), names) => list.iter().flat_map(|v| values(v, names)).collect(),
        (value, [first, rest @ ..]) => value
            .get(first)
            .map(|v| values(v, rest))
            .unwrap_or_default(),
    }
}
