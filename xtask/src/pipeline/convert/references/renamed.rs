//! Renames components whose names no reference can contain.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    DOCUMENT_IS, References,
    names::{ODD, free},
};
use crate::document::{
    decoded, escape,
    members::{At, SCHEMA, each},
};

impl References<'_> {
    /// Renames components with a separator of JSON pointers in their names, which the later stages
    /// cannot handle.
    pub(super) fn rename(&mut self) {
        let Some(Value::Object(map)) = self.doc.pointer_mut(self.schemas) else {
            return;
        };
        if !map.keys().any(|k| k.contains(ODD)) {
            return;
        }
        let old = std::mem::take(map);
        let mut taken: BTreeSet<String> = old.keys().cloned().collect();
        for (name, schema) in old {
            let new = if name.contains(ODD) {
                let plain = free(&name.replace(ODD, "_"), |n| taken.contains(n));
                taken.insert(plain.clone());
                let at = format!("{}/{}", self.schemas, escape(&name));
                let message = format!("`{name}` can't be named by a reference: renamed `{plain}`");
                self.report.warn(&at, message);
                self.origins
                    .moved(format!("{}/{plain}", self.schemas), None, at.clone());
                self.made.insert((None, at), plain.clone());
                plain
            } else {
                name
            };
            map.insert(new, schema);
        }
    }

    /// Updates discriminator mappings, which name components too, as a reference or a bare name.
    pub(super) fn mappings(&mut self) {
        if self.made.is_empty() {
            return;
        }
        let mut found = Vec::new();
        let (made, schemas) = (&self.made, self.schemas);
        let _ = each::<()>(self.doc, DOCUMENT_IS, &At::ROOT, &mut |kind, at, value| {
            let mapping = value.pointer("/discriminator/mapping");
            let mapping = mapping
                .filter(|_| kind == &SCHEMA)
                .and_then(Value::as_object);
            for (tag, target) in mapping.into_iter().flatten() {
                let Some(text) = target.as_str() else {
                    continue;
                };
                let pointer = match text.split_once('#') {
                    Some(("", pointer)) => decoded(pointer).into_owned(),
                    Some(_) => continue,
                    None => format!("{schemas}/{}", escape(text)),
                };
                if let Some(name) = made.get(&(None, pointer)) {
                    let at = format!("{at}/discriminator/mapping/{}", escape(tag));
                    found.push((at, format!("#{schemas}/{name}")));
                }
            }
            Ok(())
        });
        for (at, reference) in found {
            if let Some(value) = self.doc.pointer_mut(&at) {
                *value = reference.into();
            }
        }
    }
}
