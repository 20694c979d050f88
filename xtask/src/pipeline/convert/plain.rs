//! An `allOf` of plain values (texts, numbers, lists) is one schema of that type, with all limits.

use autopi_codegen::contract;
use serde_json::{Map, Value, json};

use crate::document::members::{At, DOCUMENT, Is, SCHEMA, each};
use crate::document::{drf, ref_name};
use crate::report::Report;

/// The maximum number of parts, and of bytes that are copied in one document.
const PARTS: usize = 64;
const COPIED: usize = 4 << 20;

/// Merges the parts, with a warning where no type of values has all of them.
pub fn merge_parts(doc: &mut Value, report: &mut Report) {
    let mut places = Vec::new();
    let find = |kind: &'static _, at: &At<'_>, schema: &Value| {
        let parts = schema.get("allOf").and_then(Value::as_array);
        if kind == &SCHEMA && parts.is_some_and(|parts| !parts.is_empty()) {
            places.push(at.to_string());
        }
        Ok::<(), ()>(())
    };
    let _ = each(doc, Is::One(&DOCUMENT), &At::ROOT, &mut { find });
    let schemas = doc.pointer("/components/schemas");
    let (none, mut left) = (Map::new(), COPIED);
    let schemas = schemas.and_then(Value::as_object).unwrap_or(&none);
    let found = places.into_iter().filter_map(|at| {
        let schema = doc.pointer(&at)?.as_object()?;
        let with_null = with_null(schema);
        let new = match merged(with_null.as_ref().unwrap_or(schema), schemas, &mut left) {
            Merged::No => Some(with_null?),
            Merged::Into(new) => Some(new),
            Merged::Never => None,
        };
        Some((at, new))
    });
    let found: Vec<_> = found.collect();
    for (at, new) in found {
        // A part of a schema that was merged is gone.
        let Some(Value::Object(schema)) = doc.pointer_mut(&at) else {
            continue;
        };
        if let Some(new) = new {
            *schema = new;
            continue;
        }
        schema.retain(|key, _| is_about(key));
        schema.insert(contract::JSON.into(), true.into());
        report.warn(at, "its parts make no one type: any JSON is accepted");
    }
}

enum Merged {
    /// It is an object, a union or a reference.
    No,
    Into(Map<String, Value>),
    /// Its parts exclude each other, or are too much to copy.
    Never,
}

/// Returns whether a keyword says something about a member, and not about its values.
fn is_about(key: &str) -> bool {
    drf::is_word(key) || matches!(key, "readOnly" | "writeOnly" | "nullable")
}

/// Returns the schema with `nullable` of a part that says nothing else, if there is one.
fn with_null(schema: &Map<String, Value>) -> Option<Map<String, Value>> {
    let only_null = |part: &Value| {
        let part = part.as_object();
        part.is_some_and(|part| part.contains_key("nullable") && part.keys().all(|k| is_about(k)))
    };
    let parts = schema.get("allOf")?.as_array()?;
    let (null, others): (Vec<_>, Vec<_>) = parts.iter().partition(|part| only_null(part));
    if null.is_empty() || others.is_empty() {
        return None;
    }
    let mut new = schema.clone();
    new.insert("allOf".into(), others.into_iter().cloned().collect());
    new.insert("nullable".into(), true.into());
    Some(new)
}

fn merged(whole: &Map<String, Value>, schemas: &Map<String, Value>, left: &mut usize) -> Merged {
    let (mut parts, mut todo) = (Vec::<&Map<String, Value>>::new(), vec![whole]);
    while let Some(part) = todo.pop() {
        if parts.iter().any(|known| std::ptr::eq(*known, part)) {
            continue;
        }
        parts.push(part);
        let list = part.get("allOf").and_then(Value::as_array);
        let list = list.map_or(&[][..], |list| &list[..list.len().min(PARTS + 1)]);
        todo.extend(list.iter().rev().filter_map(Value::as_object));
        if let Some(to) = part.get("$ref") {
            let to = ref_name(&json!({ "$ref": to })).and_then(|name| schemas.get(name));
            match to.and_then(Value::as_object) {
                Some(to) => todo.push(to),
                None => return Merged::No,
            }
        }
        let is_open = ["oneOf", "anyOf", contract::JSON]
            .iter()
            .any(|key| part.contains_key(*key));
        if is_open || parts.len() > PARTS {
            return Merged::No;
        }
    }
    let list = whole.get("allOf").and_then(Value::as_array);
    let only = list.is_some_and(|list| list.len() == 1 && ref_name(&list[0]).is_some());
    let mut kinds: Vec<&str> = parts.iter().filter_map(|part| kind(part)).collect();
    if kinds.contains(&"integer") {
        kinds.retain(|kind| *kind != "number");
    }
    kinds.sort_unstable();
    kinds.dedup();
    match kinds[..] {
        [] | ["object"] => return Merged::No,
        [_] if only => return Merged::No,
        [_] => {}
        _ => return Merged::Never,
    }
    let mut all = Map::new();
    for part in &parts {
        for (key, value) in *part {
            *left = left.saturating_sub(value.to_string().len());
            if *left == 0 || !narrow(&mut all, part, key, value) {
                return Merged::Never;
            }
        }
    }
    let is_null = |part: &Map<String, Value>| part.get("nullable") == Some(&true.into());
    let typed: Vec<_> = parts.iter().filter(|part| kind(part).is_some()).collect();
    all.shift_remove("nullable");
    if is_null(whole) || typed.iter().all(|part| is_null(part)) {
        all.insert("nullable".into(), true.into());
    }
    if kinds == ["integer"] {
        all.insert("type".into(), "integer".into());
    }
    Merged::Into(all)
}

fn kind(part: &Map<String, Value>) -> Option<&str> {
    let of_object = ["properties", "additionalProperties", "required"];
    match part.get("type").and_then(Value::as_str) {
        Some(kind) => Some(kind),
        None if of_object.iter().any(|key| part.contains_key(*key)) => Some("object"),
        None => None,
    }
}

/// Adds what a part says; returns whether values are left.
fn narrow(all: &mut Map<String, Value>, part: &Map<String, Value>, key: &str, new: &Value) -> bool {
    let Some(old) = all.get_mut(key) else {
        if !matches!(key, "allOf" | "$ref") {
            all.insert(key.to_owned(), new.clone());
        }
        return true;
    };
    let numbers = old.as_f64().zip(new.as_f64());
    match (key, numbers) {
        ("minimum" | "maximum", Some((was, is))) => {
            let exclusive = match key {
                "minimum" => "exclusiveMinimum",
                _ => "exclusiveMaximum",
            };
            let is_stricter = if key == "minimum" { is > was } else { is < was };
            let said = part.get(exclusive).cloned().unwrap_or(Value::Bool(false));
            if is_stricter {
                *old = new.clone();
                all.insert(exclusive.into(), said);
            } else if is == was && said == true {
                all.insert(exclusive.into(), said);
            }
        }
        ("minLength" | "minItems", Some((was, is))) if is > was => *old = new.clone(),
        ("maxLength" | "maxItems", Some((was, is))) if is < was => *old = new.clone(),
        ("enum", _) => {
            if let (Value::Array(old), Some(new)) = (old, new.as_array()) {
                old.retain(|value| new.contains(value));
                return !old.is_empty();
            }
        }
        // A type without a format has the values of both.
        ("format", _) if old != new => drop(all.shift_remove(key)),
        ("items", _) => return old == new,
        ("readOnly" | "writeOnly" | "uniqueItems", _) if *new == true => *old = true.into(),
        _ => {}
    }
    true
}
