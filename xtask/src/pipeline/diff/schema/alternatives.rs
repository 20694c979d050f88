//! Compares `oneOf`, `anyOf`, `allOf` and discriminators.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::{Holders, names::reference, step};
use crate::document::{
    escape, last,
    members::{Is, SCHEMA},
};
use crate::pipeline::diff::{
    Rule,
    meaning::meaning,
    place::At,
    texts::short,
    values::{Maybe, canonical, get, items, keys, members},
    walk::Walker,
};

impl<'a> Walker<'a> {
    /// Compares discriminators; a further tag is a further alternative.
    pub(super) fn discriminator(&mut self, at: &At, (old, new): Holders<'a>) {
        let (Some(Value::Object(_)), Some(Value::Object(_))) = (old, new) else {
            return self.leaves(Rule::Discriminator, at, old, new);
        };
        for key in keys(old, new) {
            if key != "mapping" {
                self.child(key, at, old, new, |w, at, a, b| {
                    w.leaves(Rule::Discriminator, at, a, b)
                });
                continue;
            }
            let (old, new, at) = (get(old, key), get(new, key), at.key(key));
            for tag in keys(old, new) {
                self.child(tag, &at, old, new, |w, at, a, b| match (a, b) {
                    (Some(to), None) if w.is_name_of(tag, to) => {
                        w.differs(Rule::WrittenOtherwise, at, a, b);
                    }
                    (None, Some(to)) if w.is_name_of(tag, to) => {
                        w.differs(Rule::WrittenOtherwise, at, a, b);
                    }
                    (Some(_), None) => w.emit(
                        Rule::AlternativeGone,
                        at,
                        format!("the tag `{tag}` is gone"),
                    ),
                    (None, Some(_)) => {
                        w.emit(Rule::AlternativeNew, at, format!("the tag `{tag}` is new"))
                    }
                    _ if w.is_renamed(a, b) => {
                        let name = b.and_then(Value::as_str).map(last);
                        w.also(Rule::ComponentRenamed, &name.unwrap_or_default(), at);
                    }
                    // `Cat` is `#/components/schemas/Cat`.
                    _ if a.and_then(Value::as_str).map(last)
                        == b.and_then(Value::as_str).map(last) =>
                    {
                        w.differs(Rule::WrittenOtherwise, at, a, b);
                    }
                    _ => w.differs(Rule::Discriminator, at, a, b),
                });
            }
            if members(old).count() == 0 && members(new).count() == 0 {
                self.differs(Rule::WrittenOtherwise, &at, old, new);
            }
        }
    }

    /// Returns whether two targets of a mapping name the same, renamed component.
    pub(super) fn is_renamed(&self, old: Maybe<'a>, new: Maybe<'a>) -> bool {
        let (old, new) = (old.and_then(Value::as_str), new.and_then(Value::as_str));
        let renamed = old.and_then(|old| self.renames.reference(old));
        renamed.is_some() && renamed.as_deref() == new
    }

    /// Returns whether the target of a mapping has, or had, this tag without being mapped.
    pub(super) fn is_name_of(&self, tag: &str, to: &Value) -> bool {
        let to = to.as_str().unwrap_or_default();
        let pointer = to.strip_prefix('#').unwrap_or_default();
        let name = last(to);
        let before = self.renames.old_name(pointer);
        let known = |doc: &Value| {
            ["/definitions/", "/components/schemas/"]
                .iter()
                .any(|kind| doc.pointer(&format!("{kind}{}", escape(tag))).is_some())
        };
        (name == tag || before.as_deref() == Some(tag)) && known(self.old.doc)
    }

    /// Compares lists of schemas: equal ones are matched first, then the others one by one.
    pub(super) fn parts(&mut self, at: &At, (old, new): Holders<'a>, (gone, come): (Rule, Rule)) {
        if old.is_some_and(|v| !v.is_array()) || new.is_some_and(|v| !v.is_array()) {
            return;
        }
        let (old_list, new_list) = (items(old), items(new));
        // The remaining new ones, matched by their type and their reference.
        let mut left: BTreeSet<usize> = (0..new_list.len()).collect();
        let mut found: BTreeMap<String, VecDeque<usize>> = BTreeMap::new();
        for (j, part) in new_list.iter().enumerate() {
            let referred = reference(Some(part)).map(|r| format!("-> {r}"));
            for key in referred.into_iter().chain([canonical(part), meant(part)]) {
                found.entry(key).or_default().push_back(j);
            }
        }
        let mut gone_parts = Vec::new();
        for (i, part) in old_list.iter().enumerate() {
            let renamed = reference(Some(part)).and_then(|r| self.renames.reference(r));
            let mut next = |key: &str| {
                let places = found.get_mut(key)?;
                while let Some(j) = places.pop_front() {
                    if left.remove(&j) {
                        return Some(j);
                    }
                }
                None
            };
            let name = renamed.or_else(|| reference(Some(part)).map(str::to_owned));
            let by_name = name.and_then(|r| next(&format!("-> {r}")));
            let equal = by_name.or_else(|| next(&canonical(part)));
            match equal.or_else(|| next(&meant(part))) {
                Some(j) => {
                    self.checked(
                        &at.keys(&i.to_string(), &j.to_string()),
                        Some(part),
                        new_list.get(j),
                        |w, at, a, b| w.schema(at, a, b),
                    );
                }
                None => gone_parts.push(i),
            }
        }
        let what = |part: &Value| {
            reference(Some(part)).map_or_else(|| short(Some(part)), |r| format!("`{}`", last(r)))
        };
        if gone_parts.len() == left.len() {
            for (i, j) in gone_parts.iter().zip(&left) {
                let at = at.keys(&i.to_string(), &j.to_string());
                let at = step(&at, "", &format!("Part{j}"));
                let at = step(&at, "", &format!("Option{}", j + 1));
                self.checked(&at, old_list.get(*i), new_list.get(*j), |w, at, a, b| {
                    w.schema(at, a, b)
                });
            }
        } else {
            for i in gone_parts {
                self.emit(
                    gone,
                    &at.keys(&i.to_string(), &i.to_string()),
                    format!("{} is gone", what(&old_list[i])),
                );
            }
            for j in left {
                self.emit(
                    come,
                    &at.keys(&j.to_string(), &j.to_string()),
                    format!("{} is new", what(&new_list[j])),
                );
            }
        }
        self.same_set(at, old, new);
    }

    /// Compares schemas by name.
    pub(super) fn named(&mut self, at: &At, (old, new): Holders<'a>, (gone, come): (Rule, Rule)) {
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

/// Returns a text that is the same for parts of one meaning.
fn meant(part: &Value) -> String {
    format!("= {}", canonical(&meaning(part, Is::One(&SCHEMA))))
}
