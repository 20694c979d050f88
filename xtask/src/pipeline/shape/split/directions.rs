//! Finds the schemas that are sent and received, and those whose two directions differ.

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::contract;
use serde_json::{Map, Value};

use super::{is_patched, is_secret, says};
use crate::document;

/// Returns the schemas that these reach: `wanted(is it of a request, is it a PATCH of any subset)`.
pub(super) fn reached(
    doc: &mut Value,
    schemas: &Map<String, Value>,
    wanted: impl Fn(bool, bool) -> bool,
) -> BTreeSet<String> {
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
    document::operations(doc, |_, method, op| {
        let parameters = document::parameter_schemas(op).filter(|_| wanted(true, false));
        parameters.for_each(|(_, schema)| visit(schema, &mut todo));
        document::bodies(op, |is_request, media, schema| {
            let is_patched = is_request && is_patched(method, media, schema, schemas);
            if wanted(is_request, is_patched) {
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

/// Returns the schemas whose two directions differ: those that say so, and those that lead to one
/// of them.
pub(super) fn differing(
    schemas: &Map<String, Value>,
    both: impl Fn(&str) -> bool,
) -> BTreeSet<String> {
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

/// Returns whether the received struct differs from the sent one: a member that is required in
/// requests may be missing in a response, and a response does not distinguish null from absent.
pub(super) fn is_read_otherwise(schema: &Map<String, Value>, schemas: &Map<String, Value>) -> bool {
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
