//! Walks through a document: its operations, their parameters and bodies, all schemas.

use autopi_codegen::METHODS;
use serde_json::{Map, Value};

use super::members::{At, Is, SCHEMA, each};

/// Calls `f` with path, method and operation, in document order.
pub fn operations(doc: &mut Value, mut f: impl FnMut(&str, &str, &mut Map<String, Value>)) {
    let Some(paths) = doc.get_mut("paths").and_then(Value::as_object_mut) else {
        return;
    };
    for (path, item) in paths {
        let Some(item) = item.as_object_mut() else {
            continue;
        };
        for method in METHODS {
            if let Some(op) = item.get_mut(method).and_then(Value::as_object_mut) {
                f(path, method, op);
            }
        }
    }
}

/// Calls `f` with path, method and each parameter.
pub fn parameters(doc: &mut Value, mut f: impl FnMut(&str, &str, &mut Map<String, Value>)) {
    operations(doc, |path, method, op| {
        let all = op.get_mut("parameters").and_then(Value::as_array_mut);
        let all = all.into_iter().flatten().filter_map(Value::as_object_mut);
        all.for_each(|parameter| f(path, method, parameter));
    });
}

/// Calls `f` with a schema and every schema inside it, parents first. A property named `type` or
/// `$ref` is not a keyword: only places of schemas are visited.
pub fn each_schema(schema: &mut Value, f: &mut impl FnMut(&mut Map<String, Value>)) {
    let Some(map) = schema.as_object_mut() else {
        return;
    };
    f(map);
    for (key, value) in map {
        match (key.as_str(), value) {
            (
                "properties" | "patternProperties" | "$defs" | "definitions",
                Value::Object(named),
            ) => named.values_mut().for_each(|v| each_schema(v, f)),
            ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(list)) => {
                list.iter_mut().for_each(|v| each_schema(v, f))
            }
            ("items" | "additionalProperties" | "not", value) => each_schema(value, f),
            _ => {}
        }
    }
}

/// Visits the schemas as [`each_schema`] does, without changing them.
pub fn each_inner<'a>(schema: &'a Value, f: &mut impl FnMut(&'a Map<String, Value>)) {
    let _ = each::<()>(
        schema,
        Is::One(&SCHEMA),
        &At::ROOT,
        &mut |kind, _, value| {
            value.as_object().filter(|_| kind == &SCHEMA).map(&mut *f);
            Ok(())
        },
    );
}

/// Visits every schema of a document: of its components, parameters, headers, bodies and responses.
pub fn document_schemas(doc: &mut Value, f: &mut impl FnMut(&mut Map<String, Value>)) {
    fn holders(value: &mut Value, f: &mut impl FnMut(&mut Map<String, Value>)) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    match (key.as_str(), value) {
                        ("schema", value) => each_schema(value, f),
                        ("example" | "examples", _) => {}
                        // Their keys are names, and may be those of members.
                        (
                            "headers" | "encoding" | "callbacks" | "content",
                            Value::Object(named),
                        ) => {
                            named.values_mut().for_each(|v| holders(v, f));
                        }
                        (_, value) => holders(value, f),
                    }
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|v| holders(v, f)),
            _ => {}
        }
    }
    if let Some(paths) = doc.get_mut("paths") {
        holders(paths, f);
    }
    for (kind, value) in doc
        .get_mut("components")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
    {
        match (kind.as_str(), value) {
            ("schemas", Value::Object(named)) => named.values_mut().for_each(|v| each_schema(v, f)),
            (_, Value::Object(named)) => named.values_mut().for_each(|v| holders(v, f)),
            _ => {}
        }
    }
}

/// Visits the schema of each parameter of an operation with its name, also one inside a media type.
pub fn parameter_schemas(
    op: &mut Map<String, Value>,
) -> impl Iterator<Item = (String, &mut Value)> {
    let all = op.get_mut("parameters").and_then(Value::as_array_mut);
    all.into_iter().flatten().filter_map(|parameter| {
        let name = parameter.get("name")?.as_str()?.to_owned();
        let holder = match parameter.get("content") {
            Some(_) => parameter["content"].as_object_mut()?.values_mut().next()?,
            None => parameter,
        };
        Some((name, holder.get_mut("schema")?))
    })
}

/// Visits the request and response schemas of an operation: `f(is_request, media type, schema)`.
pub fn bodies(op: &mut Map<String, Value>, mut f: impl FnMut(bool, &str, &mut Value)) {
    let mut content = |request: bool, holder: &mut Value| {
        let Some(content) = holder.get_mut("content").and_then(Value::as_object_mut) else {
            return;
        };
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
