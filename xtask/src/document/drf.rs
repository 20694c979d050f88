//! What drf-yasg writes for the fields and filters of Django REST framework whose type it does not
//! know. The command line has this file too.

use serde_json::{Map, Value};

use super::contract;

/// Returns whether a list in the query is a single text with commas: django-filter's `BaseInFilter`
/// and `BaseRangeFilter`, and DRF's ordering. Any other list without a `collectionFormat` is a
/// repeated name.
pub fn has_commas(name: &str) -> bool {
    ["_in", "_range"].iter().any(|end| name.ends_with(end)) || name == "ordering"
}

/// Returns whether the schema only has annotations (OpenAPI 3.0.3, Schema Object).
pub fn is_words(schema: &Map<String, Value>) -> bool {
    const WORDS: [&str; 8] = [
        "$comment",
        "default",
        "deprecated",
        "description",
        "example",
        "examples",
        "externalDocs",
        "title",
    ];
    let words = |key: &String| {
        WORDS.contains(&key.as_str()) || key.starts_with("x-") && !key.starts_with(contract::PREFIX)
    };
    schema.keys().all(words)
}

/// Returns whether the schema is a `JSONField`, which takes and returns any JSON: an object of
/// which nothing else is known.
pub fn is_json_field(schema: &Map<String, Value>) -> bool {
    const SAYS: [&str; 6] = [
        "properties",
        "additionalProperties",
        "allOf",
        "anyOf",
        "oneOf",
        contract::JSON,
    ];
    schema.get("type").is_some_and(|kind| kind == "object")
        && !SAYS.iter().any(|key| schema.contains_key(*key))
}

/// Opens the values of a `DictField` or `ListField` that has no field for them to any JSON, which
/// DRF takes and returns there: in Swagger 2.0 they are texts that may be null.
pub fn open_values(schema: &mut Map<String, Value>) {
    for key in ["items", "additionalProperties"] {
        let Some(values) = schema.get_mut(key).and_then(Value::as_object_mut) else {
            continue;
        };
        let is = |key: &str, value: Value| values.get(key) == Some(&value);
        let is_unknown = is("type", "string".into()) && is("nullable", true.into());
        let mut rest = values.clone();
        rest.retain(|key, _| key != "type" && key != "nullable");
        if is_unknown && is_words(&rest) {
            rest.insert(contract::JSON.into(), true.into());
            *values = rest;
        }
    }
}

/// Returns the type and the values of a list of choices, if they become an open enum. drf-yasg
/// declares strings if choices have several types; each is then sent as what it is.
pub fn choices(declared: Option<&str>, values: &[Value]) -> (Option<&'static str>, Vec<Value>) {
    let mut values = values.to_vec();
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
