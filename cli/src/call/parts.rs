//! Checks the parts of a form against its schema.

use std::slice;

use serde_json::{Map, Value};

use super::{Part, check::check, near::unknown};
use crate::index::{Body, Index, required};

/// Reads the texts of a form as the values that its schema says: a form has no other.
pub fn typed(index: &Index, schema: &Value, form: &mut Value) {
    let schema = index.resolved(schema);
    let of = |name: &String| schema.get("properties")?.get(name);
    for (name, value) in form.as_object_mut().into_iter().flatten() {
        if value == "" && of(name).is_some_and(|of| is_nullable(&index.resolved(of))) {
            *value = Value::Null;
            continue;
        }
        let Some(of) = of(name) else {
            continue;
        };
        let one = |of: &Value, text: &String| super::read(index, of, slice::from_ref(text), false);
        match value {
            Value::String(text) => {
                if let Ok(read) = one(of, text) {
                    *value = read;
                }
            }
            Value::Array(items) => {
                let texts: Option<Vec<String>> = items
                    .iter()
                    .map(|item| item.as_str().map(str::to_owned))
                    .collect();
                let read = texts.and_then(|texts| super::read(index, of, &texts, false).ok());
                if let Some(read) = read {
                    *value = read;
                    continue;
                }
                // Some are JSON already.
                let of = index.resolved(of);
                for item in items {
                    let read = match (of.get("items"), &*item) {
                        (Some(of), Value::String(text)) => one(of, text),
                        _ => continue,
                    };
                    if let Ok(read) = read {
                        *item = read;
                    }
                }
            }
            _ => {}
        }
    }
}

/// Rewrites the texts that only the command line understands, such as `now`, as [`typed`] does.
pub fn typed_parts(index: &Index, body: &Body, parts: &mut [(String, Part)]) {
    let schema = index.resolved(&body.schema);
    for (name, part) in parts {
        let of = schema.get("properties").and_then(|all| all.get(&*name));
        let (Some(of), Part::Text(text)) = (of, part) else {
            continue;
        };
        let of = index.resolved(body.part(index, name, of));
        let of = of.get("items").unwrap_or(&of);
        if let Ok(Value::String(read)) = super::read(index, of, slice::from_ref(text), false) {
            *text = read;
        }
    }
}

/// Returns the faults of a form that an assistant gives as one JSON value, which holds neither
/// files nor the headers of parts.
pub fn of_json(index: &Index, body: &Body, form: &Value) -> Vec<(String, String)> {
    let schema = index.resolved(&body.schema);
    let known = schema.get("properties");
    let given = form.as_object().into_iter().flatten();
    let is_sent =
        |value: &Value| !value.is_null() && value.as_array().is_none_or(|v| !v.is_empty());
    let fault = |at, what| {
        let ask = "which JSON cannot hold: ask the user to send the form with `autopi`";
        (at, format!("{what}, {ask}"))
    };
    given
        .filter(|(_, value)| is_sent(value))
        .flat_map(|(name, _)| {
            let of = known.and_then(|known| known.get(name));
            let is_file = of.is_some_and(|of| is_file(index, &index.resolved(of)));
            let file = is_file.then(|| fault(name.clone(), "must be a file"));
            let headers = missing_headers(body, name, &[]);
            let headers = headers.map(|at| fault(at, "required: a header of the part"));
            file.into_iter().chain(headers).collect::<Vec<_>>()
        })
        .collect()
}

/// Returns the required headers of the parts with this name that are not given, as `PART;HEADER`.
fn missing_headers<'b>(
    body: &'b Body,
    name: &'b str,
    parts: &'b [(String, Part)],
) -> impl Iterator<Item = String> {
    let needed = body.headers(name).filter(|header| header.required);
    let is_given = move |header: &str| {
        let mut all = parts.iter();
        all.any(|(other, _)| body.header_of(other) == Some((name, header)))
    };
    let missing = needed.filter(move |header| !is_given(header.name));
    missing.map(move |header| format!("{name};{}", header.name))
}

/// Returns the faults of a form's parts: unknown names, missing parts and headers, files where none
/// are allowed.
pub fn parts(index: &Index, body: &Body, parts: &[(String, Part)]) -> Vec<(String, String)> {
    let schema = index.resolved(&body.schema);
    let empty = Map::new();
    let known = schema.get("properties").and_then(Value::as_object);
    let known = known.unwrap_or(&empty);
    let required = required(&schema).into_iter();
    let is_given = |name: &str| parts.iter().any(|(given, _)| given == name);
    let mut faults: Vec<_> = required
        .filter(|name| !is_given(name))
        .map(|name| (name.to_owned(), "required, not given".to_owned()))
        .collect();
    for (at, (name, _)) in parts.iter().enumerate() {
        let is_first = parts.iter().position(|(other, _)| other == name) == Some(at);
        if body.header_of(name).is_some() || !is_first {
            continue;
        }
        let Some(of) = known.get(name) else {
            let whole = name.split(['.', '[']).next().unwrap_or_default();
            let fault = match known.contains_key(whole) {
                true => format!("a form holds `{whole}` as one value: {whole}:=JSON"),
                false => unknown(name, known.keys().map(String::as_str)),
            };
            if !known.is_empty() {
                faults.push((name.clone(), fault));
            }
            continue;
        };
        faults.extend(missing_headers(body, name, parts).map(|at| {
            let fault = format!("required, not given: -b '{at}=VALUE'");
            (at, fault)
        }));
        let of = index.resolved(body.part(index, name, of));
        let all = parts.iter().filter(|(other, _)| other == name);
        let all: Vec<&Part> = all.map(|(_, part)| part).collect();
        faults.extend(values(index, &of, name, &all));
    }
    faults
}

/// Returns the faults of the parts of one name, which may be the items of a list.
fn values(index: &Index, schema: &Value, name: &str, parts: &[&Part]) -> Vec<(String, String)> {
    let (mut texts, mut items) = (Vec::new(), Vec::new());
    for part in parts {
        match part {
            Part::Text(text) => {
                texts.push(text.clone());
                items.push(Value::from(text.as_str()));
            }
            Part::Json(Value::Array(inner)) => items.extend(inner.iter().cloned()),
            Part::Json(value) => items.push(value.clone()),
            Part::File(_) => {}
        }
    }
    if items.is_empty() && parts.iter().any(|part| matches!(part, Part::File(_))) {
        return Vec::new();
    }
    if is_file(index, schema) {
        return vec![(name.to_owned(), format!("must be a file: {name}=@PATH"))];
    }
    let found = |value: &Value| -> Vec<_> {
        let found = check(index, schema, value, name).into_iter();
        found.map(|v| (v.field, v.fault)).collect()
    };
    if texts.len() == parts.len() {
        if texts == [""] && is_nullable(schema) {
            return Vec::new();
        }
        return match super::read(index, schema, &texts, false) {
            Ok(value) => found(&value),
            Err(fault) => vec![(name.to_owned(), fault)],
        };
    }
    let of_list = found(&Value::Array(items.clone()));
    match items.as_slice() {
        _ if of_list.is_empty() || schema.get("type").is_some_and(|t| t == "array") => of_list,
        [one] => found(one),
        _ => of_list,
    }
}

/// Returns whether an empty text is null, as servers read it in a form.
fn is_nullable(schema: &Value) -> bool {
    schema.get("nullable") == Some(&Value::Bool(true))
}

/// Returns whether only a file can be sent: the schema is one, or a list of them.
fn is_file(index: &Index, schema: &Value) -> bool {
    let is_file = |s: &Value| s.get("format").is_some_and(|f| f == "binary");
    let items = schema.get("items").map(|items| index.resolved(items));
    is_file(schema) || items.is_some_and(|items| is_file(&items))
}
