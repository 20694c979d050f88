//! What drf-yasg writes for the fields and filters of Django REST framework whose type it does not
//! know. The command line has this file too.

use serde_json::{Map, Value, json};

use super::contract;

/// Returns whether a list in the query is a single text with commas: django-filter's `BaseInFilter`
/// and `BaseRangeFilter`, and DRF's ordering. Any other list without a `collectionFormat` is a
/// repeated name.
pub fn has_commas(name: &str) -> bool {
    ["_in", "_range"].iter().any(|end| name.ends_with(end)) || name == "ordering"
}

/// Returns whether the schema only has annotations.
pub fn is_words(schema: &Map<String, Value>) -> bool {
    schema.keys().all(|key| is_word(key))
}

/// Returns whether a keyword is an annotation (OpenAPI 3.0.3, Schema Object).
pub fn is_word(key: &str) -> bool {
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
    WORDS.contains(&key) || key.starts_with("x-") && !key.starts_with(contract::PREFIX)
}

/// Returns whether the schema is a JSON Patch (RFC 6902), whatever its media type is: a list of
/// objects that require `op` and `path`.
pub fn is_json_patch<'a>(schema: &'a Value, resolved: impl Fn(&'a Value) -> &'a Value) -> bool {
    let requires = |of: &Value, name: &str| {
        let names = of.get("required").and_then(Value::as_array);
        names.is_some_and(|names| names.iter().any(|n| n == name))
    };
    let is_step = |of: &'a Value| {
        let parts = of.get("allOf").and_then(Value::as_array);
        let parts = parts.into_iter().flatten().map(&resolved);
        let all: Vec<_> = parts.chain([of]).collect();
        let has = |name: &str| all.iter().any(|of| requires(of, name));
        has("op") && has("path")
    };
    let Some(items) = resolved(schema).get("items").map(&resolved) else {
        return false;
    };
    let list = |key| items.get(key).and_then(Value::as_array);
    match list("oneOf").or(list("anyOf")) {
        Some(steps) => !steps.is_empty() && steps.iter().all(|step| is_step(resolved(step))),
        None => is_step(items),
    }
}

/// Returns whether the schema is a `JSONField`, which takes and returns any JSON: an object of
/// which nothing else is known (docs/decisions/0018).
pub fn is_json_field(schema: &Map<String, Value>) -> bool {
    let says = |value: &Value| *value != json!([]) && *value != 0;
    const SAYS: [&str; 13] = [
        "properties",
        "patternProperties",
        "additionalProperties",
        "required",
        "minProperties",
        "maxProperties",
        "enum",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "discriminator",
        contract::JSON,
    ];
    schema.get("type").is_some_and(|kind| kind == "object")
        && !SAYS.iter().any(|key| schema.get(*key).is_some_and(says))
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
    // No type of Rust has those beyond 64 bits with a sign, and the others too.
    let is_integer = declared == Some("integer");
    let rounded = |v: &Value| v.as_f64().is_some_and(|n| n.abs() > 9.3e18);
    if values
        .iter()
        .any(|v| !v.is_i64() && (v.is_u64() || is_integer && rounded(v)))
    {
        return (None, Vec::new());
    }
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
