//! Compares a member that one object names with what the other says of all that it does not name.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Holders;
use crate::{
    document::{follow, members::Is},
    pipeline::diff::{Rule, meaning::meaning, place::At, values::get, walk::Walker},
};

impl<'a> Walker<'a> {
    /// Compares a member that is gone or new with the `additionalProperties` of the other object,
    /// which is at `around`.
    pub(super) fn as_other(
        &mut self,
        around: &At,
        at: &At,
        holders: Holders<'a>,
        (was, is): Holders<'a>,
    ) {
        let (holder, doc) = match is {
            None => (holders.1, self.new.doc),
            Some(_) => (holders.0, self.old.doc),
        };
        let other = get(holder, "additionalProperties");
        let Some(other) = other.filter(|o| o.as_object().is_some_and(|map| !map.is_empty())) else {
            return;
        };
        self.others = self.others.saturating_sub(size(doc, other, self.others));
        if self.others == 0 {
            let what = "there is too much to compare it with `additionalProperties`";
            return self.emit(Rule::Unclassified, at, what);
        }
        let below = |pointer: &str| format!("{pointer}/additionalProperties");
        match is {
            None => {
                let new = below(&around.new);
                self.schema(&At { new, ..at.clone() }, was, Some(other));
            }
            Some(_) => {
                let old = below(&around.old);
                self.schema(&At { old, ..at.clone() }, Some(other), is);
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
const NAMING: [&str; 10] = [
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
];

impl Walker<'_> {
    /// Returns the rule for a keyword of the schema at `at` that is gone: what it named is refused
    /// where all others are.
    pub(super) fn part_gone(&self, key: &str, at: &At, rule: Rule) -> Rule {
        let own = match key {
            "patternProperties" => "additionalProperties",
            "prefixItems" => "items",
            _ => "",
        };
        let closed = |at: &str| self.refuses(at, own) || self.is_closed(at);
        match NAMING.contains(&key) && closed(&at.new) {
            true => Rule::ConditionChanged,
            false => rule,
        }
    }

    /// Returns whether the schema at a pointer of the new document is a part of one that refuses
    /// what none of its parts names.
    pub(super) fn is_inside_closed(&self, pointer: &str) -> bool {
        outer(pointer).is_some_and(|around| self.is_closed(around))
    }

    fn is_closed(&self, pointer: &str) -> bool {
        let mut keys = ["unevaluatedProperties", "unevaluatedItems"].into_iter();
        keys.any(|key| self.refuses(pointer, key)) || self.is_inside_closed(pointer)
    }

    /// Returns whether a keyword of the schema at a pointer restricts what others may be.
    fn refuses(&self, pointer: &str, key: &str) -> bool {
        let others = self
            .new
            .doc
            .pointer(pointer)
            .and_then(|schema| schema.get(key));
        others.is_some_and(|others| meaning(others, Is::SchemaOrBool) != json!({}))
    }
}

/// Returns whether the schema at a pointer is that of a parameter or header, which is not a member
/// of an object.
pub(super) fn is_parameter(pointer: &str) -> bool {
    let mut parts = pointer.rsplit('/');
    let (schema, _, list) = (parts.next(), parts.next(), parts.next());
    schema == Some("schema") && matches!(list, Some("parameters" | "headers"))
}

/// Returns the pointer of the schema that the one at `pointer` is a part of, about the same value.
fn outer(pointer: &str) -> Option<&str> {
    let (rest, last) = pointer.rsplit_once('/')?;
    let (above, list) = rest.rsplit_once('/')?;
    match (list, last) {
        ("allOf" | "anyOf" | "oneOf" | "dependentSchemas", _) => Some(above),
        (_, "if" | "then" | "else") => Some(rest),
        _ => None,
    }
}
