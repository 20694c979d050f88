//! Schemas, with what they refer to.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::Index;

/// Schemas may refer to themselves: so deep is looked.
const DEPTH: usize = 12;

impl Index {
    /// The schema itself, where it is a reference or an `allOf`, which is merged.
    pub fn resolved<'a>(&self, schema: &'a Value) -> Cow<'a, Value> {
        self.resolve_within(schema, DEPTH)
    }

    fn resolve_within<'a>(&self, schema: &'a Value, depth: usize) -> Cow<'a, Value> {
        if depth == 0 {
            return Cow::Owned(Value::Object(Map::new()));
        }
        if let Some(name) = reference(schema) {
            let there = self.schema(name).unwrap_or_default();
            return Cow::Owned(self.resolve_within(&there, depth - 1).into_owned());
        }
        let Some(parts) = schema.get("allOf").and_then(Value::as_array) else {
            return Cow::Borrowed(schema);
        };
        let mut merged = Map::new();
        for part in parts {
            if let Value::Object(part) = self.resolve_within(part, depth - 1).into_owned() {
                merge(&mut merged, part);
            }
        }
        let own = schema.as_object().into_iter().flatten();
        let own = own.filter(|(key, _)| *key != "allOf");
        merge(
            &mut merged,
            own.map(|(k, v)| (k.clone(), v.clone())).collect(),
        );
        Cow::Owned(Value::Object(merged))
    }
}

fn merge(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Object(old)), Value::Object(new)) if key == "properties" => {
                old.extend(new)
            }
            (Some(Value::Array(old)), Value::Array(new)) if key == "required" => old.extend(new),
            (_, value) => drop(into.insert(key, value)),
        }
    }
}

/// The name of the component that a reference leads to.
pub fn reference(schema: &Value) -> Option<&str> {
    schema
        .get("$ref")?
        .as_str()?
        .strip_prefix("#/components/schemas/")
}

/// The type of a schema that is resolved, in words: `integer`, `uuid`, `list of text`.
pub fn type_name(index: &Index, schema: &Value) -> String {
    let schema = index.resolved(schema);
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    let name = match (text("type"), text("format")) {
        (Some("array"), _) => {
            let items = schema.get("items").unwrap_or(&Value::Null);
            return match items.get("items").is_some() {
                true => "list of lists".into(),
                false => format!("list of {}", type_name(index, items)),
            };
        }
        (Some("string"), Some("binary")) => "file",
        (Some("string"), Some("date-time")) => "time",
        (Some("string"), Some("decimal")) => "decimal",
        (Some("string"), Some(format @ ("uuid" | "date" | "uri" | "email"))) => format,
        (Some("string"), _) => "text",
        (Some(other @ ("integer" | "number" | "boolean" | "object")), _) => other,
        _ if schema.get("properties").is_some() => "object",
        _ if schema.get("enum").is_some() => "text",
        _ => "any",
    };
    name.to_owned()
}
