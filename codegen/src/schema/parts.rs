//! The parts of an object by `allOf`, and limits for how many there may be.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Document;
use crate::Error;

impl<'a> Document<'a> {
    /// Returns the properties of an object, including those of all its `allOf` parts, and the
    /// required names.
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

    /// Returns a schema and all parts that it consists of by reference or `allOf`, each once, with
    /// the outermost last; at most 256.
    pub fn parts(&self, schema: &'a Value) -> Vec<&'a Value> {
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

    /// Returns an error if a component has too many parts or fields, or if the types of the
    /// document would be far larger than the document.
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
            // Parts may share members, so that there are fewer in all.
            let wide = wide > MEMBERS
                && self
                    .properties(schema)
                    .is_some_and(|(p, _)| p.len() > MEMBERS);
            all += parts.into_iter().map(fields).sum::<usize>();
            if many || wide || all > FIELDS + 16 * own {
                let pointer = format!("/components/schemas/{}", crate::escape::pointer(name));
                let message = match many {
                    _ if wide => format!(
                        "has more than {MEMBERS} members: a struct has no more, describe it as a \
                         map (`additionalProperties`)"
                    ),
                    true => format!(
                        "is made of more than {PARTS} schemas by `allOf` and `$ref`: name fewer, \
                         or copy their properties"
                    ),
                    false => format!(
                        "with it, `allOf` makes more than {all} fields of {own}: name fewer \
                         schemas in each"
                    ),
                };
                return Err(Error::new(pointer, message));
            }
        }
        Ok(())
    }
}

/// How many parts a component may have: DRF's serializers have a handful.
pub(super) const PARTS: usize = 256;

/// How many members an object may have: as many as the client can check for presence.
pub(super) const MEMBERS: usize = 512;

/// How many fields `allOf` may produce in any document; a large document may have more, in
/// proportion to the fields that it names.
pub(super) const FIELDS: usize = 20_000;
