//! The components that a value names.

use std::collections::BTreeSet;

use serde_json::Value;

use super::values::{flag, members};
use crate::document::{
    decoded, escape,
    members::{Is, SCHEMA, is_beside},
};

/// The places of schemas, in 3 and in 2.0.
const SCHEMAS: [&str; 2] = ["/components/schemas", "/definitions"];

/// Returns the pointer of the component that a `$ref` leads to or into, or of another place.
pub fn target(value: &Value) -> Option<String> {
    component(value.get("$ref")?.as_str()?)
}

fn component(reference: &str) -> Option<String> {
    below(&decoded(reference))
}

/// Returns the pointer of the component that a reference leads to, as it is written.
fn below(reference: &str) -> Option<String> {
    let pointer = reference.strip_prefix('#')?;
    let depth = match pointer.split('/').nth(1)? {
        "components" => 3,
        "definitions" | "parameters" | "responses" => 2,
        _ => usize::MAX - 1,
    };
    let parts: Vec<&str> = pointer.split('/').take(depth + 1).collect();
    (parts.len() > 2).then(|| parts.join("/"))
}

/// Collects the components that are named inside a value, on one side.
pub fn refs(value: &Value, is: Is, request: bool, out: &mut BTreeSet<String>) {
    match (is, value) {
        (Is::SchemaOrBool, _) => refs(value, Is::One(&SCHEMA), request, out),
        (Is::One(kind), Value::Object(map)) => {
            let other_side = if request { "readOnly" } else { "writeOnly" };
            if flag(Some(value), other_side) {
                return;
            }
            out.extend(target(value));
            // Some tools do not encode what they write.
            let written = value.get("$ref").and_then(Value::as_str);
            out.extend(written.filter(|r| r.contains('%')).and_then(below));
            let tags = map.get("discriminator");
            let mapped = members(tags.and_then(|t| t.get("mapping"))).map(|(_, to)| to);
            let others = tags.and_then(|t| t.get("defaultMapping"));
            for to in mapped.chain(others).filter_map(Value::as_str) {
                match component(to) {
                    Some(pointer) => drop(out.insert(pointer)),
                    // A bare name.
                    None => out.extend(SCHEMAS.map(|all| format!("{all}/{}", escape(to)))),
                }
            }
            for (key, value) in map {
                refs(value, kind.member(key), request, out);
            }
        }
        (Is::List(is), Value::Array(list)) => list.iter().for_each(|v| refs(v, *is, request, out)),
        (Is::Map(is), Value::Object(map)) => {
            map.values().for_each(|v| refs(v, *is, request, out));
        }
        (Is::Extensible(is), Value::Object(map)) => {
            let entries = map.iter().filter(|(key, _)| !is_beside(key));
            entries.for_each(|(_, v)| refs(v, *is, request, out));
        }
        _ => {}
    }
}

/// Returns whether a reference leads out of the document.
pub fn external(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(key, value)| match value.as_str() {
            Some(target) => key == "$ref" && !target.starts_with('#'),
            None => external(value),
        }),
        Value::Array(list) => list.iter().any(external),
        _ => false,
    }
}
