//! What kind of a schema it is: a file, an open enum, an alias, a union.

use serde_json::Value;

use super::Document;
use crate::contract;

/// Is it a file?
pub fn is_file(schema: &Value) -> bool {
    schema.get("format").and_then(Value::as_str) == Some("binary")
}

/// Is it a list of texts, or of integers, that becomes an open enum? Any other list says no more than the type.
pub fn is_open_enum(schema: &Value) -> bool {
    let values = schema.get("enum").and_then(Value::as_array);
    values.is_some_and(|values| {
        let mut known = values.iter().filter(|v| !v.is_null()).peekable();
        let number = schema.get("type").is_some_and(|t| t == "number");
        let texts = known.peek().is_some_and(|v| v.is_string());
        known.peek().is_some()
            && (!number || texts)
            && known.all(|v| if texts { v.is_string() } else { v.is_i64() })
    })
}

/// Is a required member proven to be in every response? `required` alone proves nothing: docs/decisions/0005.
pub fn always(property: &Value) -> bool {
    property.get(contract::ALWAYS) == Some(&Value::Bool(true))
}

/// The items of a page, if the schema is the envelope of one (`x-autopi-page`, set by the shape stage).
pub fn page_items<'a>(doc: &Document<'a>, schema: &'a Value) -> Option<&'a Value> {
    let schema = Document::target(schema)
        .and_then(|n| doc.schemas.get(n).copied())
        .unwrap_or(schema);
    schema
        .get(contract::PAGE)
        .filter(|v| **v == Value::Bool(true))?;
    schema.pointer("/properties/results/items")
}

/// A component without a type of its own: neither an enum nor an object with properties.
pub fn alias(schema: &Value) -> bool {
    let composed = schema
        .get("allOf")
        .and_then(Value::as_array)
        .is_some_and(|a| !a.is_empty());
    !(is_open_enum(schema) || schema.get("properties").is_some() || composed || is_union(schema))
}

/// Is it one of several, all of which say what they are? Where they only add conditions to an object (`required`), it is that object.
pub fn is_union(schema: &Value) -> bool {
    let says = |alternative: &Value| {
        let says = |key: &&str| alternative.get(*key).is_some();
        ["$ref", "type", "properties", "allOf", "oneOf", "anyOf"]
            .iter()
            .any(says)
            || is_open_enum(alternative)
    };
    let plain = schema.get("type").is_none_or(|t| t == "object")
        && ["properties", "allOf", "enum", contract::JSON]
            .iter()
            .all(|k| schema.get(k).is_none());
    plain && alternatives(schema).is_some_and(|a| !a.is_empty() && a.iter().all(says))
}

/// The alternatives of a schema: it has `oneOf` or `anyOf`, not both.
pub fn alternatives(schema: &Value) -> Option<&Vec<Value>> {
    let list = |key| schema.get(key).and_then(Value::as_array);
    match (list("oneOf"), list("anyOf")) {
        (Some(list), None) | (None, Some(list)) => Some(list),
        _ => None,
    }
}
