//! Compares two Rust APIs, item by item.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::pipeline::diff::{
    Class,
    paths::Pair,
    surface::{Item, Surface},
};

/// Returns all differences, by the key of the item in the new API.
pub(super) fn compare(
    before: &Surface,
    after: &Surface,
    operations: &[Pair<'_>],
) -> BTreeMap<String, Difference> {
    let moved: BTreeMap<String, String> = operations
        .iter()
        .filter_map(|p| {
            Some((
                format!("op:{}", p.old?.key()),
                format!("op:{}", p.new?.key()),
            ))
        })
        .collect();
    let now = |key: &str| {
        let end = key
            .find(['#', '>'])
            .filter(|_| key.starts_with("op:"))
            .unwrap_or(key.len());
        moved
            .get(&key[..end])
            .map_or_else(|| key.to_owned(), |new| format!("{new}{}", &key[end..]))
    };
    let old: BTreeMap<String, &Item> = before.items.iter().map(|(k, v)| (now(k), v)).collect();
    let mut out = BTreeMap::new();
    let keys: BTreeSet<&String> = old.keys().chain(after.items.keys()).collect();
    // Different names on the wire may have the same name in Rust.
    let gone = old.iter().filter(|(k, _)| !after.items.contains_key(*k));
    let gone: HashSet<&Item> = gone.map(|(_, was)| *was).collect();
    let come = after.items.iter().filter(|(k, _)| !old.contains_key(*k));
    let come: HashSet<&Item> = come.map(|(_, is)| is).collect();
    for key in keys {
        let (was, is) = (old.get(key).copied(), after.items.get(key));
        let owner = owner(key);
        // Parts of an added or removed item are reported with it.
        let whole = |items: bool| {
            if items {
                old.contains_key(owner)
            } else {
                after.items.contains_key(owner)
            }
        };
        if owner != key && !(whole(true) && whole(false)) {
            continue;
        }
        let difference = match (was, is) {
            (Some(was), None) if come.contains(was) => None,
            (None, Some(is)) if gone.contains(is) => None,
            (Some(was), None) => Some((
                Class::Breaking,
                was.shown.clone(),
                format!("`{}` is gone: remove its uses", was.shown),
            )),
            (None, Some(is)) => Some(new_item(key, owner, is, after)),
            (Some(was), Some(is)) => changed(key, was, is),
            _ => None,
        };
        if let Some((class, item, advice)) = difference {
            out.insert(
                key.clone(),
                Difference {
                    class,
                    item,
                    advice,
                    used: false,
                },
            );
        }
    }
    out
}

/// A difference of two Rust APIs.
pub(super) struct Difference {
    pub(super) class: Class,
    pub(super) item: String,
    pub(super) advice: String,
    pub(super) used: bool,
}

/// Returns the operation or the type that an item belongs to.
pub(super) fn owner(key: &str) -> &str {
    let end = if key.starts_with("op:") {
        key.find(['#', '>'])
    } else {
        // The name of a type is a Rust name; what follows is a member.
        key.find(['.', '=']).or_else(|| key.find("::"))
    };
    end.map_or(key, |end| &key[..end])
}

pub(super) fn new_item(
    key: &str,
    owner: &str,
    is: &Item,
    after: &Surface,
) -> (Class, String, String) {
    let shown = is.shown.clone();
    if let Some((of, argument)) = key.split_once("::new#") {
        let name = of.trim_start_matches("type:");
        return (
            Class::Breaking,
            shown,
            format!("give `{argument}` to `types::{name}::new`"),
        );
    }
    let literal = key.starts_with("type:")
        && owner != key
        && !after.open.contains(owner.trim_start_matches("type:"));
    if literal {
        return (
            Class::Breaking,
            shown.clone(),
            format!("`{shown}` is new: write it in struct literals and matches"),
        );
    }
    (Class::Additive, shown.clone(), format!("`{shown}` is new"))
}

pub(super) fn changed(key: &str, was: &Item, is: &Item) -> Option<(Class, String, String)> {
    let shown = is.shown.clone();
    if key.ends_with("::new") {
        let list = |i: &Item| {
            i.signature
                .split(", ")
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let sorted = |i: &Item| list(i).into_iter().collect::<BTreeSet<_>>();
        // Added and removed arguments are reported one by one.
        let order = sorted(was) == sorted(is) && was.signature != is.signature;
        return order.then(|| {
            (
                Class::Breaking,
                shown,
                format!(
                    "the order of arguments was ({}): it is ({})",
                    was.signature, is.signature
                ),
            )
        });
    }
    if was.signature != is.signature {
        let what = if key.contains('>') {
            "gives"
        } else if key.contains('#') {
            "takes"
        } else {
            "is"
        };
        let advice = match (
            key.starts_with("op:") && !key.contains(['#', '>']),
            key.starts_with("type:") && owner(key) == key,
        ) {
            (true, _) => format!("{} is {} now", was.signature, is.signature),
            (_, true) => format!("`{shown}`: {} → {}", was.signature, is.signature),
            _ => format!(
                "`{shown}` {what} `{}` instead of `{}`",
                is.signature, was.signature
            ),
        };
        // Additional traits break nothing.
        let traits = key.starts_with("type:")
            && owner(key) == key
            && was
                .signature
                .split(", ")
                .all(|t| is.signature.split(", ").any(|u| u == t));
        let more = traits || (key.starts_with("op:") && takes_more(was, is));
        return Some((
            if more {
                Class::Additive
            } else {
                Class::Breaking
            },
            shown,
            advice,
        ));
    }
    match (was.deprecated, is.deprecated) {
        (false, true) => Some((
            Class::Additive,
            shown.clone(),
            format!("`{shown}` is deprecated now and gives a warning: plan to replace it"),
        )),
        (true, false) => Some((
            Class::Additive,
            shown.clone(),
            format!("`{shown}` warns no longer"),
        )),
        _ => None,
    }
}

/// Returns whether a setter takes all that it took: any type that `IntoValue` is sealed for
/// serialises; what only converts (`impl Into<…>`) may not, and where there was one type, a caller
/// may have let it be inferred (`"5".parse()?`).
fn takes_more(was: &Item, is: &Item) -> bool {
    is.signature == "(impl Serialize)" && was.signature.starts_with("(impl IntoValue<")
}
