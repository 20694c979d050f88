//! Lists, objects and texts in the place of each other.

use serde_json::{Map, Value, json};

use super::{
    Note, TYPES,
    named::{by_name, named},
    one as moved,
};
use crate::document::escape;
use crate::document::members::{Is, SCHEMA};

/// Returns whether a member may be a list, or schemas: those that [`shape`] knows.
pub(super) fn is_shaped(key: &str) -> bool {
    matches!(
        key,
        "parameters"
            | "enum"
            | "servers"
            | "security"
            | "tags"
            | "allOf"
            | "anyOf"
            | "oneOf"
            | "prefixItems"
            | "items"
            | "schema"
            | "additionalProperties"
            | "not"
            | "contains"
            | "propertyNames"
            | "if"
            | "then"
            | "else"
            | "properties"
            | "patternProperties"
            | "dependentSchemas"
            | "definitions"
            | "$defs"
            | "schemas"
            | "headers"
            | "responses"
            | "license"
            | "contact"
            | "externalDocs"
            | "info"
            | "requestBody"
            | "variables"
            | "content"
            | "unevaluatedProperties"
            | "unevaluatedItems"
    )
}

/// Straightens a member that is a list where one is meant, one where a list is meant, or a text
/// where an object is meant.
pub(super) fn shape(is: Is, key: &str, value: &mut Value, note: &mut Note<'_>) {
    match is {
        Is::List(inner) => list(*inner, key, value, note),
        Is::Texts => names(key, value, note),
        Is::Map(inner) | Is::Extensible(inner) => map(*inner, key, value, note),
        Is::One(_) | Is::SchemaOrBool => one(is, key, value, note),
        _ => {}
    }
}

fn is_schema(is: Is) -> bool {
    matches!(is, Is::One(kind) if kind == &SCHEMA) || matches!(is, Is::SchemaOrBool)
}

fn is_type(value: &Value) -> bool {
    value.as_str().is_some_and(|t| TYPES.contains(&t))
}

/// Returns the member of a schema that a text in its place can only be, and what is said of it.
fn said(value: &Value) -> Option<(&'static str, &'static str)> {
    match value.as_str() {
        Some(text) if text.starts_with("#/") => Some(("$ref", "a reference: read as such")),
        _ if is_type(value) => Some(("type", "the name of a type: read as a schema of that type")),
        _ => None,
    }
}

/// Returns whether a key cannot be a keyword of a schema.
fn is_no_keyword(key: &str) -> bool {
    key != "$ref" && !key.starts_with("x-") && matches!(SCHEMA.member(key), Is::Data)
}

/// Straightens what must be a list.
fn list(inner: Is, key: &str, value: &mut Value, note: &mut Note<'_>) {
    match value {
        Value::Object(map) => {
            let keys: Vec<String> = map.keys().map(|key| escape(key)).collect();
            let mut entries = true;
            let (new, message): (Value, _) = match key {
                "parameters" => (named(map), "an object: read as the list of its members"),
                "tags" if !map.contains_key("name") && map.values().all(Value::is_object) => {
                    (named(map), "an object: read as the list of its members")
                }
                "enum" => (
                    map.keys().map(|k| Value::from(k.as_str())).collect(),
                    "an object: read as the list of its names",
                ),
                _ if is_schema(inner)
                    && !map.is_empty()
                    && map.keys().all(|k| is_no_keyword(k)) =>
                {
                    (
                        std::mem::take(map).into_iter().map(|(_, v)| v).collect(),
                        "an object: read as the list of its members",
                    )
                }
                _ => {
                    entries = false;
                    (json!([map]), "an object: read as a list of it")
                }
            };
            match entries {
                true => note.moved(
                    keys.iter()
                        .enumerate()
                        .map(|(i, name)| (format!("/{key}/{i}"), format!("/{key}/{name}"))),
                ),
                false => note.moved(moved(format!("/{key}/0"), format!("/{key}"))),
            }
            *value = new;
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
        Value::Array(list) => {
            let stays = |entry: &Value| key == "enum" || !entry.is_null();
            let staying: Vec<bool> = list.iter().map(stays).collect();
            list.retain(stays);
            if list.len() < staying.len() {
                note.moved_up(key, &staying);
                note.warn(key, "null in a list: left out");
            }
            for (i, entry) in list.iter_mut().enumerate() {
                if is_schema(inner) && entry.is_array() {
                    note.below(key, |note| one(inner, &i.to_string(), entry, note));
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
        _ => {}
    }
}

/// Straightens the tags of an operation.
fn names(key: &str, value: &mut Value, note: &mut Note<'_>) {
    let entries = value.as_array_mut().filter(|_| key == "tags");
    for entry in entries.into_iter().flatten() {
        if let Some(Value::String(name)) = entry.get("name") {
            *entry = name.clone().into();
            note.warn(key, "an object: read as its name");
        }
    }
}

/// Straightens what must be a map.
fn map(inner: Is, key: &str, value: &mut Value, note: &mut Note<'_>) {
    let is_media = |media: &Value| media.as_str().is_some_and(|m| m.contains('/'));
    let media = |all: &[Value]| -> Value {
        let names = all.iter().filter_map(Value::as_str);
        names
            .map(|name| (name.to_owned(), json!({})))
            .collect::<Map<_, _>>()
            .into()
    };
    match value {
        Value::String(text) if key == "content" && text.contains('/') => {
            *value = json!({ text.as_str(): {} });
            note.warn(key, "a text: read as a media type");
        }
        Value::Array(list) if key == "content" && !list.is_empty() && list.iter().all(is_media) => {
            *value = media(list);
            note.warn(key, "a list: read as media types");
        }
        Value::Array(list) if !list.is_empty() => {
            let (map, message) = match by_name(list, key) {
                Some((map, from)) => {
                    let names = map.keys().map(|name| format!("/{key}/{}", escape(name)));
                    let from = from.iter().map(|from| format!("/{key}/{from}"));
                    note.moved(names.zip(from));
                    (
                        map,
                        "a list: read as an object of its entries by their names",
                    )
                }
                None if key == "properties" => {
                    (Map::new(), "a list without names: read as any members")
                }
                None => return,
            };
            *value = map.into();
            note.warn(key, message);
        }
        Value::Object(map) => {
            for (name, entry) in map.iter_mut().filter(|(_, v)| v.is_array()) {
                if is_schema(inner) {
                    note.below(key, |note| one(inner, name, entry, note));
                }
            }
            for (name, entry) in map.iter_mut().filter(|(_, v)| v.is_string()) {
                let (member, message) = match key {
                    "responses" => (
                        "description",
                        "a text: read as the description of a response",
                    ),
                    "content" => ("schema", "a text: read as the schema of a media type"),
                    "variables" => ("default", "a text: read as the default of a variable"),
                    "headers" if is_type(entry) => ("type", "a text: read as the type of a header"),
                    "headers" => ("description", "a text: read as the description of a header"),
                    _ => match said(entry).filter(|_| is_schema(inner)) {
                        Some(said) => said,
                        None => continue,
                    },
                };
                *entry = json!({ member: entry.take() });
                note.below(key, |note| note.warn(name, message));
            }
        }
        _ => {}
    }
}

/// Straightens what must be one object, or one schema.
fn one(is: Is, key: &str, value: &mut Value, note: &mut Note<'_>) {
    let of_schema = is_schema(is);
    if let Some((member, message)) = said(value).filter(|_| of_schema) {
        *value = json!({ member: value.take() });
        note.warn(key, message);
        return;
    }
    let (new, message): (Value, _) = match value {
        Value::String(text) if of_schema && (text == "true" || text == "false") => {
            if !matches!(is, Is::SchemaOrBool) {
                return;
            }
            ((text == "true").into(), "a text: read as a boolean")
        }
        Value::Array(list) if of_schema && !list.is_empty() => {
            let (mut parts, here) = (std::mem::take(list), format!("/{}", escape(key)));
            let any = match parts.len() {
                1 => {
                    note.moved(moved(here.clone(), format!("{here}/0")));
                    parts.remove(0)
                }
                n => {
                    let part = |i| (format!("{here}/anyOf/{i}"), format!("{here}/{i}"));
                    note.moved((0..n).map(part));
                    json!({ "anyOf": parts })
                }
            };
            (any, "a list of schemas: read as any of them")
        }
        Value::Array(list) if list.len() == 1 && list[0].is_object() => {
            note.moved(moved(format!("/{key}"), format!("/{key}/0")));
            (list.remove(0), "a list of one: read as that")
        }
        Value::String(text) => match key {
            "license" | "contact" if text.contains('@') => {
                (json!({ "email": text }), "a text: read as its address")
            }
            "license" | "contact" => (json!({ "name": text }), "a text: read as its name"),
            "externalDocs" => (json!({ "url": text }), "a text: read as its address"),
            "info" => (json!({ "title": text }), "a text: read as its title"),
            _ => return,
        },
        _ => return,
    };
    *value = new;
    note.warn(key, message);
}
