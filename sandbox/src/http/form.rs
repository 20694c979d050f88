//! Reads a form as a serializer of DRF does: of a repeated field the last value, of a list all of
//! them; `name.member` and `name[0]member` are the members of nested values. Only a JSON field
//! reads JSON.

use serde_json::{Map, Value};

use crate::{
    http::json,
    spec::schema::{Kind, SchemaRef, Schemas},
    util::marks,
};

type Field = (String, Value);

/// Returns the fields as an object of the schema; those that are no properties stay unchanged. In a
/// `whole` form (not that of a PATCH) an absent boolean is false and an absent list of choices
/// empty, because browsers leave out boxes that are not checked and choices that are not selected.
pub fn read(schemas: &Schemas, place: SchemaRef, fields: &[Field], whole: bool) -> Value {
    let mut map = object_of(fields.iter().cloned());
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

fn object_of(fields: impl Iterator<Item = Field>) -> Map<String, Value> {
    fields.map(|(k, v)| (marks::name(k), v)).collect()
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
    let schema = schemas.at(of);
    match &schema.kind {
        Kind::List(item) => {
            let inner = schemas.at(*item);
            let serializers = inner.object().is_some_and(|o| !o.is_free_form());
            let list: Vec<Value> = all().cloned().collect();
            if !serializers && !list.is_empty() {
                return Some(list.into());
            }
            if schema.unique || inner.values.is_some() {
                return None;
            }
            let item = |part: &Vec<Field>| match part.first() {
                Some((k, v)) if k.is_empty() => v.clone(),
                _ if matches!(inner.kind, Kind::List(_)) => {
                    let inner = field(schemas, *item, "", (true, whole), part);
                    inner.unwrap_or_else(|| Value::Array(Vec::new()))
                }
                _ if serializers => read(schemas, *item, part, whole),
                _ => object_of(part.iter().cloned()).into(),
            };
            let parts = indexed(name, fields);
            (!parts.is_empty()).then(|| parts.iter().map(item).collect())
        }
        Kind::Object(object) => {
            let typed = object.others.is_some_and(SchemaRef::is_typed);
            // The text of a JSON field is JSON; other objects have their members beside them.
            if object.is_free_form() && !typed {
                let read = |value: Value| match json::read(value.as_str()?.as_bytes()) {
                    // The text is not missing, so it may be null in any field.
                    Ok(Value::Null) => Some(marks::null()),
                    json => json.ok(),
                };
                return last().map(|value| read(value).unwrap_or_else(marks::infinity));
            }
            match members(name, fields) {
                within if within.is_empty() => {
                    let named = object.is_free_form() && last().is_some();
                    named.then(|| Map::new().into())
                }
                within if object.is_free_form() => Some(object_of(within.into_iter()).into()),
                within => Some(read(schemas, of, &within, whole)),
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

/// Returns the fields of `name.member`, each with the name of its member.
fn members(name: &str, fields: &[Field]) -> Vec<Field> {
    let member = |(k, v): &Field| {
        let rest = k.strip_prefix(name)?.strip_prefix('.')?;
        (!rest.is_empty()).then(|| (rest.to_owned(), v.clone()))
    };
    fields.iter().filter_map(member).collect()
}

/// Returns the fields of `name[0]`, `name[1]` and so on, in order, each with the rest of its name.
fn indexed(name: &str, fields: &[Field]) -> Vec<Vec<Field>> {
    let mut parts: std::collections::BTreeMap<u32, Vec<Field>> = Default::default();
    for (key, value) in fields {
        let place = || {
            let (index, rest) = key.strip_prefix(name)?.strip_prefix('[')?.split_once(']')?;
            Some((index.parse().ok()?, rest.to_owned()))
        };
        if let Some((index, rest)) = place() {
            parts.entry(index).or_default().push((rest, value.clone()));
        }
    }
    parts.into_values().collect()
}
