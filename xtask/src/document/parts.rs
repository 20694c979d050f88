//! The parts of a schema: the schemas that are about the same value.

use serde_json::Value;

use super::{escape, members::At, pointer_of};

/// The keywords whose value is a list of parts.
pub const LISTS: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// Returns the pointer that a schema refers to.
pub fn target(doc: &Value, schema: &Value) -> Option<String> {
    let reference = schema.get("$ref").and_then(Value::as_str)?;
    let to = pointer_of(reference).map(|to| to.into_owned());
    let to = to.filter(|to| doc.pointer(to).is_some());
    // Some tools do not encode what they write.
    to.or_else(|| reference.strip_prefix('#').map(str::to_owned))
}

/// Returns the places of the parts of a schema, also that of the one it refers to.
pub fn parts(doc: &Value, at: &At<'_>, schema: &Value) -> Vec<String> {
    let lists = LISTS.iter().flat_map(|key| {
        let list = schema.get(*key).and_then(Value::as_array);
        (0..list.map_or(0, Vec::len)).map(move |i| format!("{at}/{key}/{i}"))
    });
    let named = schema.get("dependentSchemas").and_then(Value::as_object);
    let named = named.into_iter().flatten();
    let named = named.map(|(name, _)| format!("{at}/dependentSchemas/{}", escape(name)));
    let single = ["if", "then", "else"].iter();
    let single = single.filter(|key| schema.get(**key).is_some());
    let single = single.map(|key| format!("{at}/{key}"));
    let to = target(doc, schema).into_iter();
    to.chain(lists).chain(named).chain(single).collect()
}
