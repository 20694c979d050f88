//! Schemas with their references resolved.

use std::{borrow::Cow, sync::PoisonError};

use serde_json::{Map, Value};

use super::{Index, contract};

/// The limits of the depth, and of the schemas that are merged into one: schemas may refer to
/// themselves, and `allOf` multiplies.
const DEPTH: u32 = 12;
const SCHEMAS: u32 = 256;

impl Index {
    /// Returns the schema behind references, with an `allOf` merged.
    pub fn resolved<'a>(&self, schema: &'a Value) -> Cow<'a, Value> {
        if let Some(name) = reference(schema) {
            return Cow::Borrowed(self.named(name));
        }
        match schema.get("allOf") {
            Some(Value::Array(_)) => Cow::Owned(self.merged(schema, DEPTH, &mut { SCHEMAS })),
            _ => Cow::Borrowed(schema),
        }
    }

    /// Returns a component, which is merged once.
    fn named(&self, name: &str) -> &'static Value {
        let known = || self.resolved.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known().get(name) {
            return known;
        }
        let merged = match self.schema(name) {
            Some(schema) => self.merged(&schema, DEPTH, &mut { SCHEMAS }),
            None => Value::Null,
        };
        let merged: &'static Value = Box::leak(Box::new(merged));
        known().insert(name.to_owned(), merged);
        merged
    }

    fn merged(&self, schema: &Value, depth: u32, left: &mut u32) -> Value {
        if depth == 0 || *left == 0 {
            return Value::Object(Map::new());
        }
        *left -= 1;
        if let Some(name) = reference(schema) {
            let there = self.schema(name).unwrap_or_default();
            return self.merged(&there, depth - 1, left);
        }
        let Some(parts) = schema.get("allOf").and_then(Value::as_array) else {
            return schema.clone();
        };
        let mut whole = Map::new();
        for part in parts {
            if let Value::Object(mut part) = self.merged(part, depth - 1, left) {
                // Any JSON that is also something else is that.
                if parts.len() > 1 {
                    part.remove(contract::JSON);
                }
                merge(&mut whole, part);
            }
        }
        let own = schema.as_object().into_iter().flatten();
        let own = own.filter(|(key, _)| *key != "allOf");
        merge(
            &mut whole,
            own.map(|(k, v)| (k.clone(), v.clone())).collect(),
        );
        Value::Object(whole)
    }
}

/// Adds what a further part of an `allOf` says: the last one counts, but of limits the narrowest.
fn merge(into: &mut Map<String, Value>, mut from: Map<String, Value>) {
    for [limit, exclusive] in LIMITS {
        let number = |of: &Map<String, Value>| of.get(limit).and_then(Value::as_f64);
        let (Some(old), Some(new)) = (number(into), number(&from)) else {
            continue;
        };
        let is_excluded = into.get(exclusive) == Some(&Value::Bool(true));
        let is_narrower = if limit.starts_with("min") {
            old > new
        } else {
            old < new
        };
        let loser = match is_narrower || old == new && is_excluded {
            true => &mut from,
            false => &mut *into,
        };
        loser.remove(limit);
        loser.remove(exclusive);
    }
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Object(old)), Value::Object(new)) if key == "properties" => {
                for (name, of) in new {
                    match (old.get_mut(&name), of) {
                        (Some(Value::Object(old)), Value::Object(of))
                            if !is_composed(old) && !is_composed(&of) =>
                        {
                            merge(old, of);
                        }
                        (_, of) => drop(old.insert(name, of)),
                    }
                }
            }
            (Some(Value::Array(old)), Value::Array(new))
                if key == "enum" && new.iter().any(|one| old.contains(one)) =>
            {
                old.retain(|one| new.contains(one));
            }
            (Some(Value::Array(old)), Value::Array(new)) if key == "required" => {
                old.extend(new);
                old.dedup();
            }
            (_, value) => drop(into.insert(key, value)),
        }
    }
}

/// Limits, and what excludes the limit itself.
const LIMITS: [[&str; 2]; 8] = [
    ["minimum", "exclusiveMinimum"],
    ["maximum", "exclusiveMaximum"],
    ["minLength", ""],
    ["maxLength", ""],
    ["minItems", ""],
    ["maxItems", ""],
    ["minProperties", ""],
    ["maxProperties", ""],
];

/// Returns whether a schema says elsewhere what it is.
fn is_composed(schema: &Map<String, Value>) -> bool {
    schema.contains_key("$ref") || schema.contains_key("allOf")
}

/// Returns the name of the component that a reference leads to.
pub fn reference(schema: &Value) -> Option<&str> {
    let target = schema.get("$ref")?.as_str()?;
    target.strip_prefix("#/components/schemas/")
}

/// Returns the type of a resolved schema in words: `integer`, `uuid`, `list of text`.
pub fn type_name(index: &Index, schema: &Value) -> String {
    let schema = index.resolved(schema);
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    let name = match (text("type"), text("format")) {
        (Some("array"), _) => {
            let items = index.resolved(schema.get("items").unwrap_or(&Value::Null));
            // One level only: a list of lists may contain itself.
            return match items.get("items").is_some() {
                true => "list of lists".into(),
                false => format!("list of {}", type_name(index, &items)),
            };
        }
        (Some("string"), Some("binary")) => "file",
        (Some("string"), Some("date-time")) => "time",
        (Some("string"), Some("decimal")) => "decimal",
        (Some("string"), Some(format @ ("uuid" | "date" | "uri" | "email"))) => format,
        (Some("string"), _) => "text",
        (Some(other @ ("integer" | "number" | "boolean" | "object")), _) => other,
        _ if schema.get("properties").is_some() => "object",
        _ if schema.get("enum").is_some() => "text",
        _ => return union_name(index, &schema),
    };
    name.to_owned()
}

/// Returns the types of a union in words, if they are few: `integer or text`.
fn union_name(index: &Index, schema: &Value) -> String {
    const FEW: usize = 3;
    let all = ["oneOf", "anyOf"]
        .iter()
        .find_map(|key| schema.get(*key)?.as_array());
    // A union may contain itself.
    let is_plain = |of: &Value| match of.get("type").and_then(Value::as_str) {
        Some(kind) => kind != "array",
        None => of.get("properties").is_some() || of.get("enum").is_some(),
    };
    let mut names: Vec<String> = Vec::new();
    for of in all.into_iter().flatten() {
        let of = index.resolved(of);
        if is_null(&of) {
            continue;
        }
        let name = match is_plain(of.get("items").unwrap_or(&of)) {
            true => type_name(index, &of),
            false => "any".into(),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.len() {
        1..=FEW if !names.iter().any(|name| name == "any") => names.join(" or "),
        _ => "any".into(),
    }
}

/// Returns the names of the required members.
pub fn required(schema: &Value) -> Vec<&str> {
    if schema.get(contract::PARTIAL).is_some() {
        return Vec::new();
    }
    let of = |name: &str| schema.get("properties").and_then(|p| p.get(name));
    let names = schema.get("required").and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    names
        .filter(|name| !of(name).is_some_and(is_read_only))
        .collect()
}

/// Returns whether a member is only in responses.
pub fn is_read_only(schema: &Value) -> bool {
    schema.get("readOnly") == Some(&Value::Bool(true))
}

/// Returns whether a resolved schema has null as its only value.
pub fn is_null(schema: &Value) -> bool {
    let only = |values: &Vec<Value>| !values.is_empty() && values.iter().all(Value::is_null);
    let listed = schema.get("enum").and_then(Value::as_array);
    schema.get("type").is_some_and(|t| t == "null") || listed.is_some_and(only)
}

/// Returns the components that a union is of, with their names.
pub fn alternatives(union: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let mut lists = ["oneOf", "anyOf"]
        .iter()
        .filter_map(|key| union.get(*key)?.as_array());
    let all = lists.next().into_iter().flatten();
    all.filter_map(|of| Some((reference(of)?, of)))
}
