//! References that are not followed, and what is left out because of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{DOCUMENT_IS, References, Site};
use crate::document::members::{
    At, BODY, HEADER, Is, PARAMETER, PATH_ITEM, RESPONSE, SCHEMA, each, kind_at,
};
use crate::document::{escape, target, unescape};

/// Why a reference is not followed that leads to nothing in the document.
pub(super) const NOTHING: &str = "nothing is there";

impl References<'_> {
    pub(super) fn unfollowed(&mut self, site: &Site, reference: &str, why: &str) {
        let (instead, what) = match site.kind {
            k if k == &SCHEMA => (json!({}), "any JSON"),
            k if k == &RESPONSE => (json!({ "description": "" }), "a response of any content"),
            k if k == &BODY => (
                json!({ "content": { "application/json": { "schema": {} } } }),
                "a body of any JSON",
            ),
            k if k == &PATH_ITEM || k.name == "media type" => (json!({}), "left out"),
            _ => return self.leave_out(site.at.clone(), reference, why),
        };
        let place = format!("{}/$ref", site.at);
        self.report.warn(
            place,
            format!("`{reference}` is not followed, {why}: {what}"),
        );
        let Some(value) = self.doc.pointer_mut(&site.at) else {
            return;
        };
        match (value, instead) {
            (Value::Object(map), Value::Object(instead)) => {
                map.shift_remove("$ref");
                for (key, default) in instead {
                    map.entry(key).or_insert(default);
                }
            }
            (value, instead) => *value = instead,
        }
    }

    /// Notes that a part is to be removed with its reference.
    pub(super) fn leave_out(&mut self, at: String, reference: &str, why: &str) {
        let message = format!("`{reference}` is not followed, {why}: left out");
        self.report.warn(format!("{at}/$ref"), message);
        // It is not followed from here on.
        if let Some(value) = self.doc.pointer_mut(&at) {
            *value = Value::Null;
        }
        self.lost.push(at);
    }

    /// Removes local definitions: those that a reference names have become components.
    pub(super) fn drop_local_definitions(&mut self) {
        let mut found = Vec::new();
        let _ = each::<()>(self.doc, DOCUMENT_IS, &At::ROOT, &mut |kind, at, value| {
            if kind == &SCHEMA
                && (value.get("$defs").is_some() || value.get("definitions").is_some())
            {
                found.push(at.to_string());
            }
            Ok(())
        });
        for at in found {
            if let Some(Value::Object(map)) = self.doc.pointer_mut(&at) {
                map.shift_remove("$defs");
                map.shift_remove("definitions");
            }
        }
    }

    /// Removes lost parts, from the back, so that the indices of the remaining ones stay right.
    pub(super) fn drop_lost(&mut self) {
        let mut lost = std::mem::take(&mut self.lost);
        let mut lists: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for (parent, key) in lost.iter().filter_map(|at| at.rsplit_once('/')) {
            if let Ok(i) = key.parse() {
                lists.entry(parent).or_default().insert(i);
            }
        }
        // What was said of a lost entry gets a place behind the others.
        let mut behind = BTreeMap::new();
        for (parent, gone) in lists {
            let list = self.doc.pointer(parent).and_then(Value::as_array);
            let all = list.map_or(0, Vec::len);
            let at = |i: usize| format!("{parent}/{i}");
            let left = (0..all).filter(|i| !gone.contains(i)).enumerate();
            let left = left.map(|(new, old)| (at(new), at(old)));
            let lost = gone.iter().map(|old| (at(all + old), at(*old)));
            self.origins.moved_at_once(left.chain(lost.clone()));
            behind.extend(lost.map(|(new, old)| (format!("{old}/$ref"), format!("{new}/$ref"))));
        }
        for (pointer, _) in &mut self.report.warnings {
            if let Some(new) = behind.get(pointer) {
                pointer.clone_from(new);
            }
        }
        lost.sort_by_key(|at| std::cmp::Reverse((at.len(), at.clone())));
        for at in lost {
            let Some((parent, key)) = at.rsplit_once('/') else {
                continue;
            };
            match self.doc.pointer_mut(parent) {
                Some(Value::Array(list)) => {
                    if let Ok(i) = key.parse::<usize>() {
                        list.remove(i);
                    }
                }
                Some(Value::Object(map)) => {
                    map.shift_remove(&unescape(key));
                }
                _ => {}
            }
        }
    }
}

/// Returns the callbacks, of an operation or shared, that are references to nothing in the
/// document.
pub(super) fn lost_callbacks(doc: &Value, at: &At<'_>, op: &Value) -> Vec<(String, String)> {
    let callbacks = op.get("callbacks").and_then(Value::as_object);
    let lost = |(name, callback): (&String, &Value)| {
        let gone = target(callback).is_some_and(|to| doc.pointer(&to).is_none());
        let reference = callback.get("$ref").filter(|_| gone)?.as_str()?;
        Some((
            format!("{at}/callbacks/{}", escape(name)),
            reference.to_owned(),
        ))
    };
    callbacks.into_iter().flatten().filter_map(lost).collect()
}

/// Returns whether a schema may be at a pointer. A parameter of 2.0 has the members of one, and
/// what the specification does not know may be anything.
pub(super) fn may_be_schema(pointer: &str) -> bool {
    match kind_at(pointer) {
        Is::One(kind) => [&SCHEMA, &PARAMETER, &HEADER].contains(&kind),
        Is::SchemaOrBool | Is::Data => true,
        _ => false,
    }
}
