//! Every device has two UUIDs, `id` and `unit_id`; the document tells them apart by the names of parameters, fields and paths.

use serde_json::{Map, Value};

use super::walk;
use crate::report::Failure;

/// Marks schemas with `x-autopi-id: device | unit`.
pub fn two_ids(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    let Some(paths) = doc.get_mut("paths").and_then(Value::as_object_mut) else { return Ok(0) };
    for (path, item) in paths {
        let device_item = path.contains("/devices/{id}");
        let operations = item.as_object_mut().into_iter().flatten();
        let lists = operations.filter_map(|(key, v)| if key == "parameters" { Some(v) } else { v.get_mut("parameters") });
        for parameter in lists.filter_map(Value::as_array_mut).flatten() {
            let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
            let in_path = parameter.get("in").and_then(Value::as_str) == Some("path");
            let Some(schema) = parameter.get_mut("schema").and_then(Value::as_object_mut) else { continue };
            let uuid = is_uuid(schema);
            let kind = match name.as_str() {
                "unit_id" if uuid || (in_path && is_plain(schema)) => "unit",
                "device_id" if uuid || (in_path && is_plain(schema)) => "device",
                "device" if uuid => "device",
                "id" if in_path && device_item && (uuid || is_plain(schema)) => "device",
                _ => continue,
            };
            schema.insert("x-autopi-id".into(), kind.into());
            n += 1;
        }
    }
    let Some(schemas) = walk::schemas(doc) else { return Ok(n) };
    for schema in schemas.values_mut() {
        walk::each_schema(schema, &mut |map| {
            let Some(properties) = map.get_mut("properties").and_then(Value::as_object_mut) else { return };
            // Only the device resource itself carries both.
            let device = properties.contains_key("id") && properties.contains_key("unit_id");
            for (name, field) in properties {
                let Some(field) = field.as_object_mut().filter(|f| is_uuid(f)) else { continue };
                let kind = match name.as_str() {
                    "unit_id" => "unit",
                    "device_id" | "device" => "device",
                    "id" if device => "device",
                    _ => continue,
                };
                field.insert("x-autopi-id".into(), kind.into());
                n += 1;
            }
        });
    }
    Ok(n)
}

fn is_uuid(schema: &Map<String, Value>) -> bool {
    schema.get("format").and_then(Value::as_str) == Some("uuid")
}

fn is_plain(schema: &Map<String, Value>) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("string") && !schema.contains_key("format") && !schema.contains_key("pattern")
}
