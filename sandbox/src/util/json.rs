//! Helpers for JSON values.

use serde_json::Value;

use crate::util::{marks::sent_name, python};

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

/// Writes a value; marked numbers with their digits, and names as they were sent.
pub fn write(value: &Value) -> String {
    let text = value.to_string();
    if !text.contains("\"\\u0000") {
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
                out.push_str(&Value::from(sent_name(name)).to_string());
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
        (other, _) => out.push_str(&other.to_string()),
    }
}
