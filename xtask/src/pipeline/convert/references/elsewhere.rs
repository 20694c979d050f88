//! References whose pointer leads nowhere, but which can only mean one place.

use serde_json::Value;

use super::{References, Site};
use crate::document::{escape, target};

/// The places of shared parts in 2.0 and in 3.
const PLACES: [(&str, &str); 4] = [
    ("/definitions/", "/components/schemas/"),
    ("/parameters/", "/components/parameters/"),
    ("/responses/", "/components/responses/"),
    ("/securityDefinitions/", "/components/securitySchemes/"),
];

impl References<'_> {
    /// Returns whether this is the name of a schema.
    pub(super) fn names_component(&self, name: &str) -> bool {
        let schemas = self.doc.pointer(self.schemas);
        schemas.is_some_and(|s| s.get(name).is_some()) && !name.contains('/')
    }

    /// Returns the place that a pointer to nothing means, with a warning unless it only leads
    /// through another reference.
    pub(super) fn elsewhere(
        &mut self,
        site: &Site,
        reference: &str,
        pointer: &str,
    ) -> Option<String> {
        if let Some(through) = through(self.doc, pointer) {
            return Some(through);
        }
        // pydantic's `#/$defs/X` is relative to a schema around it.
        let (_, from) = self.origins.find(&site.at);
        let ends = from.match_indices('/').map(|(i, _)| i).rev();
        let mut around = ends.map(|end| format!("{}{pointer}", &from[..end]));
        let local = ["/$defs/", "/definitions/"]
            .iter()
            .any(|k| pointer.starts_with(k));
        let near = local
            .then(|| around.find(|p| self.doc.pointer(p).is_some()))
            .flatten();
        let moved = PLACES.iter().find_map(|(old, new)| {
            let to_3 = pointer.strip_prefix(old).map(|name| format!("{new}{name}"));
            to_3.or_else(|| Some(format!("{old}{}", pointer.strip_prefix(new)?)))
        });
        let slashed = (!pointer.starts_with('/')).then(|| format!("/{pointer}"));
        let named =
            (!reference.contains(['#', '/'])).then(|| format!("{}/{reference}", self.schemas));
        let all = [near, moved, slashed, named].into_iter().flatten();
        let mut all = all.into_iter();
        let there = all.find(|p| self.doc.pointer(p).is_some());
        let found = there.or_else(|| in_another_case(self.doc, pointer))?;
        let message = format!("`{reference}` leads nowhere: read as #{found}");
        self.report.warn(format!("{}/$ref", site.at), message);
        Some(found)
    }
}

/// Returns the only place whose pointer differs in the case of its last key.
fn in_another_case(doc: &Value, pointer: &str) -> Option<String> {
    let (around, name) = pointer.rsplit_once('/')?;
    let names = doc
        .pointer(around)?
        .as_object()?
        .keys()
        .map(|key| escape(key));
    let mut alike = names.filter(|key| key.eq_ignore_ascii_case(name));
    match (alike.next(), alike.next()) {
        (Some(one), None) => Some(format!("{around}/{one}")),
        _ => None,
    }
}

/// Returns where a pointer leads to, through the references on its way.
fn through(doc: &Value, pointer: &str) -> Option<String> {
    let (mut at, mut jumps) = (String::new(), 0..32);
    for key in pointer.split('/').skip(1) {
        loop {
            let below = format!("{at}/{key}");
            if doc.pointer(&below).is_some() {
                at = below;
                break;
            }
            jumps.next()?;
            at = target(doc.pointer(&at)?)?.into_owned();
        }
    }
    Some(at).filter(|_| pointer.starts_with('/'))
}
