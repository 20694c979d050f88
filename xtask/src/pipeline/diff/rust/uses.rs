//! Types that were added or removed with their only uses belong to the change of a use.

use std::collections::BTreeMap;

use autopi_codegen::schema::Document;
use serde_json::Value;

use super::{claims::claim, compare::Difference};
use crate::{
    document::escape,
    pipeline::diff::{Change, Rule, reach::Reach},
};

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

/// Assigns the types that only the old document has to the changes that removed a use of them.
pub(super) fn gone(old: &Value, changes: &mut [Change], types: &mut BTreeMap<String, Difference>) {
    assign(old, &GONE, "gone", changes, types);
}

/// Assigns the types that only the new document has to the changes that added a use of them.
pub(super) fn new(new: &Value, changes: &mut [Change], types: &mut BTreeMap<String, Difference>) {
    assign(new, &NEW, "new", changes, types);
}

fn assign(
    doc: &Value,
    rules: &[Rule],
    mark: &str,
    changes: &mut [Change],
    differences: &mut BTreeMap<String, Difference>,
) {
    let mut reach = None;
    let document = Document::new(doc);
    for schema in document.schemas.keys() {
        let Ok(ident) = document.ident(schema) else {
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
