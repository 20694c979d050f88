//! The document for progenitor 0.15: what it cannot read is taken out, and each place is told.

use serde_json::{Map, Value, json};

use crate::{areas, contract, escape::pointer};

/// What was taken out: where in the document, and what.
pub type Removed = (String, &'static str);

const LIMITS: [&str; 3] = ["minLength", "maxLength", "pattern"];

/// Takes out what progenitor cannot read.
pub fn project(doc: &mut Value) -> Vec<Removed> {
    let mut removed = Vec::new();
    schemas(doc, "", &mut removed);
    forms(doc, &mut removed);
    removed
}

/// All schemas, and what only looks like one: examples are data, and are left alone.
fn schemas(value: &mut Value, at: &str, removed: &mut Vec<Removed>) {
    if let Value::Object(map) = value {
        if map.get(contract::JSON) == Some(&Value::Bool(true)) {
            // Any JSON comes here, whatever the schema says: for progenitor it says nothing.
            map.retain(|key, _| matches!(key.as_str(), "description" | "nullable"));
            return;
        }
        if is_schema(map) {
            schema(map, at, removed);
        }
    }
    let children: Vec<(String, &mut Value)> = match value {
        Value::Object(map) => map
            .iter_mut()
            .filter(|(key, _)| !matches!(key.as_str(), "example" | "examples" | "default" | "enum"))
            .map(|(key, value)| (pointer(key).to_string(), value))
            .collect(),
        Value::Array(list) => list
            .iter_mut()
            .enumerate()
            .map(|(i, value)| (i.to_string(), value))
            .collect(),
        _ => return,
    };
    for (key, child) in children {
        schemas(child, &format!("{at}/{key}"), removed);
    }
}

/// By its keywords: a map of members whose names are those of keywords holds no texts.
fn is_schema(map: &Map<String, Value>) -> bool {
    map.get("type").is_some_and(Value::is_string) || map.get("enum").is_some_and(Value::is_array)
}

fn schema(map: &mut Map<String, Value>, at: &str, removed: &mut Vec<Removed>) {
    let mut take = |map: &mut Map<String, Value>, key: &str, what| {
        if map.shift_remove(key).is_some() {
            removed.push((format!("{at}/{key}"), what));
        }
    };
    if map
        .get("enum")
        .and_then(Value::as_array)
        .is_some_and(|v| clash(v))
    {
        take(map, "enum", "values that would have one name");
    }
    if map.get("title").is_some_and(Value::is_string) {
        take(map, "title", "a type would be named after it, twice");
    }
    for limit in LIMITS {
        take(
            map,
            limit,
            "a limit that makes a type, whose name another has",
        );
    }
}

/// typify names a value by its letters and digits.
fn clash(values: &[Value]) -> bool {
    let mut names: Vec<String> = values
        .iter()
        .filter_map(Value::as_str)
        .map(|v| v.to_lowercase().replace(|c: char| !c.is_alphanumeric(), ""))
        .collect();
    names.sort();
    names.iter().any(String::is_empty) || names.windows(2).any(|w| w[0] == w[1])
}

/// Operations with a multipart body, and those whose form has an array or an object.
fn forms(doc: &mut Value, removed: &mut Vec<Removed>) {
    let all = areas::select(doc, &|_| true).unwrap_or_default();
    let multipart: Vec<(String, &str)> = all
        .iter()
        .filter(|op| {
            op.value
                .pointer("/requestBody/content/multipart~1form-data")
                .is_some()
        })
        .map(|op| (op.path.to_owned(), op.method))
        .collect();
    for (path, method) in multipart {
        if let Some(item) = doc["paths"][&path].as_object_mut() {
            item.shift_remove(method);
            removed.push((
                format!("/paths/{}/{method}", pointer(&path)),
                "a multipart body",
            ));
        }
    }
}

/// What [`project`] took out, as JSON.
pub fn report(removed: &[Removed]) -> Value {
    let one = |(at, what): &Removed| json!({ "pointer": at, "removed": what });
    removed.iter().map(one).collect()
}
