//! Edits of a schema: applied here, and written as actions of an overlay.

use serde_json::{Value, json};

use crate::document::escape;
use crate::document::unescape;

/// An edit. Places are JSON pointers.
#[derive(Debug, Clone)]
pub enum Edit {
    Update(String, Value),
    Remove(String),
    /// Removes a name from the `required` of a schema.
    Unrequire(String, String),
}

impl Edit {
    /// Returns the edit as an action of an OpenAPI Overlay 1.1 document.
    pub fn action(&self, description: &str) -> Value {
        match self {
            Self::Update(at, update) => {
                json!({ "target": path(at), "description": description, "update": update })
            }
            Self::Remove(at) => {
                json!({ "target": path(at), "description": description, "remove": true })
            }
            Self::Unrequire(at, name) => {
                let target = format!("{}.required[?@ == {}]", path(at), quoted(name));
                json!({ "target": target, "description": description, "remove": true })
            }
        }
    }

    /// Applies the edit as the overlay stage will.
    pub fn apply(&self, root: &mut Value) {
        match self {
            Self::Update(at, update) => {
                if let Some(target) = root.pointer_mut(at) {
                    merge(target, update);
                }
            }
            Self::Remove(at) => {
                let split = at.rsplit_once('/');
                if let Some((owner, key)) = split
                    && let Some(map) = root.pointer_mut(owner).and_then(Value::as_object_mut)
                {
                    map.shift_remove(&unescape(key));
                }
            }
            Self::Unrequire(at, name) => {
                let list = root.pointer_mut(&format!("{at}/required"));
                if let Some(list) = list.and_then(Value::as_array_mut) {
                    list.retain(|key| key != name);
                }
            }
        }
    }
}

fn merge(target: &mut Value, update: &Value) {
    match (target, update) {
        (Value::Object(target), Value::Object(update)) => {
            for (key, value) in update {
                match target.get_mut(key) {
                    Some(old) => merge(old, value),
                    None => drop(target.insert(key.clone(), value.clone())),
                }
            }
        }
        (Value::Array(list), Value::Array(more)) => list.extend_from_slice(more),
        (target, update) => *target = update.clone(),
    }
}

/// Returns a name in quotes, by RFC 9535 (2.3.1).
fn quoted(name: &str) -> String {
    let mut out = String::from("'");
    for c in name.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "'"
}

/// Returns the JSONPath (RFC 9535) of a JSON pointer; keywords are written with a dot, names in
/// quotes.
pub fn path(pointer: &str) -> String {
    const NAMES: [&str; 6] = [
        "paths",
        "schemas",
        "properties",
        "responses",
        "content",
        "$",
    ];
    let (mut out, mut before) = (String::from("$"), String::from("."));
    for segment in pointer.split('/').skip(1).map(unescape) {
        let word = segment.starts_with(|c: char| c.is_ascii_alphabetic())
            && segment.chars().all(|c| c.is_ascii_alphanumeric());
        let index = ["allOf", "oneOf", "anyOf"].contains(&before.as_str());
        if index && segment.parse::<usize>().is_ok() {
            out.push_str(&format!("[{segment}]"));
        } else if word && !NAMES.contains(&before.as_str()) {
            out.push_str(&format!(".{segment}"));
        } else {
            out.push_str(&format!("[{}]", quoted(&segment)));
            before.clear();
            continue;
        }
        before = segment;
    }
    out
}

/// Returns the pointer of a component.
pub fn component(name: &str) -> String {
    format!("/components/schemas/{}", escape(name))
}

/// Returns the name of the component that a place is in.
pub fn component_of(pointer: &str) -> Option<String> {
    let rest = pointer.strip_prefix("/components/schemas/")?;
    rest.split('/').next().map(unescape)
}
