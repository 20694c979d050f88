//! Objects and texts in the place of a list, and in lists.

use serde_json::{Map, Value, json};

use super::{
    Note, moved,
    named::named,
    single::{is_schema, is_type, single},
};
use crate::document::escape;
use crate::document::members::{Is, SCHEMA};

/// Straightens what must be a list.
pub(super) fn list(inner: Is, key: &str, value: &mut Value, note: &mut Note<'_>) {
    match value {
        Value::Object(map) => {
            let (list, message) = of_object(inner, key, map, note);
            *value = list;
            note.warn(key, message);
        }
        Value::String(_) | Value::Number(_) if key == "enum" => {
            *value = json!([value.take()]);
            note.warn(key, "one value: read as a list of it");
        }
        Value::String(name) if key == "security" => {
            *value = json!([{ name.as_str(): [] }]);
            note.warn(key, "a text: read as the name of a security scheme");
        }
        Value::String(text) if key == "servers" => {
            *value = json!([{ "url": text }]);
            note.warn(key, "a text: read as the URL of a server");
        }
        Value::Array(list) => entries(inner, key, list, note),
        _ => {}
    }
}

/// Returns the list that an object in its place means, and what is said of it.
fn of_object(
    inner: Is,
    key: &str,
    map: &mut Map<String, Value>,
    note: &mut Note<'_>,
) -> (Value, &'static str) {
    let members = "an object: read as the list of its members";
    let names: Vec<String> = map.keys().map(|key| escape(key)).collect();
    let is_list_of_schemas =
        || is_schema(inner) && !map.is_empty() && map.keys().all(|k| is_no_keyword(k));
    let (list, message): (Value, _) = match key {
        "parameters" => (named(map), members),
        "tags" if !map.contains_key("name") && map.values().all(Value::is_object) => {
            (named(map), members)
        }
        "enum" => {
            let names = map.keys().map(|k| Value::from(k.as_str()));
            (names.collect(), "an object: read as the list of its names")
        }
        _ if is_list_of_schemas() => {
            let schemas = std::mem::take(map).into_iter().map(|(_, v)| v);
            (schemas.collect(), members)
        }
        _ => {
            note.moved(moved(format!("/{key}/0"), format!("/{key}")));
            return (json!([map]), "an object: read as a list of it");
        }
    };
    let names = names.iter().enumerate();
    note.moved(names.map(|(i, name)| (format!("/{key}/{i}"), format!("/{key}/{name}"))));
    (list, message)
}

/// Straightens the entries of a list.
fn entries(inner: Is, key: &str, list: &mut Vec<Value>, note: &mut Note<'_>) {
    let stays = |entry: &Value| key == "enum" || !entry.is_null();
    let staying: Vec<bool> = list.iter().map(stays).collect();
    list.retain(stays);
    if list.len() < staying.len() {
        note.moved_up(key, &staying);
        note.warn(key, "null in a list: left out");
    }
    for (i, entry) in list.iter_mut().enumerate() {
        if is_schema(inner) && entry.is_array() {
            note.below(key, |note| single(inner, &i.to_string(), entry, note));
            continue;
        }
        let said = match &*entry {
            Value::Number(n) if key == "tags" => Some(n.to_string()),
            other => other.as_str().map(str::to_owned),
        };
        let new = said.and_then(|text| match (inner, key) {
            (Is::Map(_), "security") => Some(json!({ text: [] })),
            (Is::One(_), "tags") => Some(json!({ "name": text })),
            (Is::One(_), "servers") => Some(json!({ "url": text })),
            _ => (is_schema(inner) && is_type(entry)).then(|| json!({ "type": text })),
        });
        if let Some(new) = new {
            *entry = new;
            let message = "a name: read as an object of that name";
            note.below(key, |note| note.warn(&i.to_string(), message));
        }
    }
}

/// Returns whether a key cannot be a keyword of a schema.
fn is_no_keyword(key: &str) -> bool {
    key != "$ref" && !key.starts_with("x-") && matches!(SCHEMA.member(key), Is::Data)
}
