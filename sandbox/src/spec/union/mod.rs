//! Unions (`oneOf`, `anyOf`, and a base with a discriminator): finds the alternative of a value, by
//! the rule of docs/decisions/0006-unions.md.
//!
//! Alternatives may be unions again, in chains and cycles: each is looked at once, and never
//! together with the unions inside it.

mod compile;
pub mod inheritance;
mod rank;
pub mod source;

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::{
    spec::{
        schema::{Kind, Leaves, Object, Property, Schema, SchemaRef, Schemas, Union},
        union::rank::takes,
    },
    util::json,
};

/// The chosen alternative, with the members that name it.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    pub of: SchemaRef,
    pub tags: Vec<(String, Value)>,
}

impl Chosen {
    /// Adds the tags to a value of the alternative.
    pub fn with_tags(&self, mut value: Value) -> Value {
        if let Some(map) = value.as_object_mut() {
            map.extend(self.tags.iter().cloned());
        }
        value
    }
}

/// A tag that names no alternative: the member, and its value if there is one.
pub type UnknownTag = (String, Option<Value>);

/// How deep unions may name alternatives that are unions again.
const MAX_DEPTH: usize = 64;

impl Schemas {
    pub fn union(&self, place: SchemaRef) -> Option<&Union> {
        match &self.at(place).kind {
            Kind::Union(union) => Some(union),
            _ => None,
        }
    }

    /// Returns the members of an object, or of all objects among the alternatives of a union; a
    /// member is required if all of them require it.
    pub fn members(&self, place: SchemaRef) -> Option<&Object> {
        let Some(union) = self.union(place) else {
            return self.at(place).object();
        };
        let merged = || {
            let (mut all, mut count) = (Vec::<Property>::new(), 0);
            let mut required: HashMap<String, usize> = HashMap::new();
            let (mut todo, mut seen) = (vec![place], HashSet::new());
            while let Some(place) = todo.pop().filter(|_| all.len() < 1 << 14) {
                if !seen.insert(place.node()) {
                    continue;
                }
                if let Some(union) = self.union(place) {
                    todo.extend(union.alternatives.iter().rev().map(|a| a.of));
                }
                let Some(object) = self.at(place).object() else {
                    continue;
                };
                count += 1;
                for property in &object.properties {
                    *required.entry(property.name.clone()).or_default() +=
                        usize::from(property.required);
                    all.push(property.clone());
                }
            }
            for property in &mut all {
                property.required = required.get(&property.name) == Some(&count);
            }
            all.into_iter().collect()
        };
        let object = union.members.get_or_init(merged);
        (!object.properties.is_empty()).then_some(object)
    }

    /// Returns whether only objects are accepted.
    pub fn is_of_objects(&self, place: SchemaRef) -> bool {
        let leaves = self.union(place).map(|u| &self.leaves(place, u).all);
        let object = |l: &SchemaRef| match self.union(*l) {
            Some(_) => true,
            None => self.at(*l).object().is_some_and(|o| !o.is_free_form()),
        };
        leaves.is_some_and(|l| l.iter().all(object))
    }

    /// Returns the member that distinguishes the alternatives of a union.
    pub fn tag_of(&self, place: SchemaRef) -> Option<&str> {
        let union = self.union(place)?;
        let implied = || self.leaves(place, union).implied.as_deref();
        union.tag.as_deref().or_else(implied)
    }

    pub fn leaves<'a>(&'a self, place: SchemaRef, union: &'a Union) -> &'a Leaves {
        union.leaves.get_or_init(|| {
            let (mut leaves, mut seen) = (Leaves::default(), HashSet::from([place.node()]));
            let below = |u: &Union| {
                u.alternatives
                    .iter()
                    .rev()
                    .map(|a| a.of)
                    .collect::<Vec<_>>()
            };
            let mut todo = below(union);
            while let Some(place) = todo.pop() {
                if !seen.insert(place.node()) {
                    continue;
                }
                match self.union(place) {
                    Some(inner) if inner.tag.is_none() => todo.extend(below(inner)),
                    _ => leaves.all.push(place),
                }
            }
            leaves.implied = self.implied_tag(&leaves.all);
            leaves
        })
    }

    fn implied_tag(&self, leaves: &[SchemaRef]) -> Option<String> {
        if leaves.iter().any(|l| self.union(*l).is_some()) {
            return None;
        }
        let objects: Vec<&Object> = leaves.iter().filter_map(|l| self.at(*l).object()).collect();
        let listed = |object: &'_ Object, name: &str| {
            let property = object.get(name).filter(|p| p.required)?;
            self.at(property.of).values.clone()
        };
        let tells = |name: &&String| {
            let mut seen = HashSet::new();
            objects.iter().all(|object| {
                let values = listed(object, name);
                values.is_some_and(|v| v.iter().all(|v| seen.insert(v.to_string())))
            })
        };
        let first = objects.first().filter(|_| objects.len() > 1)?;
        let names = first.properties.iter().map(|p| &p.name);
        let mut names = names.filter(|n| listed(first, n).is_some()).take(8);
        names.find(tells).cloned()
    }

    /// Returns the value of a tag in the type of the alternative.
    fn tag(&self, of: SchemaRef, name: &str, text: &str) -> Value {
        let property = self.at(of).object().and_then(|o| o.get(name));
        let parsed = match property.map(|p| &self.at(p.of).kind) {
            Some(Kind::Integer | Kind::Number | Kind::Boolean) => serde_json::from_str(text).ok(),
            _ => None,
        };
        parsed.unwrap_or_else(|| text.into())
    }

    /// Returns the possible alternatives of a value, the likeliest first; a schema that is not a
    /// union is its own alternative. `partial` means that any member may be missing.
    ///
    /// # Errors
    /// Returns the tag if it names no alternative.
    pub fn alternatives(
        &self,
        place: SchemaRef,
        value: &Value,
        partial: bool,
    ) -> Result<Vec<Chosen>, UnknownTag> {
        let (mut out, mut wrong) = (Vec::new(), None);
        let mut seen = HashSet::new();
        let mut todo = vec![(place, Vec::new())];
        while let Some((place, tags)) = todo.pop() {
            let Some(union) = self.union(place) else {
                out.push(Chosen { of: place, tags });
                continue;
            };
            if !seen.insert(place.node()) || tags.len() > MAX_DEPTH {
                continue;
            }
            match (value, &union.tag) {
                (Value::Object(map), Some(tag)) if !partial || map.contains_key(tag) => {
                    let sent = map.get(tag);
                    let found = sent.and_then(|v| union.by_tag.get(&json::text(v)));
                    match found.and_then(|at| union.alternatives.get(*at)) {
                        Some(alternative) => {
                            let text = sent.map(json::text).unwrap_or_default();
                            let mut tags = tags;
                            tags.push((tag.clone(), self.tag(alternative.of, tag, &text)));
                            todo.push((alternative.of, tags));
                        }
                        None => wrong = wrong.or_else(|| Some((tag.clone(), sent.cloned()))),
                    }
                }
                _ => {
                    let leaves = self.leaves(place, union);
                    if let (Value::Object(map), Some(name)) = (value, &leaves.implied)
                        && (!partial || map.contains_key(name))
                    {
                        let sent = map.get(name);
                        let is = |l: &&SchemaRef| {
                            let listed = self.at(**l).object().and_then(|o| o.get(name));
                            let listed = listed.and_then(|p| self.at(p.of).values.as_ref());
                            let same =
                                |v: &Value| sent.is_some_and(|s| json::text(s) == json::text(v));
                            listed.is_some_and(|values| values.iter().any(same))
                        };
                        match leaves.all.iter().find(is) {
                            Some(leaf) => todo.push((*leaf, tags)),
                            None => wrong = wrong.or_else(|| Some((name.clone(), sent.cloned()))),
                        }
                        continue;
                    }
                    let rank = |l: &SchemaRef| Some((self.rank(*l, value, partial, true)?, *l));
                    let mut ranked: Vec<_> = leaves.all.iter().filter_map(rank).collect();
                    ranked.sort_by_key(|(rank, _)| *rank);
                    let ranked = ranked.into_iter().rev();
                    todo.extend(ranked.map(|(_, leaf)| (leaf, tags.clone())));
                }
            }
        }
        match wrong.filter(|_| out.is_empty()) {
            Some(wrong) => Err(wrong),
            None => Ok(out),
        }
    }

    /// Returns the alternatives without a tag in the order of the document, to validate a value
    /// that fits none.
    pub fn untagged(&self, place: SchemaRef, value: &Value) -> Vec<SchemaRef> {
        let all = self.union(place).map(|u| &self.leaves(place, u).all);
        let mut all: Vec<SchemaRef> = all.into_iter().flatten().copied().collect();
        all.retain(|l| self.union(*l).is_none());
        all.sort_by_key(|l| !takes(self.at(*l), value));
        all
    }

    /// Returns the alternative to show if nothing was sent: the one with this number, if `may`
    /// allows it.
    pub fn pick(
        &self,
        place: SchemaRef,
        number: u64,
        may: impl Fn(&Schema) -> bool,
    ) -> Option<Chosen> {
        let mut chosen = Chosen {
            of: place,
            tags: Vec::new(),
        };
        let mut seen = HashSet::new();
        while let Some(union) = self.union(chosen.of) {
            seen.insert(chosen.of.node());
            let of: Vec<(SchemaRef, Option<&String>)> = match &union.tag {
                Some(_) => {
                    let all = union.alternatives.iter();
                    all.map(|a| (a.of, a.tags.first())).collect()
                }
                None => {
                    let all = self.leaves(chosen.of, union).all.iter();
                    all.map(|l| (*l, None)).collect()
                }
            };
            let n = of.len().max(1);
            let ordered = (0..n).filter_map(|k| of.get((number as usize % n + k) % n));
            let mut ordered = ordered.filter(|(of, _)| !seen.contains(&of.node()));
            let first = ordered.clone().next()?;
            let (of, tag) = *ordered.find(|(of, _)| may(self.at(*of))).unwrap_or(first);
            if let (Some(name), Some(tag)) = (&union.tag, tag)
                && chosen.tags.len() < MAX_DEPTH
            {
                chosen.tags.push((name.clone(), self.tag(of, name, tag)));
            }
            chosen.of = of;
        }
        Some(chosen)
    }
}
