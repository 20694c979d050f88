//! Compares `oneOf`, `anyOf` and `allOf`.

use serde_json::{Map, Value};

use super::{SchemaPair, matching::Part, names::reference, step, values::kinds};
use crate::document::types::{is_of_one, is_several, split};
use crate::pipeline::diff::{
    Rule,
    place::At,
    values::{Maybe, get, items, keys, members},
    walk::Walker,
};

impl<'a> Walker<'a> {
    /// Compares a list of alternatives with one of them; null makes it nullable. Returns if so.
    pub(super) fn either_of(&mut self, at: &At, (old, new): SchemaPair<'a>) -> bool {
        let lists = (listed(old), listed(new));
        let both_same = lists.0.map(|l| l.0) == lists.1.map(|l| l.0);
        let nulls =
            |schema: Maybe<'a>| listed(schema).map_or(0, |(_, l)| l.iter().filter(of_null).count());
        let none = lists.0.is_none() && lists.1.is_none();
        if none || (both_same && (nulls(old) > 0) == (nulls(new) > 0)) {
            return false;
        }
        // A reference to another component may lead to the same list.
        let named = |schema: Maybe<'a>, other: Maybe<'a>| {
            let known = reference(schema).zip(listed(other));
            known.is_none_or(|(r, (_, list))| list.iter().any(|p| reference(Some(p)) == Some(r)))
        };
        let mixed = |s: Maybe<'a>| get(s, "oneOf").is_some() || get(s, "anyOf").is_some();
        let several = |schema: Maybe<'a>| {
            let unclear = mixed(schema) || kinds(schema).0.len() > 1 && !is_split(schema);
            listed(schema).is_none() && unclear
        };
        if !named(old, new) || !named(new, old) || several(old) || several(new) {
            return false;
        }
        let null = |schema: Maybe<'a>| {
            let parts = listed(schema).map_or(&[][..], |(_, list)| list);
            nulls(schema) > 0 || kinds(schema).1 || parts.iter().any(|p| kinds(Some(p)).1)
        };
        let (of_old, of_new) = (self.alternatives(old, new), self.alternatives(new, old));
        let what = "a list of alternatives, written in another way";
        self.emit(Rule::WrittenOtherwise, at, what);
        if null(old) != null(new) {
            self.null(at, (&at.old, &at.new), null(new));
        }
        let rules = (Rule::AlternativeGone, further(old, of_old.len()));
        let whole = (at.old.clone(), at.new.clone());
        let outer = self.null_known.replace(whole);
        self.matched(at, (&of_old, &of_new), rules);
        self.null_known = outer;
        for key in keys(old, new) {
            let is_list = matches!(key, "oneOf" | "anyOf" | "nullable" | "x-nullable");
            // The members of a single schema were compared with those of the alternative.
            let of_one = |one: Maybe<'a>, other: Maybe<'a>| {
                let beside = is_split(one) && SILENT.contains(&key);
                listed(one).is_none() && get(other, key).is_none() && !beside
            };
            if is_list || of_one(old, new) || of_one(new, old) {
                continue;
            }
            self.child(key, at, old, new, |w, below, a, b| {
                w.keyword(key, at, below, (old, new), (a, b))
            });
        }
        true
    }

    /// Returns the alternatives of a schema, without null: those of its list, one for each of its
    /// types, or itself, without what the other schema says beside its list.
    fn alternatives(&mut self, schema: Maybe<'a>, other: Maybe<'a>) -> Vec<Part<'a>> {
        if let Some((key, list)) = listed(schema) {
            let all = list.iter().enumerate().filter(|(_, part)| !of_null(part));
            return all.map(|(i, part)| (format!("/{key}/{i}"), part)).collect();
        }
        let Some(schema) = schema else {
            return Vec::new();
        };
        let beside = |key: &str| SILENT.contains(&key) && get(other, key).is_some();
        let mut map: Map<String, Value> = schema.as_object().cloned().unwrap_or_default();
        map.retain(|key, _| !beside(key));
        let made = match is_split(Some(schema)) {
            true => self.make(split(&mut map)),
            false if members(Some(schema)).any(|(key, _)| beside(key)) => {
                self.make(vec![map.into()])
            }
            false => std::slice::from_ref(schema),
        };
        made.iter().map(|part| (String::new(), part)).collect()
    }

    /// Compares lists of schemas: equal ones are matched first, then the others one by one.
    pub(super) fn parts(&mut self, at: &At, (old, new): SchemaPair<'a>, rules: (Rule, Rule)) {
        if old.is_some_and(|v| !v.is_array()) || new.is_some_and(|v| !v.is_array()) {
            return;
        }
        let list = |v: Maybe<'a>| -> Vec<Part<'a>> {
            let all = items(v).iter().enumerate();
            all.map(|(i, part)| (format!("/{i}"), part)).collect()
        };
        self.matched(at, (&list(old), &list(new)), rules);
        self.same_set(at, old, new);
    }

    /// Compares schemas that are each for the entry at their place.
    pub(super) fn one_by_one(
        &mut self,
        at: &At,
        (old, new): SchemaPair<'a>,
        (gone, come): (Rule, Rule),
    ) {
        let all = items(old).len().max(items(new).len());
        for i in 0..all {
            let (a, b) = (items(old).get(i), items(new).get(i));
            self.checked(&at.key(&i.to_string()), a, b, |w, at, a, b| match (a, b) {
                (Some(_), None) => w.differs(gone, at, a, b),
                (None, Some(_)) => w.differs(come, at, a, b),
                _ => w.schema(&step(at, "prefixItems", "Item"), a, b),
            });
        }
        if all == 0 {
            self.differs(Rule::WrittenOtherwise, at, old, new);
        }
    }

    /// Compares schemas by name.
    pub(super) fn named(
        &mut self,
        at: &At,
        (old, new): SchemaPair<'a>,
        (gone, come): (Rule, Rule),
    ) {
        for name in keys(old, new) {
            self.child(
                name,
                &at.clone().what(format!("`{name}`")),
                old,
                new,
                |w, at, old, new| match (old, new) {
                    (Some(_), None) => w.emit(gone, at, "is gone"),
                    (None, Some(_)) => w.emit(come, at, "is new"),
                    _ => w.schema(at, old, new),
                },
            );
        }
    }
}

/// Returns the rule of a further alternative. Who reads a value of one type does not expect
/// another.
pub(super) fn further(old: Maybe<'_>, alternatives: usize) -> Rule {
    match alternatives > 1 || get(old, "discriminator").is_some() {
        true => Rule::AlternativeNew,
        false => Rule::TypeWider,
    }
}

/// Keywords that are not about one alternative.
const SILENT: [&str; 12] = [
    "description",
    "title",
    "discriminator",
    "nullable",
    "x-nullable",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    "example",
    "examples",
    "externalDocs",
];

/// Returns whether a schema is one of several types and nothing else.
fn is_split(schema: Maybe<'_>) -> bool {
    let known = |(key, value): (&String, &Value)| {
        key == "type" || SILENT.contains(&key.as_str()) || is_of_one(key, value)
    };
    let map = schema.and_then(Value::as_object);
    map.is_some_and(|map| is_several(map) && map.iter().all(known))
}

/// Returns the list of a schema that is nothing but a list of alternatives, and its keyword.
fn listed<'v>(schema: Maybe<'v>) -> Option<(&'static str, &'v Vec<Value>)> {
    let map = schema?.as_object()?;
    let lists = ["oneOf", "anyOf"]
        .into_iter()
        .filter(|k| map.contains_key(*k));
    let rest = map.keys().filter(|k| !SILENT.contains(&k.as_str())).count();
    match lists.collect::<Vec<_>>().as_slice() {
        [key] if rest == 1 => Some((*key, map.get(*key)?.as_array()?)),
        _ => None,
    }
}

/// Returns whether a part is of type null.
fn of_null(part: &&Value) -> bool {
    part.get("type").is_some_and(|t| t == "null")
}
