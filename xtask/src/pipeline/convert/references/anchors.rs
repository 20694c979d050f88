//! `$id`, `$anchor` and `$dynamicAnchor` (JSON Schema 2020-12): names by which a reference may lead
//! to a schema of the document, instead of its pointer.

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use super::{DOCUMENT_IS, References};
use crate::document::{
    decoded,
    members::{At, SCHEMA, each},
};

/// The address of a document that does not say its own; relative ones are resolved against it.
const HERE: &str = "document:///";

/// The names of schemas.
#[derive(Default)]
pub(super) struct Anchors {
    /// The addresses of the schemas with an `$id`, and of the document, by their pointers.
    addresses: BTreeMap<String, Url>,
    /// The pointers by the addresses.
    ids: BTreeMap<String, String>,
    /// The pointers by name, in the schema with an `$id` around them and in the whole document;
    /// `None` for a name with several.
    names: BTreeMap<(Option<String>, String), Option<String>>,
    /// The schemas with a `$dynamicRef` and no other reference.
    dynamic: Vec<(String, String)>,
}

impl Anchors {
    /// Returns the names of a document. Before 3.1 there are none.
    pub(super) fn of(doc: &Value) -> Self {
        let mut anchors = Self::default();
        let version = doc.get("openapi").and_then(Value::as_str);
        if !version.is_some_and(|v| v.starts_with("3.1") || v.starts_with("3.2")) {
            return anchors;
        }
        let own = doc.get("$self").and_then(Value::as_str);
        let own = own.and_then(|url| Url::parse(url).ok());
        if let Some(own) = own.or_else(|| Url::parse(HERE).ok()) {
            anchors.ids.insert(own.to_string(), String::new());
            anchors.addresses.insert(String::new(), own);
        }
        let _ = each::<()>(doc, DOCUMENT_IS, &At::ROOT, &mut |kind, at, schema| {
            let text = |key| schema.get(key).and_then(Value::as_str);
            if kind != &SCHEMA {
                return Ok(());
            }
            if let Some(id) = text("$id") {
                let at = at.to_string();
                let url = anchors.address(&at).and_then(|base| base.join(id).ok());
                if let Some(mut url) = url {
                    url.set_fragment(None);
                    anchors.ids.entry(url.to_string()).or_insert(at.clone());
                    anchors.addresses.insert(at, url);
                }
            }
            for name in ["$anchor", "$dynamicAnchor"].into_iter().filter_map(text) {
                let at = at.to_string();
                for around in [Some(anchors.around(&at)), None] {
                    let known = anchors.names.entry((around, name.to_owned()));
                    known
                        .and_modify(|one| *one = None)
                        .or_insert(Some(at.clone()));
                }
            }
            if let (Some(to), None) = (text("$dynamicRef"), text("$ref")) {
                anchors.dynamic.push((at.to_string(), to.to_owned()));
            }
            Ok(())
        });
        anchors
    }

    /// Returns whether a schema has an `$id`.
    pub(super) fn has_ids(&self) -> bool {
        self.addresses.len() > 1
    }

    /// Returns the pointer of the innermost schema with an `$id` around a place; empty for the
    /// document.
    fn around(&self, at: &str) -> String {
        if !self.has_ids() {
            return String::new();
        }
        let ends = at.match_indices('/').map(|(i, _)| i).rev();
        let mut all = std::iter::once(at.len()).chain(ends).map(|end| &at[..end]);
        all.find(|p| self.addresses.contains_key(*p))
            .unwrap_or_default()
            .to_owned()
    }

    fn address(&self, at: &str) -> Option<&Url> {
        self.addresses.get(&self.around(at))
    }

    /// Returns the pointer that a reference at this place leads to by a name.
    pub(super) fn find(&self, at: &str, reference: &str) -> Option<String> {
        let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let around = match path {
            "" => self.around(at),
            _ => self
                .ids
                .get(self.address(at)?.join(path).ok()?.as_str())?
                .clone(),
        };
        if path.is_empty() && around.is_empty() && fragment.starts_with('/') {
            return None;
        }
        let fragment = decoded(fragment).into_owned();
        if fragment.is_empty() || fragment.starts_with('/') {
            return Some(around + &fragment);
        }
        let own = self.names.get(&(Some(around), fragment.clone()));
        own.unwrap_or(self.names.get(&(None, fragment))?).clone()
    }

    /// Returns whether a name has only one place, wherever it is used.
    fn is_only(&self, reference: &str) -> bool {
        let name = reference
            .split_once('#')
            .map(|(_, name)| decoded(name).into_owned());
        let known = name.and_then(|name| self.names.get(&(None, name)));
        known.is_some_and(Option::is_some)
    }
}

impl References<'_> {
    /// Makes a `$dynamicRef` whose name has only one place a `$ref`, which it then is.
    pub(super) fn settle_dynamic(&mut self) {
        let found = std::mem::take(&mut self.anchors.dynamic);
        for (at, to) in found.into_iter().filter(|(_, to)| self.anchors.is_only(to)) {
            if let Some(Value::Object(map)) = self.doc.pointer_mut(&at) {
                map.shift_remove("$dynamicRef");
                map.insert("$ref".into(), to.into());
            }
        }
    }
}
