//! Converts OpenAPI 3.1 to 3.0.3.

use autopi_codegen::media::is_bytes;
use serde_json::{Map, Value, json};

use super::forms::schema::drop_defaults;
use crate::document::{
    members::{At, DOCUMENT, Is, SCHEMA, each},
    types::{const_as_enum, is_several, split, types},
};
use crate::{document, report::Report};

/// The keywords of a schema in 3.0, without `x-*`.
const KEYWORDS_30: [&str; 37] = [
    "$ref",
    "title",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxProperties",
    "minProperties",
    "required",
    "enum",
    "type",
    "allOf",
    "oneOf",
    "anyOf",
    "not",
    "items",
    "properties",
    "additionalProperties",
    "description",
    "format",
    "default",
    "nullable",
    "discriminator",
    "readOnly",
    "writeOnly",
    "xml",
    "externalDocs",
    "example",
    "deprecated",
    "collectionFormat",
];

/// Returns why 3.0 cannot express this keyword of a schema.
fn why_lost(key: &str, schema: &Map<String, Value>) -> Option<String> {
    match key {
        "type" if types(schema).len() > 1 && !is_several(schema) => {
            Some("several types: any JSON is accepted".into())
        }
        "const" | "examples" => None,
        "contentMediaType" if is_bytes(schema) || is_octets(schema) => None,
        "contentEncoding" if is_base64(schema) || is_bytes(schema) => None,
        "prefixItems" => {
            Some("3.0 cannot express a schema for each item: each may be any of them".into())
        }
        _ if KEYWORDS_30.contains(&key) || key.starts_with("x-") => None,
        _ => Some(format!("3.0 cannot express `{key}`: left out")),
    }
}

fn is(schema: &Map<String, Value>, key: &str, value: &str) -> bool {
    schema.get(key).is_some_and(|v| v == value)
}

fn is_octets(schema: &Map<String, Value>) -> bool {
    is_base64(schema) && is(schema, "contentMediaType", "application/octet-stream")
}

fn is_base64(schema: &Map<String, Value>) -> bool {
    is(schema, "type", "string")
        && is(schema, "contentEncoding", "base64")
        && schema.get("format").is_none()
}

/// Returns a schema that accepts any of these.
fn any_of(mut parts: Vec<Value>) -> Value {
    let mut seen: Vec<Value> = Vec::new();
    parts.retain(|p| {
        let new = !seen.contains(p);
        seen.push(p.clone());
        new
    });
    match parts.as_slice() {
        [one] => one.clone(),
        _ if parts.contains(&json!({})) => json!({}),
        _ => json!({ "anyOf": parts }),
    }
}

/// Converts the JSON Schema 2020-12 of 3.1 to the schemas of 3.0.
pub fn from_31(doc: &mut Value, report: &mut Report) {
    doc["openapi"] = "3.0.3".into();
    for (holder, gone) in [
        ("", "webhooks"),
        ("", "jsonSchemaDialect"),
        ("/info", "summary"),
        ("/info/license", "identifier"),
        // These are written out where they are used.
        ("/components", "pathItems"),
    ] {
        let map = doc.pointer_mut(holder).and_then(Value::as_object_mut);
        if map.and_then(|m| m.shift_remove(gone)).is_some() && gone != "pathItems" {
            report.warn(
                format!("{holder}/{gone}"),
                "3.0 cannot express this: left out",
            );
        }
    }
    let _ = each::<()>(
        doc,
        Is::One(&DOCUMENT),
        &At::ROOT,
        &mut |kind, at, schema| {
            if kind == &SCHEMA
                && let Some(schema) = schema.as_object()
            {
                for key in schema.keys() {
                    if let Some(why) = why_lost(key, schema) {
                        report.warn(format!("{at}/{}", document::escape(key)), why);
                    }
                }
            }
            Ok(())
        },
    );
    document::document_schemas(doc, &mut schema_31);
}

/// Folds `anyOf: [X, {type: null}]`, as generators of 3.1 write nullable, into X. Returns whether
/// there was such a list.
fn fold_null(map: &mut Map<String, Value>) -> bool {
    for key in ["anyOf", "oneOf"] {
        let Some(parts) = map.get_mut(key).and_then(Value::as_array_mut) else {
            continue;
        };
        let before = parts.len();
        parts.retain(|p| p.get("type").is_none_or(|t| t != "null"));
        if parts.len() == before {
            continue;
        }
        let only = (parts.len() == 1).then(|| parts[0].clone());
        map.insert("nullable".into(), true.into());
        if let Some(only) = only {
            map.shift_remove(key);
            let texts = ["title", "description"];
            let apart = |k: &String| !map.contains_key(k) || texts.contains(&k.as_str());
            match only.as_object() {
                Some(inner) if !inner.contains_key("$ref") && inner.keys().all(apart) => {
                    for (key, value) in inner {
                        map.entry(key).or_insert_with(|| value.clone());
                    }
                }
                _ => drop(map.insert("allOf".into(), json!([only]))),
            }
        }
        return true;
    }
    false
}

/// Converts a list of types: null is a flag, and several others are alternatives.
fn several_types(map: &mut Map<String, Value>) {
    let (all, null) = match map.get("type") {
        Some(Value::Array(all)) => (all.len(), all.iter().filter(|t| *t == "null").count()),
        Some(Value::String(one)) if one == "null" => (1, 1),
        _ => return,
    };
    if null > 0 {
        map.insert("nullable".into(), true.into());
    }
    if is_several(map) {
        let parts = split(map);
        map.insert("anyOf".into(), parts.into());
        return;
    }
    let only = match types(map).as_slice() {
        [one] => Some((*one).to_owned()),
        _ => None,
    };
    map.shift_remove("type");
    if let Some(one) = only {
        map.insert("type".into(), one.into());
    } else if null > 0 && null == all {
        map.insert("enum".into(), json!([null]));
    }
}

/// Converts limits that are excluded to flags of the limits, as 3.0 has them.
pub(super) fn exclusive_limits(map: &mut Map<String, Value>) {
    for (exclusive, plain, sign) in [
        ("exclusiveMinimum", "minimum", 1.0),
        ("exclusiveMaximum", "maximum", -1.0),
    ] {
        if let Some(n) = map.get(exclusive).filter(|n| n.is_number()).cloned() {
            let (limit, other) = (n.as_f64(), map.get(plain).and_then(Value::as_f64));
            // The tighter of both limits counts.
            if limit.zip(other).is_some_and(|(n, p)| p * sign > n * sign) {
                map.shift_remove(exclusive);
            } else {
                map.insert(plain.into(), n);
                map.insert(exclusive.into(), true.into());
            }
        }
    }
}

fn schema_31(map: &mut Map<String, Value>) {
    while fold_null(map) {}
    several_types(map);
    // 3.1 allows siblings of a $ref, 3.0 ignores them.
    if map.len() > 1
        && let Some(target) = map.shift_remove("$ref")
    {
        let parts = map.entry("allOf").or_insert_with(|| json!([]));
        if let Value::Array(parts) = parts {
            parts.push(json!({ "$ref": target }));
        }
    }
    if is_bytes(map) {
        map.insert("format".into(), "binary".into());
        map.entry("type").or_insert_with(|| "string".into());
    } else if is_base64(map) {
        map.insert("format".into(), "byte".into());
    }
    const_as_enum(map);
    exclusive_limits(map);
    if let Some(Value::Array(examples)) = map.shift_remove("examples") {
        if let Some(first) = examples.first() {
            map.entry("example").or_insert_with(|| first.clone());
        }
        if examples.len() > 1 {
            map.insert("x-examples".into(), examples.into());
        }
    }
    let nothing = json!({ "not": {} });
    if let Some(Value::Array(mut parts)) = map.shift_remove("prefixItems") {
        match map.get("items") {
            Some(rest) if *rest == nothing || *rest == false => {
                let most = map.get("maxItems").and_then(Value::as_u64);
                let most = most.map_or(parts.len() as u64, |m| m.min(parts.len() as u64));
                map.insert("maxItems".into(), most.into());
            }
            rest => parts.push(rest.cloned().unwrap_or_else(|| json!({}))),
        }
        map.insert("items".into(), any_of(parts));
    }
    // Members with these names are allowed, even if others are not.
    if let Some(Value::Object(patterns)) = map.shift_remove("patternProperties")
        && let Some(others) = map.get("additionalProperties")
        && *others != true
    {
        let more = (*others != false && *others != nothing).then(|| others.clone());
        let parts = patterns.into_iter().map(|(_, v)| v).chain(more).collect();
        map.insert("additionalProperties".into(), any_of(parts));
    }
    map.retain(|key, _| KEYWORDS_30.contains(&key.as_str()) || key.starts_with("x-"));
    drop_defaults(map, false);
}
