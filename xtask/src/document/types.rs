//! The types of values, and schemas of several (`type: [string, integer]`).

use autopi_codegen::contract;
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

/// Returns the type and the values of a list, if they become an open enum. drf-yasg declares
/// strings if choices have several types; each is then sent as what it is.
pub fn of_list(
    declared: Option<&str>,
    mut values: Vec<Value>,
) -> (Option<&'static str>, Vec<Value>) {
    values.retain(|v| !v.is_null());
    let all = |is: fn(&Value) -> bool| !values.is_empty() && values.iter().all(is);
    match declared {
        Some("string") if all(Value::is_string) => (Some("string"), values),
        Some("integer") if all(Value::is_i64) => (Some("integer"), values),
        Some("integer") if all(Value::is_number) => (Some("integer"), Vec::new()),
        Some("string" | "integer") if !values.is_empty() => (None, Vec::new()),
        Some("number") => (Some("number"), Vec::new()),
        Some("boolean") => (Some("boolean"), Vec::new()),
        Some("array") => (Some("array"), Vec::new()),
        Some("object") => (Some("object"), Vec::new()),
        _ if all(Value::is_string) => (Some("string"), values),
        _ if all(Value::is_i64) => (Some("integer"), values),
        _ if all(Value::is_number) => (Some("number"), Vec::new()),
        _ if all(Value::is_boolean) => (Some("boolean"), Vec::new()),
        _ => (None, Vec::new()),
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
