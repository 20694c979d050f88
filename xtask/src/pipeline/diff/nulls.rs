//! Finds the components that are used where null is not allowed: what they say of null themselves
//! matters nowhere else.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::Value;

use super::{
    renames::components,
    values::{flag, items, members},
};
use crate::document::{
    members::{DOCUMENT, Is, PATH_ITEM, SCHEMA, kind_at},
    target,
};

/// The parts of a document whose members are used from elsewhere.
const SHARED: [&str; 4] = ["components", "definitions", "parameters", "responses"];

/// Returns the pointers of the components that some place uses without allowing null itself. A
/// component counts if `is_used` says so; one that merely names another allows what its own uses
/// allow.
pub fn without(doc: &Value, is_used: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let mut found = Uses::default();
    for (key, part) in members(Some(doc)).filter(|(key, _)| !SHARED.contains(&key.as_str())) {
        found.of(part, DOCUMENT.member(key), Null::Refused);
    }
    for (_, item) in members(doc.get("webhooks")) {
        found.of(item, Is::One(&PATH_ITEM), Null::Refused);
    }
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (pointer, component) in components(doc).into_iter().filter(|(at, _)| is_used(at)) {
        found.of(component, kind_at(&pointer), Null::AsUsed);
        names.insert(pointer, std::mem::take(&mut found.as_used));
    }
    let mut out = found.plain;
    let mut todo: Vec<String> = out.iter().cloned().collect();
    while let Some(pointer) = todo.pop() {
        let named = names.remove(&pointer).into_iter().flatten();
        todo.extend(named.filter(|name| out.insert(name.clone())));
    }
    out
}

/// Whether the schema around a value allows null.
#[derive(Clone, Copy, PartialEq)]
enum Null {
    Allowed,
    Refused,
    /// No schema is around it: the value is a whole component, and its uses decide.
    AsUsed,
}

/// The components that are used where null is not allowed, and where it depends on the uses of the
/// component around them.
#[derive(Default)]
struct Uses {
    plain: BTreeSet<String>,
    as_used: BTreeSet<String>,
}

impl Uses {
    fn of(&mut self, value: &Value, is: Is, null: Null) {
        match (is, value) {
            (Is::SchemaOrBool, _) => self.of(value, Is::One(&SCHEMA), null),
            (Is::One(kind), Value::Object(map)) => {
                let or = |says: bool| if says { Null::Allowed } else { null };
                let own = or(kind == &SCHEMA && allows(value));
                let named = target(value).map(Cow::into_owned);
                match own {
                    Null::Allowed => {}
                    Null::Refused => self.plain.extend(named),
                    Null::AsUsed => self.as_used.extend(named),
                }
                for (key, inner) in map {
                    let list = items(Some(inner));
                    let null = match key.as_str() {
                        "allOf" | "anyOf" | "oneOf" if own == Null::Allowed => own,
                        "allOf" => or(refuses(value) || list.iter().any(refuses)),
                        "anyOf" | "oneOf" => or(list.iter().any(allows)),
                        _ => Null::Refused,
                    };
                    self.of(inner, kind.member(key), null);
                }
            }
            (Is::List(is), Value::Array(list)) => list.iter().for_each(|v| self.of(v, *is, null)),
            (Is::Map(is) | Is::Extensible(is), Value::Object(map)) => {
                map.values().for_each(|v| self.of(v, *is, Null::Refused));
            }
            _ => {}
        }
    }
}

/// Returns the types that a schema names.
fn types(schema: &Value) -> Option<Vec<&str>> {
    match schema.get("type")? {
        Value::String(one) => Some(vec![one]),
        list => Some(items(Some(list)).iter().filter_map(Value::as_str).collect()),
    }
}

/// Returns whether a schema allows null by itself.
fn allows(schema: &Value) -> bool {
    let says = ["nullable", "x-nullable"]
        .iter()
        .any(|key| flag(Some(schema), key));
    says || types(schema).is_some_and(|types| types.contains(&"null"))
}

/// Returns whether a schema refuses null, whatever its parts say.
fn refuses(schema: &Value) -> bool {
    types(schema).is_some() && !allows(schema)
}
