//! The `overlay` stage: an OpenAPI Overlay 1.0 document, strictly. No match, or no effect, is an error: the API was corrected, or the target is wrong.

use serde::Deserialize;
use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use crate::report::Failure;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Overlay {
    overlay: String,
    #[allow(dead_code)] // required by the specification, of no effect
    info: Map<String, Value>,
    #[serde(default)]
    actions: Vec<Action>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Action {
    target: String,
    /// The evidence; of no effect.
    #[allow(dead_code)]
    description: Option<String>,
    update: Option<Value>,
    #[serde(default)]
    remove: bool,
}

/// Applies every action in order; answers how many there were.
///
/// # Errors
/// Names the action by its number and target.
pub fn apply(doc: &mut Value, text: &str) -> Result<usize, Failure> {
    let fail = |pointer: String, message: String| {
        Failure::new("overlay", pointer, message).way_out(
            "correct the action in spec/overlay.yaml, or remove it if the API was corrected",
        )
    };
    let overlay: Overlay =
        serde_yaml_ng::from_str(text).map_err(|e| fail(String::new(), e.to_string()))?;
    if !overlay.overlay.starts_with("1.0") {
        return Err(fail(
            "/overlay".into(),
            format!("version {} is not 1.0", overlay.overlay),
        ));
    }
    for (i, action) in overlay.actions.iter().enumerate() {
        let at = format!("/actions/{i}");
        let path = JsonPath::parse(&action.target).map_err(|e| {
            fail(
                format!("{at}/target"),
                format!("`{}` is no JSONPath: {e}", action.target),
            )
        })?;
        let mut found: Vec<String> = path
            .query_located(doc)
            .locations()
            .map(|l| l.to_json_pointer())
            .collect();
        if found.is_empty() {
            return Err(fail(at, format!("`{}` matches nothing", action.target)));
        }
        let before = doc.clone();
        // From the back, so that the index of what is still to be removed stays right.
        found.reverse();
        for pointer in &found {
            match (&action.update, action.remove) {
                (_, true) => remove(doc, pointer),
                (Some(update), false) => {
                    if let Some(target) = doc.pointer_mut(pointer) {
                        merge(target, update);
                    }
                }
                (None, false) => return Err(fail(at, "neither `update` nor `remove`".into())),
            }
        }
        if *doc == before {
            return Err(fail(at, format!("`{}` changes nothing", action.target)));
        }
    }
    Ok(overlay.actions.len())
}

fn remove(doc: &mut Value, pointer: &str) {
    let Some((parent, key)) = pointer.rsplit_once('/') else {
        return;
    };
    match doc.pointer_mut(parent) {
        Some(Value::Object(map)) => {
            drop(map.shift_remove(&key.replace("~1", "/").replace("~0", "~")))
        }
        Some(Value::Array(list)) => {
            if let Some(i) = key.parse::<usize>().ok().filter(|i| *i < list.len()) {
                list.remove(i);
            }
        }
        _ => {}
    }
}

/// Objects merge deeply, arrays concatenate, everything else is replaced (Overlay 1.0, 4.4.3).
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
        (Value::Array(target), Value::Array(update)) => target.extend(update.iter().cloned()),
        (target, update) => *target = update.clone(),
    }
}
