//! Compares paths and operations.

mod hooks;
mod moves;
mod others;

pub use moves::path_parameter_text;
use moves::{area, names, operation_at, whole_path};
use others::{MORE, is_other};

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use autopi_codegen::contract;
use heck::ToUpperCamelCase;
use serde_json::Value;

use super::{
    Rule,
    paths::{MatchKind, Pair, Path, label},
    place::{At, Operations, Sides},
    texts::both,
    values::{Maybe, get, keys, text},
    walk::Walker,
};
use crate::document::{METHODS, members::is_beside, resolve};

impl<'a> Walker<'a> {
    /// Compares all paths.
    pub fn paths(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        if old.is_some_and(|v| !v.is_object()) || new.is_some_and(|v| !v.is_object()) {
            return;
        }
        let pairs = self.pairs.clone();
        // New paths by old paths.
        let mut went: BTreeMap<&str, &str> = BTreeMap::new();
        for pair in &pairs {
            if let (Some(a), Some(b)) = (pair.old, pair.new) {
                went.insert(a.path, b.path);
            }
        }
        self.moved(at, &pairs);
        for pair in &pairs {
            self.pair(at, pair);
        }
        let come: BTreeSet<&str> = went.values().copied().collect();
        for path in keys(old, new) {
            if is_beside(path) {
                self.child(path, at, old, new, |_, _, _, _| {});
                continue;
            }
            let after = went.get(path).copied().unwrap_or(path);
            if after != path || get(old, path).is_some() {
                self.rest_of_item(&at.keys(path, after), path, get(old, path), get(new, after));
            } else if !come.contains(path) {
                self.rest_of_item(&at.key(path), path, None, get(new, path));
            }
        }
    }

    /// Compares the members of a path item besides its operations.
    fn rest_of_item(&mut self, at: &At, path: &str, old: Maybe<'a>, new: Maybe<'a>) {
        let at = At {
            place: path.to_owned(),
            ..at.clone()
        };
        let has = |item: Maybe<'_>| METHODS.iter().any(|m| get(item, m).is_some());
        let (a, b) = (
            old.map(|v| resolve(self.old.doc, v)),
            new.map(|v| resolve(self.new.doc, v)),
        );
        let others = self.other_methods(&at, (a, b));
        match (old, new) {
            // Its operations are listed separately.
            (None, _) | (_, None) if others || has(a.or(b)) => return,
            (None, _) | (_, None) => return self.leaves(Rule::Unclassified, &at, old, new),
            _ => {}
        }
        if get(old, "$ref") != get(new, "$ref") {
            self.differs(
                Rule::WrittenOtherwise,
                &at.key("$ref"),
                get(old, "$ref"),
                get(new, "$ref"),
            );
        }
        let ids: BTreeSet<String> = METHODS
            .iter()
            .filter_map(|m| Some(label(m, path, b?.get(*m)?)))
            .collect();
        let at = At {
            operations: Rc::new(Operations::all(ids)),
            ..at
        };
        for key in keys(a, b)
            .into_iter()
            .filter(|k| !METHODS.contains(k) && *k != "$ref" && *k != MORE)
        {
            if get(a, key)
                .xor(get(b, key))
                .is_some_and(|op| is_other(key, op))
            {
                continue;
            }
            self.child(key, &at, a, b, |w, at, old, new| match key {
                "summary" | "description" => w.words(at, old, new),
                // Each operation compares all of its parameters and servers.
                "parameters" | "servers" => {
                    if !w.below(&at.new) && !w.below(&at.old) {
                        w.differs(
                            if has(a) && has(b) {
                                Rule::WrittenOtherwise
                            } else {
                                Rule::Unclassified
                            },
                            at,
                            old,
                            new,
                        );
                    }
                    w.claims += 1;
                }
                _ => {}
            });
        }
    }

    fn pair(&mut self, at: &At, pair: &Pair<'a>) {
        match (pair.old, pair.new) {
            (Some(op), None) => self.only(at, &op, self.new.doc, Rule::OperationGone, "is gone"),
            (None, Some(op)) => self.only(at, &op, self.old.doc, Rule::OperationNew, "is new"),
            (Some(a), Some(b)) => {
                let at = operation_at(at, &a, &b);
                if a.path != b.path && pair.how == MatchKind::Same {
                    for (x, y) in names(a.path).zip(names(b.path)).filter(|(x, y)| x != y) {
                        let at = At {
                            old: whole_path(&a),
                            new: whole_path(&b),
                            place: b.path.to_owned(),
                            sides: Sides::REQUEST,
                            candidates: BTreeSet::from([
                                format!("op:{}#{x}", b.key()),
                                format!("op:{}#{y}", b.key()),
                            ]),
                            ..at.clone()
                        };
                        self.emit(Rule::PathParameterRenamed, &at, path_parameter_text(x, y));
                    }
                }
                let shared = |key| a.item.get(key) != b.item.get(key);
                if a.op != b.op || shared("parameters") || shared("servers") {
                    self.operation(&at, (&a, &b));
                }
            }
            _ => {}
        }
    }

    fn only(&mut self, at: &At, op: &Path<'a>, other: &Value, rule: Rule, what: &str) {
        let at = operation_at(at, op, op);
        if other.get("paths").and_then(|p| p.get(op.path)).is_none() {
            self.emit(
                rule,
                &At {
                    old: whole_path(op),
                    new: whole_path(op),
                    ..at.clone()
                },
                what,
            );
        }
        self.emit(rule, &at, what);
    }

    /// Compares an operation before and after.
    fn operation(&mut self, at: &At, (a, b): (&Path<'a>, &Path<'a>)) {
        let (old, new) = (Some(a.op), Some(b.op));
        // The parameters of the path item count too.
        let (sides, _) = self.own_sides();
        self.parameters(
            &At {
                sides,
                ..at.clone()
            },
            (a, b),
        );
        self.operation_servers(at, (a, b));
        for name in keys(old, new) {
            self.child(name, at, old, new, |w, at, old, new| {
                w.operation_member(name, at, (a, b), (old, new));
            });
        }
    }

    /// Returns the sides of what an operation takes and of what it returns.
    fn own_sides(&self) -> (Sides, Sides) {
        match self.turned {
            true => (Sides::RESPONSE, Sides::REQUEST),
            false => (Sides::REQUEST, Sides::RESPONSE),
        }
    }

    /// Compares a member of an operation.
    fn operation_member(
        &mut self,
        name: &str,
        at: &At,
        (a, b): (&Path<'a>, &Path<'a>),
        (old, new): (Maybe<'a>, Maybe<'a>),
    ) {
        let (requests, responses) = self.own_sides();
        match name {
            _ if self.told.contains(&at.new) => self.claims += 1,
            "operationId" => self.emit(
                Rule::OperationId,
                at,
                format!("operationId: {}", both(old, new)),
            ),
            "tags" => {
                if area(a) != area(b) {
                    self.emit(
                        Rule::OperationArea,
                        at,
                        format!("the feature `{}` is `{}` now", area(a), area(b)),
                    );
                } else {
                    self.words(at, old, new);
                }
            }
            "summary" | "description" | "externalDocs" | contract::ORIGINAL_OPERATION_ID => {
                self.words(at, old, new)
            }
            "deprecated" => self.deprecated(at, old, new),
            "security" => self.operation_security(at, (a, b)),
            "schemes" => {
                let of = |own: Maybe<'a>, doc: &'a Value| own.or_else(|| doc.get(name));
                self.schemes(at, of(old, self.old.doc), of(new, self.new.doc));
            }
            "consumes" | "produces" => {
                let (sides, what) = if name == "consumes" {
                    (requests, "request")
                } else {
                    (responses, "response")
                };
                self.media_types(
                    &At {
                        sides,
                        ..at.clone()
                    }
                    .what(what),
                    old,
                    new,
                    name,
                );
            }
            "parameters" | "servers" => {
                if !self.below(&at.new) && !self.below(&at.old) {
                    self.differs(Rule::WrittenOtherwise, at, old, new);
                }
                self.claims += 1;
            }
            "requestBody" => {
                let at = Self::typed_member(at, (a, b), requests, "Request", "#body");
                self.request_body(&at, old, new);
            }
            "responses" => {
                let at = Self::typed_member(at, (a, b), responses, "Response", ">*");
                self.responses(&at, old, new);
            }
            "callbacks" => self.callbacks(at, old, new),
            _ => {}
        }
    }

    /// Returns the place of a body or of the responses of an operation, with the Rust types and the
    /// item that may come from it.
    fn typed_member(
        at: &At,
        (a, b): (&Path<'a>, &Path<'a>),
        sides: Sides,
        of: &str,
        item: &str,
    ) -> At {
        let named = |p: &&Path<'_>| {
            let id = text(Some(p.op), "operationId").to_upper_camel_case();
            format!("{id}{of}")
        };
        At {
            sides,
            types: [a, b].iter().map(named).collect(),
            candidates: BTreeSet::from([format!("op:{}{item}", b.key())]),
            ..at.clone()
        }
    }
}
