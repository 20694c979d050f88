//! The partial forms of what a PATCH sends: DRF requires no member of it, however deep.

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::schema;
use serde_json::{Map, Value};

use crate::document;

/// The names of partial forms, by those of the components.
pub(super) struct Forms {
    /// Of the bodies, and of their parts and alternatives.
    all: BTreeMap<String, String>,
    /// Of what differs in its partial form: it, or what it holds, has a required member.
    differing: BTreeMap<String, String>,
}

impl Forms {
    /// Names the partial form of each component that the bodies of PATCH operations lead to.
    pub(super) fn of(
        bodies: &[Value],
        schemas: &Map<String, Value>,
        mut taken: BTreeSet<String>,
    ) -> Self {
        let mut all = BTreeMap::new();
        let top = |body| match document::ref_name(body) {
            Some(name) => vec![name.to_owned()],
            None => parts(body),
        };
        for name in bodies.iter().flat_map(top) {
            let new = || partial_name(&name, &mut taken);
            all.entry(name.clone()).or_insert_with(new);
        }
        // Each alternative of a union and each part of an object has a partial form too.
        let mut todo: Vec<String> = all.keys().cloned().collect();
        while let Some(from) = todo.pop() {
            for name in schemas.get(&from).map(parts).unwrap_or_default() {
                let known = schemas.get(&name).filter(|s| !schema::alias(s));
                if known.is_some_and(|s| s.get("enum").is_none()) && !all.contains_key(&name) {
                    all.insert(name.clone(), partial_name(&name, &mut taken));
                    todo.push(name);
                }
            }
        }
        let mut known: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
        for name in all.keys() {
            known.entry(plain(name)).or_default().push(name);
        }
        let differing = differing(bodies, schemas).into_iter().map(|name| {
            let alike = || {
                let mut others = known.get(plain(&name)).into_iter().flatten();
                all.get(*others.find(|other| are_alike(other, &name, schemas))?)
            };
            let form = all.get(&name).or_else(alike).cloned();
            let form = form.unwrap_or_else(|| partial_name(&name, &mut taken));
            (name, form)
        });
        let differing: BTreeMap<_, _> = differing.collect();
        all.extend(differing.clone());
        Self { all, differing }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Adds the partial forms to the components.
    pub(super) fn add_to(&self, schemas: &mut Map<String, Value>) {
        for (from, to) in &self.all {
            if let Some(mut schema) = schemas.get(from).cloned() {
                self.apply(&mut schema);
                schemas.insert(to.clone(), schema);
            }
        }
    }

    /// Makes a body partial: by a reference to a partial form, or inline, since a form has no name.
    pub(super) fn apply(&self, schema: &mut Value) {
        leave_out(schema, &self.all, &self.differing);
    }
}

/// Leaves out what is required, here and in all that is held, and refers to the partial forms.
fn leave_out(
    schema: &mut Value,
    names: &BTreeMap<String, String>,
    held: &BTreeMap<String, String>,
) {
    let Some(map) = schema.as_object_mut() else {
        return;
    };
    map.shift_remove("required");
    document::rename(map, names);
    for (key, value) in &mut *map {
        match (key.as_str(), value) {
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                parts.iter_mut().for_each(|p| leave_out(p, names, held));
            }
            ("properties", Value::Object(members)) => {
                members.values_mut().for_each(|m| leave_out(m, held, held));
            }
            ("items" | "additionalProperties", value) => leave_out(value, held, held),
            _ => {}
        }
    }
    // Alternatives that only say what is required say nothing now.
    for key in ["anyOf", "oneOf"] {
        let list = map.get(key).and_then(Value::as_array);
        if list.is_some_and(|list| {
            list.iter()
                .all(|a| a.as_object().is_some_and(Map::is_empty))
        }) {
            map.shift_remove(key);
        }
    }
}

/// Returns the components that the bodies lead to and whose partial form differs.
fn differing(bodies: &[Value], schemas: &Map<String, Value>) -> BTreeSet<String> {
    let mut users: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut reached, mut todo) = (BTreeSet::new(), Vec::new());
    let mut visit = |user: Option<&String>, schema: &Value, todo: &mut Vec<String>| {
        document::each_inner(schema, &mut |map| {
            let target = map.get("$ref").and_then(Value::as_str);
            let target = target.and_then(|r| r.strip_prefix("#/components/schemas/"));
            let Some(target) = target else { return };
            users
                .entry(target.to_owned())
                .or_default()
                .extend(user.cloned());
            if reached.insert(target.to_owned()) {
                todo.push(target.to_owned());
            }
        });
    };
    bodies.iter().for_each(|body| visit(None, body, &mut todo));
    let mut differ = Vec::new();
    while let Some(name) = todo.pop() {
        if let Some(schema) = schemas.get(&name) {
            visit(Some(&name), schema, &mut todo);
            if alone(schema) != *schema {
                differ.push(name);
            }
        }
    }
    let mut found = BTreeSet::new();
    while let Some(name) = differ.pop() {
        if found.insert(name.clone()) {
            differ.extend(users.get(&name).into_iter().flatten().cloned());
        }
    }
    found
}

/// Returns the partial form of a schema, with the same references.
fn alone(schema: &Value) -> Value {
    let (mut schema, none) = (schema.clone(), BTreeMap::new());
    leave_out(&mut schema, &none, &none);
    schema
}

/// Returns whether one is the partial form of the other, as drf-spectacular makes it.
fn are_alike(name: &str, other: &str, schemas: &Map<String, Value>) -> bool {
    schemas.get(name).map(alone) == schemas.get(other).map(alone)
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
    let union = Some(schema).filter(|s| schema::is_union(s));
    let alternatives = union.and_then(schema::alternatives);
    let names = alternatives
        .into_iter()
        .flatten()
        .filter_map(document::ref_name);
    names.map(str::to_owned).collect()
}

/// Returns the name of the partial form of a request.
fn partial_name(target: &str, taken: &mut BTreeSet<String>) -> String {
    let base = format!("Patched{}Request", plain(target));
    if base == target {
        return base;
    }
    let new = document::free_name(&base, |n| taken.contains(n));
    taken.insert(new.clone());
    new
}

/// Returns the name without what it has for a direction: drf-spectacular uses the prefix already.
fn plain(name: &str) -> &str {
    name.trim_start_matches("Patched")
        .trim_end_matches("Request")
}
