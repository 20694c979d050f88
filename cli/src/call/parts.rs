//! Checks the parts of a form against its schema.

use serde_json::Value;

use super::{Part, check::check, near::unknown};
use crate::index::Index;

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

/// Returns the faults of a form's parts: unknown names, missing parts, files where none are
/// allowed.
pub fn parts(index: &Index, schema: &Value, parts: &[(String, Part)]) -> Vec<(String, String)> {
    let schema = index.resolved(schema);
    let empty = serde_json::Map::new();
    let known = schema
        .get("properties")
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    let required = schema.get("required").and_then(Value::as_array);
    let mut faults = Vec::new();
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        if !parts.iter().any(|(given, _)| given == name) {
            faults.push((name.to_owned(), "required, not given".to_owned()));
        }
    }
    for (name, part) in parts {
        let Some(of) = known.get(name) else {
            if !known.is_empty() {
                faults.push((
                    name.clone(),
                    unknown(name, known.keys().map(String::as_str)),
                ));
            }
            continue;
        };
        let of = index.resolved(of);
        let is_file = |s: &Value| s.get("format").is_some_and(|f| f == "binary");
        let wants_file =
            is_file(&of) || of.get("items").is_some_and(|i| is_file(&index.resolved(i)));
        match part {
            Part::Text(_) if wants_file => {
                faults.push((name.clone(), format!("must be a file: {name}=@PATH")))
            }
            Part::Text(text) => match super::read(index, &of, std::slice::from_ref(text), false) {
                Ok(value) => faults.extend(
                    check(index, &of, &value, name)
                        .into_iter()
                        .map(|v| (v.field, v.fault)),
                ),
                Err(fault) => faults.push((name.clone(), fault)),
            },
            Part::File(_) => {}
        }
    }
    faults
}
