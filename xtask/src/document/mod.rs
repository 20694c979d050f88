//! Helpers to find and walk through parts of a document, for all stages and commands.

pub mod drf;
pub mod members;
pub mod parts;
pub mod types;
mod visit;

pub use autopi_codegen::{
    METHODS,
    escape::{pointer as escape, unescape},
};
pub use visit::{
    bodies, document_schemas, each_inner, each_schema, operations, parameter_schemas, parameters,
};

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use autopi_codegen::contract;
use heck::ToUpperCamelCase;
use serde_json::{Map, Value};

/// Returns the pointer of a value's `$ref` within the document.
pub fn target(value: &Value) -> Option<Cow<'_, str>> {
    pointer_of(value.get("$ref")?.as_str()?)
}

/// Returns what a reference within the document leads to: as it is encoded, or as it is written.
pub fn follow<'a>(doc: &'a Value, reference: &str) -> Option<&'a Value> {
    let written = reference.strip_prefix('#')?;
    doc.pointer(&decoded(written))
        .or_else(|| doc.pointer(written))
}

/// Returns the pointer of a reference within the document.
pub fn pointer_of(reference: &str) -> Option<Cow<'_, str>> {
    reference.strip_prefix('#').map(decoded)
}

/// Decodes percent-encoding (RFC 3986, 2.1); invalid codes stay.
pub fn decoded(text: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy()
}

/// Returns the target of a `$ref`, or the value itself if there is none, or if it leads nowhere.
pub fn resolve<'a>(doc: &'a Value, value: &'a Value) -> &'a Value {
    let next = |value: &&'a Value| follow(doc, value.get("$ref")?.as_str()?);
    let chain = std::iter::successors(Some(value), next);
    chain.take(33).last().unwrap_or(value)
}

/// Returns whether a schema holds no other, nor any list: most are so, and what looks for either
/// may pass them by.
pub fn is_leaf(schema: &Value) -> bool {
    let mut members = schema.as_object().into_iter().flatten();
    members.all(|(_, v)| !v.is_object() && !v.is_array())
}

/// Returns the last key of a pointer: the name of a component.
pub fn last(pointer: &str) -> String {
    unescape(pointer.rsplit('/').next().unwrap_or_default())
}

/// Returns the names of a path's parameters, in their order.
pub fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|s| s.split_once('}'))
        .map(|(name, _)| name)
}

/// Returns `NAME` of a reference to `#/components/schemas/NAME`.
pub fn ref_name(schema: &Value) -> Option<&str> {
    schema
        .get("$ref")?
        .as_str()?
        .strip_prefix("#/components/schemas/")
}

/// Returns the schema behind references and behind an `allOf` with one part.
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

/// Returns whether the value can only be null.
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

/// Returns a reference to a component schema.
pub fn reference(name: &str) -> Value {
    serde_json::json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Returns the component that a discriminator's mapping names: by its pointer, its name, or a file
/// of that name.
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

/// Renames the components that a schema names itself: in its `$ref`, and in its discriminator's
/// mapping, as a reference or a bare name. A tag that was the name of a component without being
/// mapped stays the same.
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

/// Returns the prefix of the names of an operation's own types.
pub fn type_prefix(op: &Map<String, Value>) -> String {
    let id = op.get("operationId").and_then(Value::as_str);
    id.unwrap_or_default().to_upper_camel_case()
}

/// Returns the component schemas, which are created if they are missing.
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

/// Returns the names of the component schemas.
pub fn schema_names(doc: &mut Value) -> BTreeSet<String> {
    let named = schemas(doc).into_iter().flat_map(|s| s.keys());
    named.cloned().collect()
}

/// Calls `f` with the document and, apart from it, its component schemas, which `f` sees while it
/// changes the rest.
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

/// Returns the first free name: `base`, then `base2`, `base3`. Names are compared as Rust would see
/// them.
pub fn free_name(base: &str, taken: impl Fn(&str) -> bool) -> String {
    let base = heck::ToUpperCamelCase::to_upper_camel_case(base);
    if !taken(&base) {
        return base;
    }
    let numbered = |n| format!("{base}{n}");
    numbered(autopi_codegen::free(|n| taken(&numbered(n))))
}
