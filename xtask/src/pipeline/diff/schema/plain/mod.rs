//! Whether two schemas accept the same values, however they are written.

mod lists;

use lists::{alternatives, kinds, or_null};

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::document::{
    members::{Is, SCHEMA},
    types::{const_as_enum, is_several, split},
};
use crate::pipeline::diff::{
    meaning::{TEXTS, closes, meaning, within},
    values::canonical,
};

/// The most values of a schema that is rewritten: larger ones are compared member by member.
const LARGEST: usize = 300;

/// Returns whether two schemas accept the same values, also as parts of one that refuses what none
/// of its parts names (`closed`).
pub(super) fn same(old: &Value, new: &Value, closed: bool) -> bool {
    let mut left = LARGEST;
    if !fits(old, &mut left) || !fits(new, &mut left) {
        return false;
    }
    let closed = closed || closes(old) || closes(new);
    let says = |schema: &Value| {
        let mut schema = schema.clone();
        rewrite(&mut schema, Is::One(&SCHEMA), closed);
        within(&schema, Is::One(&SCHEMA), closed)
    };
    says(old) == says(new)
}

fn fits(value: &Value, left: &mut usize) -> bool {
    if *left == 0 {
        return false;
    }
    *left -= 1;
    match value {
        Value::Array(list) => list.iter().all(|v| fits(v, left)),
        Value::Object(map) => map.values().all(|v| fits(v, left)),
        _ => true,
    }
}

/// Rewrites a value and what is in it, inner schemas first.
fn rewrite(value: &mut Value, is: Is, closed: bool) {
    match (is, &mut *value) {
        (Is::SchemaOrBool, _) => rewrite(value, Is::One(&SCHEMA), closed),
        (Is::One(kind), Value::Object(map)) => {
            for (key, inner) in map.iter_mut() {
                rewrite(inner, kind.member(key), closed);
            }
            if kind == &SCHEMA {
                map.retain(|key, _| !TEXTS.contains(&key.as_str()));
                schema(map, closed);
                if let Some(new) = instead(map) {
                    *value = new;
                }
            }
        }
        (Is::List(is), Value::Array(list)) => list.iter_mut().for_each(|v| rewrite(v, *is, closed)),
        (Is::Map(is) | Is::Extensible(is), Value::Object(map)) => {
            map.values_mut().for_each(|v| rewrite(v, *is, closed));
        }
        _ => {}
    }
}

/// Returns what a schema is that has nothing but one keyword.
fn instead(map: &mut Map<String, Value>) -> Option<Value> {
    let (key, value) = map.iter().next().filter(|_| map.len() == 1)?;
    match (key.as_str(), value) {
        ("not", inner) if inner.as_object().is_some_and(Map::is_empty) => Some(false.into()),
        ("not", inner) if inner.as_object()?.len() == 1 => inner.get("not").cloned(),
        ("anyOf" | "oneOf" | "allOf", Value::Array(list)) if list.len() == 1 => {
            Some(list[0].clone())
        }
        _ => None,
    }
}

fn schema(map: &mut Map<String, Value>, closed: bool) {
    const_as_enum(map);
    for flag in ["nullable", "x-nullable"] {
        if map.get(flag) == Some(&true.into()) && map.contains_key("type") {
            map.shift_remove(flag);
            or_null(map);
        }
    }
    kinds(map);
    parts(map);
    kinds(map);
    conditions(map, closed);
    for key in ["anyOf", "oneOf"] {
        alternatives(map, key, closed);
    }
    if is_several(map) && !map.keys().any(|k| k == "anyOf") {
        let null = map["type"]
            .as_array()
            .is_some_and(|list| list.iter().any(|t| t == "null"));
        let mut parts = split(map);
        parts.extend(null.then(|| json!({ "type": ["null"] })));
        map.insert("anyOf".into(), parts.into());
    }
}

/// Merges the parts of `allOf` that say different things about the same value.
fn parts(map: &mut Map<String, Value>) {
    let Some(Value::Array(parts)) = map.get("allOf").cloned() else {
        return;
    };
    let mut merged = map.clone();
    merged.shift_remove("allOf");
    let mut rest = Vec::new();
    for part in parts {
        let fits = match &part {
            Value::Object(part) if !part.contains_key("$ref") => merge(&mut merged, part),
            _ => false,
        };
        if !fits {
            rest.push(part);
        }
    }
    if !rest.is_empty() {
        merged.insert("allOf".into(), rest.into());
    }
    *map = merged;
}

/// Keywords that say the same wherever they stand.
const MERGED: [&str; 16] = [
    "type",
    "enum",
    "format",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "required",
    "properties",
];

/// Merges a part into a schema, unless both say something about the same.
fn merge(into: &mut Map<String, Value>, part: &Map<String, Value>) -> bool {
    // What others say beside it is about the same schema object: `additionalProperties`, `then`.
    if !into
        .keys()
        .chain(part.keys())
        .all(|key| MERGED.contains(&key.as_str()))
    {
        return false;
    }
    let mut new = into.clone();
    for (key, value) in part {
        match (key.as_str(), new.get_mut(key), value) {
            (_, None, _) => drop(new.insert(key.clone(), value.clone())),
            (_, Some(old), _) if old == value => {}
            ("required", Some(Value::Array(list)), Value::Array(more)) => {
                list.extend(more.iter().cloned());
            }
            ("properties", Some(Value::Object(members)), Value::Object(more)) => {
                for (name, member) in more {
                    if members.get(name).is_some_and(|own| own != member) {
                        return false;
                    }
                    members.insert(name.clone(), member.clone());
                }
            }
            _ => return false,
        }
    }
    *into = new;
    true
}

/// Leaves out conditions that hold for every value.
fn conditions(map: &mut Map<String, Value>, closed: bool) {
    let has = |map: &Map<String, Value>, key: &str| map.contains_key(key);
    if !closed && (!has(map, "if") || !(has(map, "then") || has(map, "else"))) {
        map.retain(|key, _| !matches!(key.as_str(), "if" | "then" | "else"));
    }
    let any_number = map
        .get("minContains")
        .is_some_and(|n| n.as_f64() == Some(0.0));
    let none_asked = any_number && !has(map, "maxContains") && !closed;
    if none_asked || !has(map, "contains") {
        let about = ["contains", "minContains", "maxContains"];
        map.retain(|key, _| !about.contains(&key.as_str()));
    }
    names(map, closed);
    trailing_places(map, closed);
    let is = |key: &str, value: &str| map.get(key).is_some_and(|v| v == value);
    let bytes = !has(map, "contentMediaType") || is("contentMediaType", "application/octet-stream");
    if is("contentEncoding", "base64") && bytes && !has(map, "format") {
        map.retain(|key, _| !matches!(key.as_str(), "contentEncoding" | "contentMediaType"));
        map.insert("format".into(), "byte".into());
    }
}

/// Leaves out conditions on the names of members that hold for every object.
fn names(map: &mut Map<String, Value>, closed: bool) {
    let is_any = |schema: &Value| meaning(schema, Is::SchemaOrBool) == json!({});
    let closed = closed || map.get("additionalProperties").is_some_and(|v| !is_any(v));
    for (key, value) in map.iter_mut() {
        match (key.as_str(), value) {
            ("dependentRequired", Value::Object(all)) => {
                all.retain(|_, names| names.as_array().is_none_or(|names| !names.is_empty()));
            }
            ("patternProperties", Value::Object(all)) if !closed => all.retain(|_, v| !is_any(v)),
            _ => {}
        }
    }
    let required = map.get("required").and_then(Value::as_array);
    let required = required.map_or(0, |names| {
        names.iter().map(canonical).collect::<BTreeSet<_>>().len()
    });
    let number = |key: &str| map.get(key).and_then(Value::as_u64);
    let enough = number("minProperties").is_some_and(|n| n <= required as u64);
    let single = number("maxItems").is_some_and(|n| n <= 1);
    map.retain(|key, value| match key.as_str() {
        "propertyNames" => *value != json!({ "type": ["string"] }),
        "minProperties" => !enough,
        "uniqueItems" => !single,
        "not" => *value != json!(false),
        _ => true,
    });
}

/// Leaves out schemas for the last places of a list that say what `items` says for the rest.
fn trailing_places(map: &mut Map<String, Value>, rest_matters: bool) {
    let rest = match map.get("items") {
        _ if !map.contains_key("prefixItems") => return,
        Some(items) => items.clone(),
        None if rest_matters => return,
        None => json!({}),
    };
    let says = |schema: &Value| meaning(schema, Is::SchemaOrBool);
    if let Some(Value::Array(parts)) = map.get_mut("prefixItems") {
        while parts.last().is_some_and(|last| says(last) == says(&rest)) {
            parts.pop();
        }
        if parts.is_empty() {
            map.shift_remove("prefixItems");
        }
    }
}
