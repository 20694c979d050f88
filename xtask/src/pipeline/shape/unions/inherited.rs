//! Turns a base with a discriminator into a union of the components derived from it.

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::{contract, schema::alternatives};
use serde_json::Value;

use super::{
    Schemas,
    discriminator::{any_discriminator, mapping, parents, property, tags_of},
};
use crate::document;
use crate::report::Failure;

/// Turns a base with a discriminator into a union of the components derived from it. Its own
/// members move to `XBase`, from which they are then derived.
pub fn inherited(doc: &mut Value) -> Result<usize, Failure> {
    if !any_discriminator(doc) {
        return Ok(0);
    }
    let schemas = document::schemas(doc).cloned().unwrap_or_default();
    let mut children: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, schema) in &schemas {
        for parent in parents(schema) {
            children.entry(parent).or_default().push(name);
        }
    }
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    for (base, schema) in &schemas {
        if property(schema).is_some() && children.contains_key(base.as_str()) {
            let taken = |n: &str| schemas.contains_key(n) || names.values().any(|made| made == n);
            let name = document::free_name(&format!("{base}Base"), taken);
            names.insert(base, name);
        }
    }
    let mut made = Schemas::new();
    for (base, schema) in &schemas {
        let (Some(name), Some(schema)) = (names.get(base.as_str()), schema.as_object()) else {
            continue;
        };
        let mut members = schema.clone();
        for key in ["discriminator", "oneOf", "anyOf", "nullable"] {
            members.shift_remove(key);
        }
        members.insert(contract::VARIANT.into(), base.as_str().into());
        let below = descendants(base, &children, &schemas);
        made.insert(base.clone(), union(base, &below, &names, &schemas));
        made.insert(name.clone(), members.into());
    }
    if let Some(all) = document::schemas(doc) {
        all.extend(made);
        for schema in all.values_mut() {
            derive(schema, &names);
        }
    }
    Ok(names.len())
}

/// Returns the union of a base: of the alternatives that it lists, the components derived from it,
/// and its own members if it says that a value may be no more than that.
fn union(base: &str, below: &[&str], names: &BTreeMap<&str, String>, schemas: &Schemas) -> Value {
    let schema = &schemas[base];
    let mut union = schema.as_object().cloned().unwrap_or_default();
    union.retain(|key, _| {
        let kept = ["discriminator", "nullable", "description", "title"];
        kept.contains(&key.as_str()) || key.starts_with("x-")
    });
    let listed = alternatives(schema).into_iter().flatten();
    let mut found: Vec<&str> = Vec::new();
    let children = listed
        .filter_map(document::ref_name)
        .chain(below.iter().copied());
    for child in children.filter(|child| *child != base) {
        if !found.contains(&child) {
            found.push(child);
        }
    }
    let tag = property(schema).unwrap_or_default();
    let values = schema
        .get("properties")
        .and_then(|p| p.get(tag)?.get("enum")?.as_array());
    let said = values.is_some_and(|values| values.iter().any(|v| v == base));
    let mapping = mapping(base, schemas);
    if said || mapping.iter().any(|(_, to)| to == base) {
        found.push(base);
    }
    let mut tags = Schemas::new();
    let mut refs = Vec::new();
    for child in found {
        let component = names.get(child).map_or(child, String::as_str);
        let to = format!("#/components/schemas/{component}");
        for value in tags_of(child, &mapping, schemas, tag) {
            tags.insert(value, to.clone().into());
        }
        refs.push(document::reference(component));
    }
    union["discriminator"]["mapping"] = tags.into();
    union.insert("oneOf".into(), refs.into());
    union.into()
}

/// Puts the members of a base for a reference to it where it is a part of a schema. A schema that
/// only wraps a reference means the union; one that adds to it, or is a component, has the members.
fn derive(schema: &mut Value, names: &BTreeMap<&str, String>) {
    let mut top = true;
    document::each_schema(schema, &mut |map| {
        let parts = map.get_mut("allOf").and_then(Value::as_array_mut);
        for part in parts.filter(|p| top || p.len() > 1).into_iter().flatten() {
            let own = document::ref_name(part).and_then(|name| names.get(name));
            if let Some(new) = own.map(|name| document::reference(name)) {
                *part = new;
            }
        }
        top = false;
    });
}

/// Returns all components derived from this one, in their order.
pub(super) fn descendants<'a>(
    base: &'a str,
    children: &BTreeMap<&'a str, Vec<&'a str>>,
    schemas: &'a Schemas,
) -> Vec<&'a str> {
    let (mut todo, mut found) = (vec![base], BTreeSet::new());
    while let Some(name) = todo.pop() {
        let new = children.get(name).into_iter().flatten();
        todo.extend(new.copied().filter(|n| found.insert(*n)));
    }
    let all = schemas.keys().map(String::as_str);
    all.filter(|n| found.contains(n)).collect()
}
