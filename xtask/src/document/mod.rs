//! Ways through a document, for all stages and commands.

pub mod members;

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use members::{At, Is, SCHEMA, each};
use serde_json::{Map, Value};

pub use autopi_codegen::{METHODS, escape::pointer as escape};

/// What [`escape`] made of a key.
pub fn unescape(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

/// The names of the parameters of a path, in their order.
pub fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|s| s.split_once('}'))
        .map(|(name, _)| name)
}

/// `#/components/schemas/NAME` → `NAME`.
pub fn ref_name(schema: &Value) -> Option<&str> {
    schema
        .get("$ref")?
        .as_str()?
        .strip_prefix("#/components/schemas/")
}

/// The schema behind references and an `allOf` of one.
pub fn resolved<'a>(schema: &'a Value, components: &'a Map<String, Value>) -> &'a Value {
    let only = |s: &'a Value| match s.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([one]) => one,
        _ => s,
    };
    let mut schema = only(schema);
    for _ in 0..16 {
        match ref_name(schema).and_then(|name| components.get(name)) {
            Some(target) => schema = only(target),
            None => break,
        }
    }
    schema
}

/// Is null all that it may be?
pub fn is_null(schema: &Value, schemas: &Map<String, Value>) -> bool {
    let known = resolved(schema, schemas);
    let listed = known.get("enum").and_then(Value::as_array);
    let only = known.as_object().is_some_and(|map| {
        map.get("nullable") == Some(&Value::Bool(true))
            && map
                .keys()
                .all(|k| matches!(k.as_str(), "nullable" | "description" | "title"))
    });
    only || known.get("type").is_some_and(|t| t == "null")
        || listed.is_some_and(|l| !l.is_empty() && l.iter().all(Value::is_null))
}

/// A reference to a component schema.
pub fn reference(name: &str) -> Value {
    serde_json::json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The component that the mapping of a discriminator names: by its pointer, its name, or a file of that name.
pub fn mapped(target: &str, schemas: &Map<String, Value>) -> Option<String> {
    let last = target.rsplit(['/', '#']).next().unwrap_or_default();
    let last = unescape(last);
    let stem = last.split('.').next().unwrap_or_default();
    let letters = |name: &str| {
        name.chars()
            .filter(|c| c.is_alphanumeric())
            .collect::<String>()
            .to_lowercase()
    };
    if let Some(name) = [target, &last, stem]
        .iter()
        .find(|n| schemas.contains_key(**n))
    {
        return Some((*name).to_owned());
    }
    let mut alike = schemas.keys().filter(|n| letters(n) == letters(stem));
    match (alike.next(), alike.next()) {
        (Some(one), None) => Some(one.clone()),
        _ => None,
    }
}

/// Renames the components that a schema itself names: in its `$ref`, and in its discriminator's mapping, by reference or bare. A tag that was the component's
/// name without being mapped stays what it was.
pub fn rename(map: &mut Map<String, Value>, names: &BTreeMap<String, String>) {
    const PREFIX: &str = "#/components/schemas/";
    let new = |name: &str| names.get(name).map(|n| format!("{PREFIX}{n}"));
    if map.contains_key("discriminator") {
        let parts = ["oneOf", "anyOf"]
            .into_iter()
            .filter_map(|k| map.get(k)?.as_array());
        let parts: Vec<String> = parts
            .flatten()
            .filter_map(|p| ref_name(p).map(str::to_owned))
            .collect();
        if let Some(Value::Object(discriminator)) = map.get_mut("discriminator") {
            let mapping = discriminator.entry("mapping").or_insert(Map::new().into());
            if let Value::Object(mapping) = mapping {
                let mut mapped = Vec::new();
                for target in mapping.values_mut() {
                    let name = target.as_str().map(|t| t.strip_prefix(PREFIX).unwrap_or(t));
                    let name = name.unwrap_or_default().to_owned();
                    if let Some(new) = new(&name) {
                        *target = new.into();
                    }
                    mapped.push(name);
                }
                for name in parts.into_iter().filter(|n| !mapped.contains(n)) {
                    if let Some(new) = new(&name) {
                        mapping.entry(name).or_insert(new.into());
                    }
                }
                if mapping.is_empty() {
                    discriminator.shift_remove("mapping");
                }
            }
        }
    }
    let target = map.get("$ref").and_then(Value::as_str);
    if let Some(new) = target.and_then(|r| r.strip_prefix(PREFIX)).and_then(new) {
        map.insert("$ref".into(), new.into());
    }
}

/// What the names of an operation's own types begin with.
pub fn type_prefix(op: &Map<String, Value>) -> String {
    let id = op.get("operationId").and_then(Value::as_str);
    id.unwrap_or_default().to_upper_camel_case()
}

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

/// Calls `f` with a schema and every schema inside it, parents first. A property named `type` or `$ref` is no keyword: only places of schemas are visited.
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

/// [`each_schema`] of a schema that stays as it is.
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

/// Every schema of a document: of the components, the parameters, the headers, the bodies and the responses.
pub fn document_schemas(doc: &mut Value, f: &mut impl FnMut(&mut Map<String, Value>)) {
    fn holders(value: &mut Value, f: &mut impl FnMut(&mut Map<String, Value>)) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    match key.as_str() {
                        "schema" => each_schema(value, f),
                        "example" | "examples" => {}
                        _ => holders(value, f),
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
            (_, value) => holders(value, f),
        }
    }
}

/// The component schemas, made if they are missing.
pub fn schemas(doc: &mut Value) -> Option<&mut Map<String, Value>> {
    let components = doc
        .as_object_mut()?
        .entry("components")
        .or_insert_with(|| Value::Object(Map::new()));
    components
        .as_object_mut()?
        .entry("schemas")
        .or_insert_with(|| Value::Object(Map::new()))
        .as_object_mut()
}

/// The names of the component schemas.
pub fn schema_names(doc: &mut Value) -> BTreeSet<String> {
    let named = schemas(doc).into_iter().flat_map(|s| s.keys());
    named.cloned().collect()
}

/// Calls `f` with the document and its component schemas beside it: `f` sees them, and changes the rest.
pub fn beside_schemas<T>(
    doc: &mut Value,
    f: impl FnOnce(&mut Value, &Map<String, Value>) -> T,
) -> T {
    let known = schemas(doc).map(std::mem::take).unwrap_or_default();
    let out = f(doc, &known);
    if let Some(place) = schemas(doc) {
        *place = known;
    }
    out
}

/// The first free name: `base`, then `base2`, `base3`. Names are compared as Rust would see them.
pub fn free_name(base: &str, taken: impl Fn(&str) -> bool) -> String {
    let base = heck::ToUpperCamelCase::to_upper_camel_case(base);
    if !taken(&base) {
        return base;
    }
    let numbered = |n| format!("{base}{n}");
    numbered(autopi_codegen::free(|n| taken(&numbered(n))))
}

/// The schema of each parameter of an operation with its name, also where a media type holds it.
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

/// Request and response schemas of an operation: `f(is_request, schema)`.
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
