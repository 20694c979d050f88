//! Types that were added or removed with their only uses belong to the change of a use, and what
//! names a type to the change of that type.

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::schema::Document;
use serde_json::Value;

use super::{
    claims::claim,
    compare::{Difference, owner},
};
use crate::{
    document::escape,
    pipeline::diff::{Change, Rule, paths::key_of, reach::Reach, surface::Surface},
};

const GONE: [Rule; 10] = [
    Rule::Reference,
    Rule::AlternativeGone,
    Rule::PartGone,
    Rule::OperationGone,
    Rule::BodyGone,
    Rule::MediaGone,
    Rule::SuccessGone,
    Rule::RefChanged,
    Rule::MemberGone,
    Rule::TypeChanged,
];
const NEW: [Rule; 11] = [
    Rule::Reference,
    Rule::AlternativeNew,
    Rule::PartNew,
    Rule::OperationNew,
    Rule::BodyNew,
    Rule::BodyNewRequired,
    Rule::MediaNew,
    Rule::SuccessNew,
    Rule::RefChanged,
    Rule::MemberNew,
    Rule::TypeChanged,
];

/// Assigns the types that only the old document has to the changes that removed a use of them.
pub(super) fn gone(
    (old, before): (&Value, &Surface),
    changes: &mut [Change],
    types: &mut BTreeMap<String, Difference>,
) {
    assign((old, before), &GONE, "gone", changes, types);
}

/// Assigns the types that only the new document has to the changes that added a use of them.
pub(super) fn new(
    (new, after): (&Value, &Surface),
    changes: &mut [Change],
    types: &mut BTreeMap<String, Difference>,
) {
    assign((new, after), &NEW, "new", changes, types);
}

fn assign(
    (doc, surface): (&Value, &Surface),
    rules: &[Rule],
    mark: &str,
    changes: &mut [Change],
    differences: &mut BTreeMap<String, Difference>,
) {
    let mut reach = None;
    let document = Document::new(doc);
    for schema in document.schemas.keys() {
        let Some(ident) = surface.ident(&document, schema) else {
            continue;
        };
        let key = format!("type:{ident}");
        let difference = differences.get(&key);
        if difference.is_none_or(|d| d.used || !d.advice.contains(mark)) {
            continue;
        }
        let reach = reach.get_or_insert_with(|| Reach::new(doc));
        let users = reach.operations(&format!("/components/schemas/{}", escape(schema)));
        let uses = |change: &Change, rule: Rule| {
            change.rule == rule && change.operations.iter().any(|o| users.contains(o))
        };
        let mut found = rules
            .iter()
            .filter_map(|rule| changes.iter().position(|c| uses(c, *rule)));
        if let Some(index) = found.next() {
            claim(&mut changes[index], &key, differences, true);
        }
    }
}

/// Assigns the methods whose signatures name a type that a change of their operation is about, then
/// the types that the advice of a change names.
pub(super) fn named(changes: &mut [Change], differences: &mut BTreeMap<String, Difference>) {
    for prefix in ["op:", "type:"] {
        let left = differences
            .iter()
            .filter(|(k, d)| k.starts_with(prefix) && !d.used);
        let left: Vec<_> = left.map(|(k, d)| (k.clone(), d.advice.clone())).collect();
        for (key, advice) in left {
            let types: BTreeSet<&str> = words(&advice).collect();
            let fits = |change: &Change| match key.strip_prefix("op:") {
                Some(_) => {
                    let operation = |label: &String| format!("op:{}", key_of(label)) == owner(&key);
                    let mut about = change
                        .candidates
                        .iter()
                        .filter_map(|c| owner(c).strip_prefix("type:"));
                    change.operations.iter().any(operation) && about.any(|ty| types.contains(ty))
                }
                None => {
                    // A type that is sent now has a constructor.
                    let ty = key.trim_start_matches("type:");
                    let ty = ty.strip_suffix("::new").unwrap_or(ty);
                    change
                        .advice
                        .iter()
                        .any(|said| words(said).any(|word| word == ty))
                }
            };
            let found = (0..changes.len()).filter(|i| fits(&changes[*i]));
            if let Some(i) = found.min_by_key(|i| (changes[*i].wire, changes[*i].rule)) {
                claim(&mut changes[i], &key, differences, true);
            }
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
}
