//! Finds the types that have the members of a schema.

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::{contract, schema::Document};
use serde_json::Value;

use crate::document;

/// The types that have the members of each type, by their names in Rust.
pub(super) type Heirs = BTreeMap<String, BTreeSet<String>>;

/// Returns the types that have the members of each type: those derived from it by `allOf`, and
/// those that hold the members of a base.
pub(super) fn heirs(docs: &[&Document<'_>]) -> Heirs {
    let mut direct: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for doc in docs {
        for (name, schema) in &doc.schemas {
            let parts = schema.get("allOf").and_then(Value::as_array);
            let parts = parts.into_iter().flatten().filter_map(document::ref_name);
            let base = schema.get(contract::VARIANT).and_then(Value::as_str);
            for of in parts.chain(base).filter(|of| of != name) {
                direct.entry(of).or_default().insert(name);
            }
        }
    }
    let ident = |name: &str| autopi_codegen::names::type_ident(name).to_string();
    let mut out = BTreeMap::new();
    for name in direct.keys() {
        let (mut todo, mut found) = (vec![*name], BTreeSet::new());
        while let Some(next) = todo.pop() {
            let more = direct.get(next).into_iter().flatten();
            todo.extend(more.copied().filter(|n| found.insert(*n)));
        }
        out.insert(ident(name), found.into_iter().map(ident).collect());
    }
    out
}
