//! Finds the schemas of which others refuse what they do not accept (`unevaluated…`): whatever they
//! lose is refused there.

use std::collections::HashMap;

use serde_json::Value;

use super::meaning::{is_any, refuses};
use crate::document::{
    members::{At, DOCUMENT, Is, Kind, SCHEMA, each},
    parts::parts,
};

/// Returns the pointers of the schemas that refuse what none of their parts accepts, and of all
/// their parts, also behind references; each with the pointer of what all other members are, unless
/// those are refused or any JSON.
pub fn all(doc: &Value) -> HashMap<String, Option<String>> {
    let mut todo: Vec<(String, Option<String>)> = Vec::new();
    let find = |kind: &'static Kind, at: &At<'_>, value: &Value| {
        if kind == &SCHEMA && value.as_object().is_some_and(refuses) {
            let key = "unevaluatedProperties";
            let others = value.get(key).filter(|v| v.is_object() && !is_any(v));
            todo.push((at.to_string(), others.map(|_| format!("{at}/{key}"))));
        }
        Ok::<(), ()>(())
    };
    let _ = each(doc, Is::One(&DOCUMENT), &At::ROOT, &mut { find });
    let mut found = HashMap::new();
    while let Some((pointer, others)) = todo.pop() {
        let known = |known: &Option<String>| known.is_some() || others.is_none();
        if found.get(&pointer).is_some_and(known) {
            continue;
        }
        if let Some(schema) = doc.pointer(&pointer) {
            let parts = parts(doc, &At::Start(&pointer), schema);
            todo.extend(parts.into_iter().map(|part| (part, others.clone())));
            found.insert(pointer, others);
        }
    }
    found
}
