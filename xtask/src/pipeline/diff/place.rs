//! Places in both documents: their pointers, and how a report names them.

use std::{collections::BTreeSet, rc::Rc};

use super::reach::Sides;

use crate::document::escape;

/// A place in both documents.
#[derive(Clone)]
pub struct At {
    /// JSON pointers.
    pub old: String,
    pub new: String,
    pub place: String,
    /// What stands there, if the place alone does not say: `query parameter `page``.
    pub what: String,
    pub sides: Sides,
    pub operations: Rc<BTreeSet<String>>,
    /// The Rust items that may be made of it.
    pub candidates: BTreeSet<String>,
    /// The names of Rust types that a schema here may have.
    pub types: Vec<String>,
}

impl At {
    /// The place below `key`.
    pub fn key(&self, key: &str) -> Self {
        let key = escape(key);
        Self {
            old: format!("{}/{key}", self.old),
            new: format!("{}/{key}", self.new),
            ..self.clone()
        }
    }

    /// The place below one key before and another after.
    pub fn keys(&self, old: &str, new: &str) -> Self {
        Self {
            old: format!("{}/{}", self.old, escape(old)),
            new: format!("{}/{}", self.new, escape(new)),
            ..self.clone()
        }
    }

    /// The same place, where `what` stands.
    pub fn what(mut self, what: impl AsRef<str>) -> Self {
        if !self.what.is_empty() {
            self.what.push(' ');
        }
        self.what.push_str(what.as_ref());
        self
    }
}

/// The place of a schema, with the Rust types that may stand for it.
pub fn typed(at: &At) -> At {
    let candidates = at
        .types
        .iter()
        .flat_map(|name| types(name))
        .map(|name| format!("type:{name}"))
        .collect();
    At {
        candidates,
        ..at.clone()
    }
}

/// What the shape stage may make of a component: what comes back, what is sent, what PATCH sends.
fn shaped(name: &str) -> [String; 3] {
    let plain = name
        .trim_start_matches("Patched")
        .trim_end_matches("Request");
    [
        name.to_owned(),
        format!("{name}Request"),
        format!("Patched{plain}Request"),
    ]
}

/// The Rust types of what the shape stage may make of a component.
pub fn types(name: &str) -> [String; 3] {
    shaped(name).map(|n| autopi_codegen::names::type_ident(&n).to_string())
}

/// The places that a place of a component may have in the normalised document.
pub fn forms(place: &str) -> [String; 3] {
    let (name, rest) = place.split_at(place.find('.').unwrap_or(place.len()));
    shaped(name).map(|n| n + rest)
}
