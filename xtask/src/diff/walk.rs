//! The way through two documents, key by key. A key whose values differ is claimed by a rule, or it is listed as unclassified: nothing is passed over.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use serde_json::{Map, Value};

use super::{
    Change, Class, Rule, Side,
    paths::{Pair, pairs},
    reach::{Reach, Sides},
    renames::Renames,
    tags,
    texts::both,
};
use crate::shape::walk::escape;

/// Every difference of two documents of one version.
pub fn walk(old: &Value, new: &Value) -> Vec<Change> {
    if old == new {
        return Vec::new();
    }
    let mut walker = Walker {
        old: Reach::new(old),
        new: Reach::new(new),
        renames: Renames::new(old, new),
        pairs: Vec::new(),
        changes: BTreeMap::new(),
        claims: 0,
        turned: false,
        inlined: BTreeSet::new(),
    };
    walker.pairs = pairs(old, new);
    walker.document();
    walker.changes.into_values().collect()
}

/// A change at a pointer, outside a walk.
pub fn change(rule: Rule, pointer: &str, what: String) -> Change {
    Change {
        class: Class::Cosmetic,
        side: Side::Both,
        place: pointer.to_owned(),
        what,
        rule,
        wire: Some(rule.wire().0),
        rust: None,
        items: BTreeSet::new(),
        advice: BTreeSet::new(),
        operations: BTreeSet::new(),
        pointers: BTreeSet::from([pointer.to_owned()]),
        candidates: BTreeSet::new(),
    }
}

/// A place in both documents.
#[derive(Clone)]
pub struct At {
    /// JSON pointers.
    pub old: String,
    pub new: String,
    pub place: String,
    /// What stands there, if the place alone does not say: `query parameter `page``.
    pub what: String,
    pub sides: Sides,
    pub operations: Rc<BTreeSet<String>>,
    /// The Rust items that may be made of it.
    pub candidates: BTreeSet<String>,
    /// The names of Rust types that a schema here may have.
    pub types: Vec<String>,
}

impl At {
    /// The place below `key`.
    pub fn key(&self, key: &str) -> Self {
        let key = escape(key);
        Self {
            old: format!("{}/{key}", self.old),
            new: format!("{}/{key}", self.new),
            ..self.clone()
        }
    }

    /// The place below one key before and another after.
    pub fn keys(&self, old: &str, new: &str) -> Self {
        Self {
            old: format!("{}/{}", self.old, escape(old)),
            new: format!("{}/{}", self.new, escape(new)),
            ..self.clone()
        }
    }

    /// The same place, where `what` stands.
    pub fn what(mut self, what: impl AsRef<str>) -> Self {
        if !self.what.is_empty() {
            self.what.push(' ');
        }
        self.what.push_str(what.as_ref());
        self
    }
}

/// A value of either document, if it is there.
pub type Maybe<'a> = Option<&'a Value>;

/// The members of a value; of anything but an object, none.
pub fn members<'a>(value: Maybe<'a>) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

/// The keys of both values, each once.
pub fn keys<'a>(old: Maybe<'a>, new: Maybe<'a>) -> Vec<&'a str> {
    let known: BTreeSet<&String> = members(old).map(|(k, _)| k).collect();
    let of_old = members(old).map(|(k, _)| k.as_str());
    of_old
        .chain(
            members(new)
                .map(|(k, _)| k)
                .filter(|k| !known.contains(k))
                .map(String::as_str),
        )
        .collect()
}

/// The items of a list.
pub fn items<'a>(value: Maybe<'a>) -> &'a [Value] {
    value
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// The items of `a` that `b` does not hold, in the time of both lists and not of their product.
pub fn missing<'v>(a: &'v [Value], b: &[Value]) -> Vec<&'v Value> {
    let there: BTreeSet<String> = b.iter().map(canonical).collect();
    a.iter()
        .filter(|v| !there.contains(&canonical(v)))
        .collect()
}

/// The same text for equal values.
pub fn canonical(value: &Value) -> String {
    sorted(value).to_string()
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let members: BTreeMap<&String, &Value> = map.iter().collect();
            let members = members.into_iter();
            members.map(|(k, v)| (k.clone(), sorted(v))).collect()
        }
        Value::Array(list) => list.iter().map(sorted).collect(),
        plain => plain.clone(),
    }
}

pub fn get<'a>(value: Maybe<'a>, key: &str) -> Maybe<'a> {
    value?.get(key)
}

pub fn text<'a>(value: Maybe<'a>, key: &str) -> &'a str {
    get(value, key).and_then(Value::as_str).unwrap_or_default()
}

pub fn flag(value: Maybe<'_>, key: &str) -> bool {
    get(value, key) == Some(&Value::Bool(true))
}

pub struct Walker<'a> {
    pub old: Reach<'a>,
    pub new: Reach<'a>,
    pub renames: Renames,
    pub pairs: Vec<Pair<'a>>,
    /// By rule, side, place and text: what several operations share is one change.
    changes: BTreeMap<(Rule, Side, String, String), Change>,
    pub claims: usize,
    /// In a callback, what is sent is what a caller reads.
    pub turned: bool,
    /// Places that were compared though only one of them is written out.
    pub inlined: BTreeSet<(String, String)>,
}

impl<'a> Walker<'a> {
    /// One change, or one for each side where the sides are of different classes.
    pub fn emit(&mut self, rule: Rule, at: &At, what: impl AsRef<str>) {
        self.claims += 1;
        let (request, response) = rule.wire();
        let sides = match (at.sides.request, at.sides.response) {
            // Nobody sends or reads it.
            (false, false) if request != Class::Unclassified => vec![(Side::Both, Class::Cosmetic)],
            (false, false) => vec![(Side::Both, request)],
            (true, true) if request != response => {
                vec![(Side::Request, request), (Side::Response, response)]
            }
            (true, true) => vec![(Side::Both, request)],
            (true, false) => vec![(Side::Request, request)],
            (false, true) => vec![(Side::Response, response)],
        };
        let what = match (at.what.as_str(), what.as_ref()) {
            ("", what) => what.to_owned(),
            (subject, "") => subject.to_owned(),
            (subject, what) => format!("{subject}: {what}"),
        };
        for (side, wire) in sides {
            let key = (rule, side, at.place.clone(), what.clone());
            let change = self.changes.entry(key).or_insert_with(|| Change {
                side,
                wire: Some(wire),
                candidates: at.candidates.clone(),
                ..change(rule, &at.new, what.clone())
            });
            change.place.clone_from(&at.place);
            change.pointers.insert(at.old.clone());
            change.operations.extend(at.operations.iter().cloned());
            change.candidates.extend(at.candidates.iter().cloned());
        }
    }

    /// Is there a change with such a pointer?
    pub fn any_change(&self, is: impl Fn(&str) -> bool) -> bool {
        self.changes
            .values()
            .any(|c| c.pointers.iter().any(|p| is(p)))
    }

    /// Adds a place to a change that was made before.
    pub fn also(&mut self, rule: Rule, place: &str, at: &At) {
        self.claims += 1;
        for change in self
            .changes
            .values_mut()
            .filter(|c| c.rule == rule && c.place == place)
        {
            change.pointers.extend([at.old.clone(), at.new.clone()]);
        }
    }

    /// Compares what stands at `key`, and lists it as unclassified if `f` claims nothing.
    pub fn child(
        &mut self,
        key: &str,
        at: &At,
        old: Maybe<'a>,
        new: Maybe<'a>,
        f: impl FnOnce(&mut Self, &At, Maybe<'a>, Maybe<'a>),
    ) {
        self.checked(&at.key(key), get(old, key), get(new, key), f);
    }

    /// Compares two values, and lists them as unclassified if `f` claims nothing.
    pub fn checked(
        &mut self,
        at: &At,
        old: Maybe<'a>,
        new: Maybe<'a>,
        f: impl FnOnce(&mut Self, &At, Maybe<'a>, Maybe<'a>),
    ) {
        if old == new {
            return;
        }
        let before = self.claims;
        f(self, at, old, new);
        if self.claims == before {
            self.leaves(Rule::Unclassified, at, old, new);
        }
    }

    /// `rule` for each place where two values differ, as deep as both are objects.
    pub fn leaves(&mut self, rule: Rule, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        if let (Some(Value::Object(_)), Some(Value::Object(_))) = (old, new) {
            for key in keys(old, new) {
                let (old, new) = (get(old, key), get(new, key));
                if old != new {
                    self.leaves(rule, &at.key(key), old, new);
                }
            }
        } else {
            let at = if rule == Rule::Unclassified && at.what.is_empty() {
                &At {
                    place: at.new.clone(),
                    ..at.clone()
                }
            } else {
                at
            };
            self.emit(rule, at, both(old, new));
        }
    }

    /// `rule`, with the values before and after.
    pub fn differs(&mut self, rule: Rule, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        self.emit(rule, at, both(old, new));
    }

    /// A text, at its pointer.
    pub fn words(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let at = At {
            place: at.new.clone(),
            what: String::new(),
            candidates: BTreeSet::new(),
            operations: Rc::default(),
            ..at.clone()
        };
        self.leaves(Rule::Text, &at, old, new);
    }

    pub fn deprecated(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let is = |v: Maybe<'_>| v == Some(&Value::Bool(true));
        match (is(old), is(new)) {
            (false, true) => self.emit(Rule::Deprecated, at, "is deprecated now"),
            (true, false) => self.emit(Rule::NotDeprecated, at, "is no longer deprecated"),
            _ => self.differs(Rule::WrittenOtherwise, at, old, new),
        }
    }

    fn document(&mut self) {
        let (old, new) = (Some(self.old.doc), Some(self.new.doc));
        let at = At {
            old: String::new(),
            new: String::new(),
            place: String::new(),
            what: String::new(),
            sides: Sides::BOTH,
            operations: Rc::default(),
            candidates: BTreeSet::new(),
            types: Vec::new(),
        };
        // First, so that the places of renamed components are told from others.
        self.renamed(&at);
        for key in keys(old, new) {
            let at = At {
                place: format!("/{}", escape(key)),
                ..at.clone()
            };
            self.child(key, &at, old, new, |w, at, old, new| match key {
                "swagger" | "openapi" => w.differs(Rule::FormatVersion, at, old, new),
                "info" => w.leaves(Rule::Info, at, old, new),
                "tags" | "externalDocs" => w.words(at, old, new),
                "servers" => w.servers(at, old, new),
                "host" => w.differs(Rule::ServerGone, at, old, new),
                "basePath" => w.base_path(at, old, new),
                "schemes" => w.set(at, old, new, (Rule::UrlSchemeGone, Rule::UrlSchemeNew)),
                "consumes" | "produces" => {
                    let sides = if key == "consumes" {
                        Sides::REQUEST
                    } else {
                        Sides::RESPONSE
                    };
                    w.set(
                        &At {
                            sides,
                            ..at.clone()
                        },
                        old,
                        new,
                        (Rule::MediaGone, Rule::MediaNew),
                    );
                }
                "security" => w.document_security(at, old, new),
                "paths" => w.paths(at, old, new),
                "webhooks" => w.hooks(at, old, new),
                "definitions" => w.components("schemas", at, old, new),
                "parameters" | "responses" => w.components(key, at, old, new),
                "securityDefinitions" => w.components("securitySchemes", at, old, new),
                "components" => {
                    for kind in keys(old, new) {
                        w.child(kind, at, old, new, |w, at, old, new| {
                            w.components(kind, at, old, new)
                        });
                    }
                }
                _ => {}
            });
        }
    }

    /// A list that is a set of texts.
    pub fn set(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>, (gone, come): (Rule, Rule)) {
        if old.is_some_and(|v| !v.is_array()) || new.is_some_and(|v| !v.is_array()) {
            return;
        }
        for value in missing(items(old), items(new)) {
            self.emit(gone, at, format!("{value} is gone"));
        }
        for value in missing(items(new), items(old)) {
            self.emit(come, at, format!("{value} is new"));
        }
        self.same_set(at, old, new);
    }

    /// What is left of a difference of two lists if each holds the same items: their order, or how often one is named.
    pub fn same_set(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let within = |a: &[Value], b: &[Value]| missing(a, b).is_empty();
        if within(items(old), items(new)) && within(items(new), items(old)) {
            self.differs(Rule::Order, at, old, new);
        }
    }

    /// A map of shared parts.
    fn components(&mut self, kind: &str, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        if old.is_some_and(|v| !v.is_object()) || new.is_some_and(|v| !v.is_object()) {
            return;
        }
        let scheme = kind == "securitySchemes";
        for name in keys(old, new) {
            let renamed = self
                .renames
                .old_name(&format!("{}/{}", at.new, escape(name)));
            let before = renamed.as_deref().unwrap_or(name);
            let gone = format!("{}/{}", at.old, escape(name));
            if renamed.is_some() || (get(new, name).is_none() && self.renames.is_old(&gone)) {
                // The change that names both says so.
                self.claims += 1;
            }
            if get(new, name).is_none() && self.renames.is_old(&gone) {
                continue;
            }
            let (was, is) = (get(old, before), get(new, name));
            let at = at.keys(before, name);
            let (sides, operations) = self.old.of(&at.old).and(self.new.of(&at.new));
            let at = At {
                place: name.to_owned(),
                sides: if scheme { Sides::BOTH } else { sides },
                operations: Rc::new(operations),
                candidates: BTreeSet::new(),
                types: vec![before.to_owned(), name.to_owned()],
                ..at
            };
            self.checked(&at, was, is, |w, at, old, new| match (old, new, scheme) {
                (Some(_), None, true) => w.emit(Rule::SchemeGone, at, "is gone"),
                (None, Some(_), true) => w.emit(Rule::SchemeNew, at, "is new"),
                (Some(_), None, false) => w.emit(Rule::ComponentGone, &typed(at), "is gone"),
                (None, Some(_), false) => w.emit(Rule::ComponentNew, &typed(at), "is new"),
                _ => match kind {
                    "schemas" => w.schema(&typed(at), old, new),
                    "parameters" => w.parameter(at, old, new),
                    "responses" => w.response(at, old, new),
                    "requestBodies" => w.request_body(at, old, new),
                    "headers" => w.header(at, old, new),
                    "securitySchemes" => w.scheme(at, old, new),
                    "examples" => w.words(at, old, new),
                    "links" => w.leaves(Rule::Link, at, old, new),
                    "callbacks" => w.hooks(at, old, new),
                    "pathItems" => w.path_item(at, old, new),
                    _ => {}
                },
            });
        }
    }

    /// One change for each component that was renamed.
    fn renamed(&mut self, at: &At) {
        for (before, after) in self.renames.all() {
            let name = |pointer: &str| {
                crate::shape::walk::unescape(pointer.rsplit('/').next().unwrap_or_default())
            };
            let (from, to) = (name(&before), name(&after));
            let (sides, operations) = self.old.of(&before).and(self.new.of(&after));
            let at = At {
                old: before,
                new: after,
                place: to.clone(),
                sides,
                operations: Rc::new(operations),
                types: vec![from.clone(), to.clone()],
                ..at.clone()
            };
            self.emit(
                Rule::ComponentRenamed,
                &typed(&at),
                format!("`{from}` is named `{to}` now"),
            );
            let (old, new) = (self.old.doc, self.new.doc);
            if tags::is_implicit(old, &at.old) && !tags::names(new, &at.new, &from) {
                let what = format!("its tag was its name, `{from}`, which no mapping keeps");
                self.emit(Rule::Discriminator, &typed(&at), what);
            }
        }
    }
}

/// The place of a schema, with the Rust types that may stand for it.
pub fn typed(at: &At) -> At {
    let candidates = at
        .types
        .iter()
        .flat_map(|name| types(name))
        .map(|name| format!("type:{name}"))
        .collect();
    At {
        candidates,
        ..at.clone()
    }
}

/// The Rust types that the shape stage may make of a component: what comes back, what is sent, what PATCH sends.
pub fn types(name: &str) -> [String; 3] {
    let plain = name
        .trim_start_matches("Patched")
        .trim_end_matches("Request");
    [
        name.to_owned(),
        format!("{name}Request"),
        format!("Patched{plain}Request"),
    ]
    .map(|n| autopi_codegen::names::type_ident(&n).to_string())
}

/// The places that a place of a component may have in the normalised document.
pub fn forms(place: &str) -> Vec<String> {
    let (name, rest) = place.split_at(place.find('.').unwrap_or(place.len()));
    let plain = name
        .trim_start_matches("Patched")
        .trim_end_matches("Request");
    [
        name.to_owned(),
        format!("{name}Request"),
        format!("Patched{plain}Request"),
    ]
    .iter()
    .map(|n| format!("{n}{rest}"))
    .collect()
}

/// An object without some of its keys.
pub fn without(value: &Value, gone: &[&str]) -> Value {
    let map: Map<String, Value> = members(Some(value))
        .filter(|(k, _)| !gone.contains(&k.as_str()))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    map.into()
}
