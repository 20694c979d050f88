//! Implicit tags: the tag that a component has by its name alone, because no mapping names it and
//! it fixes none itself. Renaming such a component changes what is sent.

use std::collections::BTreeSet;

use serde_json::Value;

use super::values::{items, members};
use crate::document::{
    last,
    members::{At, DOCUMENT, Is, SCHEMA, each},
    target,
};

/// Returns whether the name of the component at `pointer` is its tag.
pub fn is_implicit(doc: &Value, pointer: &str) -> bool {
    let own = |base: &Value| said(doc, pointer, base).is_some();
    bases(doc, pointer)
        .into_iter()
        .any(|base| !mapped(base, pointer).any(|_| true) && !own(base))
}

/// Returns whether `tag` names the component at `pointer` in the document.
pub fn names(doc: &Value, pointer: &str, tag: &str) -> bool {
    bases(doc, pointer).into_iter().any(|base| {
        mapped(base, pointer).any(|known| known == tag) || said(doc, pointer, base) == Some(tag)
    })
}

/// Returns whether the component is derived from one with a discriminator: a further form of that,
/// which no list names.
pub fn is_derived(doc: &Value, pointer: &str) -> bool {
    let mut above = above(doc, pointer).into_iter();
    above.any(|base| {
        doc.pointer(&base)
            .is_some_and(|b| b.get("discriminator").is_some())
    })
}

/// Returns the components that this one is derived from (`allOf`).
fn above(doc: &Value, pointer: &str) -> BTreeSet<String> {
    let mut above = BTreeSet::new();
    let mut todo = vec![pointer.to_owned()];
    while let Some(pointer) = todo.pop() {
        let parts = doc.pointer(&pointer).and_then(|s| s.get("allOf"));
        let parts = items(parts)
            .iter()
            .filter_map(|part| Some(target(part)?.into_owned()));
        todo.extend(parts.filter(|parent| above.insert(parent.clone())));
    }
    above
}

/// Returns the schemas with a discriminator that the component is an alternative of, or is derived
/// from.
fn bases<'a>(doc: &'a Value, pointer: &str) -> Vec<&'a Value> {
    let above = above(doc, pointer);
    let mut found = Vec::new();
    let _ = each::<()>(
        doc,
        Is::One(&DOCUMENT),
        &At::ROOT,
        &mut |kind, at, schema| {
            if kind == &SCHEMA && schema.get("discriminator").is_some() {
                let listed = ["oneOf", "anyOf"]
                    .iter()
                    .flat_map(|k| items(schema.get(*k)));
                let mut listed = listed.filter_map(|part| Some(target(part)?.into_owned()));
                if above.contains(&at.to_string()) || listed.any(|to| to == pointer) {
                    found.push(schema);
                }
            }
            Ok(())
        },
    );
    found
}

/// Returns the tags that a mapping has for a component.
fn mapped<'a>(base: &'a Value, pointer: &str) -> impl Iterator<Item = &'a str> {
    let name = last(pointer);
    let leads = move |to: &str| to.strip_prefix('#') == Some(pointer) || to == name;
    members(base.pointer("/discriminator/mapping"))
        .filter(move |(_, to)| to.as_str().is_some_and(&leads))
        .map(|(tag, _)| tag.as_str())
        .collect::<Vec<_>>()
        .into_iter()
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
