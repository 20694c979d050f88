//! The types of values, and schemas of several (`type: [string, integer]`).

use autopi_codegen::{contract, projection::keywords::listed};
use serde_json::{Map, Value};

/// The keywords that concern values of one type only.
const KEYWORDS: [(&str, &[&str]); 4] = [
    (
        "string",
        &[
            "minLength",
            "maxLength",
            "pattern",
            "contentEncoding",
            "contentMediaType",
            "contentSchema",
        ],
    ),
    (
        "number",
        &[
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
        ],
    ),
    (
        "array",
        &[
            "items",
            "prefixItems",
            "minItems",
            "maxItems",
            "uniqueItems",
            "contains",
            "minContains",
            "maxContains",
            "unevaluatedItems",
        ],
    ),
    (
        "object",
        &[
            "properties",
            "required",
            "additionalProperties",
            "minProperties",
            "maxProperties",
            "patternProperties",
            "propertyNames",
            "dependentRequired",
            "dependentSchemas",
            "unevaluatedProperties",
        ],
    ),
];

/// All types but null; an integer is a number.
const ALL: [&str; 5] = ["string", "number", "boolean", "array", "object"];

/// Returns the type of a value.
pub fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Returns the types that a schema lists, without null; none if they are all that there are.
pub fn types(schema: &Map<String, Value>) -> Vec<&str> {
    let listed = schema.get("type").and_then(Value::as_array);
    let mut types: Vec<&str> = Vec::new();
    for name in listed.into_iter().flatten().filter_map(Value::as_str) {
        if name != "null" && !types.contains(&name) {
            types.push(name);
        }
    }
    if types.contains(&"number") {
        types.retain(|name| *name != "integer");
    }
    if ALL.iter().all(|name| types.contains(name)) {
        types.clear();
    }
    types
}

/// Returns whether a keyword concerns values of this type only.
pub fn concerns(key: &str, value: &Value, kind: &str) -> bool {
    let kind = if kind == "integer" { "number" } else { kind };
    let numeric = ["int32", "int64", "float", "double", "decimal"];
    match key {
        "format" => match value.as_str() {
            Some(format) if numeric.contains(&format) => kind == "number",
            _ => kind == "string",
        },
        key => KEYWORDS
            .iter()
            .any(|(of, keys)| *of == kind && keys.contains(&key)),
    }
}

/// Returns whether a keyword concerns values of one type only.
pub fn is_of_one(key: &str, value: &Value) -> bool {
    ALL.iter().any(|kind| concerns(key, value, kind))
}

/// Returns whether a schema accepts several types, and says nothing that is about all of them.
pub fn is_several(schema: &Map<String, Value>) -> bool {
    let beside = [
        "$ref", "enum", "const", "allOf", "anyOf", "oneOf", "not", "if",
    ];
    types(schema).len() > 1 && beside.iter().all(|key| !schema.contains_key(*key))
}

/// Rewrites `const` as the list of the values that it and `enum` both allow. Returns whether there
/// is one.
pub fn const_as_enum(schema: &mut Map<String, Value>) -> bool {
    let values = listed(schema).filter(|_| schema.contains_key("const"));
    let is = values.is_some();
    if let Some(values) = values {
        schema.shift_remove("const");
        schema.insert("enum".into(), values.into());
    }
    is
}

/// Takes the types out of a schema of several, with the keywords that concern the values of one:
/// returns a schema for each.
pub fn split(schema: &mut Map<String, Value>) -> Vec<Value> {
    let part = |kind: &str| -> Value {
        // A mark of the place is that of each part.
        let own = |k: &str, v: &Value| concerns(k, v, kind) || k == contract::FROM;
        let own = schema.iter().filter(|(k, v)| own(k, v));
        let own = own.map(|(k, v)| (k.clone(), v.clone()));
        std::iter::once(("type".to_owned(), kind.into()))
            .chain(own)
            .collect()
    };
    let parts: Vec<Value> = types(schema).into_iter().map(part).collect();
    schema.shift_remove("type");
    schema.retain(|k, v| !is_of_one(k, v));
    parts
}
