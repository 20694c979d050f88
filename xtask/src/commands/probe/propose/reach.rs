//! The components that a response reaches, and how many operations must agree on a change of one.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::commands::probe::edit::{component, component_of};
use crate::document;

/// Calls `found` with the place and the component of each reference.
pub(super) fn references(schema: &Value, at: &str, found: &mut dyn FnMut(&str, &str)) {
    match schema {
        Value::Object(map) => {
            let target = map.get("$ref").and_then(Value::as_str);
            if let Some(name) = target.and_then(|t| component_of(t.strip_prefix('#')?)) {
                found(at, &name);
            }
            for (key, value) in map {
                references(value, &format!("{at}/{}", document::escape(key)), found);
            }
        }
        Value::Array(list) => {
            for (i, value) in list.iter().enumerate() {
                references(value, &format!("{at}/{i}"), found);
            }
        }
        _ => {}
    }
}

/// Returns the components that a place leads to.
pub(super) fn reached(root: &Value, at: &str) -> BTreeSet<String> {
    let (mut seen, mut todo) = (BTreeSet::new(), vec![at.to_owned()]);
    while let Some(at) = todo.pop() {
        let schema = root.pointer(&at).unwrap_or(&Value::Null);
        references(schema, "", &mut |_, name| {
            if seen.insert(name.to_owned()) {
                todo.push(component(name));
            }
        });
    }
    seen
}

/// Returns whether enough operations agree: the only one that returns a schema, or nine in ten of
/// those that gave evidence, and at least two.
pub(super) fn enough(against: usize, of: usize, reach: usize, wrong: bool) -> bool {
    let share = if wrong {
        against * 10 >= of * 9
    } else {
        against >= of
    };
    share && (against >= 2 || reach <= 1)
}
