//! Removes what commands do not need from schemas. The build script compiles this file too.

use serde_json::Value;

/// Returns a schema without the parts that no command shows or checks.
pub fn trimmed(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, value)| {
                let unused = [
                    "title",
                    "example",
                    "examples",
                    "xml",
                    "externalDocs",
                    "x-autopi-always",
                ];
                let is_empty = value.as_str().is_some_and(str::is_empty);
                match key.as_str() {
                    "description" => !is_empty,
                    // A member may have such a name; its value is then a schema.
                    key => value.is_object() || !unused.contains(&key),
                }
            });
            let kept = kept.map(|(key, value)| (key.clone(), trimmed(value)));
            Value::Object(kept.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(trimmed).collect()),
        other => other.clone(),
    }
}
