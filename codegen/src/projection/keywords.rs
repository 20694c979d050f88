//! What the values of a document's keywords are. The command line has this file too.

use serde_json::{Map, Value};

/// Returns the values that a schema lists, by `enum`, by `const`, or those that both allow.
pub fn listed(schema: &Map<String, Value>) -> Option<Vec<Value>> {
    let list = schema.get("enum").and_then(Value::as_array);
    let Some(one) = schema.get("const") else {
        return list.cloned();
    };
    // 1 and 1.0 are one value.
    let number = |value: &Value| value.as_f64();
    let is_one =
        |value: &Value| value == one || number(value).is_some() && number(value) == number(one);
    let allowed = list.is_none_or(|list| list.iter().any(is_one));
    Some(allowed.then(|| one.clone()).into_iter().collect())
}

/// Returns whether the value of a keyword is data, which only looks like a schema or a reference.
pub fn is_data(key: &str) -> bool {
    matches!(key, "const" | "default" | "enum" | "example" | "examples")
}

/// Returns whether the value of a keyword has names for keys: a member may be called `default`.
pub fn has_names(key: &str) -> bool {
    matches!(
        key,
        "$defs"
            | "callbacks"
            | "content"
            | "definitions"
            | "encoding"
            | "headers"
            | "mapping"
            | "parameters"
            | "patternProperties"
            | "properties"
            | "requestBodies"
            | "responses"
            | "schemas"
    )
}
