//! Marks two kinds of fields whose type in drf-yasg is not reliable: a `SerializerMethodField` is
//! documented as `{type: string, readOnly: true}` (a real read-only text field has a length, a
//! format or choices), and a `JSONField` as `{type: object}`.

use std::collections::BTreeSet;

use autopi_codegen::{contract, schema};
use serde_json::{Map, Value, json};

use crate::document::{self, drf};
use crate::report::Failure;

/// Marks the bare read-only string as any JSON (`x-autopi-json: true`, no `type`).
pub fn bare_read_only_strings(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    document::document_schemas(doc, &mut |map| {
        let bare = map.get("type").and_then(Value::as_str) == Some("string")
            && map.get("readOnly") == Some(&Value::Bool(true))
            && ![
                "minLength",
                "maxLength",
                "format",
                "enum",
                "pattern",
                contract::JSON,
            ]
            .iter()
            .any(|k| map.contains_key(*k));
        if bare {
            map.shift_remove("type");
            map.insert(contract::JSON.into(), Value::Bool(true));
            n += 1;
        }
    });
    Ok(n)
}

/// Marks integers of which no Rust type of 64 bits has all values.
pub fn wide_integers(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    document::document_schemas(doc, &mut |map| {
        let is_integer = map.get("type").is_some_and(|kind| kind == "integer");
        if is_integer && schema::is_wider_than_64_bits(map) {
            map.insert(contract::JSON.into(), true.into());
            n += 1;
        }
    });
    Ok(n)
}

/// Adds the members that an object requires and does not describe: without a field they could not
/// be given, and nobody would ask for them. Those of a part may be described by another part.
pub fn required_members(doc: &mut Value) -> Result<usize, Failure> {
    let mut parts = BTreeSet::new();
    document::document_schemas(doc, &mut |map| {
        let list = map.get("allOf").and_then(Value::as_array);
        // One alone is the whole: it stands there to be nullable, or described.
        let list = list.filter(|list| list.len() > 1 || map.contains_key("properties"));
        let names = list.into_iter().flatten().filter_map(document::ref_name);
        parts.extend(names.map(str::to_owned));
        let is_more = map.contains_key("properties") || map.contains_key("allOf");
        for key in ["anyOf", "oneOf"] {
            let list = map.get(key).and_then(Value::as_array).filter(|_| is_more);
            let names = list.into_iter().flatten().filter_map(document::ref_name);
            parts.extend(names.map(str::to_owned));
        }
    });
    // What a part is made of is a part too.
    let known = document::schemas(doc).cloned().unwrap_or_default();
    let mut todo: Vec<String> = parts.iter().cloned().collect();
    while let Some(name) = todo.pop() {
        let Some(schema) = known.get(&name) else {
            continue;
        };
        let list = schema.get("allOf").and_then(Value::as_array);
        let names = list.into_iter().flatten().chain([schema]);
        for name in names.filter_map(document::ref_name) {
            if parts.insert(name.to_owned()) {
                todo.push(name.to_owned());
            }
        }
    }
    let schemas = document::schemas(doc).into_iter().flatten();
    let whole = schemas.filter(|(name, _)| !parts.contains(*name));
    let mut n = 0;
    for map in whole.filter_map(|(_, schema)| schema.as_object_mut()) {
        let others = match map.get("additionalProperties") {
            Some(Value::Bool(false)) => continue,
            Some(Value::Object(others)) if !others.is_empty() => others.clone().into(),
            _ => json!({ contract::JSON: true }),
        };
        let is_composed = ["allOf", "anyOf", "oneOf"]
            .iter()
            .any(|key| map.contains_key(*key));
        let required = map.get("required").and_then(Value::as_array);
        let required = required
            .filter(|_| !is_composed)
            .cloned()
            .unwrap_or_default();
        let Some(Value::Object(members)) = map.get_mut("properties") else {
            continue;
        };
        for name in required.iter().filter_map(Value::as_str) {
            n += usize::from(!members.contains_key(name));
            members.entry(name).or_insert_with(|| others.clone());
        }
    }
    Ok(n)
}

/// Marks objects without any constraint: DRF's `JSONField` accepts and returns any JSON. The `type`
/// stays for readers of the document.
pub fn json_fields(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    document::document_schemas(doc, &mut |map| {
        // An empty list of members says nothing, and neither does it say that there are others.
        let is_empty = |key: &str| map.get(key)?.as_object().map(Map::is_empty);
        let others = map.get("additionalProperties");
        if is_empty("properties") == Some(true) && others != Some(&Value::Bool(false)) {
            if is_empty("additionalProperties") == Some(true) || others == Some(&true.into()) {
                map.shift_remove("additionalProperties");
            }
            map.shift_remove("properties");
        }
        if drf::is_json_field(map) {
            map.insert(contract::JSON.into(), Value::Bool(true));
            n += 1;
        }
    });
    Ok(n)
}
