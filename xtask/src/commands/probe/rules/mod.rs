//! The ordered list of rules of the probe, each with its proposal. The table in docs/probe.md is
//! made from it.

mod find;
mod kinds;

use find::{format, large, mismatch, null, open, required, undocumented, unknown};
pub use kinds::{is_any, kinds};

use std::collections::BTreeSet;

use serde_json::Value;

use super::{edit::Edit, evidence::Evidence};
use crate::document;

pub struct Rule {
    pub name: &'static str,
    /// The family: its rules concern the same fact, and a response breaks at most one of them.
    pub family: &'static str,
    /// Whether a response contradicts the document; otherwise the document leaves open what all
    /// responses have in common.
    pub wrong: bool,
    pub proposes: &'static str,
    find: fn(&Observation<'_>) -> Option<Proposal>,
}

/// A place and its evidence.
pub struct Observation<'a> {
    root: &'a Value,
    at: &'a str,
    schema: Option<&'a Value>,
    evidence: &'a Evidence,
    required_at: &'a BTreeSet<String>,
}

pub struct Proposal {
    pub what: String,
    pub edits: Vec<Edit>,
}

const fn rule(
    name: &'static str,
    family: &'static str,
    proposes: &'static str,
    find: fn(&Observation<'_>) -> Option<Proposal>,
) -> Rule {
    Rule {
        name,
        family,
        wrong: true,
        proposes,
        find,
    }
}

pub const RULES: [Rule; 11] = [
    rule(
        "undocumented member",
        "member",
        "a member that may be absent",
        undocumented,
    ),
    rule(
        "list for an object",
        "type",
        "a list of what is documented",
        |l| mismatch(l, "list for an object"),
    ),
    rule(
        "object for a list",
        "type",
        "the schema of the items",
        |l| mismatch(l, "object for a list"),
    ),
    rule(
        "scalar for an object",
        "type",
        "the type that came; any JSON if it is not one",
        |l| mismatch(l, "scalar for an object"),
    ),
    rule(
        "number as text",
        "type",
        "a decimal, which reads numbers and texts",
        |l| mismatch(l, "number as text"),
    ),
    rule(
        "another type",
        "type",
        "the type that came; any JSON if it is not one",
        |l| mismatch(l, "another type"),
    ),
    rule("null", "null", "`nullable: true`", null),
    rule(
        "required member absent",
        "required",
        "out of `required`",
        required,
    ),
    rule(
        "unknown enum value",
        "enum",
        "the value, in the enum",
        unknown,
    ),
    rule(
        "integer too large for its format",
        "size",
        "`format: int64`; any JSON beyond 63 bits",
        large,
    ),
    rule(
        "text of another format",
        "format",
        "the format that all texts have, or none",
        format,
    ),
];

/// The rule for schemas that may be narrowed: no response contradicts them.
pub const OPEN: Rule = Rule {
    name: "any JSON, always of one type",
    family: "open",
    wrong: false,
    proposes: "the type, if all operations agree",
    find: open,
};

impl Rule {
    pub fn find(&self, observation: &Observation<'_>) -> Option<Proposal> {
        (self.find)(observation)
    }
}

impl<'a> Observation<'a> {
    pub fn new(
        root: &'a Value,
        at: &'a str,
        evidence: &'a Evidence,
        required_at: &'a BTreeSet<String>,
    ) -> Self {
        Self {
            root,
            at,
            schema: root.pointer(at),
            evidence,
            required_at,
        }
    }

    /// Returns the object that this is a member of, and its name there.
    fn member(&self) -> Option<(&'a str, String)> {
        let (owner, key) = self.at.rsplit_once("/properties/")?;
        (!key.contains('/')).then(|| (owner, document::unescape(key)))
    }

    /// Returns the schema, unless it accepts any JSON.
    fn closed(&self) -> Option<&'a Value> {
        self.schema.filter(|s| kinds(self.root, s, 0).is_some())
    }
}

/// Returns the families of the rules that a response breaks.
pub fn broken(observation: &Observation<'_>) -> BTreeSet<&'static str> {
    let all = RULES.iter().chain([&OPEN]);
    let broken = all.filter(|rule| rule.find(observation).is_some());
    broken.map(|rule| rule.family).collect()
}
