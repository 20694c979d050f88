//! A change.

use std::collections::BTreeSet;

use serde::{Serialize, Serializer};

use super::rules::{Class, Rule};

/// The side that sees a change: the sender, the reader of the response, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Both,
    Request,
    Response,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Change {
    /// The worse of `wire` and `rust`.
    pub class: Class,
    pub side: Side,
    /// An operation (`GET /a/{id}/`), a component or a member of one (`Device.callName`), or a
    /// JSON pointer. If many places changed alike, what they have in common: `/paths/*/*`,
    /// `*.callName`.
    pub place: String,
    pub what: String,
    #[serde(serialize_with = "id")]
    #[cfg_attr(feature = "schemas", schemars(with = "String"))]
    pub rule: Rule,
    /// What it does on the wire: a class, or `none`.
    #[serde(serialize_with = "or_none")]
    #[cfg_attr(feature = "schemas", schemars(with = "String"))]
    pub wire: Option<Class>,
    /// What it does to the Rust API: a class, or `none`.
    #[serde(serialize_with = "or_none")]
    #[cfg_attr(feature = "schemas", schemars(with = "String"))]
    pub rust: Option<Class>,
    /// The Rust items that it reaches.
    pub items: BTreeSet<String>,
    /// What to change in a caller's code.
    pub advice: BTreeSet<String>,
    /// The operations that it reaches, each with its operationId.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub operations: BTreeSet<String>,
    /// Its places in the new and the old document.
    pub pointers: BTreeSet<String>,
    /// The operations, paths, components or members, if many changed alike.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub places: BTreeSet<String>,
    /// Candidates for its Rust items, before they are looked up.
    #[serde(skip)]
    pub(super) candidates: BTreeSet<String>,
}

fn id<S: Serializer>(rule: &Rule, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(&rule.id())
}

fn or_none<S: Serializer>(class: &Option<Class>, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(class.map_or("none", Class::name))
}
