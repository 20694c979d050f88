//! Members of another shape than the specification's, but with one plain meaning (`in: Query`, one
//! server instead of a list, a path without its slash), are written as specified, with a warning.
//! It is done before references are followed, which are looked for in members of the right shape
//! only.

mod content;
mod document;
mod lists;
mod named;
mod operations;
mod paths;
mod schemas;
mod security;
mod shapes;
mod single;

use content::{content, examples, media, reference, schema, statuses};
use document::{address, foreign, servers};
use named::{drop_empty, drop_nameless};
use operations::{body, methods, parameter, twice};
use shapes::{is_shaped, shape};

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::origins::Origins;
use crate::document::members::{At, DOCUMENT, Is, each_mut};
use crate::report::Report;

/// The types of schemas.
pub(super) const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];

/// Straightens every member of a document.
pub fn straighten(doc: &mut Value, report: &mut Report, origins: &mut Origins) {
    foreign(doc, report, origins);
    paths::paths(doc, report, origins);
    let of_3 = doc.get("openapi").is_some();
    let place = if of_3 {
        "/components/schemas"
    } else {
        "/definitions"
    };
    let names = doc.pointer(place).and_then(Value::as_object);
    let is_other = |value: &Value| {
        let has = |key| value.get(key).is_some();
        has("content") || has("schema") || (has("in") && has("name"))
    };
    let others = names.into_iter().flatten().filter(|(_, v)| is_other(v));
    let others: BTreeSet<String> = others.map(|(name, _)| name.clone()).collect();
    let names: BTreeSet<String> = names.into_iter().flat_map(Map::keys).cloned().collect();
    each_mut(doc, Is::One(&DOCUMENT), &At::ROOT, &mut |kind, at, map| {
        let mut note = Note {
            at,
            report,
            origins,
        };
        for (key, value) in map.iter_mut().filter(|(key, _)| is_shaped(key)) {
            shape(kind.member(key), key, value, &mut note);
        }
        if matches!(kind.name, "document" | "components" | "response") {
            drop_empty(map, &mut note);
        }
        if map.contains_key("$ref") {
            reference(kind.name, map, (of_3, &others), &mut note);
        }
        let components =
            kind.name == "components" && map.get("examples").is_some_and(Value::is_object);
        if of_3 && (components || matches!(kind.name, "parameter" | "header" | "media type")) {
            examples(map, &mut note);
        }
        if matches!(kind.name, "operation" | "path item") {
            drop_nameless(map, &mut note);
        }
        match (kind.name, of_3) {
            ("document", _) => {
                servers(map, of_3, &mut note);
                if !of_3 {
                    address(map, &mut note);
                }
            }
            ("schema", _) => schemas::schema(map, of_3, &names, &mut note),
            ("security scheme", _) => security::scheme(map, of_3, &mut note),
            ("operation", true) => body(map, &mut note),
            ("parameter", _) | ("header", true) => parameter(map, of_3, &mut note),
            ("response" | "request body", true) => content(map, &mut note),
            ("response", false) => schema(map, &mut note),
            ("media type", true) => media(map, &mut note),
            ("path item", _) => {
                methods(map, &mut note);
                if let At::Member(_, path) = at {
                    paths::places(path, map, &mut note);
                }
            }
            _ => {}
        }
        if kind.name == "operation" {
            statuses(map, &mut note);
        }
        if matches!(kind.name, "operation" | "path item") {
            twice(map, &mut note);
        }
    });
}

/// Notes what is read in another way in the object at a place.
struct Note<'a> {
    at: &'a At<'a>,
    report: &'a mut Report,
    origins: &'a mut Origins,
}

impl Note<'_> {
    /// Warns about a member of the object.
    fn warn(&mut self, key: &str, message: &str) {
        self.report
            .warn(At::Member(self.at, key).to_string(), message);
    }

    /// Notes what is read in another way in a member of the object.
    fn below(&mut self, key: &str, f: impl FnOnce(&mut Note<'_>)) {
        f(&mut Note {
            at: &At::Member(self.at, key),
            report: self.report,
            origins: self.origins,
        });
    }

    /// Notes parts that have moved at once: each `to` from its `from`, both below the object.
    fn moved(&mut self, moves: impl IntoIterator<Item = (String, String)>) {
        let at = self.at.to_string();
        let moves = moves.into_iter();
        let moves = moves.map(|(to, from)| (format!("{at}{to}"), format!("{at}{from}")));
        self.origins.moved_at_once(moves);
    }

    /// Notes that the entries of a list have moved up, except those that `stays` says are still
    /// there.
    fn moved_up(&mut self, key: &str, stays: &[bool]) {
        let mut new = 0..;
        let moves = stays.iter().enumerate().map(|(old, stays)| {
            let to = match stays {
                true => format!("/{key}/{}", new.next().unwrap_or_default()),
                false => format!("/{key}/{}", gone(old)),
            };
            (to, format!("/{key}/{old}"))
        });
        self.moved(moves);
    }

    /// Warns about the entry of a list that has been left out.
    fn warn_gone(&mut self, key: &str, entry: usize, message: &str) {
        self.below(key, |note| note.warn(&gone(entry), message));
    }
}

/// Returns the key of an entry that is no longer in its list, which no other has.
fn gone(entry: usize) -> String {
    format!("-{entry}")
}

/// Returns the place of one value, and where it was.
fn moved(to: impl Into<String>, from: impl Into<String>) -> [(String, String); 1] {
    [(to.into(), from.into())]
}
