//! Splits schemas by direction. drf-yasg has one definition for both: DRF sends every field that is
//! not writeOnly, accepts every field that is not readOnly, and accepts any subset in a PATCH.

mod directions;
mod forms;

use directions::{differing, reached};
use forms::{request, response};

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::document;
use crate::report::Failure;

/// Makes `X` (received), `XRequest` (sent) and `PatchedXRequest` (sent by PATCH); a single type if
/// both directions are equal.
pub fn request_response(doc: &mut Value) -> Result<usize, Failure> {
    let Some(schemas) = document::schemas(doc) else {
        return Ok(0);
    };
    let schemas = std::mem::take(schemas);
    let (sent, received) = (reached(doc, &schemas, true), reached(doc, &schemas, false));
    let differs = differing(&schemas, |name| {
        sent.contains(name) && received.contains(name)
    });
    let mut requests = BTreeMap::new();
    let mut taken: BTreeSet<String> = schemas.keys().cloned().collect();
    for name in schemas
        .keys()
        .filter(|n| differs.contains(*n) && sent.contains(*n))
    {
        // One that was split already, by drf-spectacular or by hand, keeps its name.
        let split = name.ends_with("Request") && !received.contains(name);
        let new = if split {
            name.clone()
        } else {
            document::free_name(&format!("{name}Request"), |n| taken.contains(n))
        };
        taken.insert(new.clone());
        requests.insert(name.clone(), new);
    }
    let mut out = Map::new();
    for (name, schema) in &schemas {
        let new = requests.get(name);
        if new != Some(name) {
            out.insert(name.clone(), response(schema.clone(), &schemas));
        }
        if let Some(new) = new {
            out.insert(new.clone(), request(schema.clone(), &schemas, &requests));
        }
    }
    let mut patched = BTreeMap::new();
    document::operations(doc, |_, method, op| {
        document::parameter_schemas(op).for_each(|(_, schema)| rename(schema, &requests));
        document::bodies(op, |is_request, _, schema| {
            if !is_request {
                return;
            }
            rename(schema, &requests);
            if method != "patch" {
                return;
            }
            let target = document::ref_name(schema).map(str::to_owned);
            let named = target
                .clone()
                .map_or_else(|| parts(schema), |name| vec![name]);
            for name in named {
                let new = || partial(&name, &mut taken);
                patched.entry(name.clone()).or_insert_with(new);
            }
            match target.and_then(|name| patched.get(&name)) {
                Some(new) => *schema = document::reference(new),
                // A form has no name.
                None => make_partial(schema, &patched),
            }
        });
    });
    // Each alternative of a union and each part of an object has a partial form too.
    let mut todo: Vec<String> = patched.keys().cloned().collect();
    while let Some(from) = todo.pop() {
        let parts = out.get(&from).map(parts).unwrap_or_default();
        for name in parts {
            let known = out.get(&name).filter(|s| !autopi_codegen::schema::alias(s));
            if known.is_some_and(|s| s.get("enum").is_none()) && !patched.contains_key(&name) {
                patched.insert(name.clone(), partial(&name, &mut taken));
                todo.push(name);
            }
        }
    }
    for (from, to) in &patched {
        if let Some(mut schema) = out.get(from).cloned() {
            make_partial(&mut schema, &patched);
            out.insert(to.clone(), schema);
        }
    }
    let n = requests.len() + patched.len();
    if let Some(schemas) = document::schemas(doc) {
        *schemas = out;
    }
    Ok(n)
}

/// Returns the components that are alternatives of a union, or parts of an object.
fn parts(schema: &Value) -> Vec<String> {
    if let Some(composed) = schema.get("allOf").and_then(Value::as_array) {
        let inner = |part: &Value| match document::ref_name(part) {
            Some(name) => vec![name.to_owned()],
            None => parts(part),
        };
        return composed.iter().flat_map(inner).collect();
    }
    let union = Some(schema).filter(|s| autopi_codegen::schema::is_union(s));
    let alternatives = union.and_then(autopi_codegen::schema::alternatives);
    let names = alternatives
        .into_iter()
        .flatten()
        .filter_map(document::ref_name);
    names.map(str::to_owned).collect()
}

fn make_partial(schema: &mut Value, patched: &BTreeMap<String, String>) {
    if autopi_codegen::schema::is_union(schema) {
        rename(schema, patched);
    }
    leave_out_required(schema, patched);
}

/// Makes an object and its parts partial: inline, or by a reference to the partial form.
fn leave_out_required(schema: &mut Value, patched: &BTreeMap<String, String>) {
    let Some(map) = schema.as_object_mut() else {
        return;
    };
    map.shift_remove("required");
    let parts = map.get_mut("allOf").and_then(Value::as_array_mut);
    for part in parts.into_iter().flatten() {
        if let Some(part) = part.as_object_mut() {
            document::rename(part, patched);
        }
        leave_out_required(part, patched);
    }
}

/// Returns the name of the partial form of a request.
fn partial(target: &str, taken: &mut BTreeSet<String>) -> String {
    // drf-spectacular uses the prefix already.
    let plain = target
        .trim_start_matches("Patched")
        .trim_end_matches("Request");
    let base = format!("Patched{plain}Request");
    if base == target {
        return base;
    }
    let new = document::free_name(&base, |n| taken.contains(n));
    taken.insert(new.clone());
    new
}

/// Returns whether this keyword is set, here or behind a reference.
pub(super) fn says(schema: &Value, key: &str, schemas: &Map<String, Value>, depth: u8) -> bool {
    let only = match schema
        .get("allOf")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
    {
        Some([one]) => one,
        _ => schema,
    };
    let target = document::ref_name(only).and_then(|name| schemas.get(name));
    schema.get(key) == Some(&Value::Bool(true))
        || target.is_some_and(|t| depth > 0 && says(t, key, schemas, depth - 1))
}

/// Returns whether a property is a secret that is only written: Swagger 2.0 has no writeOnly, and a
/// password in a serializer usually is not returned.
fn is_secret(name: &str, property: &Value) -> bool {
    property.get("readOnly").is_none()
        && (name.contains("password") || property.get("format").is_some_and(|f| f == "password"))
}

fn rename(schema: &mut Value, names: &BTreeMap<String, String>) {
    document::each_schema(schema, &mut |map| document::rename(map, names));
}
