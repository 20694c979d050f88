//! Moves members beside alternatives into each of them.

use autopi_codegen::{contract, schema::alternatives};
use serde_json::{Value, json};

use super::{
    Schemas,
    discriminator::{entries, property, tags_of},
};
use crate::document;
use crate::report::Failure;

/// Moves members beside alternatives, or beside an `allOf` with alternatives in it, into each
/// alternative.
pub fn spread(doc: &mut Value) -> Result<usize, Failure> {
    let (made, n) = document::beside_schemas(doc, |_, schemas| spread_schemas(schemas));
    if let Some(all) = document::schemas(doc) {
        all.extend(made);
    }
    Ok(n)
}

/// Returns the replacements of components with the components that they need, and their number.
pub(super) fn spread_schemas(schemas: &Schemas) -> (Schemas, usize) {
    let (mut made, mut n) = (Schemas::new(), 0);
    for (name, schema) in schemas {
        let Some((base, mut union)) = parted(name, schema) else {
            continue;
        };
        let list = alternatives(&union).cloned().unwrap_or_default();
        let objects = |part: &Value| {
            let known = document::resolved(part, schemas);
            document::ref_name(part).is_some()
                && alternatives(known).is_none()
                && (known.get("properties").is_some() || known.get("allOf").is_some())
        };
        if list.is_empty() || !list.iter().all(objects) {
            continue;
        }
        let free = |base: String, made: &Schemas| {
            document::free_name(&base, |n| schemas.contains_key(n) || made.contains_key(n))
        };
        let members = free(format!("{name}Base"), &made);
        made.insert(members.clone(), base);
        let mapping = entries(&union, schemas);
        let tag = property(&union).unwrap_or_default().to_owned();
        let (mut refs, mut tags) = (Vec::new(), Schemas::new());
        for target in list.iter().filter_map(document::ref_name) {
            let variant = schemas.get(target).and_then(|s| s.get(contract::VARIANT));
            let variant = variant.cloned().unwrap_or(target.into());
            let both = free(
                format!("{name}With{}", variant.as_str().unwrap_or_default()),
                &made,
            );
            made.insert(
                both.clone(),
                json!({"allOf": [document::reference(&members), document::reference(target)], contract::VARIANT: variant}),
            );
            let to = document::reference(&both);
            for tag in tags_of(target, &mapping, schemas, &tag) {
                tags.insert(tag, to["$ref"].clone());
            }
            refs.push(to);
        }
        for key in ["oneOf", "anyOf"] {
            if union.get(key).is_some() {
                union[key] = refs.clone().into();
            }
        }
        if !tag.is_empty() {
            union["discriminator"]["mapping"] = tags.into();
        }
        made.insert(name.clone(), union);
        n += 1;
    }
    (made, n)
}

/// Returns the members beside the alternatives of a schema, and the alternatives alone.
pub(super) fn parted(name: &str, schema: &Value) -> Option<(Value, Value)> {
    if schema.get("properties").is_none() && schema.get("allOf").is_none() {
        return None;
    }
    let parts = schema.get("allOf").and_then(Value::as_array);
    let holds = |part: &Value| part.get("$ref").is_none() && alternatives(part).is_some();
    if alternatives(schema).is_none() && !parts.is_some_and(|p| p.iter().any(holds)) {
        return None;
    }
    let mut base = schema.as_object()?.clone();
    let mut union = base.clone();
    union.retain(|key, _| {
        matches!(key.as_str(), "nullable" | "description" | "title") || key.starts_with("x-")
    });
    if alternatives(schema).is_some() {
        for key in ["oneOf", "anyOf", "discriminator"] {
            union.extend(base.shift_remove(key).map(|v| (key.to_owned(), v)));
        }
    } else {
        let parts = base.get_mut("allOf")?.as_array_mut()?;
        let at = parts.iter().position(holds)?;
        let Value::Object(part) = parts.remove(at) else {
            return None;
        };
        if parts.iter().any(holds) || part.contains_key("properties") {
            return None;
        }
        for (key, value) in part {
            union.entry(key).or_insert(value);
        }
        union.shift_remove("type");
    }
    base.shift_remove("nullable");
    base.insert(contract::VARIANT.into(), name.into());
    Some((base.into(), union.into()))
}
