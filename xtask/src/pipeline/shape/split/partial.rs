//! The partial forms of what a PATCH sends: DRF requires no member of it, however deep.

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::schema;
use serde_json::{Map, Value, json};

use crate::document::{self, drf};

/// The components that refer to each.
type Users = BTreeMap<String, Vec<String>>;

/// The names of partial forms, by those of the components.
pub(super) struct Forms {
    /// The forms of the bodies, and of their parts and alternatives.
    all: BTreeMap<String, String>,
    /// The forms that differ from their component, because it, or a component in it, has a required
    /// member.
    differing: BTreeMap<String, String>,
}

impl Forms {
    /// Names the partial form of each component that the bodies of PATCH operations lead to. One
    /// that is needed `elsewhere` stays as it is.
    pub(super) fn of(
        bodies: &[Value],
        schemas: &Map<String, Value>,
        elsewhere: &BTreeSet<String>,
        mut taken: BTreeSet<String>,
    ) -> Self {
        let (differing, users) = differing(bodies, schemas);
        let mut named = |name: &String| {
            let base = format!("Patched{}Request", plain(name));
            if base == *name && !(elsewhere.contains(name) && differing.contains(name)) {
                return base;
            }
            let new = document::free_name(&base, |n| taken.contains(n));
            taken.insert(new.clone());
            new
        };
        let mut all = BTreeMap::new();
        let top = |body| match document::ref_name(body) {
            Some(name) => vec![name.to_owned()],
            None => parts(body),
        };
        for name in bodies.iter().flat_map(top) {
            all.entry(name).or_insert_with_key(&mut named);
        }
        // Each alternative of a union and each part of an object has a partial form too.
        let mut todo: Vec<String> = all.keys().cloned().collect();
        while let Some(from) = todo.pop() {
            for name in schemas.get(&from).map(parts).unwrap_or_default() {
                let known = schemas.get(&name).filter(|s| !schema::alias(s));
                if known.is_some_and(|s| s.get("enum").is_none()) && !all.contains_key(&name) {
                    all.insert(name.clone(), named(&name));
                    todo.push(name);
                }
            }
        }
        for name in &differing {
            all.entry(name.clone()).or_insert_with_key(&mut named);
        }
        let form = |name: String| Some((name.clone(), all.get(&name)?.clone()));
        let differing = differing.into_iter().filter_map(form).collect();
        let mut forms = Self { all, differing };
        forms.merge(schemas, &users);
        forms
    }

    /// Makes one of equal forms of one name: drf-spectacular has some already.
    fn merge(&mut self, schemas: &Map<String, Value>, users: &Users) {
        let mut known: BTreeMap<(String, String), String> = BTreeMap::new();
        let mut todo: Vec<String> = self.all.keys().cloned().collect();
        while let Some(from) = todo.pop() {
            let (Some(form), Some(schema)) = (self.all.get(&from), schemas.get(&from)) else {
                continue;
            };
            let (form, mut schema) = (form.clone(), schema.clone());
            self.apply(&mut schema);
            let key = (plain(&from).to_owned(), schema.to_string());
            let kept = known.entry(key).or_insert_with(|| form.clone());
            if *kept == form {
                continue;
            }
            // The shorter name has no number: it is that of the component itself, if it stays.
            let gone = match form.len() < kept.len() {
                true => std::mem::replace(kept, form),
                false => form,
            };
            for (name, form) in self.all.iter_mut().filter(|(_, form)| **form == gone) {
                form.clone_from(kept);
                if let Some(form) = self.differing.get_mut(name) {
                    form.clone_from(kept);
                }
                todo.extend(users.get(name).into_iter().flatten().cloned());
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.all.values().collect::<BTreeSet<_>>().len()
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
/// Returns whether the schema said nothing else.
fn leave_out(
    schema: &mut Value,
    names: &BTreeMap<String, String>,
    held: &BTreeMap<String, String>,
) -> bool {
    let Some(map) = schema.as_object_mut() else {
        return false;
    };
    let required = map.shift_remove("required");
    let least = map.shift_remove("minProperties");
    let mut had = required.is_some_and(|names| names != json!([])) || least.is_some();
    document::rename(map, names);
    for (key, value) in &mut *map {
        match (key.as_str(), value) {
            ("properties", Value::Object(members)) => members.values_mut().for_each(|member| {
                leave_out(member, held, held);
            }),
            ("items" | "additionalProperties", value) => {
                leave_out(value, held, held);
            }
            _ => {}
        }
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        let Some(Value::Array(parts)) = map.get_mut(key) else {
            continue;
        };
        let said = parts.iter_mut().map(|part| leave_out(part, names, held));
        if said.collect::<Vec<_>>().iter().all(|only| *only) && !parts.is_empty() {
            map.shift_remove(key);
            had = true;
        }
    }
    had && map
        .iter()
        .all(|(key, value)| drf::is_word(key) || key == "type" && value == "object")
}

/// Returns the components that the bodies lead to and whose partial form differs, and the users of
/// all.
fn differing(bodies: &[Value], schemas: &Map<String, Value>) -> (BTreeSet<String>, Users) {
    let mut users = Users::new();
    let (mut reached, mut todo) = (BTreeSet::new(), Vec::new());
    let mut visit = |user: Option<&String>, schema: &Value, todo: &mut Vec<String>| {
        document::each_inner(&held(schema), &mut |map| {
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
            let (mut partial, none) = (held(schema), BTreeMap::new());
            leave_out(&mut partial, &none, &none);
            if partial != held(schema) {
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
    (found, users)
}

/// Returns a schema without what has no partial form: what it excludes, and empty lists.
fn held(schema: &Value) -> Value {
    let mut schema = schema.clone();
    document::each_schema(&mut schema, &mut |map| {
        map.retain(|key, value| key != "not" && !(key == "required" && *value == json!([])));
    });
    schema
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

/// Returns the name without what it has for a direction: drf-spectacular uses the prefix already.
fn plain(name: &str) -> &str {
    name.trim_start_matches("Patched")
        .trim_end_matches("Request")
}
