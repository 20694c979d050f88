//! Reads discriminators: their property, their mapping, the tags of each alternative.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Schemas;
use crate::document;

/// Returns the components that a component is derived from by `allOf`.
pub(super) fn parents(schema: &Value) -> impl Iterator<Item = &str> {
    let parts = schema.get("allOf").and_then(Value::as_array);
    parts.into_iter().flatten().filter_map(document::ref_name)
}

pub(super) fn property(schema: &Value) -> Option<&str> {
    let name = schema.pointer("/discriminator/propertyName")?.as_str()?;
    Some(name).filter(|n| !n.is_empty())
}

pub(super) fn any_discriminator(doc: &mut Value) -> bool {
    let mut all = document::schemas(doc).into_iter().flat_map(|s| s.values());
    all.any(|schema| property(schema).is_some())
}

/// Returns the components by value of the tag, from the discriminators of a component and of its
/// bases.
pub(super) fn mapping(name: &str, schemas: &Schemas) -> Vec<(String, String)> {
    let (mut todo, mut seen, mut out) = (vec![name], BTreeSet::new(), Vec::new());
    while let Some(name) = todo.pop() {
        let Some(schema) = schemas.get(name).filter(|_| seen.insert(name)) else {
            continue;
        };
        out.extend(entries(schema, schemas));
        todo.extend(parents(schema));
    }
    out
}

pub(super) fn entries(schema: &Value, schemas: &Schemas) -> Vec<(String, String)> {
    let mapping = schema
        .pointer("/discriminator/mapping")
        .and_then(Value::as_object);
    let entries = mapping.into_iter().flatten();
    entries
        .filter_map(|(tag, to)| Some((tag.clone(), document::mapped(to.as_str()?, schemas)?)))
        .collect()
}

/// Returns the values of the tag that name a component: those of the mapping, or those that it
/// fixes itself, or its name.
pub(super) fn tags_of(
    name: &str,
    mapping: &[(String, String)],
    schemas: &Schemas,
    property: &str,
) -> Vec<String> {
    let mapped = mapping.iter().filter(|(_, to)| to == name);
    let mapped: Vec<String> = mapped.map(|(tag, _)| tag.clone()).collect();
    if !mapped.is_empty() {
        return mapped;
    }
    let schema = schemas.get(name);
    let said = ["x-ms-discriminator-value", "x-discriminator-value"];
    let said = said.iter().find_map(|k| schema?.get(k)?.as_str());
    let fixed = || {
        let property = own_property(schema?, property, schemas)?;
        match document::resolved(property, schemas)
            .get("enum")?
            .as_array()?
            .as_slice()
        {
            [Value::String(one)] => Some(one.clone()),
            [one @ Value::Number(_)] => Some(one.to_string()),
            _ => None,
        }
    };
    vec![
        said.map(str::to_owned)
            .or_else(fixed)
            .unwrap_or_else(|| name.to_owned()),
    ]
}

/// Returns a property of a schema or of its parts.
pub(super) fn own_property<'a>(
    schema: &'a Value,
    name: &str,
    schemas: &'a Schemas,
) -> Option<&'a Value> {
    let (mut todo, mut seen) = (vec![schema], BTreeSet::new());
    while let Some(schema) = todo.pop() {
        if let Some(own) = schema.get("properties").and_then(|p| p.get(name)) {
            return Some(own);
        }
        let parts = schema.get("allOf").and_then(Value::as_array);
        for part in parts.into_iter().flatten() {
            match document::ref_name(part) {
                None => todo.push(part),
                Some(name) if seen.insert(name) => todo.extend(schemas.get(name)),
                Some(_) => {}
            }
        }
    }
    None
}
