//! Compares the members of an object: which exist, which are required, and whether others are
//! allowed.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use serde_json::Value;

use super::{SchemaPair, step};
use crate::pipeline::diff::{
    Rule,
    fields::is_plain,
    place::{At, Sides, types},
    renames::one_to_one,
    values::{Maybe, flag, get, items, keys, members, missing},
    walk::Walker,
};

impl<'a> Walker<'a> {
    pub(super) fn required(
        &mut self,
        at: &At,
        below: &At,
        holders: SchemaPair<'a>,
        (old, new): SchemaPair<'a>,
    ) {
        if old.is_some_and(|v| !v.is_array()) || new.is_some_and(|v| !v.is_array()) {
            // JSON Schema draft 3: a flag of the member itself.
            return self.gone_new(
                below.clone().what("required"),
                (old, new),
                (
                    Rule::ParameterOptional,
                    Rule::ParameterRequired,
                    Rule::ParameterRequired,
                ),
            );
        }
        let renamed = renamed(holders);
        let pairs = renamed.iter().map(|(a, b)| (b.as_str(), a.as_str()));
        let now_named: BTreeMap<&str, &str> = pairs.collect();
        let has = |holder: Maybe<'a>, name: &str| get(get(holder, "properties"), name);
        let pointed = |at: At| At {
            old: below.old.clone(),
            new: below.new.clone(),
            ..at
        };
        for name in missing(items(new), items(old))
            .into_iter()
            .filter_map(Value::as_str)
        {
            let at = pointed(member(
                at,
                below,
                name,
                has(holders.0, name),
                has(holders.1, name),
            ));
            match (
                renamed.get(name),
                has(holders.0, name),
                has(holders.1, name),
            ) {
                (Some(before), ..) if items(old).iter().any(|n| n == before) => {
                    self.emit(Rule::MemberRenamed, &at, renamed_text(before, name))
                }
                (None, None, Some(_)) => self.emit(Rule::MemberNewRequired, &at, NEW_REQUIRED),
                _ => self.emit(Rule::MemberRequired, &at, "is required now"),
            }
        }
        for name in missing(items(old), items(new))
            .into_iter()
            .filter_map(Value::as_str)
        {
            let after = now_named.get(name).copied();
            let now = pointed(member(
                at,
                below,
                after.unwrap_or(name),
                has(holders.0, name),
                has(holders.1, after.unwrap_or(name)),
            ));
            match (after, has(holders.0, name), has(holders.1, name)) {
                (Some(after), ..) if items(new).iter().any(|n| n == after) => {
                    self.emit(Rule::MemberRenamed, &now, renamed_text(name, after))
                }
                (None, Some(_), None) => self.emit(Rule::MemberGone, &now, "is gone"),
                _ => self.emit(Rule::MemberOptional, &now, "is no longer required"),
            }
        }
        self.same_set(below, old, new);
    }

    pub(super) fn properties(
        &mut self,
        at: &At,
        below: &At,
        holders: SchemaPair<'a>,
        (old, new): SchemaPair<'a>,
    ) {
        if old.is_some_and(|v| !v.is_object()) || new.is_some_and(|v| !v.is_object()) {
            return;
        }
        let outer = at.clone();
        let renamed = renamed(holders);
        let gone: BTreeSet<&str> = renamed.values().map(String::as_str).collect();
        let must: BTreeSet<&str> = items(get(holders.1, "required"))
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let must = |name: &str| must.contains(name);
        for name in keys(old, new) {
            if gone.contains(name) {
                continue;
            }
            let before = renamed.get(name).map_or(name, String::as_str);
            let (was, is) = (get(old, before), get(new, name));
            let keyed = below.keys(before, name);
            let at = At {
                old: keyed.old,
                new: keyed.new,
                ..member(at, below, name, was, is)
            };
            let mut at = at;
            if before != name {
                at.candidates
                    .extend(member(&outer, below, before, was, is).candidates);
                self.emit(Rule::MemberRenamed, &at, renamed_text(before, name));
            }
            self.checked(&at, was, is, |w, at, was, is| match (was, is) {
                (Some(_), None) => {
                    w.emit(Rule::MemberGone, at, "is gone");
                    w.as_other(&outer, at, holders, (was, None));
                }
                (None, Some(_)) => {
                    match must(name) {
                        true => w.emit(Rule::MemberNewRequired, at, NEW_REQUIRED),
                        false => w.emit(Rule::MemberNew, at, "is new"),
                    }
                    w.as_other(&outer, at, holders, (None, is));
                }
                _ => {
                    // A member that is only read was not required of the sender.
                    if must(name) && flag(was, "readOnly") && !flag(is, "readOnly") {
                        let mut at = at.clone();
                        (at.sides.request, at.sides.response) = (at.sides.request, false);
                        if at.sides.request {
                            w.emit(Rule::MemberRequired, &at, "is required now");
                        }
                    }
                    w.member(&outer, name, at, was, is);
                }
            });
        }
        if members(old).count() == 0 && members(new).count() == 0 {
            self.differs(Rule::WrittenOtherwise, below, old, new);
        }
    }

    /// Compares a member of the object at `around`: that of a form is written as a text or a file.
    pub(super) fn member(
        &mut self,
        around: &At,
        name: &str,
        at: &At,
        was: Maybe<'a>,
        is: Maybe<'a>,
    ) {
        let outer = std::mem::replace(&mut self.is_parameter, false);
        self.of_object(around, name, at, (was, is));
        self.is_parameter = outer;
    }

    fn of_object(&mut self, around: &At, name: &str, at: &At, (was, is): SchemaPair<'a>) {
        let Some(form) = &around.form else {
            return self.schema(at, was, is);
        };
        let plain = |doc: &'a Value, schema: Maybe<'a>| schema.is_some_and(|s| is_plain(doc, s));
        let is_text = form.is_text(name) && plain(self.old.doc, was) && plain(self.new.doc, is);
        self.as_text(at, (was, is), is_text, Some(form.entries(name)));
    }

    pub(super) fn extra(&mut self, at: &At, below: &At, (old, new): SchemaPair<'a>) {
        let closed = |v: Maybe<'_>| v == Some(&Value::Bool(false));
        let own = at.types.iter().flat_map(|n| types(n));
        let extras = own.map(|n| format!("type:{n}.extra"));
        let below = &At {
            candidates: extras.chain(below.candidates.iter().cloned()).collect(),
            ..below.clone()
        };
        match (closed(old), closed(new)) {
            (false, true) if old.is_some_and(Value::is_object) => {
                self.emit(
                    Rule::MemberGone,
                    &step(below, "other members", "Value"),
                    "are gone",
                );
            }
            (false, true) => self.emit(Rule::ExtraRefused, below, "other members are refused now"),
            (true, false) => self.emit(Rule::ExtraAllowed, below, "other members are allowed now"),
            _ => {
                let below = step(below, "other members", "Value");
                self.of_others("additionalProperties", (at, &below), (old, new));
            }
        }
    }
}

pub(super) const NEW_REQUIRED: &str = "is new, and required";

/// Returns the place of a member of an object; a read-only or write-only member has one side.
pub(super) fn member(at: &At, below: &At, name: &str, old: Maybe<'_>, new: Maybe<'_>) -> At {
    let both = |key| {
        (old.is_some() || new.is_some()) && [old, new].iter().all(|v| v.is_none() || flag(*v, key))
    };
    let sides = Sides {
        request: at.sides.request && !both("readOnly"),
        response: at.sides.response && !both("writeOnly"),
    };
    let field = autopi_codegen::names::value_ident(name);
    let mut below = At {
        sides,
        candidates: at
            .types
            .iter()
            .flat_map(|n| types(n))
            .flat_map(|n| [format!("type:{n}.{name}"), format!("type:{n}::new#{field}")])
            .collect(),
        types: at
            .types
            .iter()
            .map(|n| format!("{n}{}", name.to_upper_camel_case()))
            .collect(),
        form: None,
        ..below.clone()
    };
    // A schema without a name is that of an operation's response or body.
    for candidate in at.candidates.iter().filter(|c| c.starts_with("op:")) {
        below.candidates.insert(candidate.clone());
        // The members of a form are setters.
        if let Some(op) = candidate.strip_suffix("#body") {
            below.candidates.insert(format!("{op}#{name}"));
        }
    }
    match below.what.as_str() {
        "" => below.place = format!("{}.{name}", below.place),
        _ => below.what = format!("{}.{name}", below.what),
    }
    below
}

/// Returns the old names of renamed members: those with the same letters or the same description,
/// each only once.
pub(super) fn renamed((old, new): SchemaPair<'_>) -> BTreeMap<String, String> {
    let (old, new) = (get(old, "properties"), get(new, "properties"));
    let gone: Vec<_> = members(old)
        .filter(|(k, _)| get(new, k).is_none())
        .collect();
    let come: Vec<_> = members(new)
        .filter(|(k, _)| get(old, k).is_none())
        .collect();
    one_to_one(&gone, &come)
}

pub(super) fn renamed_text(old: &str, new: &str) -> String {
    format!("`{old}` is named `{new}` now")
}
