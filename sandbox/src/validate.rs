//! Is a request what the document asks for? In the words of Django REST framework.

use serde_json::{Map, Value, json};

use crate::{
    formats,
    query::Query,
    schema::{Kind, Object, Schema, Schemas, Use},
    spec::{Operation, Place},
};

const REQUIRED: &str = "This field is required.";

/// How a body is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Whole,
    /// PATCH: any part of it.
    Partial,
}

/// What came in, cleaned of what is read-only or not in the document; or DRF's errors.
pub fn body(schemas: &Schemas, place: Use, value: Value, mode: Mode) -> Result<Value, Value> {
    let top = schemas.at(place);
    if let (Some(object), false) = (top.object(), value.is_object()) {
        if object.is_free() {
            return Ok(value);
        }
        let words = format!(
            "Invalid data. Expected a dictionary, but got {}.",
            python(&value)
        );
        return Err(json!({ "non_field_errors": [words] }));
    }
    match (check(schemas, place, value, mode), &top.kind) {
        (Err(Value::Array(words)), Kind::List(_)) if words.iter().all(Value::is_string) => {
            Err(json!({ "non_field_errors": words }))
        }
        (Err(Value::Array(words)), kind) if !matches!(kind, Kind::List(_)) => {
            Err(json!({ "non_field_errors": words }))
        }
        (other, _) => other,
    }
}

fn check(schemas: &Schemas, place: Use, value: Value, mode: Mode) -> Result<Value, Value> {
    let schema = schemas.at(place);
    let say = |words: String| Err(json!([words]));
    if value.is_null() {
        return if place.nullable || matches!(schema.kind, Kind::Any) {
            Ok(value)
        } else {
            say("This field may not be null.".into())
        };
    }
    if let Some(values) = &schema.values {
        // A form sends texts.
        let same =
            |v: &&Value| **v == value || (!v.is_string() && value.as_str() == Some(&v.to_string()));
        return match values.iter().find(same) {
            Some(known) => Ok(known.clone()),
            None => say(format!(
                "\"{}\" is not a valid choice.",
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            )),
        };
    }
    match &schema.kind {
        Kind::Any | Kind::File => Ok(value),
        Kind::Text(format) => {
            let text = match value {
                Value::String(text) => text,
                Value::Number(n) => n.to_string(),
                _ => return say("Not a valid string.".into()),
            };
            text_faults(schema, format, &text).map_or(Ok(Value::String(text)), |w| Err(json!([w])))
        }
        Kind::Integer => {
            let whole = |n: &Value| {
                n.as_i64().or_else(|| {
                    n.as_f64()
                        .filter(|f| f.fract() == 0.0 && f.abs() < 9e15)
                        .map(|f| f as i64)
                })
            };
            let number = if value.is_u64() {
                Some(value.clone())
            } else {
                value
                    .as_str()
                    .map_or_else(|| whole(&value), |t| t.trim().parse().ok())
                    .map(Value::from)
            };
            number.map_or_else(
                || say("A valid integer is required.".into()),
                |n| range(schema, n),
            )
        }
        Kind::Number => {
            let number = value.as_str().map_or_else(
                || value.is_number().then(|| value.clone()),
                |t| t.trim().parse::<f64>().ok().map(Value::from),
            );
            number.filter(Value::is_number).map_or_else(
                || say("A valid number is required.".into()),
                |n| range(schema, n),
            )
        }
        Kind::Boolean => match &value {
            Value::Bool(_) => Ok(value),
            Value::String(t)
                if ["true", "t", "1", "yes", "y", "on"].contains(&t.to_lowercase().as_str()) =>
            {
                Ok(true.into())
            }
            Value::String(t)
                if ["false", "f", "0", "no", "n", "off"].contains(&t.to_lowercase().as_str()) =>
            {
                Ok(false.into())
            }
            Value::Number(n) if n.as_i64().is_some_and(|n| n == 0 || n == 1) => {
                Ok((n.as_i64() == Some(1)).into())
            }
            _ => say("Must be a valid boolean.".into()),
        },
        Kind::List(item) => list(schemas, schema, *item, value, mode),
        Kind::Object(object) => match value {
            // drf-yasg documents a JSONField as an object of nothing.
            value if object.is_free() && !object.others.is_some_and(Use::is_typed) => Ok(value),
            Value::Object(map) => fields(schemas, object, map, mode).map(Value::Object),
            other if object.is_free() => say(format!(
                "Expected a dictionary of items but got type \"{}\".",
                python(&other)
            )),
            other => Err(
                json!({ "non_field_errors": [format!("Invalid data. Expected a dictionary, but got {}.", python(&other))] }),
            ),
        },
    }
}

fn fields(
    schemas: &Schemas,
    object: &Object,
    mut sent: Map<String, Value>,
    mode: Mode,
) -> Result<Map<String, Value>, Value> {
    let (mut clean, mut errors) = (Map::new(), Map::new());
    for property in object.properties.iter().filter(|p| !p.of.read_only) {
        match sent.remove(&property.name) {
            Some(value) => match check(schemas, property.of, value, mode) {
                Ok(value) => drop(clean.insert(property.name.clone(), value)),
                Err(words) => drop(errors.insert(property.name.clone(), words)),
            },
            None if property.required && mode == Mode::Whole => {
                let words = if schemas.at(property.of).is_file() {
                    "No file was submitted."
                } else {
                    REQUIRED
                };
                errors.insert(property.name.clone(), json!([words]));
            }
            None => {}
        }
    }
    if let Some(other) = object.others {
        for (key, value) in sent.into_iter().filter(|(k, _)| object.get(k).is_none()) {
            match check(schemas, other, value, mode) {
                Ok(value) => drop(clean.insert(key, value)),
                Err(words) => drop(errors.insert(key, words)),
            }
        }
    }
    if errors.is_empty() {
        Ok(clean)
    } else {
        Err(errors.into())
    }
}

fn list(
    schemas: &Schemas,
    schema: &Schema,
    item: Use,
    value: Value,
    mode: Mode,
) -> Result<Value, Value> {
    let Value::Array(items) = value else {
        return Err(json!([format!(
            "Expected a list of items but got type \"{}\".",
            python(&value)
        )]));
    };
    let words = match schema.items {
        (Some(1), _) if items.is_empty() => Some("This list may not be empty.".to_owned()),
        (Some(n), _) if items.len() < n => {
            Some(format!("Ensure this field has at least {n} elements."))
        }
        (_, Some(n)) if items.len() > n => {
            Some(format!("Ensure this field has no more than {n} elements."))
        }
        _ => None,
    };
    if let Some(words) = words {
        return Err(json!([words]));
    }
    let checked: Vec<_> = items
        .into_iter()
        .map(|v| check(schemas, item, v, mode))
        .collect();
    if checked.iter().all(Result::is_ok) {
        let mut clean: Vec<Value> = checked.into_iter().filter_map(Result::ok).collect();
        if schema.unique {
            // Django keeps a relation once, however often it is named.
            let mut seen = std::collections::HashSet::new();
            clean.retain(|v| seen.insert(v.to_string()));
        }
        return Ok(clean.into());
    }
    // Serializers tell item by item; a list of plain values names the places.
    if schemas.at(item).object().is_some_and(|o| !o.is_free()) {
        return Err(checked
            .into_iter()
            .map(|c| c.err().unwrap_or_else(|| json!({})))
            .collect());
    }
    Err(checked
        .into_iter()
        .enumerate()
        .filter_map(|(i, c)| Some((i.to_string(), c.err()?)))
        .collect::<Map<_, _>>()
        .into())
}

fn text_faults(schema: &Schema, format: &str, text: &str) -> Option<String> {
    let long = text.chars().count();
    if text.is_empty() && schema.min_length.is_some_and(|n| n > 0) {
        return Some("This field may not be blank.".into());
    }
    if let Some(n) = schema.max_length.filter(|n| long > *n) {
        return Some(format!(
            "Ensure this field has no more than {n} characters."
        ));
    }
    if let Some(n) = schema.min_length.filter(|n| long < *n) {
        return Some(format!("Ensure this field has at least {n} characters."));
    }
    if text.is_empty() {
        let blank = ["uuid", "date-time", "date", "decimal"].contains(&format);
        return blank.then(|| {
            formats::complaint(format, text)
                .unwrap_or("This field may not be blank.")
                .to_owned()
        });
    }
    if let Some(words) = formats::complaint(format, text) {
        return Some(words.into());
    }
    let wrong = schema.regex().is_some_and(|r| !r.is_match(text));
    wrong.then(|| "This value does not match the required pattern.".into())
}

fn range(schema: &Schema, value: Value) -> Result<Value, Value> {
    let Some(n) = value.as_f64() else {
        return Ok(value);
    };
    let (low, high) = schema.exclusive;
    let words = match (schema.minimum, schema.maximum) {
        (Some(least), _) if n < least || (low && n == least) => {
            format!(
                "Ensure this value is greater than {}{least}.",
                if low { "" } else { "or equal to " }
            )
        }
        (_, Some(most)) if n > most || (high && n == most) => {
            format!(
                "Ensure this value is less than {}{most}.",
                if high { "" } else { "or equal to " }
            )
        }
        _ => return Ok(value),
    };
    Err(json!([words]))
}

/// What Python calls the type.
fn python(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(n) if n.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

/// The query and the headers.
pub fn parameters(
    schemas: &Schemas,
    operation: &Operation,
    query: &Query,
    header: impl Fn(&str) -> Option<String>,
) -> Result<(), Value> {
    let mut errors = Map::new();
    for p in operation
        .parameters
        .iter()
        .filter(|p| p.place != Place::Path && !p.is_page())
    {
        let values: Vec<String> = if p.place == Place::Header {
            header(&p.name).into_iter().collect()
        } else {
            query.all(&p.name).map(str::to_owned).collect()
        };
        let Some(last) = values.last() else {
            // The header of the credentials is judged before.
            if p.required && !p.name.eq_ignore_ascii_case("authorization") {
                errors.insert(p.name.clone(), json!([REQUIRED]));
            }
            continue;
        };
        let value = match schemas.at(p.schema).kind {
            Kind::List(_) if p.multi => values.iter().cloned().map(Value::from).collect(),
            Kind::List(_) => last
                .split(',')
                .filter(|v| !v.is_empty())
                .map(|v| Value::from(v.to_owned()))
                .collect(),
            // What is left empty is not filtered by.
            _ if last.is_empty() && !p.required => continue,
            // Python's integers have no end; such a number finds nothing, or is no size of a page.
            Kind::Integer
                if last.len() > 18
                    && last
                        .bytes()
                        .skip(usize::from(last.starts_with('-')))
                        .all(|b| b.is_ascii_digit()) =>
            {
                continue;
            }
            _ => Value::from(last.clone()),
        };
        if let Err(words) = check(schemas, p.schema, value, Mode::Whole) {
            errors.insert(p.name.clone(), words);
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors.into())
    }
}

/// Could the values of the path be of their types?
pub fn path(schemas: &Schemas, operation: &Operation, names: &[String], values: &[String]) -> bool {
    operation
        .parameters
        .iter()
        .filter(|p| p.place == Place::Path)
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
                check(schemas, p.schema, value, Mode::Whole).is_ok()
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_the_words_of_drf() {
        let doc = json!({"type": "object", "required": ["name", "n"], "properties": {
            "id": {"type": "integer", "readOnly": true}, "name": {"type": "string", "maxLength": 5, "minLength": 1}, "n": {"type": "integer", "maximum": 9},
            "kind": {"type": "string", "enum": ["a", "b"]}, "device": {"type": "string", "format": "uuid"}, "on": {"type": "boolean"},
            "tags": {"type": "array", "items": {"type": "string"}}, "free": {"type": "object"},
            "ids": {"type": "array", "uniqueItems": true, "items": {"type": "integer"}},
            "owner": {"type": "object", "required": ["email"], "properties": {"email": {"type": "string", "format": "email"}}},
            "rows": {"type": "array", "items": {"type": "object", "required": ["x"], "properties": {"x": {"type": "number"}}}},
        }});
        let mut schemas = Schemas::default();
        let place = schemas.compile(&Value::Null, &doc);
        let judge = |value: Value, mode| body(&schemas, place, value, mode);
        for (sent, errors) in [
            (json!({}), json!({"name": [REQUIRED], "n": [REQUIRED]})),
            (
                json!({"name": "", "n": "x"}),
                json!({"name": ["This field may not be blank."], "n": ["A valid integer is required."]}),
            ),
            (
                json!({"name": "abcdef", "n": null}),
                json!({"name": ["Ensure this field has no more than 5 characters."], "n": ["This field may not be null."]}),
            ),
            (
                json!({"name": 123456, "n": 1}),
                json!({"name": ["Ensure this field has no more than 5 characters."]}),
            ),
            (
                json!({"name": [], "n": 10}),
                json!({"name": ["Not a valid string."], "n": ["Ensure this value is less than or equal to 9."]}),
            ),
            (
                json!({"name": "a", "n": 1, "kind": "x", "device": "1"}),
                json!({"kind": ["\"x\" is not a valid choice."], "device": ["Must be a valid UUID."]}),
            ),
            (
                json!({"name": "a", "n": 1, "on": "maybe", "tags": "x"}),
                json!({"on": ["Must be a valid boolean."], "tags": ["Expected a list of items but got type \"str\"."]}),
            ),
            (
                json!({"name": "a", "n": 1, "tags": ["x", []], "rows": [{"x": 1}, {}]}),
                json!({"tags": {"1": ["Not a valid string."]}, "rows": [{}, {"x": [REQUIRED]}]}),
            ),
            (
                json!({"name": "a", "n": 1, "owner": {"email": "x"}}),
                json!({"owner": {"email": ["Enter a valid email address."]}}),
            ),
            (
                json!({"name": "a", "n": 1, "owner": 1}),
                json!({"owner": {"non_field_errors": ["Invalid data. Expected a dictionary, but got int."]}}),
            ),
            (
                json!([1]),
                json!({"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
            ),
        ] {
            assert_eq!(judge(sent.clone(), Mode::Whole), Err(errors), "{sent}");
        }
        assert_eq!(
            judge(
                json!({"id": 7, "n": "3", "free": [1], "more": 1, "ids": [2, "2", 1]}),
                Mode::Partial
            ),
            Ok(json!({"n": 3, "free": [1], "ids": [2, 1]}))
        );
        assert!(judge(json!({"owner": {}}), Mode::Partial).is_ok());
    }
}
