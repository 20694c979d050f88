//! The origins of places: the JSON pointer of an error leads to the user's file, whatever the
//! stages have changed.
//!
//! Moves by references are noted as they happen. Nothing else is kept: when a stage fails, the
//! document is sent through once more with every object marked with its own pointer, and the mark
//! is read where the error is.

use std::path::{Path, PathBuf};

use autopi_codegen::contract;
use serde_json::Value;

use crate::document::members::{At, DOCUMENT, Is, each_mut};

/// The parts that have moved from their place in the user's files, in the order of the moves. Each
/// entry has moves that were made at once, such as those of the entries of a list.
#[derive(Default)]
pub struct Origins(Vec<Vec<Moved>>);

struct Moved {
    to: String,
    file: Option<PathBuf>,
    from: String,
}

impl Moved {
    /// Returns what follows the new place in a pointer that is inside of it.
    fn inside<'p>(&self, pointer: &'p str) -> Option<&'p str> {
        let rest = pointer.strip_prefix(&self.to)?;
        // Where a part takes the place of what was around it, the place itself has not moved.
        let is_outer = rest.is_empty() && self.from.starts_with(&self.to);
        ((rest.is_empty() && !is_outer) || rest.starts_with('/')).then_some(rest)
    }
}

impl Origins {
    /// Notes that the value at `to` came from `from`, in this file or in the document itself.
    pub fn moved(&mut self, to: String, file: Option<PathBuf>, from: String) {
        self.0.push(vec![Moved { to, file, from }]);
    }

    /// Notes that values came from other places in the document, each `to` from its `from`.
    pub fn moved_at_once(&mut self, moves: impl IntoIterator<Item = (String, String)>) {
        let moves = moves.into_iter().filter(|(to, from)| to != from);
        let moved = |(to, from)| Moved {
            to,
            file: None,
            from,
        };
        let moves: Vec<Moved> = moves.map(moved).collect();
        if !moves.is_empty() {
            self.0.push(moves);
        }
    }

    /// Returns the file and the pointer that the value at `pointer` came from: the moves are
    /// undone, the last one first.
    pub fn find(&self, pointer: &str) -> (Option<&Path>, String) {
        let mut pointer = pointer.to_owned();
        for moves in self.0.iter().rev() {
            let inside = moves.iter().filter(|m| m.inside(&pointer).is_some());
            let Some(moved) = inside.max_by_key(|m| m.to.len()) else {
                continue;
            };
            pointer = format!("{}{}", moved.from, &pointer[moved.to.len()..]);
            if moved.file.is_some() {
                return (moved.file.as_deref(), pointer);
            }
        }
        (None, pointer)
    }
}

/// Marks every object of a document with its pointer.
pub fn mark(doc: &mut Value) {
    each_mut(doc, Is::One(&DOCUMENT), &At::ROOT, &mut |kind, at, map| {
        if !map.contains_key("$ref") && kind != &DOCUMENT {
            map.insert(contract::FROM.into(), at.to_string().into());
        }
    });
}

/// Returns the nearest mark to `pointer` in a marked document, followed as far as `original` goes.
pub fn marked(doc: &Value, pointer: &str, original: &Value) -> Option<String> {
    let mut at = doc;
    let mut found = None;
    for key in pointer.split('/').skip(1) {
        let key = crate::document::unescape(key);
        let next = match at {
            Value::Array(list) => key.parse::<usize>().ok().and_then(|i| list.get(i)),
            other => other.get(&key),
        };
        if let Some(found) = &mut found {
            *found = format!("{found}/{}", crate::document::escape(&key));
        }
        let Some(next) = next else {
            break;
        };
        at = next;
        if let Some(mark) = at.get(contract::FROM).and_then(Value::as_str) {
            found = Some(mark.to_owned());
        }
    }
    let mut found = found?;
    while original.pointer(&found).is_none() {
        found.truncate(found.rfind('/')?);
    }
    Some(found)
}

/// Returns a place that has not moved, or only with its container: `definitions` are the schemas of
/// 2.0.
pub fn kept(prepared: &Value, pointer: &str) -> Option<String> {
    let old = pointer.replacen("/components/schemas/", "/definitions/", 1);
    let mut found = [old.as_str(), pointer].into_iter().flat_map(|whole| {
        let ends = whole.match_indices('/').map(|(i, _)| i).rev();
        std::iter::once(whole.len())
            .chain(ends)
            .map(move |end| &whole[..end])
    });
    // A place that is only a container says nothing.
    let says = |p: &&str| p.matches('/').count() > 1 && *p != "/components/schemas";
    found
        .find(|p| says(p) && prepared.pointer(p).is_some())
        .map(str::to_owned)
}
