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
    let mut names: Vec<(&str, String)> = Vec::new();
    for (base, schema) in &schemas {
        if property(schema).is_some() && children.contains_key(base.as_str()) {
            let taken =
                |n: &str| schemas.contains_key(n) || names.iter().any(|(_, made)| made == n);
            let name = document::free_name(&format!("{base}Base"), taken);
            names.push((base, name));
        }
    }
    let own = |name: &str| {
        names
            .iter()
            .find(|(b, _)| *b == name)
            .map(|(_, made)| made.as_str())
    };
    let mut made = Schemas::new();
    for (base, name) in &names {
        let Some(Value::Object(schema)) = schemas.get(*base) else {
            continue;
        };
        let (mut members, mut union) = (schema.clone(), schema.clone());
        for key in ["discriminator", "oneOf", "anyOf", "nullable"] {
            members.shift_remove(key);
        }
        members.insert(contract::VARIANT.into(), (*base).into());
        union.retain(|key, _| {
            matches!(
                key.as_str(),
                "discriminator" | "nullable" | "description" | "title"
            ) || key.starts_with("x-")
        });
        let listed = alternatives(&schemas[*base]);
        let listed = listed.into_iter().flatten().filter_map(document::ref_name);
        let mut found: Vec<&str> = Vec::new();
        let below = descendants(base, &children, &schemas);
        for child in listed.chain(below).filter(|c| c != base) {
            if !found.contains(&child) {
                found.push(child);
            }
        }
        // The base itself is an alternative if it says that a value may be no more than that.
        let said = property(&schemas[*base])
            .and_then(|p| {
                schemas[*base]
                    .get("properties")?
                    .get(p)?
                    .get("enum")?
                    .as_array()
            })
            .is_some_and(|l| l.iter().any(|v| v == base));
        let mapping = mapping(base, &schemas);
        if said || mapping.iter().any(|(_, to)| to == base) {
            found.push(base);
        }
        let tags = found.iter().flat_map(|child| {
            let tags = tags_of(
                child,
                &mapping,
                &schemas,
                property(&schemas[*base]).unwrap_or_default(),
            );
            let to = format!("#/components/schemas/{}", own(child).unwrap_or(child));
            tags.into_iter()
                .map(move |tag| (tag, Value::from(to.clone())))
        });
        let tags: Schemas = tags.collect();
        union["discriminator"]["mapping"] = tags.into();
        let refs = found
            .iter()
            .map(|child| document::reference(own(child).unwrap_or(child)));
        union.insert("oneOf".into(), refs.collect());
        made.insert((*base).to_owned(), union.into());
        made.insert(name.clone(), members.into());
    }
    if let Some(all) = document::schemas(doc) {
        all.extend(made);
        let components: BTreeSet<String> = all.keys().cloned().collect();
        for name in components {
            let Some(schema) = all.get_mut(&name) else {
                continue;
            };
            // A schema that only wraps a reference means the union; one that adds to it, or is a
            // component, has the members.
            let mut top = true;
            document::each_schema(schema, &mut |map| {
                let parts = map.get_mut("allOf").and_then(Value::as_array_mut);
                for part in parts.filter(|p| top || p.len() > 1).into_iter().flatten() {
                    let new = document::ref_name(part)
                        .and_then(own)
                        .map(document::reference);
                    new.into_iter().for_each(|new| *part = new);
                }
                top = false;
            });
        }
    }
    Ok(names.len())
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
