//! What an object is made of by `allOf`, and how much that may be.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Document;
use crate::Error;

impl<'a> Document<'a> {
    /// The properties of an object, those of all its `allOf` parts included, and the required names.
    pub fn properties(&self, schema: &'a Value) -> Option<(Map<String, Value>, BTreeSet<String>)> {
        let (mut properties, mut required, mut any) = (Map::new(), BTreeSet::new(), false);
        for part in self.parts(schema) {
            if let Some(own) = part.get("properties").and_then(Value::as_object) {
                any = true;
                properties.extend(own.clone());
            }
            let names = part.get("required").and_then(Value::as_array);
            required.extend(
                names
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .map(str::to_owned),
            );
        }
        any.then_some((properties, required))
    }

    /// A schema and all that it is made of by reference or `allOf`, each once, what is above last; no more than [`PARTS`].
    pub(super) fn parts(&self, schema: &'a Value) -> Vec<&'a Value> {
        let (mut seen, mut out) = (BTreeSet::new(), Vec::new());
        let mut todo = vec![(schema, false)];
        while let Some((schema, done)) = todo.pop() {
            if done {
                out.push(schema);
                continue;
            }
            if seen.len() > PARTS || !seen.insert(std::ptr::from_ref(schema)) {
                continue;
            }
            todo.push((schema, true));
            let list = schema.get("allOf").and_then(Value::as_array);
            todo.extend(list.into_iter().flatten().rev().map(|part| (part, false)));
            let target = schema.get("$ref").and_then(Value::as_str);
            let target = target.and_then(|r| self.schemas.get(r.rsplit('/').next()?));
            todo.extend(target.map(|inner| (*inner, false)));
        }
        out
    }

    /// Refuses a component that is made of more than a type can be made of, and a document whose types would be far larger than itself.
    pub fn check(&self) -> Result<(), Error> {
        let fields = |s: &Value| {
            let properties = s.get("properties").and_then(Value::as_object);
            properties.map_or(0, Map::len)
        };
        let own: usize = self.schemas.values().map(|s| fields(s)).sum();
        let mut all = 0;
        for (name, schema) in &self.schemas {
            let parts = self.parts(schema);
            let many = parts.len() > PARTS;
            let wide: usize = parts.iter().copied().map(fields).sum();
            // Of parts with the same members there may be fewer.
            let wide = wide > MEMBERS
                && self
                    .properties(schema)
                    .is_some_and(|(p, _)| p.len() > MEMBERS);
            all += parts.into_iter().map(fields).sum::<usize>();
            if many || wide || all > FIELDS + 16 * own {
                let pointer = format!("/components/schemas/{}", crate::escape::pointer(name));
                let message = match many {
                    _ if wide => format!(
                        "has more than {MEMBERS} members: a struct has no more, describe it as a map (`additionalProperties`)"
                    ),
                    true => format!(
                        "is made of more than {PARTS} schemas by `allOf` and `$ref`: name fewer, or copy their properties"
                    ),
                    false => format!(
                        "with it, `allOf` makes more than {all} fields of {own}: name fewer schemas in each"
                    ),
                };
                return Err(Error::new(pointer, message));
            }
        }
        Ok(())
    }
}

/// Of how many schemas a component may be made: DRF's serializers have a handful.
pub(super) const PARTS: usize = 256;

/// How many members an object may have: as many the client checks for being there.
pub(super) const MEMBERS: usize = 512;

/// How many fields `allOf` may make in any document; in a large one it is some more for each that it names.
pub(super) const FIELDS: usize = 20_000;
