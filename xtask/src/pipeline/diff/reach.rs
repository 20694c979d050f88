//! Finds the operations that send or read a component.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use serde_json::Value;

use super::{
    Side, closed,
    edges::{refs, target},
    fields::{self, Field, Fields},
    forms::{self, Form},
    nulls,
    paths::label,
    place::{Callers, Operations, Sides},
    renames::components,
    tags::Bases,
    values::{items, members},
};
use crate::document::{
    METHODS, follow,
    members::{OPERATION, PATH_ITEM, kind_at},
    pointer_of,
};

/// The operations that reach a component.
#[derive(Clone, Default)]
pub struct ReachedBy(Operations);

impl ReachedBy {
    /// Returns the sides before and now, with the operations now, or those before if there are
    /// none.
    pub fn and(self, now: Self) -> (Sides, Operations) {
        let or = |was: BTreeSet<String>, is: BTreeSet<String>| match is.is_empty() {
            true => was,
            false => is,
        };
        let operations = Operations {
            request: or(self.0.request, now.0.request),
            response: or(self.0.response, now.0.response),
        };
        let sides = Sides {
            request: !operations.request.is_empty(),
            response: !operations.response.is_empty(),
        };
        (sides, operations)
    }
}

/// A document, and the operations that reach each of its components.
pub struct Reach<'a> {
    pub doc: &'a Value,
    seen: BTreeMap<String, ReachedBy>,
    /// The shared path items and callbacks, with whether the caller calls them, is called by them,
    /// or both.
    turns: BTreeMap<String, Callers>,
    /// The shared parts that the current path or webhook has entered, each with whether the caller
    /// is the one that is called there.
    entered: BTreeSet<(String, bool)>,
    /// The components that are used where null is not allowed.
    never_null: OnceCell<BTreeSet<String>>,
    /// The components that are forms.
    forms: OnceCell<BTreeMap<String, Option<Form>>>,
    /// The components that are texts.
    fields: OnceCell<Fields>,
    /// The schemas of which others refuse what they do not accept.
    closed: OnceCell<HashMap<String, Option<String>>>,
    /// The schemas with a discriminator.
    bases: OnceCell<Bases<'a>>,
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
            turns: BTreeMap::new(),
            entered: BTreeSet::new(),
            never_null: OnceCell::new(),
            forms: OnceCell::new(),
            fields: OnceCell::new(),
            closed: OnceCell::new(),
            bases: OnceCell::new(),
        };
        for (key, turned) in [("paths", false), ("webhooks", true)] {
            for (name, item) in members(doc.get(key)) {
                reach.entered.clear();
                let Some(item) = reach.entered(item, turned) else {
                    continue;
                };
                for (method, op) in methods(item) {
                    let label = match turned {
                        true => format!("webhook {name}"),
                        false => label(method, name, op),
                    };
                    reach.entered.clear();
                    reach.operation(&edges, &label, item, op, turned);
                }
            }
        }
        reach
    }

    /// Returns the path item or callback itself that references lead to, the first time that they
    /// do: a callback may lead to itself.
    fn entered(&mut self, part: &'a Value, called: bool) -> Option<&'a Value> {
        let mut part = part;
        let doc = self.doc;
        let next = |part: &Value| {
            let reference = part.get("$ref")?.as_str()?;
            Some((pointer_of(reference)?.into_owned(), follow(doc, reference)?))
        };
        // What leads nowhere, or to another file, has its own operations.
        while let Some((pointer, found)) = next(part) {
            let turns = self.turns.entry(pointer.clone()).or_default();
            turns.calls |= !called;
            turns.called |= called;
            if !self.entered.insert((pointer, called)) {
                return None;
            }
            part = found;
        }
        Some(part)
    }

    /// Returns who calls the operations of a shared path item or callback.
    pub fn turns(&self, pointer: &str) -> Callers {
        self.turns.get(pointer).copied().unwrap_or_default()
    }

    fn operation(
        &mut self,
        edges: &BTreeMap<String, Edges>,
        label: &str,
        item: &'a Value,
        op: &'a Value,
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
            let callback = self.entered(callback, !turned);
            for (_, item) in members(callback) {
                if let Some(item) = self.entered(item, !turned) {
                    for (_, inner) in methods(item) {
                        self.operation(edges, label, item, inner, !turned);
                    }
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
            let Operations {
                request: sent,
                response: read,
            } = &mut self.seen.entry(pointer).or_default().0;
            let seen = if request { sent } else { read };
            seen.insert(label.to_owned());
        }
    }

    /// Returns what reaches the component at a pointer.
    pub fn of(&self, pointer: &str) -> ReachedBy {
        self.seen.get(pointer).cloned().unwrap_or_default()
    }

    /// Returns whether an operation names the component at a pointer, which may not be there.
    pub fn names(&self, pointer: &str) -> bool {
        self.seen.contains_key(pointer)
    }

    /// Returns whether each use of the component at a pointer allows null by itself.
    pub fn may_be_null(&self, pointer: &str) -> bool {
        let never = || nulls::without(self.doc, |at| self.names(at));
        self.names(pointer) && !self.never_null.get_or_init(never).contains(pointer)
    }

    fn forms(&self) -> &BTreeMap<String, Option<Form>> {
        self.forms.get_or_init(|| forms::named(self.doc))
    }

    /// Returns the form that the component at a pointer is, if it is nothing else.
    pub fn form(&self, pointer: &str) -> Option<&Form> {
        self.forms().get(pointer)?.as_ref()
    }

    /// Returns how the component at a pointer is written, if it is a text wherever it is used.
    pub fn field(&self, pointer: &str) -> Option<Field> {
        let named = || fields::named(self.doc, self.forms(), |at| self.names(at));
        self.fields
            .get_or_init(named)
            .get(pointer)
            .copied()
            .flatten()
    }

    /// Returns the schemas of which others refuse what they do not accept ([`closed::all`]).
    pub fn closed(&self) -> &HashMap<String, Option<String>> {
        self.closed.get_or_init(|| closed::all(self.doc))
    }

    /// Returns the schemas with a discriminator.
    pub fn bases(&self) -> &Bases<'a> {
        self.bases.get_or_init(|| Bases::of(self.doc))
    }

    /// Returns the operations that reach the component at a pointer.
    pub fn operations(&self, pointer: &str) -> BTreeSet<String> {
        self.of(pointer).0.of(Side::Both)
    }
}

/// Returns the operations of a path item, with their methods.
fn methods(item: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let known = METHODS
        .iter()
        .filter_map(|method| Some((*method, item.get(*method)?)));
    let more = members(item.get("additionalOperations"));
    known.chain(more.map(|(method, op)| (method.as_str(), op)))
}
