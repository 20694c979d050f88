//! Reads a form as a serializer of DRF does: of a repeated field the last value, of a list all of
//! them; `name.member` and `name[0]member` are the members of nested values.

use serde_json::{Map, Value};

use crate::spec::schema::{Kind, SchemaRef, Schemas};

type Field = (String, Value);

/// Returns the fields as an object of the schema; those that are no properties stay unchanged. In a
/// `whole` form (not that of a PATCH) an absent boolean is false and an absent list of choices
/// empty, because browsers leave out boxes that are not checked and choices that are not selected.
pub fn read(schemas: &Schemas, place: SchemaRef, fields: &[Field], whole: bool) -> Value {
    let mut map: Map<String, Value> = fields.iter().cloned().collect();
    let Some(object) = schemas.members(place) else {
        return map.into();
    };
    for property in &object.properties {
        let name = property.name.as_str();
        let value = field(
            schemas,
            property.of,
            name,
            (property.required, whole),
            fields,
        );
        let absent = || whole.then(|| unsent(schemas, property.of)).flatten();
        if let Some(value) = value.or_else(absent) {
            map.insert(name.to_owned(), value);
        } else {
            map.remove(name);
        }
    }
    map.into()
}

/// Returns the value of a field that browsers leave out if nothing is checked or selected.
fn unsent(schemas: &Schemas, of: SchemaRef) -> Option<Value> {
    let schema = schemas.at(of);
    match &schema.kind {
        _ if of.read_only => None,
        Kind::Boolean if of.nullable => Some(Value::Null),
        Kind::Boolean => Some(false.into()),
        Kind::List(item) if schema.unique || schemas.at(*item).values.is_some() => {
            Some(Value::Array(Vec::new()))
        }
        _ => None,
    }
}

fn field(
    schemas: &Schemas,
    of: SchemaRef,
    name: &str,
    (required, whole): (bool, bool),
    fields: &[Field],
) -> Option<Value> {
    let all = || fields.iter().filter(|(k, _)| k == name).map(|(_, v)| v);
    let last = || all().next_back().cloned();
    let parsed = |value: Value| {
        let json = value.as_str().and_then(|t| serde_json::from_str(t).ok());
        json.unwrap_or(value)
    };
    let schema = schemas.at(of);
    match &schema.kind {
        Kind::List(item) => {
            let indexed = indexed(name, fields);
            if !indexed.is_empty() {
                let object = schemas.at(*item).object().is_some();
                let item = |part: &Vec<Field>| match part.first() {
                    Some((k, v)) if k.is_empty() && !object => v.clone(),
                    _ => read(schemas, *item, part, whole),
                };
                return Some(indexed.iter().map(item).collect());
            }
            let list: Vec<Value> = all().cloned().collect();
            // A list of objects may come as one JSON text.
            match list.as_slice() {
                [] => None,
                [Value::String(t)] if t.trim_start().starts_with('[') => {
                    Some(serde_json::from_str(t).unwrap_or_else(|_| list.into()))
                }
                _ if schemas.at(*item).object().is_some() => {
                    Some(list.into_iter().map(parsed).collect())
                }
                _ => Some(list.into()),
            }
        }
        Kind::Object(object) => {
            let within: Vec<Field> = fields
                .iter()
                .filter_map(|(k, v)| {
                    let rest = k.strip_prefix(name)?.strip_prefix('.')?;
                    Some((rest.to_owned(), v.clone()))
                })
                .collect();
            match last() {
                Some(Value::String(t)) if t.is_empty() && !required => None,
                Some(value) => Some(parsed(value)),
                None if within.is_empty() => None,
                None if object.is_free_form() => Some(Value::Object(within.into_iter().collect())),
                None => Some(read(schemas, of, &within, whole)),
            }
        }
        // An empty text in a form means that an optional field is missing, blank or null.
        kind => match last() {
            Some(Value::String(t)) if t.is_empty() && !required => {
                let blank = matches!(kind, Kind::Text(f) if f.is_empty() || f == "email" || f == "uri" || f == "slug" || f == "password");
                let takes = schema
                    .values
                    .as_ref()
                    .map_or(blank && schema.min_length.is_none_or(|n| n == 0), |v| {
                        v.contains(&t.clone().into())
                    });
                (takes && !of.nullable)
                    .then(|| Value::from(t))
                    .or_else(|| of.nullable.then_some(Value::Null))
            }
            other => other,
        },
    }
}

/// Returns the fields of `name[0]`, `name[1]` and so on, in order, each with the rest of its name.
fn indexed(name: &str, fields: &[Field]) -> Vec<Vec<Field>> {
    let mut parts: std::collections::BTreeMap<u32, Vec<Field>> = Default::default();
    for (key, value) in fields {
        let place = || {
            let (index, rest) = key.strip_prefix(name)?.strip_prefix('[')?.split_once(']')?;
            Some((index.parse().ok()?, rest.trim_start_matches('.').to_owned()))
        };
        if let Some((index, rest)) = place() {
            parts.entry(index).or_default().push((rest, value.clone()));
        }
    }
    parts.into_values().collect()
}
