//! Values of both documents, of which either may be missing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// A value of either document, if it is there.
pub type Maybe<'a> = Option<&'a Value>;

/// Returns the members of an object; none for any other value.
pub fn members<'a>(value: Maybe<'a>) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

/// Returns the keys of both values, each once.
pub fn keys<'a>(old: Maybe<'a>, new: Maybe<'a>) -> Vec<&'a str> {
    let known: BTreeSet<&String> = members(old).map(|(k, _)| k).collect();
    let of_old = members(old).map(|(k, _)| k.as_str());
    of_old
        .chain(
            members(new)
                .map(|(k, _)| k)
                .filter(|k| !known.contains(k))
                .map(String::as_str),
        )
        .collect()
}

/// Returns the keys of both values, those that are the same in another spelling together: `same` says how they are compared.
pub fn pairs<'a>(
    old: Maybe<'a>,
    new: Maybe<'a>,
    same: impl Fn(&str) -> String,
) -> Vec<(&'a str, &'a str)> {
    let other = |map: Maybe<'a>, key: &'a str| {
        let mut others = members(map).map(|(k, _)| k.as_str());
        let same =
            |k: &&str| get(old, k).is_none() != get(new, k).is_none() && same(k) == same(key);
        others.find(same).unwrap_or(key)
    };
    keys(old, new)
        .into_iter()
        .filter_map(|key| match (get(old, key), get(new, key)) {
            (Some(_), Some(_)) => Some((key, key)),
            (Some(_), None) => Some((key, other(new, key))),
            // The key of the old one comes with it.
            _ => Some((other(old, key), key)).filter(|(before, _)| *before == key),
        })
        .collect()
}

/// Returns the items of a list.
pub fn items<'a>(value: Maybe<'a>) -> &'a [Value] {
    value
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// Returns the items of `a` that are not in `b`, in linear time.
pub fn missing<'v>(a: &'v [Value], b: &[Value]) -> Vec<&'v Value> {
    let there: BTreeSet<String> = b.iter().map(canonical).collect();
    a.iter()
        .filter(|v| !there.contains(&canonical(v)))
        .collect()
}

/// Returns a text that is the same for equal values.
pub fn canonical(value: &Value) -> String {
    sorted(value).to_string()
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let members: BTreeMap<&String, &Value> = map.iter().collect();
            let members = members.into_iter();
            members.map(|(k, v)| (k.clone(), sorted(v))).collect()
        }
        Value::Array(list) => list.iter().map(sorted).collect(),
        plain => plain.clone(),
    }
}

pub fn get<'a>(value: Maybe<'a>, key: &str) -> Maybe<'a> {
    value?.get(key)
}

pub fn text<'a>(value: Maybe<'a>, key: &str) -> &'a str {
    get(value, key).and_then(Value::as_str).unwrap_or_default()
}

pub fn flag(value: Maybe<'_>, key: &str) -> bool {
    get(value, key) == Some(&Value::Bool(true))
}

/// Returns an object without some of its keys.
pub fn without(value: &Value, gone: &[&str]) -> Value {
    let map: Map<String, Value> = members(Some(value))
        .filter(|(k, _)| !gone.contains(&k.as_str()))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    map.into()
}
