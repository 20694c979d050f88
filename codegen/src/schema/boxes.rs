//! Finds types that contain themselves by value and therefore need a box.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    Document,
    kinds::{alias, alternatives},
};

impl<'a> Document<'a> {
    /// Returns whether a value of `from`, the type of a field of `to`, contains one of `to` by
    /// value (not in a `Vec` or a map).
    pub fn needs_box(&self, from: &str, to: &str) -> bool {
        let cycles = self
            .cycles
            .get_or_init(|| crate::cycles::find(&self.by_value(false)));
        cycles.get(from).is_some_and(|c| cycles.get(to) == Some(c))
    }

    /// Returns whether an alternative of the union `to` contains the union by value. The union then
    /// boxes the alternative, and nothing else in the cycle needs a box.
    pub fn union_needs_box(&self, from: &str, to: &str) -> bool {
        let cycles = self
            .union_cycles
            .get_or_init(|| crate::cycles::find(&self.by_value(true)));
        cycles.get(from).is_some_and(|c| cycles.get(to) == Some(c))
    }

    /// Returns the components that each component names as the types of its properties, and that
    /// each union names as its alternatives.
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
            // A component that only names another is written as that one.
            let itself = Some(schema).filter(|schema| alias(schema));
            properties
                .chain(alternatives)
                .chain(itself)
                .filter_map(Self::target)
                .collect()
        };
        self.schemas
            .iter()
            .map(|(name, schema)| (*name, targets(schema)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Document;

    #[test]
    fn a_type_that_contains_itself_by_another_name_needs_a_box() {
        let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let doc = json!({"components": {"schemas": {
            "Other": to("Node"),
            "Another": to("Other"),
            "Node": {"properties": {"next": to("Another"), "leaf": to("Leaf")}},
            "Leaf": {"properties": {"name": {"type": "string"}}},
            "List": {"type": "array", "items": to("Listed")},
            "Listed": {"properties": {"all": to("List")}},
            "Either": {"oneOf": [to("One"), {"type": "string"}]},
            "One": to("Held"),
            "Held": {"properties": {"either": to("Either")}},
        }}});
        let doc = Document::new(&doc);
        assert!(doc.needs_box("Another", "Node"));
        assert!(!doc.needs_box("Leaf", "Node") && !doc.needs_box("List", "Listed"));
        assert!(doc.union_needs_box("One", "Either"));
    }
}
