//! Compares operations of methods for which a path item has no member (COPY): the client does not
//! have them.

use serde_json::Value;

use crate::document::METHODS;
use crate::pipeline::diff::{
    Rule,
    place::At,
    values::{Maybe, get, keys},
    walk::Walker,
};

/// The member of a path item for operations of other methods, from 3.2 on.
pub(super) const MORE: &str = "additionalOperations";

/// Returns whether a member of a path item is an operation of a method that OpenAPI does not know.
pub(super) fn is_other(key: &str, value: &Value) -> bool {
    let operation = value.get("responses").is_some() || value.get("operationId").is_some();
    operation && !METHODS.contains(&key) && !key.starts_with("x-")
}

impl<'a> Walker<'a> {
    /// Lists operations of such methods that are new or gone; returns whether there are any. Those
    /// that both documents have are compared with the other members.
    pub(super) fn other_methods(&mut self, at: &At, (old, new): (Maybe<'a>, Maybe<'a>)) -> bool {
        let more = (get(old, MORE), get(new, MORE));
        let mut any = false;
        for (at, (old, new), own) in [(at.clone(), (old, new), true), (at.key(MORE), more, false)] {
            for method in keys(old, new) {
                let (a, b) = (get(old, method), get(new, method));
                if own && !a.or(b).is_some_and(|op| is_other(method, op)) {
                    continue;
                }
                any = true;
                let at = At {
                    place: format!("{} {}", method.to_uppercase(), at.place),
                    ..at.key(method)
                };
                match (a, b) {
                    (Some(_), None) => self.emit(Rule::OperationGone, &at, "is gone"),
                    (None, Some(_)) => self.emit(Rule::OperationNew, &at, "is new"),
                    _ if own => {}
                    _ => self.checked(&at, a, b, |_, _, _, _| {}),
                }
            }
            if !own && old != new && keys(old, new).is_empty() {
                self.differs(Rule::WrittenOtherwise, &at, old, new);
            }
        }
        any
    }
}
