//! Lists of types, of values and of alternatives, each written in one way.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::merge;
use crate::document::types::{concerns, is_of_one, type_of};
use crate::pipeline::diff::values::canonical;

/// Adds null to the values of a schema.
pub(super) fn or_null(map: &mut Map<String, Value>) {
    let mut types = match map.get("type") {
        Some(Value::String(one)) => vec![Value::from(one.as_str())],
        Some(Value::Array(list)) => list.clone(),
        _ => return,
    };
    if !types.iter().any(|t| t == "null") {
        types.push("null".into());
    }
    map.insert("type".into(), types.into());
    if let Some(Value::Array(list)) = map.get_mut("enum")
        && !list.iter().any(Value::is_null)
    {
        list.push(Value::Null);
    }
}

/// Writes types as a list, with those that a list of values has, and leaves out what concerns no
/// value.
pub(super) fn kinds(map: &mut Map<String, Value>) {
    if let Some(Value::Array(values)) = map.get("enum").filter(|_| !map.contains_key("type")) {
        let kinds: BTreeSet<&str> = values.iter().map(type_of).collect();
        let kinds: Vec<&str> = kinds.into_iter().collect();
        map.insert("type".into(), kinds.into());
    }
    let mut types: Vec<String> = match map.get("type") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(list)) => list
            .iter()
            .filter_map(|t| Some(t.as_str()?.to_owned()))
            .collect(),
        _ => return,
    };
    let has = |types: &[String], kind: &str| types.iter().any(|t| t == kind);
    if has(&types, "number") {
        types.retain(|t| t != "integer");
    }
    types.sort();
    types.dedup();
    if let Some(Value::Array(values)) = map.get("enum") {
        let all_of = |kind: &str, n: usize| has(&types, kind) && values.len() == n;
        let both = values.contains(&true.into()) && values.contains(&false.into());
        let null = usize::from(has(&types, "null"));
        let says_all = match types.len() - null {
            0 => all_of("null", 1),
            1 => both && all_of("boolean", 2 + null),
            _ => false,
        };
        if says_all {
            map.shift_remove("enum");
        }
    }
    let step = map.get("multipleOf").and_then(Value::as_f64);
    // Every whole number is a multiple of 1, of 0.5, of 0.25.
    if types == ["integer"] && step.is_some_and(|step| step > 0.0 && (1.0 / step).fract() == 0.0) {
        map.shift_remove("multipleOf");
    }
    map.retain(|k, v| {
        k == "format" || !is_of_one(k, v) || types.iter().any(|kind| concerns(k, v, kind))
    });
    match types.len() {
        6 => drop(map.shift_remove("type")),
        _ => drop(map.insert("type".into(), types.into())),
    }
}

/// Returns the types of a schema that says nothing else.
fn only_types(part: &Value) -> Option<&Value> {
    part.get("type")
        .filter(|_| part.as_object().is_some_and(|part| part.len() == 1))
}

/// Returns whether each type of a list is in another.
fn covers(all: &Value, types: &Value) -> bool {
    let has = |kind: &Value| {
        let all = all.as_array().into_iter().flatten();
        all.into_iter()
            .any(|a| a == kind || (a == "number" && kind == "integer"))
    };
    types.as_array().is_some_and(|types| types.iter().all(has))
}

/// Writes alternatives as one list, of which each is there once: with those of inner lists, with
/// one list of all values, and null at its end.
pub(super) fn alternatives(map: &mut Map<String, Value>, key: &str, closed: bool) {
    let Some(Value::Array(list)) = map.shift_remove(key) else {
        return;
    };
    let is_any = key == "anyOf";
    let mut flat = if is_any { flattened(list) } else { list };
    let null = take_null(&mut flat, is_any);
    if is_any {
        once_each(&mut flat, closed);
    }
    one_list_of_values(&mut flat, is_any);
    match flat.as_mut_slice() {
        [Value::Object(only)] if null && only.contains_key("type") => or_null(only),
        _ if null => flat.push(json!({ "type": ["null"] })),
        _ => {}
    }
    for part in flat.iter_mut().filter_map(Value::as_object_mut) {
        kinds(part);
    }
    let is_any = is_any || flat.len() == 1 || are_apart(&flat);
    if let [Value::Object(only)] = flat.as_slice()
        && !map.is_empty()
        && merge(map, only)
    {
        return;
    }
    // Beside the other list, each must hold.
    let is_any = is_any && !map.contains_key("anyOf");
    let key = if is_any { "anyOf" } else { "oneOf" };
    map.insert(key.into(), flat.into());
}

/// Returns the alternatives of a list, with those of each list in it that says nothing else.
fn flattened(list: Vec<Value>) -> Vec<Value> {
    let mut flat = Vec::new();
    for part in list {
        match part.get("anyOf") {
            Some(Value::Array(inner)) if part.as_object().is_some_and(|p| p.len() == 1) => {
                flat.extend(inner.iter().cloned());
            }
            _ => flat.push(part),
        }
    }
    flat
}

/// Takes null out of the alternatives; returns whether it was in one of them. With `oneOf` it stays
/// in several, which refuse it together.
fn take_null(flat: &mut Vec<Value>, is_any: bool) -> bool {
    let accepts_null = |part: &&Value| {
        let types = part.get("type").and_then(Value::as_array);
        types.is_some_and(|types| types.iter().any(|t| t == "null"))
    };
    let nulls = flat.iter().filter(accepts_null).count();
    if nulls == 0 || nulls > 1 && !is_any {
        return false;
    }
    for part in flat.iter_mut().filter_map(Value::as_object_mut) {
        for list in ["type", "enum"] {
            if let Some(Value::Array(list)) = part.get_mut(list) {
                list.retain(|v| v != "null" && !v.is_null());
            }
        }
    }
    flat.retain(|part| part.get("type") != Some(&json!([])));
    true
}

/// Leaves out alternatives that are there before, or that one by its types alone covers, unless
/// what they name counts.
fn once_each(flat: &mut Vec<Value>, closed: bool) {
    let mut seen = BTreeSet::new();
    flat.retain(|part| seen.insert(canonical(part)));
    if closed {
        return;
    }
    let all_of: Vec<Value> = flat.iter().filter_map(only_types).cloned().collect();
    flat.retain(|part| {
        let own = part.get("type");
        !all_of.iter().any(|all| match only_types(part) {
            Some(own) => own != all && covers(all, own),
            None => own.is_some_and(|own| covers(all, own)),
        })
    });
}

/// Writes alternatives that only list values as one list. With `oneOf`, a value in two of them is
/// refused.
fn one_list_of_values(flat: &mut Vec<Value>, is_any: bool) {
    let lists_values = |part: &Value| {
        part.as_object()
            .is_some_and(|p| p.len() == 2 && p.contains_key("enum") && p.contains_key("type"))
    };
    if flat.len() < 2 || !flat.iter().all(lists_values) {
        return;
    }
    let all = |key: &str| -> Vec<Value> {
        let lists = flat.iter().filter_map(|part| part.get(key)?.as_array());
        lists.flatten().cloned().collect()
    };
    let values = all("enum");
    let different: BTreeSet<String> = values.iter().map(canonical).collect();
    if different.len() == values.len() || is_any {
        let mut one = Map::new();
        one.insert("type".into(), all("type").into());
        one.insert("enum".into(), values.into());
        kinds(&mut one);
        *flat = vec![one.into()];
    }
}

/// Returns whether the alternatives are of different types, so that a value can only be one.
fn are_apart(flat: &[Value]) -> bool {
    let types: Option<Vec<&Vec<Value>>> = flat.iter().map(|p| p.get("type")?.as_array()).collect();
    let mut known = BTreeSet::new();
    types.is_some_and(|types| {
        let mut types = types.into_iter().flatten().filter_map(Value::as_str);
        types.all(|t| known.insert(if t == "integer" { "number" } else { t }))
    })
}
