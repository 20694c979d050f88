//! Reads texts from the command line as values of the documented types.

use std::collections::VecDeque;

use serde_json::{Number, Value};

use super::{check::check, time};
use crate::index::{Index, type_name};

/// Reads the values of a flag: a single one, or a list.
///
/// # Errors
/// Returns an error if a text is not of the documented type.
pub fn read(
    index: &Index,
    schema: &Value,
    texts: &[String],
    unchecked: bool,
) -> Result<Value, String> {
    let schema = index.resolved(schema);
    let is = |name: &str| schema.get("type").is_some_and(|t| t == name);
    if is("array") {
        let items = schema.get("items").unwrap_or(&Value::Null);
        let items = texts.iter().map(|text| {
            value_of(index, items, text, unchecked).map_err(|fault| match text.contains(',') {
                true => fault + "; each value of a list has its own option",
                false => fault,
            })
        });
        return items.collect::<Result<Vec<_>, _>>().map(Value::Array);
    }
    match texts {
        [text] => value_of(index, &schema, text, unchecked)
            .or_else(|fault| list(index, &schema, texts).ok_or(fault)),
        _ => list(index, &schema, texts)
            .ok_or_else(|| "given more than once, but takes one value".into()),
    }
}

fn value_of(index: &Index, schema: &Value, text: &str, unchecked: bool) -> Result<Value, String> {
    let schema = index.resolved(schema);
    let said = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or_default();
    let wrong = |what: &str| Err(format!("`{text}` is not a valid {what}"));
    if unchecked {
        return Ok(text.into());
    }
    // A list of values says their types too.
    let listed = schema.get("enum").and_then(Value::as_array);
    let is_meant = |value: &&Value| match value {
        Value::Null => false,
        Value::String(value) => value == text,
        other => other.to_string() == *text,
    };
    if let Some(value) = listed.and_then(|all| all.iter().find(is_meant)) {
        return Ok(value.clone());
    }
    match (said("type"), said("format")) {
        _ if is_union(&schema) => union(index, &schema, text),
        ("integer", _) => match text.trim().parse::<Number>() {
            Ok(n) if n.is_i64() || n.is_u64() => Ok(n.into()),
            _ => wrong("integer"),
        },
        ("number", _) => match text.trim().parse::<Number>() {
            Ok(n) => Ok(n.into()),
            Err(_) => wrong("number"),
        },
        ("boolean", _) => match text.trim().to_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(true.into()),
            "false" | "no" | "0" => Ok(false.into()),
            _ => wrong("boolean: true or false"),
        },
        ("string", "date-time") => time::read(text).map(|t| t.to_string().into()),
        ("string", "date") => match text.trim().parse::<jiff::civil::Date>() {
            Ok(date) => Ok(date.to_string().into()),
            Err(_) => wrong("date, e.g. 2026-01-31"),
        },
        ("object" | "array", _) => {
            super::parse(text.as_bytes(), &format!("`{text}`")).map_err(|e| e.message)
        }
        _ => Ok(text.into()),
    }
}

fn is_union(schema: &Value) -> bool {
    schema.get("oneOf").or(schema.get("anyOf")).is_some()
}

/// The limit of the alternatives of a union, which may have itself among them.
const ALTERNATIVES: usize = 64;

/// Returns the alternatives that are no unions.
fn alternatives(index: &Index, union: &Value) -> Vec<Value> {
    let (mut todo, mut out) = (VecDeque::from([union.clone()]), Vec::new());
    for _ in 0..ALTERNATIVES {
        let Some(schema) = todo.pop_front() else {
            break;
        };
        let schema = index.resolved(&schema).into_owned();
        let lists = ["oneOf", "anyOf"].map(|key| schema.get(key)?.as_array().cloned());
        match is_union(&schema) {
            true => todo.extend(lists.into_iter().flatten().flatten().take(ALTERNATIVES)),
            false => out.push(schema),
        }
    }
    out
}

/// Reads a text as the first alternative that it fits; a text fits most, so those come last.
fn union(index: &Index, schema: &Value, text: &str) -> Result<Value, String> {
    let all = alternatives(index, schema);
    let fits = |of: &Value| {
        let value = value_of(index, of, text, false).ok()?;
        check(index, of, &value, "").is_empty().then_some(value)
    };
    let (texts, others): (Vec<_>, Vec<_>) = all.iter().filter_map(fits).partition(Value::is_string);
    let fault = || match type_name(index, schema).as_str() {
        "any" | "text" => format!("`{text}` matches none of its {} alternatives", all.len()),
        kind => format!("`{text}` is not a valid {kind}"),
    };
    others.into_iter().chain(texts).next().ok_or_else(fault)
}

/// Reads texts as the list among the alternatives of a union.
fn list(index: &Index, schema: &Value, texts: &[String]) -> Option<Value> {
    let all = alternatives(index, schema);
    let mut lists = all
        .iter()
        .filter(|of| of.get("type").is_some_and(|t| t == "array"));
    lists.find_map(|of| read(index, of, texts, false).ok())
}
