//! The example in the help of an operation: a command with everything that it requires.

use autopi::rt;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::{
    call::kept,
    index::{Area, BodyKind, Index, Operation, Place, is_read_only, required, type_name},
    output::{json, quoted},
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
    let others = operation.parameters.iter();
    let others = others.filter(|p| p.required && p.place != Place::Path);
    for parameter in operation.in_path().chain(others) {
        let schema = index.resolved(&parameter.schema);
        let samples = match value(index, &schema, 4, left) {
            // A list is given by its items.
            Value::Array(items) if items.is_empty() => {
                let of = schema.get("items").unwrap_or(&Value::Null);
                vec![plain(&value(index, of, 3, left))]
            }
            Value::Array(items) => items.iter().map(plain).collect(),
            value => vec![plain(&value)],
        };
        for sample in samples {
            words.push(match parameter.place {
                Place::Path if !sample.starts_with('-') => sample,
                _ if sample.starts_with('-') => format!("--{}={sample}", parameter.flag),
                _ => format!("--{} {sample}", parameter.flag),
            });
        }
    }
    let body = operation.body.as_ref().filter(|b| b.required);
    match body.map(|b| (b.kind, &b.schema)) {
        Some((BodyKind::Raw, _)) => words.push("-b @FILE".into()),
        Some((kind, schema)) => {
            let schema = index.resolved(schema);
            let properties = schema.get("properties").and_then(Value::as_object);
            let mut names = required(&schema);
            if names.is_empty() {
                let first = properties.and_then(|p| p.iter().find(|(_, of)| !is_read_only(of)));
                names.extend(first.map(|(name, _)| name.as_str()));
            }
            if names.is_empty() && kind == BodyKind::Form {
                words.push("-b NAME=VALUE".into());
            } else if names.is_empty() {
                let value = value(index, &schema, 4, left).to_string();
                words.push(format!("--json {}", word(&json(&value))));
            }
            for name in names {
                let of = properties.and_then(|p| p.get(name)).unwrap_or(&Value::Null);
                let of = index.resolved(of);
                let is_file = of.get("format").is_some_and(|f| f == "binary");
                let (mark, sample) = match value(index, &of, 4, left) {
                    _ if is_file => ("=", "@FILE".to_owned()),
                    Value::String(text) => ("=", word(&text)),
                    Value::Array(items) if kind == BodyKind::Form && items.is_empty() => {
                        let items = of.get("items").unwrap_or(&Value::Null);
                        (
                            ":=",
                            plain(&Value::Array(vec![value(index, items, 3, left)])),
                        )
                    }
                    value => (":=", plain(&value)),
                };
                words.push(format!("-b {}{mark}{sample}", word(name)));
            }
        }
        None => {}
    }
    words
}

/// Returns a value, quoted for a shell.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => word(text),
        value => word(&json(&value.to_string())),
    }
}

/// Returns a text as one word of a shell.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-.,:/@%+=".contains(c);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => quoted(text),
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
            let step = number("multipleOf").filter(|step| *step > 0.0);
            let least = number("minimum").unwrap_or(1.0).max(1.0);
            let least = step.map_or(least, |step| (least / step).ceil() * step);
            let is_beyond = schema.get("exclusiveMinimum") == Some(&Value::Bool(true))
                && number("minimum") == Some(least);
            let least = least + step.filter(|_| is_beyond).unwrap_or(f64::from(is_beyond));
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
            let least = least.min(*left);
            let items = of.map(|items| vec![value(index, items, depth - 1, left); least]);
            Value::Array(items.unwrap_or_default())
        }
        "text" => {
            let least = number("minLength").unwrap_or(0.0) as usize;
            let most = number("maxLength").map_or(usize::MAX, |n| n as usize);
            let text = "TEXT".repeat(least.div_ceil(4).clamp(1, 64));
            let text = text.chars().take(most.max(1)).collect::<String>();
            of_pattern(&schema, &text).unwrap_or(text).into()
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

/// Returns a text that matches the pattern of a schema, if it has one that `text` does not match.
fn of_pattern(schema: &Value, text: &str) -> Option<String> {
    let pattern = schema.get("pattern")?.as_str()?;
    let mut violations = rt::Violations::default();
    violations.pattern("", text, kept(pattern));
    if violations.into_found().is_empty() {
        return None;
    }
    #[cfg(feature = "sandbox")]
    return autopi_sandbox::sample(&Value::Null, schema, 0)
        .as_str()
        .map(str::to_owned);
    #[cfg(not(feature = "sandbox"))]
    None
}
