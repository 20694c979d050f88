//! Which types hold themselves by value: what needs a box.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Document, kinds::alternatives};

impl<'a> Document<'a> {
    /// Does a struct of `from` hold one of `to` by value (not in a `Vec` or a map), `from` being the type of a field of `to`?
    pub fn needs_box(&self, from: &str, to: &str) -> bool {
        let cycles = self
            .cycles
            .get_or_init(|| crate::cycles::find(&self.by_value(false)));
        cycles.get(from).is_some_and(|c| cycles.get(to) == Some(c))
    }

    /// Does an alternative of the union `to` hold it by value? Then the union holds the alternative in a box, and that is enough: nothing else of the cycle needs one.
    pub fn union_needs_box(&self, from: &str, to: &str) -> bool {
        let cycles = self
            .union_cycles
            .get_or_init(|| crate::cycles::find(&self.by_value(true)));
        cycles.get(from).is_some_and(|c| cycles.get(to) == Some(c))
    }

    /// The components that each component names as the types of its properties, and unions as those of their alternatives.
    pub(super) fn by_value(&self, unions: bool) -> BTreeMap<&'a str, Vec<&'a str>> {
        let targets = |schema: &'a Value| {
            let parts = self.parts(schema);
            let properties = parts
                .iter()
                .filter_map(|p| p.get("properties")?.as_object())
                .flat_map(Map::values);
            let alternatives = parts
                .iter()
                .filter(|_| unions)
                .filter_map(|p| alternatives(p))
                .flatten();
            properties
                .chain(alternatives)
                .filter_map(Self::target)
                .collect()
        };
        self.schemas
            .iter()
            .map(|(name, schema)| (*name, targets(schema)))
            .collect()
    }
}
