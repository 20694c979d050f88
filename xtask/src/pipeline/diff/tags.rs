//! Implicit tags: the tag that a component has by its name alone, because no mapping names it and
//! it fixes none itself. Renaming such a component changes what is sent.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::values::{items, members};
use crate::document::{
    last,
    members::{At, DOCUMENT, Is, Kind, SCHEMA, each},
    target,
};

/// The schemas with a discriminator, found once: each renamed component asks for its own.
pub struct Bases<'a> {
    doc: &'a Value,
    all: BTreeMap<String, &'a Value>,
    /// Those that list a component as an alternative.
    listing: BTreeMap<String, Vec<&'a Value>>,
}

impl<'a> Bases<'a> {
    pub fn of(doc: &'a Value) -> Self {
        let (mut all, mut listing) = (BTreeMap::new(), BTreeMap::<_, Vec<_>>::new());
        let mut find = |kind: &'static Kind, at: &At<'_>, schema: &'a Value| {
            if kind == &SCHEMA && schema.get("discriminator").is_some() {
                all.insert(at.to_string(), schema);
                let lists = ["oneOf", "anyOf"].map(|key| items(schema.get(key)));
                for to in lists.into_iter().flatten().filter_map(target) {
                    listing.entry(to.into_owned()).or_default().push(schema);
                }
            }
            Ok::<(), ()>(())
        };
        let _ = each(doc, Is::One(&DOCUMENT), &At::ROOT, &mut find);
        Self { doc, all, listing }
    }

    /// Returns whether the name of the component at `pointer` is its tag.
    pub fn is_implicit(&self, pointer: &str) -> bool {
        let own = |base: &Value| said(self.doc, pointer, base).is_some();
        let mut bases = self.around(pointer);
        bases.any(|base| mapped(base, pointer).next().is_none() && !own(base))
    }

    /// Returns whether `tag` names the component at `pointer`.
    pub fn names(&self, pointer: &str, tag: &str) -> bool {
        self.around(pointer).any(|base| {
            mapped(base, pointer).any(|known| known == tag)
                || said(self.doc, pointer, base) == Some(tag)
        })
    }

    /// Returns whether the component is derived from one with a discriminator: a further form of
    /// that, which no list names.
    pub fn is_derived(&self, pointer: &str) -> bool {
        self.above(pointer).next().is_some()
    }

    /// Returns the schemas that the component is an alternative of, or is derived from.
    fn around(&self, pointer: &str) -> impl Iterator<Item = &'a Value> {
        let listing = self.listing.get(pointer).into_iter().flatten().copied();
        listing.chain(self.above(pointer))
    }

    /// Returns the schemas that the component is derived from (`allOf`).
    fn above(&self, pointer: &str) -> impl Iterator<Item = &'a Value> {
        let mut above = BTreeSet::new();
        let mut todo = vec![pointer.to_owned()];
        while let Some(pointer) = todo.pop() {
            let parts = self.doc.pointer(&pointer).and_then(|s| s.get("allOf"));
            let parts = items(parts)
                .iter()
                .filter_map(|part| Some(target(part)?.into_owned()));
            todo.extend(parts.filter(|parent| above.insert(parent.clone())));
        }
        above
            .into_iter()
            .filter_map(|at| self.all.get(&at).copied())
    }
}

/// Returns the tags that a mapping has for a component.
fn mapped<'a>(base: &'a Value, pointer: &str) -> impl Iterator<Item = &'a str> {
    let name = last(pointer);
    let leads = move |to: &str| to.strip_prefix('#') == Some(pointer) || to == name;
    members(base.pointer("/discriminator/mapping"))
        .filter(move |(_, to)| to.as_str().is_some_and(&leads))
        .map(|(tag, _)| tag.as_str())
}

/// Returns the tag that a component fixes itself.
fn said<'a>(doc: &'a Value, pointer: &str, base: &Value) -> Option<&'a str> {
    let schema = doc.pointer(pointer)?;
    let own = ["x-ms-discriminator-value", "x-discriminator-value"];
    let own = own.iter().find_map(|key| schema.get(key)?.as_str());
    let property = base.pointer("/discriminator/propertyName");
    let property = property.or_else(|| base.get("discriminator"))?.as_str()?;
    let parts = items(schema.get("allOf")).iter().chain([schema]);
    let mut members = parts.filter_map(|part| part.get("properties")?.get(property));
    own.or_else(|| {
        members.find_map(|member| match items(member.get("enum")) {
            [one] => one.as_str(),
            _ => member.get("const")?.as_str(),
        })
    })
}
