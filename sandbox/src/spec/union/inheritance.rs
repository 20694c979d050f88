//! Bases with a discriminator that other components are derived from.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::{
    spec::union::source::{
        Mapping, alternatives, components, last, list, mapping, property, reference, tag, tags,
    },
    util::json::resolve,
};

/// The components derived by `allOf` from each component, and their places in the document.
#[derive(Debug, Default)]
pub struct Children {
    of: HashMap<String, Vec<String>>,
    places: HashMap<String, usize>,
}

impl Children {
    pub fn has(&self, base: &str) -> bool {
        self.of.contains_key(base)
    }

    /// Returns all components derived from `base`, directly or indirectly, in their order.
    fn below<'a>(&'a self, base: &'a str) -> Vec<&'a str> {
        let (mut todo, mut found) = (vec![base], HashSet::new());
        while let Some(name) = todo.pop() {
            let children = self.of.get(name).into_iter().flatten();
            todo.extend(children.map(String::as_str).filter(|n| found.insert(*n)));
        }
        let mut found: Vec<&str> = found.into_iter().filter(|n| *n != base).collect();
        found.sort_by_key(|n| self.places.get(*n));
        found
    }
}

pub fn children(doc: &Value) -> Children {
    let mut children = Children::default();
    for (at, (name, schema)) in components(doc).enumerate() {
        for parent in list(schema, "allOf")
            .into_iter()
            .flatten()
            .filter_map(reference)
        {
            children
                .of
                .entry(parent.to_owned())
                .or_default()
                .push(name.clone());
        }
        children.places.insert(name, at);
    }
    children
}

/// Returns the tag of a base and the pointers of its alternatives: those that it lists, all that
/// are derived from it, and itself if it says so.
pub fn inherited(
    doc: &Value,
    base: &str,
    schema: &Value,
    children: &Children,
) -> (Option<String>, Vec<(String, Vec<String>)>) {
    let tag = tag(schema).unwrap_or_default();
    let mut mapped = Mapping::new();
    let (mut todo, mut seen) = (vec![(base, schema)], HashSet::new());
    while let Some((name, schema)) = todo.pop() {
        if !seen.insert(name) {
            continue;
        }
        mapping(doc, schema, &mut mapped);
        let parts = list(schema, "allOf").into_iter().flatten();
        todo.extend(parts.filter_map(|p| Some((reference(p)?, resolve(doc, p)))));
    }
    let listed = alternatives(schema).into_iter().flatten();
    let listed = listed.filter_map(reference);
    let mut seen = HashSet::new();
    let all = listed.chain(children.below(base));
    let mut all: Vec<&str> = all.filter(|c| *c != base && seen.insert(*c)).collect();
    let said = property(doc, schema, tag).and_then(|p| list(p, "enum"));
    if mapped.contains_key(base) || said.is_some_and(|l| l.iter().any(|v| *v == last(base))) {
        all.push(base);
    }
    let named = |to: &str| {
        let part = serde_json::json!({ "$ref": to });
        (to.to_owned(), tags(doc, &part, tag, &mapped))
    };
    (Some(tag.to_owned()), all.into_iter().map(named).collect())
}
