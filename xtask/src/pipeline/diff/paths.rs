//! Finds the operation of the new document for each of the old one.

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::contract;
use serde_json::Value;

use super::values::{members, text, without};
use crate::document::METHODS;
use crate::document::resolve;

/// An operation of a document.
#[derive(Clone, Copy)]
pub struct Path<'a> {
    pub path: &'a str,
    pub method: &'static str,
    pub item: &'a Value,
    pub op: &'a Value,
}

impl Path<'_> {
    pub fn name(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    /// Returns method and path without the names of parameters, which are not part of the wire
    /// format.
    pub fn key(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), unnamed(self.path))
    }
}

/// The way in which an operation was found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum MatchKind {
    Same,
    /// Under the same URL, of which another part is in the base path.
    Prefix,
    Moved,
}

/// An operation before and after.
#[derive(Clone, Copy)]
pub struct Pair<'a> {
    pub old: Option<Path<'a>>,
    pub new: Option<Path<'a>>,
    pub how: MatchKind,
}

/// Returns a path without the names of its parameters: `/a/{}/b/` for `/a/{id}/b/`.
pub fn unnamed(path: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(path.len()), path);
    while let Some((before, inside)) = rest.split_once('{') {
        let Some((_, after)) = inside.split_once('}') else {
            break;
        };
        out.extend([before, "{}"]);
        rest = after;
    }
    out + rest
}

/// Returns the operations of a document.
pub fn operations(doc: &Value) -> Vec<Path<'_>> {
    let mut out = Vec::new();
    for (path, item) in members(doc.get("paths")) {
        let item = resolve(doc, item);
        out.extend(METHODS.iter().filter_map(|method| {
            Some(Path {
                path,
                method,
                item,
                op: item.get(*method)?,
            })
        }));
    }
    out
}

/// Returns the base path of a document.
pub fn base(doc: &Value) -> &str {
    let url = doc
        .pointer("/servers/0/url")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => url,
    };
    doc.get("basePath")
        .and_then(Value::as_str)
        .unwrap_or(path)
        .trim_end_matches('/')
}

/// Pairs the operations of both documents: by place, by URL, by operationId, by shape.
pub fn pairs<'a>(old: &'a Value, new: &'a Value) -> Vec<Pair<'a>> {
    let (mut gone, mut come) = (operations(old), operations(new));
    let mut out = Vec::new();
    let bases = (base(old), base(new));
    let full = |base: &str, op: &Path<'_>| format!("{} {base}{}", op.method, unnamed(op.path));
    meet(
        &mut gone,
        &mut come,
        &mut out,
        MatchKind::Same,
        |op| Some(op.name()),
        |op| Some(op.name()),
    );
    meet(
        &mut gone,
        &mut come,
        &mut out,
        MatchKind::Same,
        |op| Some(op.key()),
        |op| Some(op.key()),
    );
    if bases.0 != bases.1 {
        meet(
            &mut gone,
            &mut come,
            &mut out,
            MatchKind::Prefix,
            |op| Some(full(bases.0, op)),
            |op| Some(full(bases.1, op)),
        );
    }
    let id = |op: &Path<'_>| {
        Some(text(Some(op.op), "operationId").to_owned()).filter(|id| !id.is_empty())
    };
    meet(&mut gone, &mut come, &mut out, MatchKind::Moved, id, id);
    let shape = |op: &Path<'_>| Some(shape(op));
    meet(
        &mut gone,
        &mut come,
        &mut out,
        MatchKind::Moved,
        shape,
        shape,
    );
    out.extend(gone.into_iter().map(|op| Pair {
        old: Some(op),
        new: None,
        how: MatchKind::Same,
    }));
    out.extend(come.into_iter().map(|op| Pair {
        old: None,
        new: Some(op),
        how: MatchKind::Same,
    }));
    out
}

/// Removes the pairs with equal and unambiguous keys.
fn meet<'a>(
    gone: &mut Vec<Path<'a>>,
    come: &mut Vec<Path<'a>>,
    out: &mut Vec<Pair<'a>>,
    how: MatchKind,
    old_key: impl Fn(&Path<'a>) -> Option<String>,
    new_key: impl Fn(&Path<'a>) -> Option<String>,
) {
    if gone.is_empty() || come.is_empty() {
        return;
    }
    let mut found: BTreeMap<String, (Vec<Path<'a>>, Vec<Path<'a>>)> = BTreeMap::new();
    for op in gone.iter() {
        if let Some(key) = old_key(op) {
            found.entry(key).or_default().0.push(*op);
        }
    }
    for op in come.iter() {
        if let Some(key) = new_key(op) {
            found.entry(key).or_default().1.push(*op);
        }
    }
    let mut taken = (BTreeSet::new(), BTreeSet::new());
    for pair in found.into_values() {
        if let ([old], [new]) = (pair.0.as_slice(), pair.1.as_slice()) {
            taken.0.insert(old.name());
            taken.1.insert(new.name());
            out.push(Pair {
                old: Some(*old),
                new: Some(*new),
                how,
            });
        }
    }
    gone.retain(|op| !taken.0.contains(&op.name()));
    come.retain(|op| !taken.1.contains(&op.name()));
}

/// Returns the shape of an operation: everything but its name and its place.
fn shape(op: &Path<'_>) -> String {
    let shared = op
        .item
        .get("parameters")
        .map(Value::to_string)
        .unwrap_or_default();
    format!(
        "{} {}{shared}",
        op.method,
        without(
            op.op,
            &[
                "operationId",
                "tags",
                "summary",
                "description",
                contract::ORIGINAL_OPERATION_ID
            ]
        )
    )
}

/// Returns the differing prefixes of two paths: `/v1/a/` and `/v2/a/` give (`/v1`, `/v2`).
pub fn prefixes<'p>(old: &'p str, new: &'p str) -> (&'p str, &'p str) {
    let from_the_end = old.rsplit('/').zip(new.rsplit('/'));
    let shared = from_the_end.take_while(|(a, b)| a == b);
    let same: usize = shared.map(|(segment, _)| segment.len() + 1).sum();
    (
        &old[..old.len().saturating_sub(same)],
        &new[..new.len().saturating_sub(same)],
    )
}

/// Returns the label of an operation: `GET /a/ (a_list)`.
pub fn label(method: &str, path: &str, op: &Value) -> String {
    let name = format!("{} {path}", method.to_uppercase());
    match text(Some(op), "operationId") {
        "" => name,
        id => format!("{name} ({id})"),
    }
}

/// Returns the key of the operation with this label: `GET /a/{}/` for `GET /a/{id}/ (a_read)`.
pub fn key_of(label: &str) -> String {
    unnamed(label.rsplit_once(" (").map_or(label, |(name, _)| name))
}
