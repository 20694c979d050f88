//! Operations whose path changed, alone or together with a prefix.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use crate::document::escape;
use crate::pipeline::diff::{
    Rule,
    paths::{How, Pair, Path, label, prefixes},
    place::{At, Operations, Sides},
    walk::Walker,
};

impl<'a> Walker<'a> {
    /// Reports one change for operations that moved together.
    pub(super) fn moved(&mut self, at: &At, pairs: &[Pair<'a>]) {
        type Both<'p> = (Path<'p>, Path<'p>);
        let mut groups: BTreeMap<(bool, &str, &str), Vec<Both<'a>>> = BTreeMap::new();
        for pair in pairs.iter().filter(|p| p.how != How::Same) {
            if let (Some(a), Some(b)) = (pair.old, pair.new) {
                let (from, to) = match (end(a.path), end(b.path)) {
                    ((x, from), (y, to)) if x == y => (from, to),
                    _ => prefixes(a.path, b.path),
                };
                groups
                    .entry((pair.how == How::Prefix, from, to))
                    .or_default()
                    .push((a, b));
            }
        }
        for ((prefix, from, to), ops) in groups {
            for (a, b) in &ops {
                let below = operation_at(at, a, b);
                let (rule, place, what) = match (prefix, ops.len()) {
                    (true, _) => (
                        Rule::PrefixMoved,
                        "/paths".to_owned(),
                        prefix_text(from, to),
                    ),
                    (_, 1) => (
                        Rule::OperationMoved,
                        b.name(),
                        format!("was `{}`", a.name()),
                    ),
                    _ => (
                        Rule::OperationMoved,
                        "/paths".to_owned(),
                        match (from, to) {
                            ("/", _) | (_, "/") => {
                                format!("moved: `…{from}` is `…{to}` now")
                            }
                            _ => format!("moved: `{from}/…` is `{to}/…` now"),
                        },
                    ),
                };
                self.emit(
                    rule,
                    &At {
                        place: place.clone(),
                        old: whole_path(a),
                        new: whole_path(b),
                        ..below.clone()
                    },
                    &what,
                );
                self.emit(rule, &At { place, ..below }, &what);
            }
        }
    }

    /// Returns a text about the prefix that moved between paths and base path, if one did.
    pub fn prefix(&self) -> Option<String> {
        let pair = self.pairs.iter().find(|p| p.how == How::Prefix)?;
        let (from, to) = prefixes(pair.old?.path, pair.new?.path);
        Some(prefix_text(from, to))
    }
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
