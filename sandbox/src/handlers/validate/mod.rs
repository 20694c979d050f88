//! Validates requests against the document, in the words of Django REST framework.

pub mod fields;
mod lists;
mod scalars;

use serde_json::{Map, Value, json};

use crate::{
    handlers::{
        filter,
        query::Query,
        validate::fields::{Mode, REQUIRED, Validator},
    },
    spec::{
        self, Location, Operation,
        schema::{Kind, SchemaRef, Schemas},
    },
    util::python,
};

/// Returns the body without members that are read-only or unknown, or else DRF's errors.
pub fn body(judge: Validator<'_>, place: SchemaRef, value: Value) -> Result<Value, Value> {
    let top = judge.schemas.at(place);
    match &top.kind {
        Kind::Union(_) if !value.is_object() && judge.schemas.is_of_objects(place) => {
            Err(fields::dictionary(&value))
        }
        _ if value.is_null() => Err(json!({ "non_field_errors": ["No data provided"] })),
        Kind::File => Ok(value),
        Kind::Object(object) if !object.is_free_form() && !value.is_object() => {
            Err(fields::dictionary(&value))
        }
        _ => judge
            .check(place, "", value)
            .map_err(|errors| match errors {
                Value::Array(message) => json!({ "non_field_errors": message }),
                errors => errors,
            }),
    }
}

/// Returns a validator that takes every field for a plain value: what the query and the path refer
/// to is looked up by the operation itself.
fn plain_validator(schemas: &Schemas) -> Validator<'_> {
    Validator {
        schemas,
        related: &|_, _, _| None,
        mode: Mode::Full,
        shallow: false,
    }
}

/// Returns django-filter's message where it differs from a serializer's.
fn filtered(kind: &Kind, message: Value) -> Value {
    match kind {
        Kind::Number => json!(["Enter a number."]),
        Kind::Text(format) if format == "date-time" => json!(["Enter a valid date/time."]),
        Kind::Text(format) if format == "date" => json!(["Enter a valid date."]),
        _ => message,
    }
}

/// Returns whether any text is taken: what is no field to order by, or no truth, is ignored.
fn takes_anything(schemas: &Schemas, parameter: &spec::Parameter) -> bool {
    let named = parameter.name == "ordering" || parameter.name.ends_with("__isnull");
    named && schemas.at(parameter.schema).values.is_none()
}

/// Returns the values that were sent for a parameter.
fn sent(
    schemas: &Schemas,
    p: &spec::Parameter,
    query: &Query,
    header: &impl Fn(&str) -> Option<String>,
) -> Vec<String> {
    if p.location == Location::Header {
        return header(&p.name).into_iter().collect();
    }
    let values: Vec<String> = query.all(&p.name).map(str::to_owned).collect();
    // DRF's `ListField` also reads `name[0]`, `name[1]`; a field of multiple choices does not.
    let item = match schemas.at(p.schema).kind {
        Kind::List(item) if p.multi => Some(schemas.at(item)),
        _ => None,
    };
    match values.is_empty() && item.is_some_and(|item| item.values.is_none()) {
        true => query.indexed(&p.name),
        false => values,
    }
}

/// Returns the value of a parameter, of which the last one counts if it is no list; `None` if it
/// selects nothing.
fn read(schemas: &Schemas, p: &spec::Parameter, values: &[String], last: &str) -> Option<Value> {
    Some(match schemas.at(p.schema).kind {
        Kind::List(_) if p.multi => values.iter().cloned().map(Value::from).collect(),
        Kind::List(_) => last
            .split(',')
            .filter(|v| !v.is_empty())
            .map(|v| Value::from(v.to_owned()))
            .collect(),
        // An empty value does not filter.
        _ if last.is_empty() && !p.required => return None,
        // Python's integers are unbounded; such a number finds nothing, or is not a valid page
        // size.
        Kind::Integer
            if (19..=1000).contains(&last.len())
                && python::int(last).is_some_and(|n| n.parse::<i64>().is_err()) =>
        {
            return None;
        }
        _ => Value::from(last.to_owned()),
    })
}

fn checked(
    schemas: &Schemas,
    operation: &Operation,
    p: &spec::Parameter,
    value: Value,
    last: &str,
) -> scalars::Validated {
    let item = operation
        .list
        .as_ref()
        .and_then(|l| schemas.members(l.item));
    let text = schemas.at(p.schema).format().is_empty() && value.is_string();
    let fault = item
        .filter(|_| text)
        .and_then(|i| filter::fault(schemas, i, &p.name, last));
    match fault {
        Some(fault) => scalars::invalid(fault),
        None => plain_validator(schemas).check(p.schema, &p.name, value),
    }
}

/// Validates the query and the headers.
pub fn parameters(
    schemas: &Schemas,
    operation: &Operation,
    query: &Query,
    header: impl Fn(&str) -> Option<String>,
) -> Result<(), Value> {
    if query.get("search").is_some_and(|t| t.contains('\0')) {
        return Err(json!(["Null characters are not allowed."]));
    }
    let mut errors = Map::new();
    for p in operation
        .parameters
        .iter()
        .filter(|p| p.location != Location::Path && !p.is_page() && !takes_anything(schemas, p))
    {
        let values = sent(schemas, p, query, &header);
        let Some(last) = values.last() else {
            // The credentials have been checked before.
            if p.required && !p.name.eq_ignore_ascii_case("authorization") {
                errors.insert(p.name.clone(), json!([REQUIRED]));
            }
            continue;
        };
        let Some(value) = read(schemas, p, &values, last) else {
            continue;
        };
        if let Err(message) = checked(schemas, operation, p, value, last) {
            let message = match operation.kind {
                spec::Kind::List(_) => filtered(&schemas.at(p.schema).kind, message),
                _ => message,
            };
            errors.insert(p.name.clone(), message);
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors.into())
    }
}

/// Writes the ids of a path in their canonical form: Django finds the item 1 by `01` too, and an
/// item by its UUID without hyphens.
pub fn usual_ids(
    schemas: &Schemas,
    operation: &Operation,
    names: &[String],
    values: &mut [String],
) {
    for (name, value) in names.iter().zip(values) {
        let is_it = |p: &&spec::Parameter| p.location == Location::Path && p.name == *name;
        let parameter = operation.parameters.iter().find(is_it);
        let usual = match parameter.map(|p| &schemas.at(p.schema).kind) {
            Some(Kind::Integer) => python::int(value),
            Some(Kind::Text(format)) if format == "uuid" => {
                python::uuid(value).map(|id| id.to_string())
            }
            _ => None,
        };
        if let Some(usual) = usual {
            *value = usual;
        }
    }
}

/// Returns whether the values in the path can be of their types.
pub fn path(schemas: &Schemas, operation: &Operation, names: &[String], values: &[String]) -> bool {
    operation
        .parameters
        .iter()
        .filter(|p| p.location == Location::Path)
        .all(|p| {
            let value = names
                .iter()
                .position(|n| *n == p.name)
                .and_then(|at| values.get(at));
            value.is_none_or(|v| {
                let list = matches!(schemas.at(p.schema).kind, Kind::List(_));
                let value = if list {
                    v.split(',').map(Value::from).collect()
                } else {
                    Value::from(v.clone())
                };
                plain_validator(schemas)
                    .check(p.schema, &p.name, value)
                    .is_ok()
            })
        })
}
