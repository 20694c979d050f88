//! The sent and the received form of a schema.

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::contract;
use serde_json::{Map, Value};

use super::{is_secret, rename, says};
use crate::document;

/// Returns the received form: without writeOnly fields, and with readOnly fields required.
pub(super) fn response(mut schema: Value, schemas: &Map<String, Value>) -> Value {
    document::each_schema(&mut schema, &mut |map| {
        let Some(properties) = map.get_mut("properties").and_then(Value::as_object_mut) else {
            return;
        };
        let known: BTreeSet<String> = properties.keys().cloned().collect();
        properties.retain(|_, p| !says(p, "writeOnly", schemas, 8));
        let always: Vec<String> = properties
            .iter()
            .filter(|(_, p)| says(p, "readOnly", schemas, 8))
            .map(|(k, _)| k.clone())
            .collect();
        let kept = properties.iter().filter(|(k, p)| !is_secret(k, p));
        let kept: BTreeSet<&String> = kept.map(|(k, _)| k).collect();
        let gone = known.into_iter().filter(|k| !kept.contains(k)).collect();
        set_required(map, &gone, always);
    });
    schema
}

/// Returns the sent form: without readOnly fields, and with references to sent forms.
pub(super) fn request(
    mut schema: Value,
    schemas: &Map<String, Value>,
    names: &BTreeMap<String, String>,
) -> Value {
    rename(&mut schema, names);
    document::each_schema(&mut schema, &mut |map| {
        let Some(properties) = map.get_mut("properties").and_then(Value::as_object_mut) else {
            return;
        };
        let mut gone = BTreeSet::new();
        properties.retain(|name, p| {
            p.as_object_mut().map(|p| p.shift_remove(contract::ALWAYS));
            // Its references may have been renamed by now, to schemas without the mark.
            let is_gone = says(p, "readOnly", schemas, 8);
            gone.extend(is_gone.then(|| name.clone()));
            !is_gone
        });
        set_required(map, &gone, Vec::new());
    });
    schema
}

/// Requires `more`, and nothing that is `gone`. What is not described here may be in another part.
pub(super) fn set_required(
    map: &mut Map<String, Value>,
    gone: &BTreeSet<String>,
    more: Vec<String>,
) {
    let names = map.get("required").and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    let mut required: Vec<String> = names.map(str::to_owned).collect();
    for name in more {
        if !required.contains(&name) {
            required.push(name);
        }
    }
    required.retain(|r| !gone.contains(r));
    if required.is_empty() {
        map.shift_remove("required");
    } else {
        map.insert("required".into(), required.into());
    }
}
