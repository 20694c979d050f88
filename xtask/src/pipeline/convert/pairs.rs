//! A schema with two lists of alternatives (`oneOf` beside `anyOf`, or in parts of its `allOf`)
//! requires one of each. It becomes a single list of all pairs that are possible.

use std::collections::VecDeque;

use autopi_codegen::contract;
use serde_json::{Map, Value, json};

use crate::document::members::{At, DOCUMENT, Is, SCHEMA, each};
use crate::{
    document::{self, free_name, ref_name, resolved},
    report::Report,
};

/// The maximum number of pairs.
const MOST: usize = 64;
const LISTS: [&str; 2] = ["oneOf", "anyOf"];

/// Merges several lists into one, with a warning for what stays any JSON.
pub fn merge_lists(doc: &mut Value, report: &mut Report) {
    let mut places = Vec::new();
    let _ = each::<()>(
        doc,
        Is::One(&DOCUMENT),
        &At::ROOT,
        &mut |kind, at, schema| {
            if kind == &SCHEMA && (lists(schema).len() > 1 || says_nothing(schema)) {
                places.push(at.to_string());
            }
            Ok(())
        },
    );
    // Inner schemas first, because outer ones are made from them.
    for at in places.into_iter().rev() {
        let schemas = document::schemas(doc).cloned().unwrap_or_default();
        let Some(schema) = doc.pointer(&at) else {
            continue;
        };
        let mut pairs = Pairs {
            schemas: &schemas,
            made: Map::new(),
        };
        match pairs.of(schema) {
            Ok(new) => {
                let made = pairs.made;
                if let Some(place) = doc.pointer_mut(&at) {
                    *place = new;
                }
                document::schemas(doc)
                    .into_iter()
                    .for_each(|s| s.extend(made.clone()));
            }
            Err(why) => {
                if let Some(place) = doc.pointer_mut(&at).and_then(Value::as_object_mut) {
                    LISTS.iter().for_each(|k| drop(place.shift_remove(*k)));
                    place.shift_remove("discriminator");
                    let typed = ["type", "properties", "allOf"]
                        .iter()
                        .any(|k| place.contains_key(*k));
                    if !typed {
                        place.insert(contract::JSON.into(), true.into());
                    }
                }
                report.warn(at, why);
            }
        }
    }
}

/// Returns the lists of alternatives of a schema: its own, and those of parts that have nothing
/// else.
fn lists(schema: &Value) -> Vec<Vec<Value>> {
    let parts = schema.get("allOf").and_then(Value::as_array);
    let parts = parts.into_iter().flatten().filter(|p| is_list_alone(p));
    let holders = std::iter::once(schema).chain(parts);
    let found = holders.flat_map(|s| LISTS.map(|k| s.get(k)?.as_array().cloned()));
    found.flatten().filter(|l| !l.is_empty()).collect()
}

fn is_list_alone(part: &Value) -> bool {
    let own = ["$ref", "properties", "allOf", "discriminator"];
    LISTS.iter().any(|k| part.get(*k).is_some()) && own.iter().all(|k| part.get(*k).is_none())
}

/// Returns whether one of the alternatives allows anything.
fn says_nothing(schema: &Value) -> bool {
    let open = ["type", "properties", "allOf"]
        .iter()
        .all(|k| schema.get(*k).is_none());
    let empty = |part: &Value| {
        let told = ["title", "description", "example", contract::VARIANT];
        part.as_object()
            .is_some_and(|p| p.keys().all(|k| told.contains(&k.as_str())))
    };
    open && lists(schema).iter().flatten().any(empty)
}

/// Returns whether an alternative says what its values are, and not only conditions for them.
fn says(part: &Value) -> bool {
    let keys = [
        "$ref",
        "type",
        "properties",
        "allOf",
        "oneOf",
        "anyOf",
        "enum",
    ];
    keys.iter().any(|k| part.get(*k).is_some())
}

struct Pairs<'a> {
    schemas: &'a Map<String, Value>,
    made: Map<String, Value>,
}

impl Pairs<'_> {
    /// Returns the schema with one list, or why that is impossible.
    fn of(&mut self, schema: &Value) -> Result<Value, String> {
        let mut lists = lists(schema);
        // A list of only conditions does not distinguish alternatives.
        if lists.len() > 1 {
            lists.retain(|list| list.iter().any(says));
        }
        if says_nothing(schema) {
            return Err("an empty alternative accepts anything: any JSON".into());
        }
        let is_null = |part: &Value| document::is_null(part, self.schemas);
        let nullable = lists.iter().all(|list| list.iter().any(is_null));
        if lists.len() > 1 {
            for list in &mut lists {
                *list = self.flattened(std::mem::take(list));
            }
        }
        for list in &mut lists {
            list.retain(|part| !is_null(part));
        }
        let mut new = schema.as_object().cloned().unwrap_or_default();
        LISTS.iter().for_each(|k| drop(new.shift_remove(*k)));
        if let Some(parts) = new.get_mut("allOf").and_then(Value::as_array_mut) {
            parts.retain(|p| !is_list_alone(p));
            if parts.is_empty() {
                new.shift_remove("allOf");
            }
        }
        let Some(mut found) = lists.pop() else {
            return Ok(new.into());
        };
        while let Some(list) = lists.pop() {
            let mut all = Vec::new();
            for a in &list {
                for b in &found {
                    if let Some(pair) = self.pair(a, b)?.filter(|p| !all.contains(p)) {
                        all.push(pair);
                    }
                    if all.len() > MOST {
                        return Err(format!("more than {MOST} pairs of alternatives: any JSON"));
                    }
                }
            }
            found = all;
        }
        if found.is_empty() {
            return Err("no value is of both lists of alternatives: any JSON".into());
        }
        if nullable {
            new.insert("nullable".into(), true.into());
        }
        self.retag(&mut new, &found);
        new.insert("oneOf".into(), found.into());
        Ok(new.into())
    }

    /// Flattens alternatives that are only lists of alternatives.
    fn flattened(&self, list: Vec<Value>) -> Vec<Value> {
        let (mut out, mut seen) = (Vec::new(), Vec::new());
        let mut todo: VecDeque<Value> = list.into();
        while let Some(part) = todo.pop_front() {
            let known = resolved(&part, self.schemas);
            let inner = lists(known);
            match inner.as_slice() {
                [inner] if is_list_alone(known) && known.get("type").is_none() => {
                    if !seen.contains(inner) && seen.len() < MOST {
                        seen.push(inner.clone());
                        inner.iter().rev().for_each(|p| todo.push_front(p.clone()));
                    }
                }
                _ if out.len() > MOST || out.contains(&part) => {}
                _ => out.push(part),
            }
        }
        out
    }

    /// Returns the schema of values that match both `a` and `b`; `None` if there can be none.
    fn pair(&mut self, a: &Value, b: &Value) -> Result<Option<Value>, String> {
        if a == b || !says(b) {
            return Ok(Some(a.clone()));
        }
        if !says(a) {
            return Ok(Some(b.clone()));
        }
        let (of_a, of_b) = (resolved(a, self.schemas), resolved(b, self.schemas));
        Ok(match (kind(of_a)?, kind(of_b)?) {
            ("object", "object") => Some(self.objects(a, b)),
            ("integer", "number") => Some(a.clone()),
            ("number", "integer") => Some(b.clone()),
            (one, other) if one == other => values(of_a, of_b),
            _ => None,
        })
    }

    /// Returns an object that matches both.
    fn objects(&mut self, a: &Value, b: &Value) -> Value {
        let both = json!([a, b]);
        let (Some(a), Some(b)) = (ref_name(a), ref_name(b)) else {
            return json!({ "allOf": both });
        };
        let variant = format!("{a}With{b}");
        let new = json!({ "allOf": both, contract::VARIANT: variant });
        // The same pair may exist elsewhere.
        let taken = |n: &str| {
            let known = self.made.get(n).or_else(|| self.schemas.get(n));
            known.is_some_and(|known| *known != new)
        };
        let name = free_name(&variant, taken);
        let reference = document::reference(&name);
        self.made.insert(name, new);
        reference
    }

    /// Gives the pairs the tags of their alternatives, as long as each tag names one.
    fn retag(&self, schema: &mut Map<String, Value>, pairs: &[Value]) {
        let Some(discriminator) = schema.get("discriminator") else {
            return;
        };
        let mapping = discriminator.get("mapping").and_then(Value::as_object);
        let mapped: Vec<(&String, String)> = mapping
            .into_iter()
            .flatten()
            .filter_map(|(tag, to)| Some((tag, document::mapped(to.as_str()?, self.schemas)?)))
            .collect();
        let mut tags = Map::new();
        let mut several = false;
        for name in pairs.iter().filter_map(ref_name) {
            let made = self.made.get(name).and_then(|p| p.get("allOf")?.as_array());
            let parts: Vec<&str> = match made {
                Some(parts) => parts.iter().filter_map(ref_name).collect(),
                None => vec![name],
            };
            let named = mapped.iter().filter(|(_, to)| parts.contains(&to.as_str()));
            let mut own: Vec<&str> = named.map(|(tag, _)| tag.as_str()).collect();
            if own.is_empty() {
                own.extend(parts.first());
            }
            for tag in own {
                let to = document::reference(name)["$ref"].clone();
                several |= tags.insert(tag.to_owned(), to).is_some();
            }
        }
        if several {
            schema.shift_remove("discriminator");
        } else {
            schema["discriminator"]["mapping"] = tags.into();
        }
    }
}

fn kind(schema: &Value) -> Result<&str, String> {
    let is_object = ["properties", "allOf", "additionalProperties"];
    match schema.get("type").and_then(Value::as_str) {
        Some(kind) => Ok(kind),
        None if is_object.iter().any(|k| schema.get(*k).is_some()) => Ok("object"),
        None => match schema.get("enum").and_then(|e| e.get(0)) {
            Some(Value::String(_)) => Ok("string"),
            Some(Value::Number(n)) if n.is_i64() => Ok("integer"),
            Some(Value::Bool(_)) => Ok("boolean"),
            _ => Err("alternatives of alternatives beside another list: any JSON".into()),
        },
    }
}

/// Returns the schema of scalars that match both.
fn values(a: &Value, b: &Value) -> Option<Value> {
    let mut both = a.as_object()?.clone();
    for (key, value) in b.as_object()? {
        match (key.as_str(), both.get_mut(key)) {
            ("enum", Some(Value::Array(list))) => {
                list.retain(|v| value.as_array().is_some_and(|l| l.contains(v)));
                if list.is_empty() {
                    return None;
                }
            }
            ("format", Some(format)) if format != value => return None,
            (_, None) => drop(both.insert(key.clone(), value.clone())),
            _ => {}
        }
    }
    Some(both.into())
}
