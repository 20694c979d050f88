//! Compares the generated Rust before and after, and finds the change of the API that each
//! difference belongs to.

mod compare;
mod heirs;

use compare::{Difference, compare, owner};
use heirs::heirs;

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::schema::Document;
use serde_json::Value;

use super::{
    Change, Class, Rule, Side, paths::pairs, place::types, reach::Reach, renames::Renames,
    surface::Surface, walk::change,
};
use crate::{document::last, pipeline::beside, report::Failure};

/// Adds to each change its effect on the Rust API; differences that belong to none become changes
/// of their own.
///
/// # Errors
/// Returns an error if the generator cannot read a document.
pub fn attach(old: &Value, new: &Value, changes: &mut Vec<Change>) -> Result<(), Failure> {
    let fail =
        |e: autopi_codegen::Error| Failure::new("diff", e.pointer().to_owned(), e.to_string());
    let renames = Renames::new(old, new);
    let (old_types, new_types) = (Document::new(old), Document::new(new));
    let mut renamed = BTreeMap::new();
    for (before, after) in renames.all() {
        if let (Ok(a), Ok(b)) = (
            old_types.ident(&last(&before)),
            new_types.ident(&last(&after)),
        ) && before.starts_with("/components/schemas/")
        {
            renamed.insert(a.to_string(), b.to_string());
        }
    }
    let (before, after) = beside(
        || Surface::new(old, renamed.clone()),
        || Surface::new(new, BTreeMap::new()),
    );
    let (before, after) = (before.map_err(fail)?, after.map_err(fail)?);
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
    // Each side has its own types; the remaining differences belong to the change too.
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
            // The setters of an added or removed form belong to it.
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
                // The item is named even if nothing differs.
                if first
                    && let Some(item) = after.items.get(&key).or_else(|| before.items.get(&key))
                {
                    change.items.insert(item.shown.clone());
                }
                // The name of a method does not depend on its arguments.
                let method = key.starts_with("op:") && !key.contains(['#', '>', '*']);
                if !method || whole {
                    claim(change, &key, &mut differences, first);
                }
            }
        }
    }
    // Types that were added or removed with their only uses.
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

/// Assigns the differences with this key to a change, or those that begin with it if it ends in
/// `*`; optionally only those that no change has yet.
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
