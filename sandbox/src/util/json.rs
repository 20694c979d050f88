//! Helpers for JSON values.

use serde_json::Value;

use crate::util::{
    marks::{characters, sent_name},
    python,
};

/// Returns what a reference within the document leads to: percent-decoded, or as it is written.
pub fn follow<'a>(doc: &'a Value, reference: &str) -> Option<&'a Value> {
    let written = reference.strip_prefix('#')?;
    let decoded = percent_encoding::percent_decode_str(written).decode_utf8_lossy();
    doc.pointer(&decoded).or_else(|| doc.pointer(written))
}

/// Returns the direct target of a reference, or the value itself.
pub fn resolve<'a>(doc: &'a Value, value: &'a Value) -> &'a Value {
    let reference = value.get("$ref").and_then(Value::as_str);
    reference.and_then(|r| follow(doc, r)).unwrap_or(value)
}

/// Returns a string unchanged, and anything else as JSON.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Writes a value; marked numbers with their digits, names and lone surrogates as they were sent.
pub fn write(value: &Value) -> String {
    let text = value.to_string();
    if !text.contains("\\u0000") {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    put(value, &mut out);
    out
}

fn put(value: &Value, out: &mut String) {
    match (value, python::number(value)) {
        (Value::Object(_), Some(digits)) => out.push_str(&digits),
        (Value::Object(map), None) => {
            out.push('{');
            for (n, (name, value)) in map.iter().enumerate() {
                out.push_str(if n == 0 { "" } else { "," });
                string(sent_name(name), out);
                out.push(':');
                put(value, out);
            }
            out.push('}');
        }
        (Value::Array(list), _) => {
            out.push('[');
            for (n, value) in list.iter().enumerate() {
                out.push_str(if n == 0 { "" } else { "," });
                put(value, out);
            }
            out.push(']');
        }
        (Value::String(text), _) => string(text, out),
        (other, _) => out.push_str(&other.to_string()),
    }
}

fn string(kept: &str, out: &mut String) {
    out.push('"');
    for part in characters(kept).chunk_by(|a, b| a.is_ok() && b.is_ok()) {
        let text: String = part.iter().flatten().collect();
        let text = Value::from(text).to_string();
        out.push_str(&text[1..text.len() - 1]);
        let lone = part.iter().filter_map(|c| c.err());
        lone.for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
    }
    out.push('"');
}
