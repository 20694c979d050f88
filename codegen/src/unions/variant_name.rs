//! The names of variants.

use serde_json::Value;

use crate::{contract, schema::Document};

/// Returns the name of a variant: of its component, its title or its type. It is the same in
/// requests and responses.
pub(super) fn named(doc: &Document<'_>, union: &str, schema: &Value) -> String {
    if let Some(target) = Document::target(schema) {
        let own = doc
            .schemas
            .get(target)
            .and_then(|s| s.get(contract::VARIANT));
        if let Some(name) = own.and_then(Value::as_str) {
            return name.to_owned();
        }
        let mut name = target;
        if union.starts_with("Patched") {
            name = name.strip_prefix("Patched").unwrap_or(name);
        }
        if union.ends_with("Request") {
            name = name.strip_suffix("Request").unwrap_or(name);
        }
        return if name.is_empty() { target } else { name }.to_owned();
    }
    let text = |key| schema.get(key).and_then(Value::as_str).unwrap_or_default();
    if !text("title").is_empty() {
        return text("title").to_owned();
    }
    let name = match (text("type"), text("format")) {
        ("string", format @ ("uuid" | "date" | "date-time" | "decimal")) => format,
        ("array", _) => {
            return format!(
                "{}List",
                schema
                    .get("items")
                    .map(|i| named(doc, union, i))
                    .unwrap_or_default()
            );
        }
        ("object", _) if schema.get("additionalProperties").is_some() => "Map",
        ("", _) => "Json",
        (other, _) => other,
    };
    name.to_owned()
}
