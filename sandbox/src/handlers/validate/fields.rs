//! Checks the values of fields, in the order and the words of Django REST framework 3.18.

use serde_json::{Map, Value, json};

use crate::{
    handlers::validate::scalars::{
        Validated, boolean, choice, float, integer, invalid, no_choice, text, uuid,
    },
    spec::{
        IdKind,
        schema::{Kind, Object, Schema, SchemaRef, Schemas},
        union::Chosen,
    },
    util::{
        marks::{FILE, FILE_NAME, NUMBER},
        python::{self, str_of, type_name},
    },
};

pub const REQUIRED: &str = "This field is required.";

pub const NULL: &str = "This field may not be null.";

/// Whether required members may be missing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Full,
    /// PATCH: any member may be missing.
    Partial,
}

/// Looks up a relation by the field's name: returns whether the item with this id exists, or `None`
/// if the field is not a relation. Without an id, `Some(true)` for any relation.
pub type Related<'a> = &'a dyn Fn(&str, IdKind, Option<&str>) -> Option<bool>;

#[derive(Clone, Copy)]
pub struct Validator<'a> {
    pub schemas: &'a Schemas,
    pub related: Related<'a>,
    pub mode: Mode,
    /// Whether unions inside are skipped: checking them in each alternative would double the work
    /// at each level.
    pub shallow: bool,
}

impl Validator<'_> {
    /// Returns the value as it is stored, or its errors: an array of texts, or an object of those.
    pub fn check(&self, place: SchemaRef, name: &str, value: Value) -> Validated {
        let schema = self.schemas.at(place);
        if value.is_null() {
            return if place.nullable || matches!(schema.kind, Kind::Any) {
                Ok(value)
            } else {
                invalid(NULL)
            };
        }
        if let Some(values) = &schema.values {
            return choice(values, value);
        }
        match &schema.kind {
            Kind::Any => any(value),
            Kind::File => file(value),
            Kind::Text(format) if format == "uuid" => {
                match self.relation(schema, name, IdKind::Uuid) {
                    true => self.related(place, name, IdKind::Uuid, value),
                    false => uuid(value),
                }
            }
            Kind::Text(format) => text(schema, format, value),
            Kind::Integer if self.relation(schema, name, IdKind::Integer) => {
                self.related(place, name, IdKind::Integer, value)
            }
            Kind::Integer => integer(schema, &value),
            Kind::Number => float(schema, &value),
            Kind::Boolean => boolean(place, value),
            Kind::List(item) => self.list((place, schema), *item, name, value),
            Kind::Union(_) if self.shallow => Ok(value),
            Kind::Union(_) => self.union(place, name, value),
            Kind::Object(object) => match value {
                // drf-yasg documents a JSONField as an object without properties.
                value
                    if object.is_free_form() && !object.others.is_some_and(SchemaRef::is_typed) =>
                {
                    any(value)
                }
                Value::Object(map) if !map.contains_key(FILE) && !map.contains_key(NUMBER) => {
                    self.fields(object, map).map(Value::Object)
                }
                other if object.is_free_form() => invalid(format!(
                    "Expected a dictionary of items but got type \"{}\".",
                    type_name(&other)
                )),
                other => Err(dictionary(&other)),
            },
        }
    }

    /// Checks a union by the alternative that its tag names or, without a tag, by the first
    /// possible alternative that accepts the value.
    fn union(&self, place: SchemaRef, name: &str, value: Value) -> Validated {
        let found = self
            .schemas
            .alternatives(place, &value, self.mode == Mode::Partial);
        let mut found = found.map_err(|(tag, sent)| match sent {
            None => json!({ tag: [REQUIRED] }),
            Some(Value::Null) => json!({ tag: [NULL] }),
            Some(sent) => json!({ tag: [no_choice(&sent)] }),
        })?;
        let shallow = Self {
            shallow: true,
            ..*self
        };
        let takes = |c: &Chosen| shallow.check(c.of, name, value.clone()).is_ok();
        let mut at = Some(0).filter(|_| found.len() == 1);
        at = at.or_else(|| found.iter().position(takes));
        if at.is_none() {
            let rest = self.schemas.untagged(place, &value).into_iter();
            found.extend(rest.map(|of| Chosen {
                of,
                tags: Vec::new(),
            }));
            at = found.iter().position(takes);
        }
        match found.get(at.unwrap_or(0)) {
            Some(chosen) => Ok(chosen.with_tags(self.check(chosen.of, name, value)?)),
            None => Ok(without_marker(value)),
        }
    }

    /// Returns whether a field is a relation. drf-yasg gives limits to the numbers of a model, but
    /// not to relations.
    pub fn relation(&self, schema: &Schema, name: &str, kind: IdKind) -> bool {
        schema.minimum.is_none()
            && schema.maximum.is_none()
            && (self.related)(name, kind, None).is_some()
    }

    /// Checks a relation by the id of its target.
    fn related(&self, place: SchemaRef, name: &str, kind: IdKind, value: Value) -> Validated {
        let id = match (kind, &value) {
            (_, Value::String(t)) if t.is_empty() => {
                return if place.nullable {
                    Ok(Value::Null)
                } else {
                    invalid(NULL)
                };
            }
            (IdKind::Uuid, Value::String(t)) => match python::uuid(t) {
                Some(id) => Value::from(id.to_string()),
                None => return invalid(format!("“{t}” is not a valid UUID.")),
            },
            (IdKind::Integer, Value::String(t)) => match python::int(t).map(|t| t.parse::<i64>()) {
                Some(Ok(id)) => Value::from(id),
                // Django looks up a number that is too large for a database, and finds nothing.
                Some(Err(_)) => return missing(&value),
                None => return incorrect(&value),
            },
            (IdKind::Integer, Value::Number(n)) => match n.as_f64() {
                Some(f) if n.is_f64() => Value::from(f as i64),
                _ => value.clone(),
            },
            (IdKind::Integer, Value::Object(_)) if python::number(&value).is_some() => {
                return missing(&value);
            }
            _ => return incorrect(&value),
        };
        if (self.related)(name, kind, Some(&crate::util::json::text(&id))) == Some(false) {
            return missing(&value);
        }
        Ok(id)
    }

    pub fn fields(
        &self,
        object: &Object,
        mut sent: Map<String, Value>,
    ) -> Result<Map<String, Value>, Value> {
        let (mut clean, mut errors) = (Map::new(), Map::new());
        for property in object.properties.iter().filter(|p| !p.of.read_only) {
            let name = property.name.as_str();
            match sent.remove(name) {
                Some(value) => match self.check(property.of, name, value) {
                    Ok(value) => drop(clean.insert(name.to_owned(), value)),
                    Err(message) => drop(errors.insert(name.to_owned(), message)),
                },
                None if property.required && self.mode == Mode::Full => {
                    let message = if self.schemas.at(property.of).is_file() {
                        "No file was submitted."
                    } else {
                        REQUIRED
                    };
                    errors.insert(name.to_owned(), json!([message]));
                }
                None => {}
            }
        }
        if let Some(other) = object.others {
            for (key, value) in sent.into_iter().filter(|(k, _)| object.get(k).is_none()) {
                match self.check(other, &key, value) {
                    Ok(value) => drop(clean.insert(key, value)),
                    Err(message) => drop(errors.insert(key, message)),
                }
            }
        }
        if errors.is_empty() {
            Ok(clean)
        } else {
            Err(errors.into())
        }
    }
}

pub fn dictionary(value: &Value) -> Value {
    let message = format!(
        "Invalid data. Expected a dictionary, but got {}.",
        type_name(value)
    );
    json!({ "non_field_errors": [message] })
}

pub fn incorrect(value: &Value) -> Validated {
    let kind = type_name(value);
    invalid(format!(
        "Incorrect type. Expected pk value, received {kind}."
    ))
}

pub fn missing(value: &Value) -> Validated {
    invalid(format!(
        "Invalid pk \"{}\" - object does not exist.",
        str_of(value)
    ))
}

fn file(value: Value) -> Validated {
    match value.get(FILE).and_then(Value::as_u64) {
        Some(0) => invalid("The submitted file is empty."),
        Some(_) => Ok(without_marker(value)),
        None => invalid("The submitted data was not a file. Check the encoding type on the form."),
    }
}

/// Returns the value of a JSON field, or an error if it holds an infinity, which is not JSON.
fn any(value: Value) -> Validated {
    fn is_infinite(value: &Value) -> bool {
        match value {
            Value::Array(list) => list.iter().any(is_infinite),
            Value::Object(map) => {
                python::number(value).is_some_and(|n| n.ends_with("inf"))
                    || map.values().any(is_infinite)
            }
            _ => false,
        }
    }
    if is_infinite(&value) {
        return invalid("Value must be valid JSON.");
    }
    Ok(without_marker(value))
}

/// Replaces a file by its name.
fn without_marker(value: Value) -> Value {
    match value.get(FILE_NAME) {
        Some(name) => name.clone(),
        None => value,
    }
}
