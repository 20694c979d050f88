//! Applies changes. Each returns the JSON pointers of what it changed.

use autopi_codegen::contract;
use serde_json::Value;

use super::{Step, Version, pointer};
use crate::document::escape;

/// Removes a member or an entry. Returns the place that changed: the member, or the whole list,
/// whose indices moved.
pub(super) fn remove(doc: &mut Value, steps: &[Step]) -> Option<String> {
    let (last, parent) = steps.split_last()?;
    let parent = pointer(parent);
    match (doc.pointer_mut(&parent)?, last) {
        (Value::Object(map), Step::Name(name)) => {
            map.shift_remove(name)?;
            Some(format!("{parent}/{}", escape(name)))
        }
        (Value::Array(list), Step::Index(i)) if *i < list.len() => {
            list.remove(*i);
            Some(parent)
        }
        _ => None,
    }
}

/// Merges into an object, appends to a list, replaces a value (Overlay 1.1, 4.4.3.1).
///
/// In 1.0 a value of any kind is appended to a list as one entry; from 1.1 on a list is appended
/// entry by entry.
///
/// # Errors
/// Returns why a value is not allowed there.
pub(super) fn update(
    target: &mut Value,
    update: &Value,
    version: Version,
    at: String,
    changed: &mut Vec<String>,
) -> Result<(), String> {
    match (&mut *target, update) {
        (Value::Object(_), Value::Object(_)) => return merge(target, update, at, changed),
        (Value::Object(_), _) => {
            return Err("selects an object, into which only an object can be merged".into());
        }
        (Value::Array(list), Value::Array(more)) if version >= Version::V1_1 => {
            append(list, more, at, changed);
        }
        (Value::Array(list), entry) => {
            append(list, std::slice::from_ref(entry), at, changed);
        }
        _ if version == Version::V1_0 => {
            return Err(
                "selects a plain value, which Overlay 1.0 cannot update: select the object around \
                 it, or set `overlay: 1.1.0`"
                    .into(),
            );
        }
        (_, Value::Object(_) | Value::Array(_)) => {
            return Err("selects a plain value, which only another can replace".into());
        }
        (target, update) => replace(target, update, at, changed),
    }
    Ok(())
}

/// Merges objects deeply, concatenates lists, and replaces plain values.
fn merge(
    target: &mut Value,
    update: &Value,
    at: String,
    changed: &mut Vec<String>,
) -> Result<(), String> {
    match (target, update) {
        (Value::Object(target), Value::Object(update)) => {
            for (key, value) in update {
                let at = format!("{at}/{}", escape(key));
                match target.get_mut(key) {
                    Some(old) => merge(old, value, at, changed)?,
                    None => {
                        if !is_default(key, value) {
                            changed.push(at);
                        }
                        target.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (Value::Array(list), Value::Array(more)) => append(list, more, at, changed),
        (target, update) if kind(target) != kind(update) => {
            let (old, new) = (kind(target), kind(update));
            return Err(format!(
                "brings {new} to #{at}, where {old} is: remove that with an action before"
            ));
        }
        (target, update) => replace(target, update, at, changed),
    }
    Ok(())
}

/// Returns what kind of value it is: those of different kinds cannot be merged.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Object(_) => "an object",
        Value::Array(_) => "a list",
        _ => "a plain value",
    }
}

/// Appends entries. One that is in the list already is not a change: the document now says so
/// itself.
fn append(list: &mut Vec<Value>, more: &[Value], at: String, changed: &mut Vec<String>) {
    if more.iter().any(|entry| !list.contains(entry)) {
        changed.push(at);
    }
    list.extend_from_slice(more);
}

fn replace(target: &mut Value, update: &Value, at: String, changed: &mut Vec<String>) {
    if target != update {
        changed.push(at);
        *target = update.clone();
    }
}

/// Returns whether a mark of ours is false, which is the same as absent.
fn is_default(key: &str, value: &Value) -> bool {
    key.starts_with(contract::PREFIX) && value == &Value::Bool(false)
}

/// Returns whether two places say the same.
pub(super) fn same(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let within = |a: &serde_json::Map<String, Value>,
                          b: &serde_json::Map<String, Value>| {
                a.iter()
                    .all(|(k, v)| is_default(k, v) || same(Some(v), b.get(k)))
            };
            let only = |k: &String, v: &Value| is_default(k, v) || a.contains_key(k);
            within(a, b) && b.iter().all(|(k, v)| only(k, v))
        }
        (a, b) => a == b,
    }
}
