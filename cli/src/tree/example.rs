//! The example in the help of an operation: a command with everything that it requires.

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::{
    index::{Area, BodyKind, Index, Operation, Place, is_read_only, required, type_name},
    output::{json, line as shown},
};

/// The indentation of an example.
const INDENT: usize = 2;
/// The maximum number of values in an example.
const VALUES: usize = 400;

/// Returns the example, with the line ends that a shell ignores where it is wider than a terminal:
/// a line that the help breaks would be two commands.
pub fn lines(index: &Index, operation: &Operation, area: &Area) -> String {
    let mut text = "autopi".to_owned();
    let head = [super::area_name(area), operation.entry.command.to_owned()];
    let room = super::help::width().saturating_sub(" \\".len());
    let mut column = INDENT + text.width();
    for word in head.into_iter().chain(words(index, operation)) {
        if column + 1 + word.width() > room {
            text.push_str(" \\\n   ");
            column = INDENT + 1;
        }
        column += 1 + word.width();
        text.push(' ');
        text.push_str(&word);
    }
    text
}

/// Returns the options with their values, for everything that is required.
fn words(index: &Index, operation: &Operation) -> Vec<String> {
    let left = &mut { VALUES };
    let mut words = Vec::new();
    for parameter in operation.parameters.iter().filter(|p| p.required) {
        let sample = sample(index, &parameter.schema, left);
        words.push(match parameter.place {
            Place::Path => sample,
            _ => format!("--{} {sample}", parameter.flag),
        });
    }
    let body = operation.body.as_ref().filter(|b| b.required);
    match body.map(|b| (b.kind, &b.schema)) {
        Some((BodyKind::Raw, _)) => words.push("-b @FILE".into()),
        Some((_, schema)) => {
            let schema = index.resolved(schema);
            let properties = schema.get("properties").and_then(Value::as_object);
            let mut names = required(&schema);
            if names.is_empty() {
                let first = properties.and_then(|p| p.iter().find(|(_, of)| !is_read_only(of)));
                names.extend(first.map(|(name, _)| name.as_str()));
            }
            if names.is_empty() {
                words.push(format!("--json {}", sample(index, &schema, left)));
            }
            for name in names {
                let of = properties.and_then(|p| p.get(name)).unwrap_or(&Value::Null);
                let sample = sample(index, of, left);
                let is_text = index.resolved(of).get("type").is_none_or(|t| t == "string");
                let mark = if is_text { "=" } else { ":=" };
                words.push(format!("-b {}{mark}{sample}", shown(name)));
            }
        }
        None => {}
    }
    words
}

/// Returns a value for the example, quoted for a shell.
fn sample(index: &Index, schema: &Value, left: &mut usize) -> String {
    let schema = index.resolved(schema);
    if schema.get("format").is_some_and(|f| f == "binary") {
        return "@FILE".into();
    }
    match value(index, &schema, 4, left) {
        Value::String(text) => shown(&text),
        value @ (Value::Array(_) | Value::Object(_)) => {
            // JSON may escape a quote like this.
            format!("'{}'", json(&value.to_string()).replace('\'', "\\u0027"))
        }
        value => value.to_string(),
    }
}

/// Returns a value that the schema allows.
fn value(index: &Index, schema: &Value, depth: usize, left: &mut usize) -> Value {
    *left = left.saturating_sub(1);
    let depth = if *left == 0 { 0 } else { depth };
    let schema = index.resolved(schema);
    let number = |key: &str| schema.get(key).and_then(Value::as_f64);
    let listed = schema.get("enum").and_then(Value::as_array);
    if let Some(first) = listed.and_then(|l| l.iter().find(|v| !v.is_null())) {
        return first.clone();
    }
    for key in ["oneOf", "anyOf"] {
        let first = schema
            .get(key)
            .and_then(Value::as_array)
            .and_then(|a| a.first());
        if let Some(first) = first.filter(|_| depth > 0) {
            return value(index, first, depth - 1, left);
        }
    }
    match type_name(index, &schema).as_str() {
        "integer" | "number" => {
            let least = number("minimum").unwrap_or(1.0).max(1.0);
            let n = number("maximum").map_or(least, |most| least.min(most));
            if n.fract() == 0.0 {
                Value::from(n as i64)
            } else {
                Value::from(n)
            }
        }
        "boolean" => true.into(),
        "uuid" => "0189d7a5-0000-7000-8000-000000000001".into(),
        "time" => "2026-01-31T08:00Z".into(),
        "date" => "2026-01-31".into(),
        "decimal" => "1.5".into(),
        "email" => "you@example.com".into(),
        "uri" => "https://example.com".into(),
        name if name.starts_with("list") => {
            let least = number("minItems").unwrap_or(0.0) as usize;
            let of = schema.get("items").filter(|_| depth > 0);
            let items = of.map(|items| vec![value(index, items, depth - 1, left); least.min(1)]);
            Value::Array(items.unwrap_or_default())
        }
        "text" => {
            let least = number("minLength").unwrap_or(0.0) as usize;
            let most = number("maxLength").map_or(usize::MAX, |n| n as usize);
            let text = "TEXT".repeat(least.div_ceil(4).clamp(1, 64));
            text.chars().take(most.max(1)).collect::<String>().into()
        }
        _ => {
            let properties = schema.get("properties").and_then(Value::as_object);
            let mut members = serde_json::Map::new();
            for name in required(&schema).into_iter().take_while(|_| depth > 0) {
                if let Some(of) = properties.and_then(|p| p.get(name)).filter(|_| *left > 0) {
                    members.insert(name.to_owned(), value(index, of, depth - 1, left));
                }
            }
            Value::Object(members)
        }
    }
}
