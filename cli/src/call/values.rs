//! Reads texts from the command line as values of the documented types.

use serde_json::{Number, Value};

use super::time;
use crate::index::Index;

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
            one(index, items, text, unchecked).map_err(|fault| match text.contains(',') {
                true => fault + "; each value of a list has its own option",
                false => fault,
            })
        });
        return items.collect::<Result<Vec<_>, _>>().map(Value::Array);
    }
    match texts {
        [text] => one(index, &schema, text, unchecked),
        _ => Err("given more than once, but takes one value".into()),
    }
}

fn one(index: &Index, schema: &Value, text: &str, unchecked: bool) -> Result<Value, String> {
    let schema = index.resolved(schema);
    let said = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or_default();
    let wrong = |what: &str| Err(format!("`{text}` is not a valid {what}"));
    match (said("type"), said("format")) {
        _ if unchecked => Ok(text.into()),
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
