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

/// Returns the keys of both values, those that are the same in another spelling together: `same`
/// says how they are compared.
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

/// Returns the pairs of an old and a new key of which one stands for the other and for more (`2XX`
/// for `200`), with whether the new one does. `cover` finds in a list of keys the one that stands
/// for another.
pub fn covered<'a>(
    (old, new): (&[&'a str], &[&'a str]),
    same: impl Fn(&str) -> String,
    cover: impl Fn(&[&'a str], &str) -> Option<&'a str>,
) -> Vec<(&'a str, &'a str, bool)> {
    let only = |own: &[&'a str], other: &[&str]| -> Vec<&'a str> {
        let others: BTreeSet<String> = other.iter().map(|k| same(k)).collect();
        let left = own.iter().filter(|k| !others.contains(&same(k)));
        left.copied().collect()
    };
    let come = only(new, old);
    let gone = only(old, new);
    let narrower = come
        .iter()
        .filter_map(|k| Some((cover(old, k)?, *k, false)));
    let wider = gone.iter().filter_map(|k| Some((*k, cover(new, k)?, true)));
    narrower.chain(wider).collect()
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
    plain(value).to_string()
}

/// Returns a value with its members in one order, and its numbers in one form: 1.0 is 1.
pub fn plain(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let members: BTreeMap<&String, &Value> = map.iter().collect();
            let members = members.into_iter();
            members.map(|(k, v)| (k.clone(), plain(v))).collect()
        }
        Value::Array(list) => list.iter().map(plain).collect(),
        Value::Number(n) if n.is_f64() => match n.as_f64() {
            Some(whole) if whole.fract() == 0.0 && whole.abs() < 9e15 => (whole as i64).into(),
            _ => value.clone(),
        },
        other => other.clone(),
    }
}

pub fn get<'a>(value: Maybe<'a>, key: &str) -> Maybe<'a> {
    value?.get(key)
}

pub fn text<'a>(value: Maybe<'a>, key: &str) -> &'a str {
    get(value, key).and_then(Value::as_str).unwrap_or_default()
}

pub fn flag(value: Maybe<'_>, key: &str) -> bool {
    is_true(get(value, key))
}

/// Returns whether a value is true, or a text that is read as true.
pub fn is_true(value: Maybe<'_>) -> bool {
    value.is_some_and(|v| v == true || v == "true")
}

/// Returns an object without some of its keys.
pub fn without(value: &Value, gone: &[&str]) -> Value {
    let map: Map<String, Value> = members(Some(value))
        .filter(|(k, _)| !gone.contains(&k.as_str()))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    map.into()
}

/// Returns whether two texts differ only in the case of their letters.
pub fn same_letters(old: Maybe<'_>, new: Maybe<'_>) -> bool {
    let lower = |v: Maybe<'_>| v.and_then(Value::as_str).map(str::to_ascii_lowercase);
    lower(old).is_some() && lower(old) == lower(new)
}
