//! Removes what commands do not need from schemas. The build script compiles this file too.

use serde_json::{Map, Value};

use super::media::is_bytes;

/// Returns what 3.1 says in another way as 3.0 says it: a list of one type with or without null,
/// the only value, files, and limits that are excluded.
fn of_30(mut map: Map<String, Value>) -> Value {
    let types = map.get("type").and_then(Value::as_array);
    let (null, types): (Vec<_>, Vec<_>) = types
        .into_iter()
        .flatten()
        .cloned()
        .partition(|t| t == "null");
    if let [one] = types.as_slice() {
        map.insert("type".into(), one.clone());
        if !null.is_empty() {
            map.insert("nullable".into(), true.into());
        }
    }
    if is_bytes(&map) {
        map.insert("format".into(), "binary".into());
    }
    // A member may have this name.
    let only = map.get("const").filter(|only| !only.is_object()).cloned();
    if let Some(only) = only {
        map.entry("enum").or_insert(Value::Array(vec![only]));
    }
    for (limit, exclusive, is_least) in [
        ("minimum", "exclusiveMinimum", true),
        ("maximum", "exclusiveMaximum", false),
    ] {
        let number = |key| map.get(key).and_then(Value::as_f64);
        let Some(excluded) = number(exclusive) else {
            continue;
        };
        let is_narrower = |other: f64| (other > excluded) == is_least && other != excluded;
        let new = match number(limit).is_some_and(is_narrower) {
            true => Value::Bool(false),
            false => {
                let excluded = map.get(exclusive).cloned().unwrap_or_default();
                map.insert(limit.into(), excluded);
                Value::Bool(true)
            }
        };
        map.insert(exclusive.into(), new);
    }
    Value::Object(map)
}

/// Returns a reference with the name of its component as the document has it, without escapes.
fn component(target: &str) -> String {
    let target = super::links::decoded(target);
    match target.strip_prefix("#/components/schemas/") {
        Some(name) if !name.contains('/') => target.replace("~1", "/").replace("~0", "~"),
        _ => target,
    }
}

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
            let kept = kept.map(|(key, value)| match value.as_str() {
                Some(target) if key == "$ref" => (key.clone(), component(target).into()),
                _ => (key.clone(), trimmed(value)),
            });
            of_30(kept.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(trimmed).collect()),
        other => other.clone(),
    }
}
