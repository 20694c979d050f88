//! The document, narrowed to what progenitor is given: the operations that are on, our types marked
//! by formats and names.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{Error, areas, contract, schema::Document};

pub const DEVICE: &str = "autopi-device-id";
pub const UNIT: &str = "autopi-unit-id";

/// Keeps only the operations that are on.
pub fn select(doc: &mut Value, on: &dyn Fn(&str) -> bool) -> Result<(), Error> {
    let off: Vec<(String, &str)> = areas::select(doc, &|area| !on(area))?
        .iter()
        .map(|op| (op.path.to_owned(), op.method))
        .collect();
    for (path, method) in off {
        if let Some(item) = doc["paths"][&path].as_object_mut() {
            item.shift_remove(method);
        }
    }
    Ok(())
}

/// Turns the marks of a device's two ids into formats, and removes everything else beyond OpenAPI:
/// typify identifies a type by its whole schema, so a limit or a title would make another type of a
/// string.
pub fn plain(value: &mut Value) {
    match value {
        Value::Object(map) => {
            let format = match map.get(contract::ID).and_then(Value::as_str) {
                Some("device") => Some(DEVICE),
                Some("unit") => Some(UNIT),
                _ => None,
            };
            if let Some(format) = format {
                map.insert("format".into(), json!(format));
            }
            map.retain(|key, value| match key.as_str() {
                contract::JSON => true,
                "minLength" | "maxLength" | "pattern" | "title" => value.is_object(),
                key => !key.starts_with(contract::PREFIX),
            });
            map.values_mut().for_each(plain);
        }
        Value::Array(list) => list.iter_mut().for_each(plain),
        _ => {}
    }
}

/// Gives each inline envelope of a page a name, by which typify finds our type; returns the names
/// with the items.
pub fn pages(doc: &mut Value) -> Vec<(String, Value)> {
    fn lift(value: &mut Value, found: &mut Vec<(String, Value)>) {
        let items = value.get(contract::PAGE).and_then(|page| {
            let items = value.pointer("/properties/results/items")?;
            (*page == Value::Bool(true)).then(|| items.clone())
        });
        if let Some(items) = items {
            let name = format!("AutopiPage{}", found.len());
            *value = json!({ "$ref": format!("#/components/schemas/{name}") });
            found.push((name, items));
            return;
        }
        match value {
            Value::Object(map) => map.values_mut().for_each(|v| lift(v, found)),
            Value::Array(list) => list.iter_mut().for_each(|v| lift(v, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    lift(&mut doc["paths"], &mut found);
    for (name, _) in &found {
        doc["components"]["schemas"][name] = json!({});
    }
    found
}

/// Keeps only the components that something refers to, not counting what is inside of those that
/// our types replace.
pub fn prune(doc: &mut Value, replaced: &BTreeSet<String>) {
    fn refs(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                found.extend(Document::target(value).map(str::to_owned));
                map.values().for_each(|v| refs(v, found));
            }
            Value::Array(list) => list.iter().for_each(|v| refs(v, found)),
            _ => {}
        }
    }
    let (mut todo, mut used) = (Vec::new(), BTreeSet::new());
    refs(&doc["paths"], &mut todo);
    while let Some(name) = todo.pop() {
        if used.insert(name.clone()) && !replaced.contains(&name) {
            refs(&doc["components"]["schemas"][&name], &mut todo);
        }
    }
    if let Some(schemas) = doc["components"]["schemas"].as_object_mut() {
        schemas.retain(|name, _| used.contains(name));
    }
}
