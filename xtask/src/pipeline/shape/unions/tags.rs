//! Writes out all tags in the mapping.

use serde_json::Value;

use super::{
    Schemas,
    discriminator::{any_discriminator, entries, property, tags_of},
};
use crate::document;
use crate::report::Failure;

/// Adds the tags of every alternative of a union with a discriminator to the mapping, by its
/// pointer; a component that only the mapping names becomes an alternative too.
pub fn tags(doc: &mut Value) -> Result<usize, Failure> {
    if !any_discriminator(doc) {
        return Ok(0);
    }
    let schemas = document::schemas(doc).cloned().unwrap_or_default();
    let mut n = 0;
    for schema in document::schemas(doc)
        .into_iter()
        .flat_map(|s| s.values_mut())
    {
        let Some(property) = property(schema).map(str::to_owned) else {
            continue;
        };
        let mapping = entries(schema, &schemas);
        let key = if schema.get("oneOf").is_some() {
            "oneOf"
        } else {
            "anyOf"
        };
        let Some(parts) = schema.get_mut(key).and_then(Value::as_array_mut) else {
            continue;
        };
        for (_, to) in &mapping {
            if !parts.iter().any(|p| document::ref_name(p) == Some(to)) {
                parts.push(document::reference(to));
            }
        }
        let mut tags = Schemas::new();
        for name in parts.iter().filter_map(document::ref_name) {
            for tag in tags_of(name, &mapping, &schemas, &property) {
                tags.entry(tag)
                    .or_insert(format!("#/components/schemas/{name}").into());
            }
        }
        n += 1;
        schema["discriminator"]["mapping"] = tags.into();
    }
    Ok(n)
}
