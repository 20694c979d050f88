//! Compares an object that is made of parts (`allOf`) with one that is written out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    SchemaPair,
    members::{NEW_REQUIRED, member},
    values::kinds,
};
use crate::document::resolve;
use crate::pipeline::diff::{
    Rule,
    place::At,
    values::{Maybe, get, items, members},
    walk::Walker,
};

/// The maximum number of parts of an object.
const PARTS: usize = 64;

/// The members of an object, and the names of those that are required.
type Members<'a> = (BTreeMap<&'a str, &'a Value>, BTreeSet<&'a str>);

impl<'a> Walker<'a> {
    /// Compares two objects of which only one is made of parts, by their members. Returns whether
    /// they are such objects.
    pub(super) fn written_out(&mut self, at: &At, (old, new): SchemaPair<'a>) -> bool {
        let made = |schema: Maybe<'a>| get(schema, "allOf").is_some();
        if made(old) == made(new) {
            return false;
        }
        let all = (
            all_members(self.old.doc, old),
            all_members(self.new.doc, new),
        );
        let (Some((was, had)), Some((is, has))) = all else {
            return false;
        };
        let what = "an object of parts (allOf), written in another way";
        self.emit(Rule::WrittenOtherwise, at, what);
        for name in was
            .keys()
            .chain(is.keys().filter(|k| !was.contains_key(*k)))
        {
            let (a, b) = (was.get(name).copied(), is.get(name).copied());
            let here = member(at, at, name, a, b);
            match (a, b) {
                (Some(_), None) => self.emit(Rule::MemberGone, &here, "is gone"),
                (None, Some(_)) if has.contains(name) => {
                    self.emit(Rule::MemberNewRequired, &here, NEW_REQUIRED);
                }
                (None, _) => self.emit(Rule::MemberNew, &here, "is new"),
                _ => {
                    match (had.contains(name), has.contains(name)) {
                        (false, true) => self.emit(Rule::MemberRequired, &here, "is required now"),
                        (true, false) => {
                            self.emit(Rule::MemberOptional, &here, "is no longer required");
                        }
                        _ => {}
                    }
                    self.checked(&here, a, b, |w, here, a, b| w.member(at, name, here, a, b));
                }
            }
        }
        true
    }
}

/// Returns all members of an object, also of its parts; `None` if it says more than that, or if
/// parts differ about a member.
fn all_members<'a>(doc: &'a Value, schema: Maybe<'a>) -> Option<Members<'a>> {
    let known = [
        "type",
        "properties",
        "required",
        "allOf",
        "description",
        "title",
        "$ref",
    ];
    let (mut found, mut required) = Members::default();
    let (mut todo, mut left) = (vec![schema?], 0..PARTS);
    while let Some(part) = todo.pop() {
        left.next()?;
        let part = resolve(doc, part);
        let plain = part
            .as_object()?
            .keys()
            .all(|k| known.contains(&k.as_str()));
        if !plain || part.get("type").is_some_and(|t| t != "object") {
            return None;
        }
        todo.extend(items(part.get("allOf")));
        required.extend(items(part.get("required")).iter().filter_map(Value::as_str));
        for (name, schema) in members(part.get("properties")) {
            if found
                .insert(name.as_str(), schema)
                .is_some_and(|other| other != schema)
            {
                return None;
            }
        }
    }
    Some((found, required)).filter(|(found, _)| !found.is_empty())
}

/// Returns whether two schemas are objects with a member in common, or both no objects and of the
/// same types.
pub(super) fn are_alike<'a>(old: (&'a Value, &'a Value), new: (&'a Value, &'a Value)) -> bool {
    match (
        all_members(old.0, Some(old.1)),
        all_members(new.0, Some(new.1)),
    ) {
        (Some((was, _)), Some((is, _))) => was.keys().any(|name| is.contains_key(name)),
        (None, None) => kinds(Some(old.1)) == kinds(Some(new.1)),
        _ => false,
    }
}
