//! Operations whose path changed, alone or together with a prefix.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use crate::document::escape;
use crate::pipeline::diff::{
    Rule,
    paths::{MatchKind, Pair, Path, label, prefixes},
    place::{At, Operations, Sides},
    values::text,
    walk::Walker,
};

impl<'a> Walker<'a> {
    /// Reports one change for operations that moved together, with their operationIds and areas.
    pub(super) fn moved(&mut self, at: &At, pairs: &[Pair<'a>]) {
        type Both<'p> = (Path<'p>, Path<'p>);
        let mut groups: BTreeMap<(bool, String), Vec<Both<'a>>> = BTreeMap::new();
        for pair in pairs.iter().filter(|p| p.how != MatchKind::Same) {
            if let (Some(a), Some(b)) = (pair.old, pair.new) {
                let is_prefix = pair.how == MatchKind::Prefix;
                let what = match is_prefix {
                    true => {
                        let (from, to) = prefixes(a.path, b.path);
                        prefix_text(from, to)
                    }
                    false => moved_text(&a, &b),
                };
                groups.entry((is_prefix, what)).or_default().push((a, b));
            }
        }
        for ((is_prefix, mut what), ops) in groups {
            if !is_prefix {
                what += &also_text(&ops);
            }
            for (a, b) in &ops {
                let below = operation_at(at, a, b);
                let (rule, place, what) = match (is_prefix, ops.len()) {
                    (true, _) => (Rule::PrefixMoved, "/paths".to_owned(), &what),
                    (_, 1) => (Rule::OperationMoved, b.name(), &was_text(a, b)),
                    _ => (Rule::OperationMoved, "/paths".to_owned(), &what),
                };
                let whole = At {
                    old: whole_path(a),
                    new: whole_path(b),
                    ..below.clone()
                };
                let mut places = vec![whole, below.clone()];
                let differs = |key: &str| a.op.get(key) != b.op.get(key);
                let said = [("operationId", true), ("tags", area(a) != area(b))];
                for (key, _) in said
                    .iter()
                    .filter(|(key, is)| *is && !is_prefix && differs(key))
                {
                    let at = below.key(key);
                    self.told.insert(at.new.clone());
                    places.push(at);
                }
                for at in places {
                    let place = place.clone();
                    self.emit(rule, &At { place, ..at }, what);
                }
            }
        }
    }

    /// Returns a text about the prefix that moved between paths and base path, if one did.
    pub fn prefix(&self) -> Option<String> {
        let pair = self.pairs.iter().find(|p| p.how == MatchKind::Prefix)?;
        let (from, to) = prefixes(pair.old?.path, pair.new?.path);
        Some(prefix_text(from, to))
    }
}

fn id<'p>(op: &Path<'p>) -> &'p str {
    text(Some(op.op), "operationId")
}

/// Returns the feature of an operation.
pub(super) fn area(op: &Path<'_>) -> String {
    autopi_codegen::area(op.path, op.op)
}

/// Returns the text about one operation that moved.
fn was_text(old: &Path<'_>, new: &Path<'_>) -> String {
    let mut was = format!("was `{}`", old.name());
    if id(old) != id(new) {
        was += &match id(old) {
            "" => ", without an operationId".to_owned(),
            id => format!(", operationId `{id}`"),
        };
    }
    if area(old) != area(new) {
        was += &format!(", feature `{}`", area(old));
    }
    was
}

/// Returns the text about the paths of operations that moved together.
fn moved_text(old: &Path<'_>, new: &Path<'_>) -> String {
    let instead = |verb: &str, (from, to): (&str, &str)| match (from, to) {
        ("", to) => format!("the paths {verb} with `{to}` now"),
        (from, "") => format!("the paths no longer {verb} with `{from}`"),
        (from, to) => format!("the paths {verb} with `{to}` instead of `{from}`"),
    };
    match (end(old.path), end(new.path)) {
        _ if old.path == new.path => {
            format!("the method is {} instead of {}", upper(new), upper(old))
        }
        ((x, from), (y, to)) if x == y => instead("end", (from, to)),
        _ => instead("begin", prefixes(old.path, new.path)),
    }
}

/// Returns the rest of the text about such operations: their ids and areas.
fn also_text(ops: &[(Path<'_>, Path<'_>)]) -> String {
    let mut also = String::new();
    if ops.iter().any(|(a, b)| id(a) != id(b)) {
        also += ", with other operationIds";
    }
    let areas: BTreeSet<_> = ops.iter().map(|(a, b)| (area(a), area(b))).collect();
    let differ = areas.iter().filter(|(from, to)| from != to);
    match differ.collect::<Vec<_>>().as_slice() {
        [] => {}
        [(from, to)] => also += &format!(", the feature `{from}` is `{to}` now"),
        _ => also += ", in other features",
    }
    also
}

fn upper(op: &Path<'_>) -> String {
    op.method.to_uppercase()
}

/// Splits the slashes off the end of a path.
fn end(path: &str) -> (&str, &str) {
    path.split_at(path.trim_end_matches('/').len())
}

pub(super) fn prefix_text(from: &str, to: &str) -> String {
    match (from, to) {
        (from, "") => {
            format!("`{from}` moved from the paths to the base path; the URLs are the same")
        }
        ("", to) => format!("`{to}` moved from the base path to the paths; the URLs are the same"),
        _ => format!(
            "`{from}` in the paths is `{to}` now, and the base path makes up for it; the URLs are \
             the same"
        ),
    }
}

pub(super) fn names(path: &str) -> impl Iterator<Item = &str> {
    crate::document::path_parameters(path)
}

pub(super) fn whole_path(op: &Path<'_>) -> String {
    format!("/paths/{}", escape(op.path))
}

pub fn path_parameter_text(old: &str, new: &str) -> String {
    format!("path parameter `{old}` is named `{new}` now")
}

/// Returns the place of an operation.
pub(super) fn operation_at(at: &At, a: &Path<'_>, b: &Path<'_>) -> At {
    At {
        old: format!("{}/{}", whole_path(a), a.method),
        new: format!("{}/{}", whole_path(b), b.method),
        place: b.name(),
        what: String::new(),
        sides: Sides::BOTH,
        operations: Rc::new(Operations::all(BTreeSet::from([label(
            b.method, b.path, b.op,
        )]))),
        candidates: BTreeSet::from([format!("op:{}", b.key())]),
        ..at.clone()
    }
}
