//! Places in both documents: their pointers, and their names in a report.

use std::{collections::BTreeSet, rc::Rc};

use super::{Side, forms::Form};
use crate::document::escape;

/// The sides that see a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sides {
    pub request: bool,
    pub response: bool,
}

impl Sides {
    pub const BOTH: Self = Self {
        request: true,
        response: true,
    };
    pub const REQUEST: Self = Self {
        request: true,
        response: false,
    };
    pub const RESPONSE: Self = Self {
        request: false,
        response: true,
    };

    pub fn or(self, other: Self) -> Self {
        Self {
            request: self.request || other.request,
            response: self.response || other.response,
        }
    }
}

/// The operations that send what is at a place, and those that read it.
#[derive(Clone, Default)]
pub struct Operations {
    pub request: BTreeSet<String>,
    pub response: BTreeSet<String>,
}

impl Operations {
    /// Returns the same operations for both sides; the sides of the place tell which of them
    /// counts.
    pub fn all(labels: BTreeSet<String>) -> Self {
        Self {
            request: labels.clone(),
            response: labels,
        }
    }

    /// Returns the operations of one side.
    pub fn of(&self, side: Side) -> BTreeSet<String> {
        match side {
            Side::Request => self.request.clone(),
            Side::Response => self.response.clone(),
            Side::Both => &self.request | &self.response,
        }
    }

    pub fn or(&self, other: &Self) -> Self {
        Self {
            request: &self.request | &other.request,
            response: &self.response | &other.response,
        }
    }
}

/// Whether the caller calls the operations of a path item or a callback, and whether they call it.
#[derive(Clone, Copy, Default)]
pub struct Callers {
    pub calls: bool,
    pub called: bool,
}

/// A place in both documents.
#[derive(Clone)]
pub struct At {
    /// JSON pointers.
    pub old: String,
    pub new: String,
    pub place: String,
    /// A description of what is there, if the place alone does not tell: `query parameter `page``.
    pub what: String,
    pub sides: Sides,
    pub operations: Rc<Operations>,
    /// The Rust items that may come from it.
    pub candidates: BTreeSet<String>,
    /// The names of Rust types that may come from a schema here.
    pub types: Vec<String>,
    /// The form that a schema here describes.
    pub form: Option<Rc<Form>>,
}

impl At {
    /// Returns the place below `key`.
    pub fn key(&self, key: &str) -> Self {
        let key = escape(key);
        Self {
            old: format!("{}/{key}", self.old),
            new: format!("{}/{key}", self.new),
            ..self.clone()
        }
    }

    /// Returns the place below one key in the old document and another in the new one.
    pub fn keys(&self, old: &str, new: &str) -> Self {
        Self {
            old: format!("{}/{}", self.old, escape(old)),
            new: format!("{}/{}", self.new, escape(new)),
            ..self.clone()
        }
    }

    /// Returns the same place, described as `what`.
    pub fn what(mut self, what: impl AsRef<str>) -> Self {
        if !self.what.is_empty() {
            self.what.push(' ');
        }
        self.what.push_str(what.as_ref());
        self
    }
}

/// Returns the place of a schema with the Rust types that may come from it.
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

/// Returns the names that the shape stage may give to a component: for responses, for requests, for
/// PATCH.
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

/// Returns the Rust types that may come from a component after the shape stage.
pub fn types(name: &str) -> [String; 3] {
    shaped(name).map(|n| autopi_codegen::names::type_ident(&n).to_string())
}

/// Returns the places that correspond to a place of a component in the normalised document.
pub fn forms(place: &str) -> [String; 3] {
    let (name, rest) = place.split_at(place.find('.').unwrap_or(place.len()));
    shaped(name).map(|n| n + rest)
}
