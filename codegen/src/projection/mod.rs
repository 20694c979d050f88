//! The document for progenitor 0.15: whatever it cannot read is removed, and each place is
//! reported.

mod components;
pub mod keywords;
mod names;
mod operations;

use serde_json::Value;

use crate::{contract, escape::pointer};

pub use components::names as component_names;
use keywords::{has_names, is_data};
pub use names::pascal;

/// A removal: the place in the document, and what was removed there.
pub type Removed = (String, &'static str);

const NAME: &str = "it would make a type that has the name of another";
const ANY: &str = "any JSON is sent here, whatever the schema says";
/// Keywords that do not change a type.
const TEXTS: [&str; 8] = [
    "title",
    "description",
    "default",
    "example",
    "readOnly",
    "writeOnly",
    "nullable",
    "deprecated",
];
const LIMITS: [&str; 3] = ["minLength", "maxLength", "pattern"];

/// Removes what progenitor cannot read, and nothing else.
pub fn project(doc: &mut Value) -> Vec<Removed> {
    let mut removed = Vec::new();
    operations::remove(doc, &mut removed);
    components::rename(doc, &mut removed);
    schemas(doc, "", false, &mut removed);
    // Without its title a type has another name, which may be taken as well.
    loop {
        let before = removed.len();
        for made in names::clashes(doc) {
            for keyword in made.taken() {
                let map = doc.pointer_mut(&made.at).and_then(Value::as_object_mut);
                if map.is_some_and(|map| map.shift_remove(keyword).is_some()) {
                    removed.push((format!("{}/{keyword}", made.at), NAME));
                }
            }
        }
        if removed.len() == before {
            return removed;
        }
    }
}

/// Walks all schemas. Examples, which only look like schemas, are left alone.
fn schemas(value: &mut Value, at: &str, named: bool, removed: &mut Vec<Removed>) {
    if let Value::Object(map) = value
        && !named
    {
        if map.get(contract::JSON) == Some(&Value::Bool(true)) {
            let says = |key: &&String| !TEXTS.contains(&key.as_str());
            let keys: Vec<String> = map.keys().filter(says).cloned().collect();
            for key in keys {
                map.shift_remove(&key);
                if !key.starts_with(contract::PREFIX) {
                    removed.push((format!("{at}/{}", pointer(&key)), ANY));
                }
            }
            return;
        }
        let values = map.get("enum").and_then(Value::as_array);
        if values.is_some_and(|values| clash(values)) {
            map.shift_remove("enum");
            removed.push((format!("{at}/enum"), "values that would have one name"));
        }
    }
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter_mut().filter(|(key, _)| named || !is_data(key)) {
                let at = format!("{at}/{}", pointer(key));
                schemas(value, &at, !named && has_names(key), removed);
            }
        }
        Value::Array(list) => {
            for (i, value) in list.iter_mut().enumerate() {
                schemas(value, &format!("{at}/{i}"), false, removed);
            }
        }
        _ => {}
    }
}

/// Returns whether typify finds no different names for the values. It takes the letters and digits
/// of a value; if that gives two of them one name, it replaces all other characters by `X`.
fn clash(values: &[Value]) -> bool {
    let twice = |name: &dyn Fn(&str) -> String| {
        let mut names: Vec<String> = values.iter().filter_map(Value::as_str).map(name).collect();
        names.sort();
        names.windows(2).any(|w| w[0] == w[1])
    };
    let other = |c: char| c == '_' || !names::continues(c);
    twice(&names::pascal) && twice(&|v| names::pascal(&v.replace(other, "X")))
}
