//! Finds the schemas of which others refuse what they do not accept (`unevaluated…`): whatever they
//! lose is refused there.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    meaning::refuses,
    values::{items, members},
};
use crate::document::{
    escape,
    members::{At, DOCUMENT, Is, Kind, SCHEMA, each},
    pointer_of,
};

/// Returns the pointers of the schemas that refuse what none of their parts accepts, and of all
/// their parts, also behind references.
pub fn all(doc: &Value) -> HashSet<String> {
    let mut todo: Vec<String> = Vec::new();
    let find = |kind: &'static Kind, at: &At<'_>, value: &Value| {
        if kind == &SCHEMA && value.as_object().is_some_and(refuses) {
            todo.push(at.to_string());
        }
        Ok::<(), ()>(())
    };
    let _ = each(doc, Is::One(&DOCUMENT), &At::ROOT, &mut { find });
    let mut found = HashSet::new();
    while let Some(pointer) = todo.pop() {
        if let Some(schema) = doc.pointer(&pointer).filter(|_| !found.contains(&pointer)) {
            todo.extend(parts(doc, &pointer, schema));
            found.insert(pointer);
        }
    }
    found
}

/// Returns the places of the schemas that are about the same value as one.
fn parts(doc: &Value, at: &str, schema: &Value) -> Vec<String> {
    let reference = schema.get("$ref").and_then(Value::as_str);
    let to = reference.and_then(pointer_of).map(|to| to.into_owned());
    // Some tools do not encode what they write.
    let written = reference
        .and_then(|r| r.strip_prefix('#'))
        .map(str::to_owned);
    let to = to.filter(|to| doc.pointer(to).is_some()).or(written);
    let lists = ["allOf", "anyOf", "oneOf"].iter().flat_map(|key| {
        let all = 0..items(schema.get(*key)).len();
        all.map(move |i| format!("{at}/{key}/{i}"))
    });
    let named = members(schema.get("dependentSchemas"));
    let named = named.map(|(name, _)| format!("{at}/dependentSchemas/{}", escape(name)));
    let single = ["if", "then", "else"].map(|key| format!("{at}/{key}"));
    to.into_iter()
        .chain(lists)
        .chain(named)
        .chain(single)
        .collect()
}
