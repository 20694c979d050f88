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
        properties.retain(|_, p| !says(p, "writeOnly", schemas, 8));
        let always: Vec<String> = properties
            .iter()
            .filter(|(_, p)| says(p, "readOnly", schemas, 8))
            .map(|(k, _)| k.clone())
            .collect();
        let kept: BTreeSet<String> = properties
            .iter()
            .filter(|(k, p)| !is_secret(k, p))
            .map(|(k, _)| k.clone())
            .collect();
        set_required(map, &kept, always);
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
        properties.retain(|_, p| {
            p.as_object_mut().map(|p| p.shift_remove(contract::ALWAYS));
            // Its references may have been renamed by now, to schemas without the mark.
            !says(p, "readOnly", schemas, 8)
        });
        let kept: BTreeSet<String> = properties.keys().cloned().collect();
        set_required(map, &kept, Vec::new());
    });
    schema
}

pub(super) fn set_required(
    map: &mut Map<String, Value>,
    kept: &BTreeSet<String>,
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
    required.retain(|r| kept.contains(r));
    if required.is_empty() {
        map.shift_remove("required");
    } else {
        map.insert("required".into(), required.into());
    }
}
