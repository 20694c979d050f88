//! Compares schemas, keyword by keyword (JSON Schema as in Swagger 2.0, OpenAPI 3.0 and 3.1).

mod keywords;

mod alternatives;
mod discriminator;
mod limits;
mod matching;
mod members;
mod merged;
mod names;
mod others;
mod plain;
mod values;

pub use names::{reference, target};
pub use values::kinds;

use std::{borrow::Cow, collections::BTreeSet, rc::Rc};

use serde_json::Value;

use super::{
    Rule,
    meaning::{TEXTS, closes, is_any, meaning, within},
    place::{At, types},
    values::{Maybe, get, keys, members},
    walk::Walker,
};
use crate::document::{
    decoded, follow, last,
    members::{Is, SCHEMA},
    pointer_of,
};

/// The two schemas that contain a keyword.
type SchemaPair<'a> = (Maybe<'a>, Maybe<'a>);

impl<'a> Walker<'a> {
    /// Compares two schemas at one place.
    pub fn schema(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let named = self.named_elsewhere(at);
        let at = named.as_ref().unwrap_or(at);
        let outer = self.reads_the_same;
        let both = old.zip(new).filter(|_| !outer);
        self.reads_the_same |=
            both.is_some_and(|(old, new)| plain::same(old, new, self.is_closed(at)));
        self.schemas(at, old, new);
        self.reads_the_same = outer;
    }

    /// Returns the place of a schema that is no component with the sides of references to it, if
    /// there are any.
    fn named_elsewhere(&self, at: &At) -> Option<At> {
        let named = self.old.names(&at.old) || self.new.names(&at.new);
        let is_component = [&at.old, &at.new].iter().any(|p| !p.starts_with("/paths/"));
        if !named || is_component {
            return None;
        }
        let (sides, operations) = self.old.of(&at.old).and(self.new.of(&at.new));
        Some(At {
            sides: at.sides.or(sides),
            operations: Rc::new(at.operations.or(&operations)),
            ..at.clone()
        })
    }

    fn schemas(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let any = |v: Maybe<'_>| v.is_none_or(is_any);
        // The members of an object that becomes any JSON are not gone.
        let opened =
            any(old) != any(new) && get(old.filter(|_| any(new)).or(new), "properties").is_some();
        match (old, new) {
            (Some(Value::Object(_)), Some(Value::Object(_))) if !opened => {}
            (Some(Value::Bool(false)), Some(_)) => {
                return self.differs(Rule::ConditionGone, at, old, new);
            }
            (Some(_), Some(Value::Bool(false))) => {
                return self.differs(Rule::ConditionNew, at, old, new);
            }
            _ => {
                let rule = match (any(old), any(new)) {
                    (true, true) => Rule::WrittenOtherwise,
                    (true, false) => Rule::TypeNarrower,
                    (false, true) if self.names_no_more(at, old) => Rule::ConditionChanged,
                    (false, true) => Rule::TypeWider,
                    _ => return,
                };
                return self.differs(rule, at, old, new);
            }
        }
        if self.either_of(at, (old, new)) {
            return;
        }
        let mut done: &[&str] = &[];
        match (reference(old), reference(new)) {
            (Some(a), Some(b)) if self.leads_to_like(a, b) => {
                return self.inlined(at, (old, new), (Some(a), Some(b)));
            }
            (Some(a), Some(b)) => {
                self.references(at, (old, new), (a, b));
                done = &["$ref", "allOf"];
            }
            (None, None) if self.written_out(at, (old, new)) => return,
            (None, None) => {}
            (a, b) => return self.inlined(at, (old, new), (a, b)),
        }
        for key in keys(old, new).into_iter().filter(|k| !done.contains(k)) {
            self.child(key, at, old, new, |w, below, a, b| {
                w.keyword(key, at, below, (old, new), (a, b))
            });
        }
    }

    /// Compares two schemas that both refer to a component.
    fn references(&mut self, at: &At, holders: SchemaPair<'a>, (a, b): (&str, &str)) {
        let mapped = self.renames.reference(a);
        if decoded(mapped.as_deref().unwrap_or(a)) == decoded(b) {
            for key in ["$ref", "allOf"]
                .into_iter()
                .filter(|k| get(holders.0, k) != get(holders.1, k))
            {
                if mapped.is_some() {
                    self.also(Rule::ComponentRenamed, &last(b), &at.key(key));
                } else {
                    self.emit(
                        Rule::WrittenOtherwise,
                        &at.key(key),
                        "`$ref` and `allOf` of one part are the same",
                    );
                }
            }
            return;
        }
        let closed = self.is_closed(at);
        let target = |doc: &'a Value, r: &str| {
            let found = follow(doc, r)?;
            Some(within(found, Is::One(&SCHEMA), closed || closes(found)))
        };
        let (was, is) = (target(self.old.doc, a), target(self.new.doc, b));
        let same = was.is_some() && was == is;
        let rule = if same {
            Rule::WrittenOtherwise
        } else {
            Rule::RefChanged
        };
        let key = if get(holders.1, "$ref").is_some() {
            "$ref"
        } else {
            "allOf"
        };
        self.emit(
            rule,
            &at.key(key),
            format!("`{}` is `{}` now", last(a), last(b)),
        );
    }

    /// Returns whether references lead to different components that are compared by what they say.
    fn leads_to_like(&self, a: &str, b: &str) -> bool {
        let mapped = self.renames.reference(a);
        let (old, new) = (follow(self.old.doc, a), follow(self.new.doc, b));
        let (Some(old), Some(new)) = (old, new) else {
            return false;
        };
        decoded(mapped.as_deref().unwrap_or(a)) != decoded(b)
            && meaning(old, Is::One(&SCHEMA)) != meaning(new, Is::One(&SCHEMA))
            && (self.is_text || merged::are_alike((self.old.doc, old), (self.new.doc, new)))
    }

    /// Compares two schemas of which one refers to a component, or both to different ones, by what
    /// they lead to.
    fn inlined(&mut self, at: &At, holders: SchemaPair<'a>, (a, b): (Option<&str>, Option<&str>)) {
        let what = match (a, b) {
            (Some(a), Some(b)) => format!("`{}` is `{}` now", last(a), last(b)),
            (_, Some(b)) => format!("refers to `{}` now", last(b)),
            (Some(a), _) => format!("`{}` is written out now", last(a)),
            _ => return,
        };
        let names = [a, b].into_iter().flatten().map(last);
        let all: Vec<String> = at.types.iter().cloned().chain(names).collect();
        let named = all.iter().flat_map(|name| types(name));
        let mut here = with_items(at, at, &[""]);
        here.candidates
            .extend(named.map(|name| format!("rename:{name}")));
        self.emit(Rule::Reference, &here, what);
        let place = |r: Option<&str>, here: &str| {
            r.and_then(pointer_of)
                .map_or_else(|| here.to_owned(), Cow::into_owned)
        };
        // A schema with a name is none of the operation's own.
        let is_own = |candidate: &&String| b.is_none() || !candidate.starts_with("op:");
        let inner = At {
            old: place(a, &at.old),
            new: place(b, &at.new),
            types: all,
            candidates: at.candidates.iter().filter(is_own).cloned().collect(),
            ..at.clone()
        };
        let key = (inner.old.clone(), inner.new.clone(), at.sides);
        let times = self.inlined.entry(key).or_default();
        *times += 1;
        // However many places lead there.
        if *times > if self.is_inlined { 1 } else { PLACES } {
            return;
        }
        let refers = |holder: &Maybe<'a>| reference(*holder).is_some();
        let beside = [holders.0, holders.1].into_iter().filter(refers);
        let beside: Vec<&str> = beside.flat_map(|holder| keys(holder, None)).collect();
        let texts: Vec<&str> = TEXTS.into_iter().filter(|k| beside.contains(k)).collect();
        let old = self.written(self.old.doc, holders.0, &texts);
        let new = self.written(self.new.doc, holders.1, &texts);
        if reference(old).is_none() && reference(new).is_none() && old != new {
            let outer = std::mem::replace(&mut self.is_inlined, true);
            self.schema(&inner, old, new);
            self.is_inlined = outer;
        }
        for key in texts {
            self.child(key, at, holders.0, holders.1, |w, at, a, b| {
                w.words(at, a, b)
            });
        }
    }

    /// Returns a schema with what it refers to and what stands beside the reference as one, without
    /// these texts.
    fn written(&mut self, doc: &'a Value, schema: Maybe<'a>, texts: &[&str]) -> Maybe<'a> {
        let found = target(doc, schema?);
        let beside = |key: &str| key != "$ref" && key != "allOf" && !texts.contains(&key);
        let refers = reference(schema).is_some();
        let more: Vec<_> = members(schema.filter(|_| refers))
            .filter(|(key, _)| beside(key))
            .collect();
        let has_text = texts.iter().any(|key| found.get(key).is_some());
        let Some(map) = found.as_object().filter(|_| has_text || !more.is_empty()) else {
            return Some(found);
        };
        let mut map = map.clone();
        map.retain(|key, _| !texts.contains(&key.as_str()));
        map.extend(
            more.into_iter()
                .map(|(key, value)| (key.clone(), value.clone())),
        );
        self.make(vec![map.into()]).first()
    }
}

/// Returns a place of a schema, with items of the types that may come from it.
fn with_items(at: &At, below: &At, items: &[&str]) -> At {
    let names = at.types.iter().flat_map(|n| types(n));
    let more = names.flat_map(|n| items.iter().map(move |item| format!("type:{n}{item}")));
    At {
        candidates: below.candidates.iter().cloned().chain(more).collect(),
        ..below.clone()
    }
}

/// How often a pair of components is compared again in the place of a reference.
const PLACES: usize = 20;

/// The maximum number of names for the type of a place.
const TYPES: usize = 16;

/// Returns an unnamed place inside a schema; `suffix` is what the shape stage adds to the name of a
/// type.
fn step(at: &At, what: &str, suffix: &str) -> At {
    // The number doubles at each step and is therefore limited: a type that is not found is listed
    // separately.
    let types: BTreeSet<String> = at
        .types
        .iter()
        .flat_map(|n| [n.clone(), format!("{n}{suffix}")])
        .collect();
    let at = At {
        types: types.into_iter().take(TYPES).collect(),
        ..at.clone()
    };
    match what {
        "" => at,
        what => At { form: None, ..at }.what(what),
    }
}
