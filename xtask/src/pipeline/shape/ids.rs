//! Distinguishes the two UUIDs of a device, `id` and `unit_id`, by the names of parameters, fields
//! and paths.

use autopi_codegen::contract;
use serde_json::{Map, Value};

use crate::document;
use crate::report::Failure;

/// Marks schemas with `x-autopi-id: device | unit`. Without a unit id in the document, there is
/// nothing to mix up.
pub fn two_ids(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    if !names_units(doc) {
        return Ok(0);
    }
    // If a resource has both, a plain string of that name (django-filter and drf-nested-routers
    // document no format) is one of them too.
    let both = document::schemas(doc).into_iter().any(|s| {
        s.values().any(|s| {
            s.get("properties")
                .and_then(Value::as_object)
                .is_some_and(is_device)
        })
    });
    let Some(paths) = doc.get_mut("paths").and_then(Value::as_object_mut) else {
        return Ok(0);
    };
    for (path, item) in paths {
        let device_item = path.contains("/devices/{id}");
        let operations = item.as_object_mut().into_iter().flatten();
        let lists = operations.filter_map(|(key, v)| {
            if key == "parameters" {
                Some(v)
            } else {
                v.get_mut("parameters")
            }
        });
        for parameter in lists.filter_map(Value::as_array_mut).flatten() {
            let name = parameter
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            let in_path = parameter.get("in").and_then(Value::as_str) == Some("path");
            let Some(schema) = parameter.get_mut("schema").and_then(Value::as_object_mut) else {
                continue;
            };
            let kind = match name.as_str() {
                "id" if in_path && device_item => Some("device"),
                name => kind(name),
            };
            let fits =
                is_uuid(schema) || (is_plain(schema) && (both || (in_path && name != "device")));
            if let Some(kind) = kind.filter(|_| fits) {
                schema.insert(contract::ID.into(), kind.into());
                n += 1;
            }
        }
    }
    let Some(schemas) = document::schemas(doc) else {
        return Ok(n);
    };
    for schema in schemas.values_mut() {
        document::each_schema(schema, &mut |map| {
            let Some(properties) = map.get_mut("properties").and_then(Value::as_object_mut) else {
                return;
            };
            let device = is_device(properties);
            for (name, field) in properties {
                let kind = if device && name == "id" {
                    Some("device")
                } else {
                    kind(name)
                };
                let Some(field) = field.as_object_mut() else {
                    continue;
                };
                let many = field.get("type").and_then(Value::as_str) == Some("array");
                let field = if many {
                    field.get_mut("items").and_then(Value::as_object_mut)
                } else {
                    Some(field)
                };
                if let (Some(kind), Some(field)) = (kind, field.filter(|f| is_uuid(f))) {
                    field.insert(contract::ID.into(), kind.into());
                    n += 1;
                }
            }
        });
    }
    Ok(n)
}

fn names_units(value: &Value) -> bool {
    match value {
        Value::Object(map) => {
            map.contains_key("unit_id")
                || map.get("name").is_some_and(|n| n == "unit_id")
                || map.values().any(names_units)
        }
        Value::Array(list) => list.iter().any(names_units),
        _ => false,
    }
}

/// Returns which id a field or parameter of this name is.
fn kind(name: &str) -> Option<&'static str> {
    match name {
        "unit_id" | "unit_ids" => Some("unit"),
        "device" | "device_id" | "device_pk" | "devices" | "device_ids" => Some("device"),
        _ => None,
    }
}

/// Returns whether the properties are those of the device resource, which alone has both ids.
fn is_device(properties: &Map<String, Value>) -> bool {
    ["id", "unit_id"].iter().all(|k| {
        properties
            .get(*k)
            .and_then(Value::as_object)
            .is_some_and(is_uuid)
    })
}

fn is_uuid(schema: &Map<String, Value>) -> bool {
    schema.get("format").and_then(Value::as_str) == Some("uuid")
}

fn is_plain(schema: &Map<String, Value>) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("string")
        && ["format", "pattern", "enum"]
            .iter()
            .all(|k| !schema.contains_key(*k))
}
