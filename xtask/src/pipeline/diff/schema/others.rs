//! Compares a member that one object names with what the other says of all that it does not name.

use std::collections::BTreeSet;

use serde_json::Value;

use super::SchemaPair;
use crate::{
    document::follow,
    pipeline::diff::{
        Rule,
        meaning::is_any,
        place::At,
        values::{Maybe, get},
        walk::Walker,
    },
};

impl<'a> Walker<'a> {
    /// Compares what the schema at `at` says of all that it does not name.
    pub(super) fn of_others(
        &mut self,
        key: &str,
        (at, below): (&At, &At),
        (old, new): SchemaPair<'a>,
    ) {
        let same = Rule::WrittenOtherwise;
        match new.is_none() && self.part_gone(key, at, old, same) != same {
            true => self.differs(Rule::ConditionChanged, below, old, new),
            false => self.schema(below, old, new),
        }
    }

    /// Compares a member that is gone or new with what the other object, which is at `around`, says
    /// of all that it does not name.
    pub(super) fn as_other(
        &mut self,
        around: &At,
        at: &At,
        holders: SchemaPair<'a>,
        (was, is): SchemaPair<'a>,
    ) {
        let (holder, at_holder, reach) = match is {
            None => (holders.1, &around.new, &self.new),
            Some(_) => (holders.0, &around.old, &self.old),
        };
        let (key, doc) = ("additionalProperties", reach.doc);
        let around = || {
            let place = reach.closed().get(at_holder)?.clone()?;
            Some((doc.pointer(&place)?, place))
        };
        let own = get(holder, key).map(|own| (own, format!("{at_holder}/{key}")));
        let says = |other: &Value| other.as_object().is_some_and(|map| !map.is_empty());
        let Some((other, place)) = own.or_else(around).filter(|(other, _)| says(other)) else {
            return;
        };
        self.others = self.others.saturating_sub(size(doc, other, self.others));
        if self.others == 0 {
            let what = "there is too much to compare it with what all others are";
            return self.emit(Rule::Unclassified, at, what);
        }
        let mut at = at.clone();
        match is {
            None => {
                at.new = place;
                self.schema(&at, was, Some(other));
            }
            Some(_) => {
                at.old = place;
                self.schema(&at, Some(other), is);
            }
        }
    }
}

/// Returns the number of values in a schema and what it refers to, or `limit` if there are more.
fn size(doc: &Value, schema: &Value, limit: usize) -> usize {
    let (mut todo, mut seen, mut size) = (vec![schema], BTreeSet::new(), 0);
    while let Some(value) = todo.pop().filter(|_| size < limit) {
        size += 1;
        match value {
            Value::Object(map) => todo.extend(map.values()),
            Value::Array(list) => todo.extend(list),
            _ => {}
        }
        let to = value.get("$ref").and_then(Value::as_str);
        todo.extend(
            to.filter(|to| seen.insert(*to))
                .and_then(|to| follow(doc, to)),
        );
    }
    size
}

/// The keywords that say which members and entries there may be, where others are refused.
const NAMING: [&str; 14] = [
    "patternProperties",
    "prefixItems",
    "contains",
    "dependentSchemas",
    "if",
    "then",
    "else",
    "allOf",
    "anyOf",
    "oneOf",
    "additionalProperties",
    "items",
    "unevaluatedProperties",
    "unevaluatedItems",
];

/// Returns the schema of everything that a keyword does not name.
fn others<'v>(key: &str, schema: Maybe<'v>) -> Maybe<'v> {
    match key {
        "patternProperties" => get(schema, "additionalProperties"),
        "prefixItems" => get(schema, "items"),
        _ => None,
    }
}

/// Returns the rule for a keyword that is new: what it names was what all others are.
pub(super) fn part_new(key: &str, old: Maybe<'_>) -> Rule {
    match others(key, old).is_some_and(|others| *others != false && !is_any(others)) {
        true => Rule::ConditionChanged,
        false => Rule::ConditionNew,
    }
}

impl Walker<'_> {
    /// Returns the rule for a keyword of the schema at `at` that is gone: what it named is refused
    /// where all others are.
    pub(super) fn part_gone(&self, key: &str, at: &At, old: Maybe<'_>, rule: Rule) -> Rule {
        let others = others(key, self.new.doc.pointer(&at.new));
        let refused = || others.is_some_and(|others| !is_any(others));
        let names = NAMING.contains(&key) && old.is_some_and(|old| *old != false);
        match names && (refused() || self.new.closed().contains_key(&at.new)) {
            true => Rule::ConditionChanged,
            false => rule,
        }
    }

    /// Returns whether a schema becomes any JSON in a part of one that refuses what none of its
    /// parts accepts, though it named something.
    pub(super) fn names_no_more(&self, at: &At, old: Maybe<'_>) -> bool {
        let more = ["$ref", "properties"];
        let mut all = NAMING.iter().chain(&more);
        all.any(|key| get(old, key).is_some()) && self.new.closed().contains_key(&at.new)
    }

    /// Returns whether the schema at a place is a part of one that refuses what none of its parts
    /// accepts.
    pub(super) fn is_closed(&self, at: &At) -> bool {
        self.old.closed().contains_key(&at.old) || self.new.closed().contains_key(&at.new)
    }
}
