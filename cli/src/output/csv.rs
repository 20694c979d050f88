//! Rows of CSV (RFC 4180).

use serde_json::Value;

/// Returns a row: strings unchanged, other values as JSON, missing ones empty.
pub fn row<'a>(cells: impl Iterator<Item = &'a Value>) -> String {
    let texts = cells.map(|value| match value {
        Value::Null => String::new(),
        // An empty string is not a missing value.
        Value::String(text) if text.is_empty() => "\"\"".into(),
        Value::String(text) => quoted(text),
        other => quoted(&other.to_string()),
    });
    texts.collect::<Vec<_>>().join(",") + "\n"
}

/// Quotes a text if necessary.
fn quoted(text: &str) -> String {
    let odd = |c| matches!(c, '"' | ',' | '\n' | '\r');
    match text.contains(odd) || text.starts_with(' ') || text.ends_with(' ') {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

/// Returns the header row.
pub fn header(names: &[String]) -> String {
    names
        .iter()
        .map(|name| quoted(name))
        .collect::<Vec<_>>()
        .join(",")
        + "\n"
}
