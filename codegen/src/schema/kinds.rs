//! The kinds of schemas: files, open enums, aliases, unions.

use serde_json::{Map, Value};

use super::Document;
use crate::contract;

/// Returns whether the schema is a file.
pub fn is_file(schema: &Value) -> bool {
    schema.get("format").and_then(Value::as_str) == Some("binary")
}

/// Returns whether a schema is an object and nothing else.
pub fn is_object(schema: &Value) -> bool {
    schema.get("properties").is_some() || schema.get("type").is_some_and(|t| t == "object")
}

/// Returns whether the schema lists strings or integers and becomes an open enum. Any other list
/// says no more than the type.
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

/// A number beyond every integer of 64 bits, with and without a sign, even if it was rounded to an
/// `f64`.
const BEYOND: f64 = 9.3e18;
const BEYOND_UNSIGNED: f64 = 1.9e19;

fn limit(integer: &Map<String, Value>, key: &str) -> Option<f64> {
    integer.get(key).and_then(Value::as_f64)
}

/// Returns whether an integer has no sign, and needs the bit of it: by its limits or its format.
pub fn is_unsigned(integer: &Map<String, Value>) -> bool {
    let is_wide = limit(integer, "maximum").is_some_and(|most| most > BEYOND);
    match limit(integer, "minimum") {
        Some(least) if least < 0.0 => false,
        Some(_) if is_wide => true,
        _ => integer.get("format").is_some_and(|f| f == "uint64"),
    }
}

/// Returns whether no Rust integer of 64 bits has all values of an integer.
pub fn is_wider_than_64_bits(integer: &Map<String, Value>) -> bool {
    let most = if is_unsigned(integer) {
        BEYOND_UNSIGNED
    } else {
        BEYOND
    };
    let is_beyond = |key: &str, most: f64| limit(integer, key).is_some_and(|n| n.abs() > most);
    is_beyond("minimum", BEYOND) || is_beyond("maximum", most)
}

/// Returns whether a required member is proven to be in every response. `required` alone proves
/// nothing: docs/decisions/0005.
pub fn always(property: &Value) -> bool {
    property.get(contract::ALWAYS) == Some(&Value::Bool(true))
}

/// Returns the schema of a page's items, if the schema is the envelope of a page (`x-autopi-page`,
/// set by the shape stage).
pub fn page_items<'a>(doc: &Document<'a>, schema: &'a Value) -> Option<&'a Value> {
    let schema = doc.known(schema);
    schema
        .get(contract::PAGE)
        .filter(|v| **v == Value::Bool(true))?;
    schema.pointer("/properties/results/items")
}

/// Returns whether a component has no type of its own: it is neither an enum nor an object with
/// properties.
pub fn alias(schema: &Value) -> bool {
    let composed = schema
        .get("allOf")
        .and_then(Value::as_array)
        .is_some_and(|a| !a.is_empty());
    !(is_open_enum(schema) || schema.get("properties").is_some() || composed || is_union(schema))
}

/// Returns whether the schema is a union whose alternatives all say what they are. If they only add
/// conditions to an object (`required`), it is that object instead.
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

/// Returns the alternatives of a schema, if it has either `oneOf` or `anyOf`, not both.
pub fn alternatives(schema: &Value) -> Option<&Vec<Value>> {
    let list = |key| schema.get(key).and_then(Value::as_array);
    match (list("oneOf"), list("anyOf")) {
        (Some(list), None) | (None, Some(list)) => Some(list),
        _ => None,
    }
}
