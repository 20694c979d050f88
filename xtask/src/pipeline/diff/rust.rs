//! What the generated Rust says before and after, and to which change of the API each difference belongs.

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::{contract, schema::Document};
use serde_json::Value;

use super::{
    Change, Class, Rule, Side,
    paths::{Pair, pairs},
    place::types,
    reach::Reach,
    renames::Renames,
    surface::{Item, Surface},
    walk::change,
};
use crate::{document, report::Failure};

/// A difference of two Rust APIs.
struct Difference {
    class: Class,
    item: String,
    advice: String,
    used: bool,
}

/// Adds to each change what it does to the Rust API; what belongs to none becomes a change of its own.
///
/// # Errors
/// A document that the generator can't read.
pub fn attach(old: &Value, new: &Value, changes: &mut Vec<Change>) -> Result<(), Failure> {
    let fail =
        |e: autopi_codegen::Error| Failure::new("diff", e.pointer().to_owned(), e.to_string());
    let renames = Renames::new(old, new);
    let (old_types, new_types) = (Document::new(old), Document::new(new));
    let name =
        |pointer: &str| crate::document::unescape(pointer.rsplit('/').next().unwrap_or_default());
    let mut renamed = BTreeMap::new();
    for (before, after) in renames.all() {
        if let (Ok(a), Ok(b)) = (
            old_types.ident(&name(&before)),
            new_types.ident(&name(&after)),
        ) && before.starts_with("/components/schemas/")
        {
            renamed.insert(a.to_string(), b.to_string());
        }
    }
    let (before, after) = (
        Surface::new(old, renamed.clone()).map_err(fail)?,
        Surface::new(new, BTreeMap::new()).map_err(fail)?,
    );
    let operations = pairs(old, new);
    let mut differences = compare(&before, &after, &operations);
    for (a, b) in renamed.iter().filter(|(_, b)| {
        before.items.contains_key(&format!("type:{b}"))
            && after.items.contains_key(&format!("type:{b}"))
    }) {
        let advice = format!("name it `types::{b}` instead of `types::{a}`");
        differences.insert(
            format!("rename:{b}"),
            Difference {
                class: Class::Breaking,
                item: format!("types::{b}"),
                advice,
                used: false,
            },
        );
    }
    let request = |key: &str| {
        let name = |end: usize| &key[..end];
        let end = key
            .strip_prefix("type:")
            .map(|rest| 5 + rest.find(['.', '=', ':', '*']).unwrap_or(rest.len()));
        match end.map(name) {
            Some(ty) if ty.ends_with("Request") => Some(true),
            // One of two types of a component, or the only one.
            Some(ty) => {
                let sent = format!("{ty}Request");
                (after.items.contains_key(&sent) || before.items.contains_key(&sent))
                    .then_some(false)
            }
            None => None,
        }
    };
    let heirs = heirs(&[&old_types, &new_types]);
    // Each side has its own types; what is left over belongs to the change all the same.
    for first in [true, false] {
        for change in changes.iter_mut() {
            let mut wanted = change.candidates.clone();
            for key in &change.candidates {
                let (owner, item) = key.split_at(owner(key).len());
                let heirs = owner.strip_prefix("type:").and_then(|name| heirs.get(name));
                let members = heirs.filter(|_| item.starts_with(['.', ':']));
                wanted.extend(
                    members
                        .into_iter()
                        .flatten()
                        .map(|heir| format!("type:{heir}{item}")),
                );
            }
            if change.rule == Rule::ComponentRenamed {
                wanted.extend(types(&change.place).map(|n| format!("rename:{n}*")));
            }
            if matches!(change.rule, Rule::OperationGone | Rule::OperationNew) {
                wanted.extend(
                    change
                        .candidates
                        .iter()
                        .filter(|c| c.starts_with("op:"))
                        .map(|c| format!("{c}*")),
                );
            }
            // A form that came or went takes its setters with it.
            if !first
                && matches!(
                    change.rule,
                    Rule::BodyGone
                        | Rule::BodyNew
                        | Rule::BodyNewRequired
                        | Rule::MediaGone
                        | Rule::MediaNew
                )
            {
                wanted.extend(
                    change
                        .candidates
                        .iter()
                        .filter_map(|c| Some(format!("{}#*", c.strip_suffix("#body")?))),
                );
            }
            let whole = matches!(
                change.rule,
                Rule::OperationGone
                    | Rule::OperationNew
                    | Rule::OperationMoved
                    | Rule::OperationId
                    | Rule::OperationArea
                    | Rule::Deprecated
                    | Rule::NotDeprecated
            );
            for key in wanted {
                let other_side = matches!(
                    (change.side, request(&key)),
                    (Side::Request, Some(false)) | (Side::Response, Some(true))
                );
                if other_side && first {
                    continue;
                }
                // Where nothing differs, the item is named all the same.
                if first
                    && let Some(item) = after.items.get(&key).or_else(|| before.items.get(&key))
                {
                    change.items.insert(item.shown.clone());
                }
                // What a method is named is no matter of what it takes.
                let method = key.starts_with("op:") && !key.contains(['#', '>', '*']);
                if !method || whole {
                    claim(change, &key, &mut differences, first);
                }
            }
        }
    }
    // Types that came or went with what used them.
    const GONE: [Rule; 8] = [
        Rule::AlternativeGone,
        Rule::PartGone,
        Rule::OperationGone,
        Rule::BodyGone,
        Rule::MediaGone,
        Rule::SuccessGone,
        Rule::RefChanged,
        Rule::MemberGone,
    ];
    const NEW: [Rule; 9] = [
        Rule::AlternativeNew,
        Rule::PartNew,
        Rule::OperationNew,
        Rule::BodyNew,
        Rule::BodyNewRequired,
        Rule::MediaNew,
        Rule::SuccessNew,
        Rule::RefChanged,
        Rule::MemberNew,
    ];
    for (doc, rules, mark) in [(old, GONE.as_slice(), "gone"), (new, NEW.as_slice(), "new")] {
        let mut reach = None;
        let idents = Document::new(doc);
        for schema in idents.schemas.keys() {
            let Ok(ident) = idents.ident(schema) else {
                continue;
            };
            let key = format!("type:{ident}");
            if differences
                .get(&key)
                .is_none_or(|d| d.used || !d.advice.contains(mark))
            {
                continue;
            }
            let reach = reach.get_or_insert_with(|| Reach::new(doc));
            let users = reach.operations(&format!(
                "/components/schemas/{}",
                crate::document::escape(schema)
            ));
            let used = |c: &Change, rule: &Rule| {
                c.rule == *rule && c.operations.iter().any(|o| users.contains(o))
            };
            let found = rules
                .iter()
                .find_map(|rule| changes.iter().position(|c| used(c, rule)));
            if let Some(change) = found.and_then(|i| changes.get_mut(i)) {
                claim(change, &key, &mut differences, true);
            }
        }
    }
    for (_, difference) in differences.into_iter().filter(|(_, d)| !d.used) {
        changes.push(Change {
            wire: None,
            rust: Some(difference.class),
            place: difference.item.clone(),
            pointers: BTreeSet::new(),
            items: BTreeSet::from([difference.item]),
            advice: BTreeSet::new(),
            ..change(Rule::RustOnly, "", difference.advice)
        });
    }
    Ok(())
}

/// The types that have the members of each type: they are made of it by `allOf`, or it is a base and they hold its members.
fn heirs(docs: &[&Document<'_>]) -> BTreeMap<String, BTreeSet<String>> {
    let mut direct: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for doc in docs {
        for (name, schema) in &doc.schemas {
            let parts = schema.get("allOf").and_then(Value::as_array);
            let parts = parts.into_iter().flatten().filter_map(document::ref_name);
            let base = schema.get(contract::VARIANT).and_then(Value::as_str);
            for of in parts.chain(base).filter(|of| of != name) {
                direct.entry(of).or_default().insert(name);
            }
        }
    }
    let ident = |name: &str| autopi_codegen::names::type_ident(name).to_string();
    let mut out = BTreeMap::new();
    for name in direct.keys() {
        let (mut todo, mut found) = (vec![*name], BTreeSet::new());
        while let Some(next) = todo.pop() {
            let more = direct.get(next).into_iter().flatten();
            todo.extend(more.copied().filter(|n| found.insert(*n)));
        }
        out.insert(ident(name), found.into_iter().map(ident).collect());
    }
    out
}

/// Gives a change the differences whose key is `key`, or begins with it if it ends in `*`; or only those that no change has yet.
fn claim(
    change: &mut Change,
    key: &str,
    differences: &mut BTreeMap<String, Difference>,
    all: bool,
) {
    let start = key.trim_end_matches('*');
    let found = differences
        .range_mut(start.to_owned()..)
        .take_while(|(k, _)| k.starts_with(start));
    for (_, difference) in
        found.filter(|(k, d)| (start.len() < key.len() || *k == key) && (all || !d.used))
    {
        difference.used = true;
        change.rust = Some(
            change
                .rust
                .map_or(difference.class, |c| c.min(difference.class)),
        );
        change.items.insert(difference.item.clone());
        change.advice.insert(difference.advice.clone());
    }
}

/// Every difference, by the key of the item in the new API.
fn compare(
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
    // Another name on the wire may be the same name in Rust.
    let (gone, come): (Vec<&String>, Vec<&String>) = keys
        .iter()
        .copied()
        .filter(|k| old.contains_key(*k) != after.items.contains_key(*k))
        .partition(|k| old.contains_key(*k));
    for key in keys {
        let (was, is) = (old.get(key).copied(), after.items.get(key));
        let owner = owner(key);
        // What belongs to an item that came or went is said with it.
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
            (Some(was), None) if come.iter().any(|k| after.items.get(*k) == Some(was)) => None,
            (None, Some(is)) if gone.iter().any(|k| old.get(*k).copied() == Some(is)) => None,
            (Some(was), None) => Some((
                Class::Breaking,
                was.shown.clone(),
                format!("`{}` is gone: do without it", was.shown),
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

/// The operation or the type that an item belongs to.
fn owner(key: &str) -> &str {
    let end = if key.starts_with("op:") {
        key.find(['#', '>'])
    } else {
        // A type's name is a Rust name: what follows is a member.
        key.find(['.', '=']).or_else(|| key.find("::"))
    };
    end.map_or(key, |end| &key[..end])
}

fn new_item(key: &str, owner: &str, is: &Item, after: &Surface) -> (Class, String, String) {
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

fn changed(key: &str, was: &Item, is: &Item) -> Option<(Class, String, String)> {
    let shown = is.shown.clone();
    if key.ends_with("::new") {
        let list = |i: &Item| {
            i.signature
                .split(", ")
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let sorted = |i: &Item| list(i).into_iter().collect::<BTreeSet<_>>();
        // What came or went is said argument by argument.
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
        // More traits break nobody.
        let more = key.starts_with("type:")
            && owner(key) == key
            && was
                .signature
                .split(", ")
                .all(|t| is.signature.split(", ").any(|u| u == t));
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
            format!("`{shown}` warns now when it is compiled: plan to do without it"),
        )),
        (true, false) => Some((
            Class::Additive,
            shown.clone(),
            format!("`{shown}` warns no longer"),
        )),
        _ => None,
    }
}
