//! Finds the operations that send or read a component.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    paths::label,
    values::{flag, items, members},
};
use crate::document::{
    METHODS, decoded, escape,
    members::{Is, OPERATION, PATH_ITEM, SCHEMA, is_beside, kind_at},
    resolve,
};

/// The sides that see a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sides {
    pub request: bool,
    pub response: bool,
}

impl Sides {
    pub const BOTH: Self = Self {
        request: true,
        response: true,
    };
    pub const REQUEST: Self = Self {
        request: true,
        response: false,
    };
    pub const RESPONSE: Self = Self {
        request: false,
        response: true,
    };

    /// Returns the sides of a callback, where the caller reads what is sent.
    pub fn turned(self) -> Self {
        Self {
            request: self.response,
            response: self.request,
        }
    }

    pub fn or(self, other: Self) -> Self {
        Self {
            request: self.request || other.request,
            response: self.response || other.response,
        }
    }
}

/// The sides and the operations that reach a component.
#[derive(Clone, Default)]
pub struct Seen(Sides, BTreeSet<String>);

impl Seen {
    /// Returns the sides before and now, with the operations now, or those before if there are
    /// none.
    pub fn and(self, now: Self) -> (Sides, BTreeSet<String>) {
        (
            self.0.or(now.0),
            if now.1.is_empty() { self.1 } else { now.1 },
        )
    }
}

/// A document, and the operations that reach each of its components.
pub struct Reach<'a> {
    pub doc: &'a Value,
    seen: BTreeMap<String, Seen>,
}

/// The components that a component leads to, when it is sent and when it is read.
#[derive(Default)]
struct Edges {
    request: BTreeSet<String>,
    response: BTreeSet<String>,
}

impl Edges {
    fn side(&mut self, request: bool) -> &mut BTreeSet<String> {
        if request {
            &mut self.request
        } else {
            &mut self.response
        }
    }
}

impl<'a> Reach<'a> {
    pub fn new(doc: &'a Value) -> Self {
        let mut edges: BTreeMap<String, Edges> = BTreeMap::new();
        for (pointer, component) in components(doc) {
            let (is, own) = (kind_at(&pointer), edges.entry(pointer.clone()).or_default());
            for request in [true, false] {
                refs(component, is, request, own.side(request));
            }
            // A derived type names its base with a discriminator; the base does not name the
            // derived types.
            for part in items(component.get("allOf")) {
                let Some(parent) = target(part) else { continue };
                if doc
                    .pointer(&parent)
                    .is_some_and(|p| p.get("discriminator").is_some())
                {
                    let parent = edges.entry(parent).or_default();
                    parent.request.insert(pointer.clone());
                    parent.response.insert(pointer.clone());
                }
            }
        }
        let mut reach = Self {
            doc,
            seen: BTreeMap::new(),
        };
        for (path, item) in members(doc.get("paths")) {
            let item = resolve(doc, item);
            for (method, op) in methods(item) {
                reach.operation(&edges, &label(method, path, op), item, op, false);
            }
        }
        for (name, item) in members(doc.get("webhooks")) {
            let item = resolve(doc, item);
            for (_, op) in methods(item) {
                reach.operation(&edges, &format!("webhook {name}"), item, op, true);
            }
        }
        reach
    }

    fn operation(
        &mut self,
        edges: &BTreeMap<String, Edges>,
        label: &str,
        item: &Value,
        op: &Value,
        turned: bool,
    ) {
        for (key, request) in [
            ("parameters", true),
            ("requestBody", true),
            ("responses", false),
        ] {
            for (kind, holder) in [(&PATH_ITEM, item), (&OPERATION, op)] {
                let mut found = BTreeSet::new();
                let request = request != turned;
                if let Some(value) = holder.get(key) {
                    refs(value, kind.member(key), request, &mut found);
                }
                self.mark(edges, label, request, found);
            }
        }
        for (_, callback) in members(op.get("callbacks")) {
            for (_, item) in members(Some(resolve(self.doc, callback))) {
                let item = resolve(self.doc, item);
                for (_, inner) in methods(item) {
                    self.operation(edges, label, item, inner, !turned);
                }
            }
        }
    }

    fn mark(
        &mut self,
        edges: &BTreeMap<String, Edges>,
        label: &str,
        request: bool,
        start: BTreeSet<String>,
    ) {
        let mut todo: Vec<String> = start.iter().cloned().collect();
        let mut done = start;
        while let Some(pointer) = todo.pop() {
            let own = edges.get(&pointer);
            let known = own.map(|e| if request { &e.request } else { &e.response });
            let mut elsewhere = BTreeSet::new();
            if let (None, Some(place)) = (known, self.doc.pointer(&pointer)) {
                refs(place, kind_at(&pointer), request, &mut elsewhere);
            }
            for next in known.unwrap_or(&elsewhere) {
                if done.insert(next.clone()) {
                    todo.push(next.clone());
                }
            }
        }
        for pointer in done {
            let seen = self.seen.entry(pointer).or_default();
            seen.0 = seen.0.or(if request {
                Sides::REQUEST
            } else {
                Sides::RESPONSE
            });
            seen.1.insert(label.to_owned());
        }
    }

    /// Returns what reaches the component at a pointer.
    pub fn of(&self, pointer: &str) -> Seen {
        self.seen.get(pointer).cloned().unwrap_or_default()
    }

    /// Returns whether an operation names the component at a pointer, which may not be there.
    pub fn names(&self, pointer: &str) -> bool {
        self.seen.contains_key(pointer)
    }

    /// Returns the operations that reach the component at a pointer.
    pub fn operations(&self, pointer: &str) -> BTreeSet<String> {
        self.of(pointer).1
    }
}

/// Returns the shared parts of a document: pointers and values.
pub fn components(doc: &Value) -> Vec<(String, &Value)> {
    let maps_2 = [
        "definitions",
        "parameters",
        "responses",
        "securityDefinitions",
    ]
    .map(|k| (format!("/{k}"), doc.get(k)));
    let maps_3 = members(doc.get("components"))
        .map(|(k, v)| (format!("/components/{}", escape(k)), Some(v)));
    let all = maps_2.into_iter().chain(maps_3);
    all.flat_map(|(at, map)| {
        members(map).map(move |(name, value)| (format!("{at}/{}", escape(name)), value))
    })
    .collect()
}

/// The places of schemas, in 3 and in 2.0.
const SCHEMAS: [&str; 2] = ["/components/schemas", "/definitions"];

/// Returns the operations of a path item, with their methods.
fn methods(item: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let known = METHODS
        .iter()
        .filter_map(|method| Some((*method, item.get(*method)?)));
    let more = members(item.get("additionalOperations"));
    known.chain(more.map(|(method, op)| (method.as_str(), op)))
}

/// Returns the pointer of the component that a `$ref` leads to or into, or of another place.
fn target(value: &Value) -> Option<String> {
    component(value.get("$ref")?.as_str()?)
}

fn component(reference: &str) -> Option<String> {
    below(&decoded(reference))
}

/// Returns the pointer of the component that a reference leads to, as it is written.
fn below(reference: &str) -> Option<String> {
    let pointer = reference.strip_prefix('#')?;
    let depth = match pointer.split('/').nth(1)? {
        "components" => 3,
        "definitions" | "parameters" | "responses" => 2,
        _ => usize::MAX - 1,
    };
    let parts: Vec<&str> = pointer.split('/').take(depth + 1).collect();
    (parts.len() > 2).then(|| parts.join("/"))
}

/// Collects the components that are named inside a value, on one side.
fn refs(value: &Value, is: Is, request: bool, out: &mut BTreeSet<String>) {
    match (is, value) {
        (Is::SchemaOrBool, _) => refs(value, Is::One(&SCHEMA), request, out),
        (Is::One(kind), Value::Object(map)) => {
            let other_side = if request { "readOnly" } else { "writeOnly" };
            if flag(Some(value), other_side) {
                return;
            }
            out.extend(target(value));
            // Some tools do not encode what they write.
            let written = value.get("$ref").and_then(Value::as_str);
            out.extend(written.filter(|r| r.contains('%')).and_then(below));
            let mapping = value.pointer("/discriminator/mapping");
            for to in members(mapping).filter_map(|(_, to)| to.as_str()) {
                match component(to) {
                    Some(pointer) => drop(out.insert(pointer)),
                    // A bare name.
                    None => out.extend(SCHEMAS.map(|all| format!("{all}/{}", escape(to)))),
                }
            }
            for (key, value) in map {
                refs(value, kind.member(key), request, out);
            }
        }
        (Is::List(is), Value::Array(list)) => list.iter().for_each(|v| refs(v, *is, request, out)),
        (Is::Map(is), Value::Object(map)) => {
            map.values().for_each(|v| refs(v, *is, request, out));
        }
        (Is::Extensible(is), Value::Object(map)) => {
            let entries = map.iter().filter(|(key, _)| !is_beside(key));
            entries.for_each(|(_, v)| refs(v, *is, request, out));
        }
        _ => {}
    }
}
