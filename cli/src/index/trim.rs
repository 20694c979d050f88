//! Removes what commands do not need from schemas. The build script compiles this file too.

use serde_json::{Map, Value};

use super::{
    contract, drf,
    links::keywords::{has_names, is_data, listed},
    media::is_bytes,
};

/// Returns what 3.1 says in another way as 3.0 says it: a list of one type with or without null,
/// the only value, files, and limits that are excluded. Passwords are marked as secrets.
fn of_30(map: &mut Map<String, Value>) {
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
    for key in ["anyOf", "oneOf"] {
        optional(map, key);
    }
    if is_bytes(map) {
        map.insert("format".into(), "binary".into());
        map.entry("type").or_insert_with(|| "string".into());
    }
    if map.get("format").is_some_and(|format| format == "password") {
        map.insert(contract::SECRET.into(), true.into());
    }
    if map.contains_key("const")
        && let Some(values) = listed(map)
    {
        match values.is_empty() {
            true => map.remove("enum"),
            false => map.insert("enum".into(), values.into()),
        };
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
}

/// Writes a union with null as `nullable`, and as what it is if nothing else is in it, as FastAPI
/// has each member that may be null.
fn optional(map: &mut Map<String, Value>, key: &str) {
    let is_null = |of: &Value| of.get("type").is_some_and(|t| t == "null");
    let Some(all) = map.get(key).and_then(Value::as_array) else {
        return;
    };
    let mut rest: Vec<Value> = all.iter().filter(|of| !is_null(of)).cloned().collect();
    if rest.is_empty() || rest.len() == all.len() {
        return;
    }
    let may_be_null = !map.contains_key("type") && !map.contains_key("allOf");
    match rest.pop() {
        Some(only) if rest.is_empty() => {
            map.remove(key);
            let is_free =
                |key: &String| key != "$ref" && (drf::is_word(key) || !map.contains_key(key));
            match only {
                Value::Object(only) if only.keys().all(is_free) => {
                    for (key, value) in only {
                        map.entry(key).or_insert(value);
                    }
                }
                only => match map.get_mut("allOf").and_then(Value::as_array_mut) {
                    Some(parts) => parts.push(only),
                    None => drop(map.insert("allOf".into(), Value::Array(vec![only]))),
                },
            }
        }
        last => {
            rest.extend(last);
            map.insert(key.into(), rest.into());
        }
    }
    if may_be_null {
        map.insert("nullable".into(), true.into());
    }
}

/// The place of the components.
pub const SCHEMAS: &str = "#/components/schemas/";

/// Returns a reference with the name of its component as the document has it, without escapes. A
/// schema elsewhere becomes a component with its pointer, from `#` on, as its name.
fn component(target: &str) -> String {
    let target = super::links::decoded(target);
    match target.strip_prefix(SCHEMAS) {
        Some(name) if !name.contains('/') => target.replace("~1", "/").replace("~0", "~"),
        _ => format!("{SCHEMAS}{target}"),
    }
}

/// Adds the pointers of the schemas that a trimmed one refers to elsewhere.
pub fn elsewhere(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(map) => map.iter().for_each(|(key, value)| match value.as_str() {
            Some(target) if key == "$ref" => {
                let pointer = target.strip_prefix(SCHEMAS).filter(|p| p.starts_with('#'));
                found.extend(pointer.map(str::to_owned));
            }
            _ => elsewhere(value, found),
        }),
        Value::Array(items) => items.iter().for_each(|item| elsewhere(item, found)),
        _ => {}
    }
}

/// Returns whether the schema takes any JSON in Django REST framework.
fn is_any(map: &Map<String, Value>) -> bool {
    let kind = map.get("type").and_then(Value::as_str);
    let values = map.get("enum").and_then(Value::as_array);
    let values = values.filter(|values| values.iter().any(|value| !value.is_null()));
    drf::is_json_field(map) || values.is_some_and(|values| drf::choices(kind, values).0.is_none())
}

/// Returns a schema with each schema in it changed, the inner ones first.
pub fn each(schema: &Value, change: &dyn Fn(Map<String, Value>) -> Map<String, Value>) -> Value {
    let inner = |value: &Value| each(value, change);
    match schema {
        Value::Object(map) => {
            let members = map.iter().map(|(key, value)| match value {
                _ if is_data(key) || key.starts_with("x-") => (key.clone(), value.clone()),
                Value::Object(named) if has_names(key) => {
                    let named = named.iter().map(|(name, of)| (name.clone(), inner(of)));
                    (key.clone(), Value::Object(named.collect()))
                }
                _ => (key.clone(), inner(value)),
            });
            Value::Object(change(members.collect()))
        }
        Value::Array(items) => Value::Array(items.iter().map(inner).collect()),
        other => other.clone(),
    }
}

/// Returns a schema without the parts that no command shows or checks.
pub fn trimmed(schema: &Value) -> Value {
    const UNUSED: [&str; 7] = [
        "title",
        "example",
        "examples",
        "xml",
        "externalDocs",
        contract::ALWAYS,
        // Set by ourselves only.
        contract::PARTIAL,
    ];
    each(schema, &|mut map| {
        map.retain(|key, value| {
            let is_empty = value.as_str().is_some_and(str::is_empty);
            !(UNUSED.contains(&key.as_str()) || key == "description" && is_empty)
        });
        if let Some(Value::String(target)) = map.get_mut("$ref") {
            *target = component(target);
        }
        of_30(&mut map);
        if is_any(&map) {
            map.insert(contract::JSON.into(), true.into());
        }
        map
    })
}
