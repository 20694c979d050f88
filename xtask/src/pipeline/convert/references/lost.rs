//! References that are not followed, and what is left out because of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{DOCUMENT_IS, References, Site};
use crate::document::members::{At, BODY, HEADER, PARAMETER, RESPONSE, SCHEMA, each};
use crate::document::unescape;

impl References<'_> {
    pub(super) fn unfollowed(&mut self, site: &Site, reference: &str, why: &str) {
        let (instead, what) = match site.kind {
            k if k == &SCHEMA => (json!({}), "any JSON"),
            k if k == &RESPONSE => (json!({ "description": "" }), "a response of any content"),
            k if k == &BODY => (
                json!({ "content": { "application/json": { "schema": {} } } }),
                "a body of any JSON",
            ),
            k if k == &PARAMETER || k == &HEADER => {
                self.lost.push(site.at.clone());
                (Value::Null, "left out")
            }
            _ => (json!({}), "left out"),
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
        for (parent, gone) in lists {
            let all = self
                .doc
                .pointer(parent)
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            let left = (0..all).filter(|i| !gone.contains(i)).enumerate();
            let moves =
                left.map(|(new, old)| (format!("{parent}/{new}"), format!("{parent}/{old}")));
            self.origins.moved_at_once(moves);
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
