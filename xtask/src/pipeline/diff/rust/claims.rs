//! Finds the differences of the Rust API that belong to a change.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    compare::{Difference, owner},
    heirs::Heirs,
};
use crate::pipeline::diff::{Change, Rule, Side, place::types, surface::Surface};

/// The data by which differences of two Rust APIs are assigned to changes.
pub(super) struct Claims<'a> {
    pub before: &'a Surface,
    pub after: &'a Surface,
    pub heirs: Heirs,
}

impl Claims<'_> {
    /// Assigns to a change the differences of its items; not those of the other side's types if
    /// it is the first turn.
    pub(super) fn assign(
        &self,
        change: &mut Change,
        differences: &mut BTreeMap<String, Difference>,
        first: bool,
    ) {
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
        for key in self.wanted(change, first) {
            let other_side = matches!(
                (change.side, self.is_request(&key)),
                (Side::Request, Some(false)) | (Side::Response, Some(true))
            );
            if other_side && first {
                continue;
            }
            // The item is named even if nothing differs.
            let item = self
                .after
                .items
                .get(&key)
                .or_else(|| self.before.items.get(&key));
            if let Some(item) = item.filter(|_| first) {
                change.items.insert(item.shown.clone());
            }
            // What says the same in another way has what no other change has.
            if first && says_the_same(change) {
                continue;
            }
            // The name of a method does not depend on its arguments.
            let method = key.starts_with("op:") && !key.contains(['#', '>', '*']);
            if !method || whole {
                claim(change, &key, differences, first);
            }
        }
    }

    /// Returns the keys of a change's items; a key that ends in `*` stands for all that begin with
    /// it.
    fn wanted(&self, change: &Change, first: bool) -> BTreeSet<String> {
        let mut wanted = change.candidates.clone();
        for key in &change.candidates {
            let (owner, item) = key.split_at(owner(key).len());
            let heirs = owner
                .strip_prefix("type:")
                .and_then(|name| self.heirs.get(name));
            let heirs = heirs.filter(|_| item.starts_with(['.', ':']));
            wanted.extend(
                heirs
                    .into_iter()
                    .flatten()
                    .map(|heir| format!("type:{heir}{item}")),
            );
        }
        // A member decides whether what is sent is a type of its own, and what a type can do.
        if !first && !says_the_same(change) && change.rule != Rule::Reference {
            let types = change.candidates.iter().filter(|c| c.starts_with("type:"));
            wanted.extend(types.map(|c| owner(c).to_owned()));
        }
        let candidates = change.candidates.iter();
        match change.rule {
            Rule::ComponentRenamed => {
                wanted.extend(types(&change.place).map(|n| format!("rename:{n}*")));
            }
            Rule::OperationGone | Rule::OperationNew => {
                let operations = candidates.filter(|c| c.starts_with("op:"));
                wanted.extend(operations.map(|c| format!("{c}*")));
            }
            // The setters of an added or removed form belong to it.
            Rule::BodyGone
            | Rule::BodyNew
            | Rule::BodyNewRequired
            | Rule::MediaGone
            | Rule::MediaNew
                if !first =>
            {
                let bodies = candidates.filter_map(|c| c.strip_suffix("#body"));
                wanted.extend(bodies.map(|c| format!("{c}#*")));
            }
            _ => {}
        }
        wanted
    }

    /// Returns whether the type of a key is sent: `None` if it is both sent and received, or no
    /// type.
    fn is_request(&self, key: &str) -> Option<bool> {
        let rest = key.strip_prefix("type:")?;
        let end = "type:".len() + rest.find(['.', '=', ':', '*']).unwrap_or(rest.len());
        let ty = &key[..end];
        if ty.ends_with("Request") {
            return Some(true);
        }
        // One of two types of a component, or the only one in one of the documents.
        let sent = format!("{ty}Request");
        let surfaces = [self.after, self.before].into_iter();
        let mut own = surfaces.filter(|s| s.items.contains_key(ty)).peekable();
        let split = own.peek().is_some() && own.all(|s| s.items.contains_key(&sent));
        split.then_some(false)
    }
}

fn says_the_same(change: &Change) -> bool {
    matches!(change.rule, Rule::WrittenOtherwise | Rule::Order)
}

/// Assigns the differences with this key to a change, or those that begin with it if it ends in
/// `*`; optionally only those that no change has yet.
pub(super) fn claim(
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
        let class = change
            .rust
            .map_or(difference.class, |c| c.min(difference.class));
        change.rust = Some(class);
        change.items.insert(difference.item.clone());
        change.advice.insert(difference.advice.clone());
    }
}
