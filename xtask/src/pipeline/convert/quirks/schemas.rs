//! Quirks of schemas.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Note, TYPES};
use crate::document::escape;

/// Straightens one schema of a document whose schemas have these names.
pub(super) fn schema(
    map: &mut Map<String, Value>,
    of_3: bool,
    names: &BTreeSet<String>,
    note: &mut Note<'_>,
) {
    match map.get_mut("$ref") {
        Some(Value::Null) => {
            map.shift_remove("$ref");
            note.warn("$ref", "null: read as absent");
        }
        Some(Value::String(target)) if target.trim_start_matches(' ') != target => {
            *target = target.trim_start_matches(' ').to_owned();
            note.warn("$ref", "spaces before it: left out");
        }
        Some(Value::String(target)) => {
            if let Some((inside, what)) = inside(target, of_3) {
                target.push_str(inside);
                note.warn("$ref", &format!("refers to {what}: read as its schema"));
            }
        }
        _ => {}
    }
    let kind = map.get("type").and_then(Value::as_str);
    if let Some(name) = kind.filter(|t| !TYPES.contains(t) && names.contains(*t)) {
        let reference = if of_3 {
            "#/components/schemas/"
        } else {
            "#/definitions/"
        };
        let reference = format!("{reference}{}", escape(name));
        map.shift_remove("type");
        map.insert("$ref".into(), reference.into());
        note.warn("type", "the name of a schema: read as a reference to it");
    }
    match map.get("discriminator") {
        Some(Value::String(name)) if of_3 => {
            let discriminator = json!({ "propertyName": name });
            map.insert("discriminator".into(), discriminator);
            note.warn("discriminator", "a text: read as the name of its property");
        }
        Some(Value::Object(tags)) if !tags.contains_key("propertyName") => {
            map.shift_remove("discriminator");
            note.warn("discriminator", "names no property: left out");
        }
        _ => {}
    }
}

/// Returns where a part of another kind has its schema, if a reference leads to one by its name.
fn inside(target: &str, of_3: bool) -> Option<(&'static str, &'static str)> {
    let kinds: &[(&str, &str, &str)] = match of_3 {
        true => &[
            ("#/components/parameters/", "/schema", "a parameter"),
            ("#/components/headers/", "/schema", "a header"),
            ("#/components/responses/", JSON, "a response"),
            ("#/components/requestBodies/", JSON, "a body"),
        ],
        false => &[("#/responses/", "/schema", "a response")],
    };
    let mut found = kinds.iter();
    let (_, inside, what) = found.find(|(kind, ..)| {
        let name = target.strip_prefix(kind);
        name.is_some_and(|name| !name.contains('/'))
    })?;
    Some((inside, what))
}

/// The place of the schema of a response or a body that is JSON.
const JSON: &str = "/content/application~1json/schema";
