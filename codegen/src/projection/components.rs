//! Components that would have the same name in Rust.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{
    keywords::{has_names, is_data},
    names::pascal,
};
use crate::escape::pointer;

const PREFIX: &str = "#/components/schemas/";

/// Returns the new name of each component whose name in Rust another one has: with a number.
pub fn names(doc: &Value) -> BTreeMap<String, String> {
    let components = doc
        .pointer("/components/schemas")
        .and_then(Value::as_object);
    let components = components.into_iter().flat_map(Map::keys);
    let all: BTreeSet<String> = components.clone().map(|name| pascal(name)).collect();
    let (mut taken, mut renamed) = (BTreeSet::new(), BTreeMap::new());
    for name in components {
        if taken.insert(pascal(name)) {
            continue;
        }
        let numbered = (2..).map(|n| format!("{name}{n}"));
        let free = |new: &String| !all.contains(&pascal(new)) && taken.insert(pascal(new));
        renamed.extend(
            numbered
                .into_iter()
                .find(free)
                .map(|new| (name.clone(), new)),
        );
    }
    renamed
}

/// Renames these components, wherever they are referred to.
pub fn rename(doc: &mut Value, removed: &mut Vec<super::Removed>) {
    let names = names(doc);
    if names.is_empty() {
        return;
    }
    let components = doc
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut);
    if let Some(components) = components {
        let old = std::mem::take(components);
        components.extend(
            old.into_iter()
                .map(|(name, schema)| match names.get(&name) {
                    Some(new) => (new.clone(), schema),
                    None => (name, schema),
                }),
        );
    }
    let at = |name: &str| format!("{PREFIX}{}", pointer(name));
    let refs = names.iter().map(|(old, new)| (at(old), at(new)));
    refer(doc, &refs.collect(), false);
    let what = "another component has its name in Rust: it gets a number";
    removed.extend(
        names
            .keys()
            .map(|name| (format!("/components/schemas/{}", pointer(name)), what)),
    );
}

/// Replaces references, those of a discriminator's mapping included.
fn refer(value: &mut Value, refs: &BTreeMap<String, String>, named: bool) {
    let replace = |target: &mut Value| {
        if let Some(new) = target.as_str().and_then(|target| refs.get(target)) {
            *target = new.as_str().into();
        }
    };
    match value {
        Value::Object(map) => {
            if !named {
                map.get_mut("$ref").into_iter().for_each(replace);
                let mapping = map
                    .get_mut("discriminator")
                    .and_then(|d| d.get_mut("mapping"));
                let targets = mapping.and_then(Value::as_object_mut).into_iter();
                targets.flat_map(Map::values_mut).for_each(replace);
            }
            for (key, value) in map.iter_mut().filter(|(key, _)| named || !is_data(key)) {
                refer(value, refs, !named && has_names(key));
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| refer(value, refs, false)),
        _ => {}
    }
}
