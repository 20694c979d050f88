//! Finds the types that have the members of a schema.

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::{contract, schema::Document};
use serde_json::Value;

use crate::{document, pipeline::diff::surface::Surface};

/// The types that have the members of each type, by their current names in Rust.
pub(super) type Heirs = BTreeMap<String, BTreeSet<String>>;

/// Returns the types that have the members of each type: those derived from it by `allOf`, and
/// those that hold the members of a base.
pub(super) fn heirs(docs: [(&Document<'_>, &Surface); 2]) -> Heirs {
    let mut direct: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (doc, surface) in docs {
        for (name, schema) in &doc.schemas {
            let parts = schema.get("allOf").and_then(Value::as_array);
            let parts = parts.into_iter().flatten().filter_map(document::ref_name);
            let base = schema.get(contract::VARIANT).and_then(Value::as_str);
            let ident = |name| surface.ident(doc, name);
            for of in parts.chain(base).filter(|of| of != name) {
                if let (Some(of), Some(heir)) = (ident(of), ident(name)) {
                    direct.entry(of).or_default().insert(heir);
                }
            }
        }
    }
    let mut out = BTreeMap::new();
    for name in direct.keys() {
        let (mut todo, mut found) = (vec![name], BTreeSet::new());
        while let Some(next) = todo.pop() {
            let more = direct.get(next).into_iter().flatten();
            todo.extend(more.filter(|n| found.insert((*n).clone())));
        }
        out.insert(name.clone(), found);
    }
    out
}
