//! Ways through a document that several rules share.

use serde_json::{Map, Value};

/// The HTTP methods of a path item (OpenAPI 3.0.3, Path Item Object).
pub const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// `#/components/schemas/NAME` → `NAME`.
pub fn ref_name(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

/// A reference to a component schema.
pub fn reference(name: &str) -> Value {
    serde_json::json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Calls `f` with path, method and operation, in document order.
pub fn operations(doc: &mut Value, mut f: impl FnMut(&str, &str, &mut Map<String, Value>)) {
    let Some(paths) = doc.get_mut("paths").and_then(Value::as_object_mut) else { return };
    for (path, item) in paths {
        let Some(item) = item.as_object_mut() else { continue };
        for method in METHODS {
            if let Some(op) = item.get_mut(method).and_then(Value::as_object_mut) {
                f(path, method, op);
            }
        }
    }
}

/// Calls `f` with every object below `value`, itself included, children after parents.
pub fn objects(value: &mut Value, f: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(map) => {
            f(map);
            map.values_mut().for_each(|v| objects(v, f));
        }
        Value::Array(list) => list.iter_mut().for_each(|v| objects(v, f)),
        _ => {}
    }
}

/// The component schemas, made if they are missing.
pub fn schemas(doc: &mut Value) -> Option<&mut Map<String, Value>> {
    let components = doc.as_object_mut()?.entry("components").or_insert_with(|| Value::Object(Map::new()));
    components.as_object_mut()?.entry("schemas").or_insert_with(|| Value::Object(Map::new())).as_object_mut()
}

/// The first free name: `base`, then `base2`, `base3`. Names are compared as Rust would see them.
pub fn free_name(base: &str, taken: impl Fn(&str) -> bool) -> String {
    let base = heck::ToUpperCamelCase::to_upper_camel_case(base);
    if !taken(&base) {
        return base;
    }
    (2..).map(|n| format!("{base}{n}")).find(|n| !taken(n)).unwrap_or(base)
}

/// Request and answer schemas of an operation: `f(is_request, schema)`.
pub fn bodies(op: &mut Map<String, Value>, mut f: impl FnMut(bool, &str, &mut Value)) {
    let mut content = |request: bool, holder: &mut Value| {
        let Some(content) = holder.get_mut("content").and_then(Value::as_object_mut) else { return };
        for (media, value) in content {
            if let Some(schema) = value.get_mut("schema") {
                f(request, media, schema);
            }
        }
    };
    if let Some(body) = op.get_mut("requestBody") {
        content(true, body);
    }
    if let Some(responses) = op.get_mut("responses").and_then(Value::as_object_mut) {
        responses.values_mut().for_each(|r| content(false, r));
    }
}
