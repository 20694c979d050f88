//! Compares a member that one object names with what the other says of all that it does not name.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Holders;
use crate::{
    document::follow,
    pipeline::diff::{Rule, place::At, values::get, walk::Walker},
};

impl<'a> Walker<'a> {
    /// Compares a member that is gone or new with the `additionalProperties` of the other object,
    /// which is at `around`.
    pub(super) fn as_other(
        &mut self,
        around: &At,
        at: &At,
        holders: Holders<'a>,
        (was, is): Holders<'a>,
    ) {
        let (holder, doc) = match is {
            None => (holders.1, self.new.doc),
            Some(_) => (holders.0, self.old.doc),
        };
        let other = get(holder, "additionalProperties");
        let Some(other) = other.filter(|o| o.as_object().is_some_and(|map| !map.is_empty())) else {
            return;
        };
        self.others = self.others.saturating_sub(size(doc, other, self.others));
        if self.others == 0 {
            let what = "there is too much to compare it with `additionalProperties`";
            return self.emit(Rule::Unclassified, at, what);
        }
        let below = |pointer: &str| format!("{pointer}/additionalProperties");
        match is {
            None => {
                let new = below(&around.new);
                self.schema(&At { new, ..at.clone() }, was, Some(other));
            }
            Some(_) => {
                let old = below(&around.old);
                self.schema(&At { old, ..at.clone() }, Some(other), is);
            }
        }
    }
}

/// Returns the number of values in a schema and what it refers to, or `limit` if there are more.
fn size(doc: &Value, schema: &Value, limit: usize) -> usize {
    let (mut todo, mut seen, mut size) = (vec![schema], BTreeSet::new(), 0);
    while let Some(value) = todo.pop().filter(|_| size < limit) {
        size += 1;
        match value {
            Value::Object(map) => todo.extend(map.values()),
            Value::Array(list) => todo.extend(list),
            _ => {}
        }
        let to = value.get("$ref").and_then(Value::as_str);
        todo.extend(
            to.filter(|to| seen.insert(*to))
                .and_then(|to| follow(doc, to)),
        );
    }
    size
}
