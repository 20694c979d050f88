//! Members of another shape than the specification's, but with one plain meaning (`in: Query`, one
//! server instead of a list, a path without its slash), are written as specified, with a warning.
//! It is done before references are followed, which are looked for in members of the right shape
//! only.

mod operations;
mod paths;

use operations::{body, content, media, methods, parameter, schema, statuses, twice};

use serde_json::{Map, Value, json};

use super::origins::Origins;
use crate::document::members::{At, DOCUMENT, Is, SCHEMA, each_mut};
use crate::report::Report;

/// The types of schemas.
pub(super) const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];

/// Straightens every member of a document.
pub fn straighten(doc: &mut Value, report: &mut Report, origins: &mut Origins) {
    paths::paths(doc, report, origins);
    let of_3 = doc.get("openapi").is_some();
    each_mut(doc, Is::One(&DOCUMENT), &At::ROOT, &mut |kind, at, map| {
        let mut warn = |key: &str, message: &str| {
            report.warn(At::Member(at, key).to_string(), message);
        };
        for (key, value) in map.iter_mut().filter(|(key, _)| is_shaped(key)) {
            shape(kind.member(key), key, value, &mut |message| {
                warn(key, message)
            });
        }
        match (kind.name, of_3) {
            ("document", false) => address(map, &mut warn),
            ("operation", true) => body(map, &mut warn),
            ("parameter", _) | ("header", true) => parameter(map, of_3, &mut warn),
            ("response" | "request body", true) => content(map, &mut warn),
            ("response", false) => schema(map, &mut warn),
            ("media type", true) => media(map, &mut warn),
            ("path item", _) => {
                methods(map, &mut warn);
                if let At::Member(_, path) = at {
                    paths::places(path, map, &mut warn);
                }
            }
            _ => {}
        }
        if kind.name == "operation" {
            statuses(map, &mut warn);
        }
        if matches!(kind.name, "operation" | "path item") {
            twice(map, &mut warn);
        }
    });
}

/// Returns whether a member may be a list, or schemas: those that [`shape`] knows.
fn is_shaped(key: &str) -> bool {
    matches!(
        key,
        "parameters"
            | "enum"
            | "servers"
            | "security"
            | "tags"
            | "allOf"
            | "anyOf"
            | "oneOf"
            | "prefixItems"
            | "items"
            | "schema"
            | "additionalProperties"
            | "not"
            | "contains"
            | "propertyNames"
            | "if"
            | "then"
            | "else"
            | "properties"
            | "patternProperties"
            | "dependentSchemas"
            | "definitions"
            | "$defs"
            | "schemas"
            | "headers"
            | "responses"
            | "license"
            | "contact"
            | "externalDocs"
            | "unevaluatedProperties"
            | "unevaluatedItems"
    )
}

/// Straightens a member that is a list where one is meant, or one where a list is meant.
fn shape(is: Is, key: &str, value: &mut Value, warn: &mut dyn FnMut(&str)) {
    let one_of = |value: &mut Value| json!([value.take()]);
    let known = |v: &Value| v.as_str().is_some_and(|t| TYPES.contains(&t));
    let is_schema =
        |is: &Is| matches!(is, Is::One(kind) if *kind == &SCHEMA) || matches!(is, Is::SchemaOrBool);
    match (is, &mut *value) {
        (Is::List(_), Value::Object(map)) if key == "parameters" => {
            let named = std::mem::take(map)
                .into_iter()
                .map(|(name, mut parameter)| {
                    if let Value::Object(map) = &mut parameter
                        && !map.contains_key("$ref")
                    {
                        map.entry("name").or_insert(name.into());
                    }
                    parameter
                });
            *value = named.collect();
            warn("an object: read as the list of its members");
        }
        (Is::List(_), Value::Object(_)) if key != "enum" => {
            *value = one_of(value);
            warn("an object: read as a list of it");
        }
        (Is::List(_), Value::String(_) | Value::Number(_)) if key == "enum" => {
            *value = one_of(value);
            warn("one value: read as a list of it");
        }
        (Is::List(_), Value::String(text)) if key == "servers" => {
            *value = json!([{ "url": text }]);
            warn("a text: read as the URL of a server");
        }
        (Is::List(inner), Value::Array(list)) => {
            let name = |text: &str| match (inner, key) {
                (Is::Map(_), "security") => Some(json!({ text: [] })),
                (Is::One(_), "tags") => Some(json!({ "name": text })),
                (Is::One(_), "servers") => Some(json!({ "url": text })),
                _ => None,
            };
            for entry in list {
                if let Some(new) = entry.as_str().and_then(name) {
                    *entry = new;
                    warn("a name: read as an object of that name");
                }
            }
        }
        (Is::Texts, Value::Array(list)) if key == "tags" => {
            for entry in list {
                if let Some(Value::String(name)) = entry.get("name") {
                    *entry = name.clone().into();
                    warn("an object: read as its name");
                }
            }
        }
        (Is::Extensible(_), Value::Object(map)) if key == "responses" => {
            for response in map.values_mut().filter(|r| r.is_string()) {
                *response = json!({ "description": response.take() });
                warn("a text: read as the description of a response");
            }
        }
        (Is::One(_), Value::String(text)) if matches!(key, "license" | "contact") => {
            let member = if text.contains('@') { "email" } else { "name" };
            *value = json!({ member: text });
            warn("a text: read as its name, or its address");
        }
        (Is::One(_), Value::String(text)) if key == "externalDocs" => {
            *value = json!({ "url": text });
            warn("a text: read as its address");
        }
        (Is::SchemaOrBool, Value::String(text)) if text == "true" || text == "false" => {
            *value = (text == "true").into();
            warn("a text: read as a boolean");
        }
        (is, value) if is_schema(&is) && known(value) => {
            *value = json!({ "type": value.take() });
            warn("the name of a type: read as a schema of that type");
        }
        (is, Value::Array(list)) if is_schema(&is) && !list.is_empty() => {
            let mut parts = std::mem::take(list);
            *value = match parts.len() {
                1 => parts.remove(0),
                _ => json!({ "anyOf": parts }),
            };
            warn("a list of schemas: read as any of them");
        }
        (Is::Map(_) | Is::Extensible(_), Value::Array(list))
            if !list.is_empty() && key != "parameters" =>
        {
            let (map, message) = match named(list, key) {
                Some(map) => (
                    map,
                    "a list: read as an object of its entries by their names",
                ),
                None if key == "properties" => {
                    (Map::new(), "a list without names: read as any members")
                }
                None => return,
            };
            *value = map.into();
            warn(message);
        }
        (Is::Map(inner), Value::Object(map)) if is_schema(inner) => {
            for schema in map.values_mut().filter(|s| known(s)) {
                *schema = json!({ "type": schema.take() });
                warn("the name of a type: read as a schema of that type");
            }
        }
        _ => {}
    }
}

/// Returns the entries of a list by name, if each has another: its `name` (of a response its
/// `code`), or that of its only member.
fn named(list: &[Value], key: &str) -> Option<Map<String, Value>> {
    let names: &[&str] = match key {
        "responses" => &["code", "status", "statusCode"],
        _ => &["name"],
    };
    let mut out = Map::new();
    for entry in list {
        let mut map = entry.as_object()?.clone();
        let own = names.iter().find_map(|key| match map.get(*key)? {
            Value::String(name) => Some((*key, name.clone())),
            Value::Number(name) => Some((*key, name.to_string())),
            _ => None,
        });
        let (name, value) = match own {
            Some((key, name)) => {
                map.shift_remove(key);
                (name, map.into())
            }
            None if map.len() == 1 => map.into_iter().next()?,
            None => return None,
        };
        if out.insert(name, value).is_some() {
            return None;
        }
    }
    Some(out)
}

/// Splits a host of Swagger 2.0 that is a URL, and adds the slash at the beginning of a base path.
fn address(doc: &mut Map<String, Value>, warn: &mut impl FnMut(&str, &str)) {
    let text = |doc: &Map<String, Value>, key: &str| {
        doc.get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let host = text(doc, "host");
    let (scheme, rest) = host.split_once("://").unwrap_or(("", &host));
    let (name, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if name != host {
        doc.insert("host".into(), name.into());
        if !scheme.is_empty() {
            doc.entry("schemes").or_insert_with(|| json!([scheme]));
        }
        let base = text(doc, "basePath");
        let path = path.trim_end_matches('/');
        let slash = if base.is_empty() || base.starts_with('/') {
            ""
        } else {
            "/"
        };
        doc.insert("basePath".into(), format!("{path}{slash}{base}").into());
        warn(
            "host",
            "not only a host: its scheme and its path are read as such",
        );
    }
    let base = text(doc, "basePath");
    if !base.is_empty() && !base.starts_with('/') {
        doc.insert("basePath".into(), format!("/{base}").into());
        warn("basePath", "does not begin with `/`: read with it");
    }
}
