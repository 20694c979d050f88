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
