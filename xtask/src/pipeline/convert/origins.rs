//! Where things come from: an error's JSON pointer leads to the user's file, whatever the stages made of it.
//!
//! What references moved is noted as it happens. For the rest nothing is kept: when a stage fails, the document is sent through once more with every object
//! marked by its own pointer, and the mark is read where the error is.

use std::path::{Path, PathBuf};

use autopi_codegen::contract;
use serde_json::Value;

use crate::document::members::{At, DOCUMENT, Is, each};

/// What stands elsewhere than in the user's files.
#[derive(Default)]
pub struct Origins(Vec<Moved>);

struct Moved {
    to: String,
    file: Option<PathBuf>,
    from: String,
}

impl Origins {
    /// Notes that what is at `to` came from `from`, in this file or in the document itself.
    pub fn moved(&mut self, to: String, file: Option<PathBuf>, from: String) {
        self.0.push(Moved { to, file, from });
    }

    /// File and pointer of what is at `pointer`.
    pub fn find(&self, pointer: &str) -> (Option<&Path>, String) {
        let mut pointer = pointer.to_owned();
        // What was moved may have been moved before.
        for _ in 0..8 {
            let inside = |m: &&Moved| {
                pointer
                    .strip_prefix(&m.to)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            let Some(moved) = self.0.iter().filter(inside).max_by_key(|m| m.to.len()) else {
                break;
            };
            pointer = format!("{}{}", moved.from, &pointer[moved.to.len()..]);
            if moved.file.is_some() {
                return (moved.file.as_deref(), pointer);
            }
        }
        (None, pointer)
    }
}

/// Marks every object of a document by its pointer.
pub fn mark(doc: &mut Value) {
    let mut places = Vec::new();
    let _ = each::<()>(
        doc,
        Is::One(&DOCUMENT),
        &At::ROOT,
        &mut |kind, at, value| {
            if value.is_object() && value.get("$ref").is_none() && kind != &DOCUMENT {
                places.push(at.to_string());
            }
            Ok(())
        },
    );
    for at in places {
        if let Some(Value::Object(map)) = doc.pointer_mut(&at) {
            map.insert(contract::FROM.into(), at.into());
        }
    }
}

/// What the mark nearest to `pointer` in a marked document says, followed as far as `original` goes.
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
