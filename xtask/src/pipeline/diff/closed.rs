//! Finds the schemas of which others refuse what they do not accept (`unevaluated…`): whatever they
//! lose is refused there.

use std::collections::HashSet;

use serde_json::Value;

use super::meaning::refuses;
use crate::document::{
    members::{At, DOCUMENT, Is, Kind, SCHEMA, each},
    parts::parts,
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
            todo.extend(parts(doc, &At::Start(&pointer), schema));
            found.insert(pointer);
        }
    }
    found
}
