//! Gives inline objects a name, so that each becomes one Rust type: `Parent` + `Field`, or the name
//! of the operation.

use autopi_codegen::{contract, media};
use heck::ToUpperCamelCase;
use serde_json::{Map, Value};

use crate::document;
use crate::report::Failure;

/// Moves inline object schemas with properties into the components.
pub fn inline_objects(doc: &mut Value) -> Result<usize, Failure> {
    let mut made = Map::new();
    let existing = document::schema_names(doc);
    let taken =
        |name: &str, made: &Map<String, Value>| existing.contains(name) || made.contains_key(name);
    document::operations(doc, |_, _, op| {
        let name = document::type_prefix(op);
        for (parameter, schema) in document::parameter_schemas(op) {
            if document::is_leaf(schema) {
                continue;
            }
            let base = format!("{name}{}", parameter.to_upper_camel_case());
            lift(schema, &base, &mut made, &taken);
        }
        document::bodies(op, |request, media, schema| {
            if media::is_multipart(media) || media::is_urlencoded(media) {
                // Its members become setters, not a type.
                let members = schema.get_mut("properties").and_then(Value::as_object_mut);
                for (member, schema) in members.into_iter().flatten() {
                    let base = format!("{name}{}", member.to_upper_camel_case());
                    lift(schema, &base, &mut made, &taken);
                }
                return;
            }
            let base = format!("{name}{}", if request { "Request" } else { "Response" });
            lift(schema, &base, &mut made, &taken);
        });
    });
    for (name, schema) in document::schemas(doc).into_iter().flatten() {
        inside(schema, name, &mut made, &taken);
    }
    let n = made.len();
    if let Some(schemas) = document::schemas(doc) {
        schemas.extend(made);
    }
    Ok(n)
}

/// Replaces `schema` by a reference if it is an object with properties or a union; otherwise looks
/// inside.
fn lift(
    schema: &mut Value,
    name: &str,
    made: &mut Map<String, Value>,
    taken: &impl Fn(&str, &Map<String, Value>) -> bool,
) {
    let is_object = schema
        .get("properties")
        .is_some_and(|p| p.as_object().is_some_and(|p| !p.is_empty()));
    let is_type = is_object || is_composed(schema) || autopi_codegen::schema::is_union(schema);
    if is_type && schema.get(contract::PAGE).is_none() {
        let name = document::free_name(name, |n| taken(n, made));
        made.insert(name.clone(), Value::Null); // reserved while the inside is named
        inside(schema, &name, made, taken);
        let nullable = schema
            .as_object_mut()
            .and_then(|s| s.shift_remove("nullable"));
        let read_only = schema
            .as_object_mut()
            .and_then(|s| s.shift_remove("readOnly"));
        let body = std::mem::take(schema);
        made.insert(name.clone(), body);
        *schema = document::reference(&name);
        if nullable.is_some() || read_only.is_some() {
            *schema = serde_json::json!({ "allOf": [document::reference(&name)] });
            for (key, value) in [("nullable", nullable), ("readOnly", read_only)] {
                if let Some(value) = value {
                    schema[key] = value;
                }
            }
        }
    } else {
        inside(schema, name, made, taken);
    }
}

/// Returns whether it is an `allOf` that adds something of its own.
fn is_composed(schema: &Value) -> bool {
    let own = |part: &Value| {
        ["properties", "oneOf", "anyOf"]
            .iter()
            .any(|k| part.get(k).is_some())
    };
    let parts = schema.get("allOf").and_then(Value::as_array);
    parts.is_some_and(|parts| parts.len() > 1 && parts.iter().any(own))
}

/// Returns the name of an alternative among the others: its title, the value of a member that has
/// only one, or its number.
fn variant(alternative: &Value, index: usize) -> String {
    let known = alternative.get(contract::VARIANT).and_then(Value::as_str);
    let title = known.or_else(|| alternative.get("title").and_then(Value::as_str));
    let properties = alternative.get("properties").and_then(Value::as_object);
    let tag = || {
        let lists = properties
            .into_iter()
            .flat_map(Map::values)
            .filter_map(|p| p.get("enum")?.as_array());
        lists
            .filter(|list| list.len() == 1)
            .find_map(|list| list[0].as_str())
    };
    let name = title.or_else(tag).unwrap_or_default().to_upper_camel_case();
    match name.is_empty() {
        true => format!("Option{}", index + 1),
        false => name,
    }
}

fn inside(
    schema: &mut Value,
    name: &str,
    made: &mut Map<String, Value>,
    taken: &impl Fn(&str, &Map<String, Value>) -> bool,
) {
    for (field, value) in schema
        .get_mut("properties")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
        .filter(|(_, v)| !document::is_leaf(v))
    {
        lift(
            value,
            &format!("{name}{}", field.to_upper_camel_case()),
            made,
            taken,
        );
    }
    for (key, suffix) in [("items", "Item"), ("additionalProperties", "Value")] {
        if let Some(value) = schema.get_mut(key).filter(|v| v.is_object()) {
            lift(value, &format!("{name}{suffix}"), made, taken);
        }
    }
    match schema.get_mut("allOf").and_then(Value::as_array_mut) {
        Some(parts) if parts.len() == 1 => lift(&mut parts[0], name, made, taken),
        parts => {
            for (i, part) in parts.into_iter().flatten().enumerate() {
                inside(part, &format!("{name}Part{i}"), made, taken);
            }
        }
    }
    for key in ["oneOf", "anyOf"] {
        let alternatives = schema.get_mut(key).and_then(Value::as_array_mut);
        for (i, alternative) in alternatives.into_iter().flatten().enumerate() {
            let own = variant(alternative, i);
            lift(alternative, &format!("{name}{own}"), made, taken);
            let made = document::ref_name(alternative).and_then(|n| made.get_mut(n));
            if let Some(made) = made.and_then(Value::as_object_mut) {
                made.entry(contract::VARIANT).or_insert(own.into());
            }
        }
    }
}
