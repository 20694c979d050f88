//! Rows of CSV (RFC 4180).

use serde_json::Value;

/// A row; texts as they are, other values as JSON, nothing as nothing.
pub fn row<'a>(cells: impl Iterator<Item = &'a Value>) -> String {
    let texts = cells.map(|value| match value {
        Value::Null => String::new(),
        // An empty text is not nothing.
        Value::String(text) if text.is_empty() => "\"\"".into(),
        Value::String(text) => quoted(text),
        other => quoted(&other.to_string()),
    });
    texts.collect::<Vec<_>>().join(",") + "\n"
}

/// In quotes if it must be.
fn quoted(text: &str) -> String {
    let odd = |c| matches!(c, '"' | ',' | '\n' | '\r');
    match text.contains(odd) || text.starts_with(' ') || text.ends_with(' ') {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

/// The names of columns.
pub fn header(names: &[String]) -> String {
    names
        .iter()
        .map(|name| quoted(name))
        .collect::<Vec<_>>()
        .join(",")
        + "\n"
}
