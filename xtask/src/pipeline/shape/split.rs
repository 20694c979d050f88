//! drf-yasg has one definition for both directions. DRF sends every field that is not writeOnly, takes every field that is not readOnly, and a PATCH
//! takes any subset.

use autopi_codegen::contract;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::document;
use crate::report::Failure;

/// `X` (received), `XRequest` (sent) and `PatchedXRequest` (sent by PATCH); one type where both directions are equal.
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
        // One that is split already, by drf-spectacular or by hand, keeps its name.
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
            let Some(target) = document::ref_name(schema)
                .filter(|_| method == "patch")
                .map(str::to_owned)
            else {
                return;
            };
            let new = patched
                .entry(target.clone())
                .or_insert_with(|| partial(&target, &mut taken));
            *schema = document::reference(new);
        });
    });
    // Of a union each alternative has its partial form, of an object each that it is composed of.
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
            if autopi_codegen::schema::is_union(&schema) {
                rename(&mut schema, &patched);
            }
            leave_out_required(&mut schema, &patched);
            out.insert(to.clone(), schema);
        }
    }
    let n = requests.len() + patched.len();
    if let Some(schemas) = document::schemas(doc) {
        *schemas = out;
    }
    Ok(n)
}

/// The components that are the alternatives of a union, or that an object is composed of.
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

/// Makes an object partial, and what it is composed of: written out there, or by reference to the partial form.
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

/// The name of the partial form of a request.
fn partial(target: &str, taken: &mut BTreeSet<String>) -> String {
    // drf-spectacular has the prefix already.
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

/// The schemas that requests, or responses, reach.
fn reached(doc: &mut Value, schemas: &Map<String, Value>, requests: bool) -> BTreeSet<String> {
    let (mut todo, mut found) = (Vec::new(), BTreeSet::new());
    let mut visit = |schema: &Value, todo: &mut Vec<String>| {
        document::each_inner(schema, &mut |map| {
            let target = map.get("$ref").and_then(Value::as_str);
            let name = target.and_then(|r| r.strip_prefix("#/components/schemas/"));
            let known = name.filter(|n| schemas.contains_key(*n));
            if let Some(name) = known.filter(|n| found.insert((*n).to_owned())) {
                todo.push(name.to_owned());
            }
        });
    };
    document::operations(doc, |_, _, op| {
        let parameters = document::parameter_schemas(op).filter(|_| requests);
        parameters.for_each(|(_, schema)| visit(schema, &mut todo));
        document::bodies(op, |request, _, schema| {
            if request == requests {
                visit(schema, &mut todo);
            }
        });
    });
    while let Some(name) = todo.pop() {
        if let Some(schema) = schemas.get(&name) {
            visit(schema, &mut todo);
        }
    }
    found
}

/// Schemas whose two directions differ: those that say so, and those that lead to one of them.
fn differing(schemas: &Map<String, Value>, both: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let mut todo = Vec::new();
    let mut users: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for (name, schema) in schemas {
        let mut hit = false;
        document::each_inner(schema, &mut |map| {
            let flag = |k: &str| map.get(k) == Some(&Value::Bool(true));
            let target = map.get("$ref").and_then(Value::as_str);
            if let Some(target) = target.and_then(|r| r.rsplit('/').next()) {
                users.entry(target.to_owned()).or_default().push(name);
            }
            let required = map
                .get("required")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            let mut properties =
                required.filter_map(|name| Some((name, map.get("properties")?.get(name)?)));
            hit |= properties.any(|(name, property)| is_secret(name, property));
            hit |= both(name) && is_read_otherwise(map, schemas);
            hit |= flag("readOnly") || flag("writeOnly");
        });
        todo.extend(hit.then_some(name));
    }
    let mut differs = BTreeSet::new();
    while let Some(name) = todo.pop() {
        if differs.insert(name.clone()) {
            todo.extend(users.get(name).into_iter().flatten());
        }
    }
    differs
}

/// Does a struct of it differ from what is sent? A member that must be sent may be missing in a response, and a response does not tell null from nothing.
fn is_read_otherwise(schema: &Map<String, Value>, schemas: &Map<String, Value>) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().any(|(name, property)| {
        let is = |key| says(property, key, schemas, 8);
        match required.is_some_and(|r| r.iter().any(|n| n == name)) {
            true => !(is("nullable") || is(contract::JSON) || is(contract::ALWAYS)),
            false => is("nullable"),
        }
    })
}

/// Is this set, here or where a reference leads?
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

/// What comes back: writeOnly fields gone, readOnly ones always there.
fn response(mut schema: Value, schemas: &Map<String, Value>) -> Value {
    document::each_schema(&mut schema, &mut |map| {
        let Some(properties) = map.get_mut("properties").and_then(Value::as_object_mut) else {
            return;
        };
        properties.retain(|_, p| !says(p, "writeOnly", schemas, 8));
        let always: Vec<String> = properties
            .iter()
            .filter(|(_, p)| says(p, "readOnly", schemas, 8))
            .map(|(k, _)| k.clone())
            .collect();
        let kept: BTreeSet<String> = properties
            .iter()
            .filter(|(k, p)| !is_secret(k, p))
            .map(|(k, _)| k.clone())
            .collect();
        set_required(map, &kept, always);
    });
    schema
}

/// Swagger 2.0 has no writeOnly: a password that a serializer asks for stands there, and most often does not come back.
fn is_secret(name: &str, property: &Value) -> bool {
    property.get("readOnly").is_none()
        && (name.contains("password") || property.get("format").is_some_and(|f| f == "password"))
}

/// What is sent: readOnly fields gone, references to the sent form.
fn request(
    mut schema: Value,
    schemas: &Map<String, Value>,
    names: &BTreeMap<String, String>,
) -> Value {
    rename(&mut schema, names);
    document::each_schema(&mut schema, &mut |map| {
        let Some(properties) = map.get_mut("properties").and_then(Value::as_object_mut) else {
            return;
        };
        properties.retain(|_, p| {
            p.as_object_mut().map(|p| p.shift_remove(contract::ALWAYS));
            // Its references may be renamed by now, to what has no such mark.
            !says(p, "readOnly", schemas, 8)
        });
        let kept: BTreeSet<String> = properties.keys().cloned().collect();
        set_required(map, &kept, Vec::new());
    });
    schema
}

fn set_required(map: &mut Map<String, Value>, kept: &BTreeSet<String>, more: Vec<String>) {
    let mut required: Vec<String> = map
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    for name in more {
        if !required.contains(&name) {
            required.push(name);
        }
    }
    required.retain(|r| kept.contains(r));
    if required.is_empty() {
        map.shift_remove("required");
    } else {
        map.insert("required".into(), required.into());
    }
}

fn rename(schema: &mut Value, names: &BTreeMap<String, String>) {
    document::each_schema(schema, &mut |map| document::rename(map, names));
}
