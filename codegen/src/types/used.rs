//! The types that the operations need, and the operations that use them.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Ident;

use crate::{
    Error,
    schema::{self, Document},
};

/// The components that operations use, by direction, each with the methods that return or accept
/// it.
#[derive(Default)]
pub struct Used {
    pub responses: BTreeMap<String, Vec<String>>,
    pub requests: BTreeMap<String, Vec<String>>,
}

impl Used {
    /// Notes that an operation returns these components.
    pub fn give(&mut self, components: BTreeSet<String>, function: &Ident) {
        note(&mut self.responses, components, function);
    }

    /// Notes that an operation accepts these components.
    pub fn accept(&mut self, components: BTreeSet<String>, function: &Ident) {
        note(&mut self.requests, components, function);
    }
}

pub(super) fn note(
    of: &mut BTreeMap<String, Vec<String>>,
    components: BTreeSet<String>,
    function: &Ident,
) {
    for component in components {
        of.entry(component).or_default().push(function.to_string());
    }
}

/// Returns every component that becomes a type.
pub fn all(doc: &Document<'_>, used: &Used) -> Result<BTreeSet<String>, Error> {
    let mut all = closure(doc, used.responses.keys())?;
    all.append(&mut closure(doc, used.requests.keys())?);
    all.retain(|name| {
        doc.schemas
            .get(name.as_str())
            .is_some_and(|s| !schema::alias(s))
    });
    Ok(all)
}

/// Returns all components that can be reached from `start`.
pub(super) fn closure<'n>(
    doc: &Document<'_>,
    start: impl Iterator<Item = &'n String>,
) -> Result<BTreeSet<String>, Error> {
    let mut todo: Vec<String> = start.cloned().collect();
    let mut found: BTreeSet<String> = todo.iter().cloned().collect();
    while let Some(name) = todo.pop() {
        for next in direct(doc, &name)? {
            if found.insert(next.clone()) {
                todo.push(next);
            }
        }
    }
    Ok(found)
}

pub(super) fn direct(doc: &Document<'_>, name: &str) -> Result<BTreeSet<String>, Error> {
    let mut used = BTreeSet::new();
    let Some(schema) = doc.schemas.get(name) else {
        return Ok(used);
    };
    if schema::is_union(schema) {
        for alternative in schema::alternatives(schema).into_iter().flatten() {
            doc.rust_type(alternative, &mut used)?;
        }
        return Ok(used);
    }
    match doc.properties(schema) {
        Some((properties, _)) => {
            for property in properties.values() {
                doc.rust_type(property, &mut used)?;
            }
            if let Some(extra) = schema.get("additionalProperties").filter(|v| v.is_object()) {
                doc.rust_type(extra, &mut used)?;
            }
        }
        None => {
            doc.rust_type(schema, &mut used)?;
        }
    }
    Ok(used)
}
