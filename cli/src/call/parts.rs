//! Checks the parts of a form against its schema.

use serde_json::{Map, Value};

use super::{Part, check::check, near::unknown};
use crate::index::{Body, Index};

/// Reads the texts of a form as the values that its schema says: a form has no other.
pub fn typed(index: &Index, schema: &Value, form: &mut Value) {
    let schema = index.resolved(schema);
    let of = |name: &String| schema.get("properties")?.get(name);
    for (name, value) in form.as_object_mut().into_iter().flatten() {
        let texts: Vec<String> = match &*value {
            Value::String(text) => vec![text.clone()],
            Value::Array(items) => items
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            _ => continue,
        };
        let is_whole = value
            .as_array()
            .is_none_or(|items| items.len() == texts.len());
        let read = of(name).and_then(|of| super::read(index, of, &texts, false).ok());
        if let Some(read) = read.filter(|_| is_whole) {
            *value = read;
        }
    }
}

/// Returns the faults of a form's parts: unknown names, missing parts and headers, files where none
/// are allowed.
pub fn parts(index: &Index, body: &Body, parts: &[(String, Part)]) -> Vec<(String, String)> {
    let schema = index.resolved(&body.schema);
    let empty = Map::new();
    let known = schema.get("properties").and_then(Value::as_object);
    let known = known.unwrap_or(&empty);
    let required = schema.get("required").and_then(Value::as_array);
    let mut faults = Vec::new();
    let is_given = |name: &str| parts.iter().any(|(given, _)| given == name);
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        if !is_given(name) {
            faults.push((name.to_owned(), "required, not given".to_owned()));
        }
    }
    for (name, part) in parts {
        if body.header_of(name).is_some() {
            continue;
        }
        let Some(of) = known.get(name) else {
            if !known.is_empty() {
                faults.push((
                    name.clone(),
                    unknown(name, known.keys().map(String::as_str)),
                ));
            }
            continue;
        };
        for (header, _, must) in body.headers(name) {
            let is_same = |other: &str| body.header_of(other) == Some((name, header));
            if must && !parts.iter().any(|(other, _)| is_same(other)) {
                let fault = format!("required, not given: -b '{name};{header}=VALUE'");
                faults.push((format!("{name};{header}"), fault));
            }
        }
        let of = index.resolved(body.part(index, name, of));
        let found = |value: &Value| check(index, &of, value, name).into_iter();
        let is_list = of.get("type").is_some_and(|t| t == "array");
        match part {
            Part::Text(_) | Part::Json(_) if is_file(index, &of) => {
                faults.push((name.clone(), format!("must be a file: {name}=@PATH")))
            }
            Part::Text(text) => match super::read(index, &of, std::slice::from_ref(text), false) {
                Ok(value) => faults.extend(found(&value).map(|v| (v.field, v.fault))),
                Err(fault) => faults.push((name.clone(), fault)),
            },
            Part::Json(value) => {
                // One of several parts is an item of the list.
                let list = Value::Array(vec![value.clone()]);
                if found(&list).next().is_some() {
                    let is_item = is_list && !value.is_array();
                    let value = if is_item { &list } else { value };
                    faults.extend(found(value).map(|v| (v.field, v.fault)));
                }
            }
            Part::File(_) => {}
        }
    }
    faults
}

/// Returns whether only a file can be sent: the schema is one, or a list of them.
fn is_file(index: &Index, schema: &Value) -> bool {
    let is_file = |s: &Value| s.get("format").is_some_and(|f| f == "binary");
    let items = schema.get("items").map(|items| index.resolved(items));
    is_file(schema) || items.is_some_and(|items| is_file(&items))
}
