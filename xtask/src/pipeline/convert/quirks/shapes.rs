//! Lists, objects and texts in the place of each other.

use serde_json::{Map, Value, json};

use super::{
    Note,
    lists::list,
    named::by_name,
    single::{is_schema, is_type, said, single},
};
use crate::document::{escape, members::Is};

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

/// Corrects a member of a wrong shape: a list in place of a single value, a single value in place
/// of a list, or a text in place of an object.
pub(super) fn shape(is: Is, key: &str, value: &mut Value, note: &mut Note<'_>) {
    match is {
        Is::List(inner) => list(*inner, key, value, note),
        Is::Texts => names(key, value, note),
        Is::Map(inner) | Is::Extensible(inner) => map(*inner, key, value, note),
        Is::One(_) | Is::SchemaOrBool => single(is, key, value, note),
        _ => {}
    }
}

/// Corrects the tags of an operation: objects become their names.
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
                    note.below(key, |note| single(inner, name, entry, note));
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
