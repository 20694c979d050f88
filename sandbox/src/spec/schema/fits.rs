//! Checks whether a value fits a schema.

use serde_json::{Map, Value};

use crate::{
    spec::{
        formats,
        schema::{Kind, Object, SchemaRef, Schemas, Union},
        union::Chosen,
    },
    util::python,
};

impl Schemas {
    /// Returns whether a value fits a schema. Limits of size are not checked.
    pub fn fits(&self, place: SchemaRef, value: &Value) -> bool {
        self.fits_here(place, value, &[], false)
    }

    /// Counts the alternatives that a scalar fits. 2.0 is an integer too (JSON Schema draft 6 and
    /// later).
    pub fn fitting(&self, place: SchemaRef, union: &Union, value: &Value) -> usize {
        let whole = value.as_f64().is_some_and(|n| n.fract() == 0.0);
        let integer = |l: SchemaRef| whole && matches!(self.at(l).kind, Kind::Integer);
        let leaves = self.leaves(place, union).all.iter();
        leaves
            .filter(|l| integer(**l) || self.fits(**l, value))
            .count()
    }

    /// Returns whether a value fits. `tags` are allowed in addition to the object's members; with
    /// `shallow`, anything fits a union.
    fn fits_here(
        &self,
        place: SchemaRef,
        value: &Value,
        tags: &[(String, Value)],
        shallow: bool,
    ) -> bool {
        let schema = self.at(place);
        if value.is_null() {
            return place.nullable || matches!(schema.kind, Kind::Any);
        }
        if schema.values.as_ref().is_some_and(|v| !v.contains(value)) {
            return false;
        }
        match &schema.kind {
            Kind::Any => true,
            Kind::Text(format) => value.as_str().is_some_and(|t| formats::fits(format, t)),
            Kind::File => value.is_string(),
            Kind::Integer => python::type_name(value) == "int",
            Kind::Number => value.is_number(),
            Kind::Boolean => value.is_boolean(),
            Kind::List(item) => value
                .as_array()
                .is_some_and(|list| list.iter().all(|v| self.fits_here(*item, v, &[], shallow))),
            Kind::Object(object) => value
                .as_object()
                .is_some_and(|map| self.fits_object(object, map, tags, shallow)),
            Kind::Union(_) if shallow => true,
            Kind::Union(_) => {
                let found = self.alternatives(place, value, false).unwrap_or_default();
                let fits = |c: &Chosen, shallow| self.fits_here(c.of, value, &c.tags, shallow);
                let first = found.iter().find(|c| found.len() == 1 || fits(c, true));
                first.is_some_and(|c| fits(c, false))
            }
        }
    }

    /// Returns whether a text has the required length and form.
    pub fn text_fits(&self, place: SchemaRef, text: &str) -> bool {
        let schema = self.at(place);
        let long = text.chars().count();
        schema.min_length.is_none_or(|n| long >= n)
            && schema.max_length.is_none_or(|n| long <= n)
            && !schema.violates_pattern(text)
    }

    fn fits_object(
        &self,
        object: &Object,
        map: &Map<String, Value>,
        tags: &[(String, Value)],
        shallow: bool,
    ) -> bool {
        let missing = object
            .properties
            .iter()
            .any(|p| p.required && !map.contains_key(&p.name));
        !missing
            && map
                .iter()
                .all(|(key, value)| match (object.get(key), object.others) {
                    (Some(property), _) => self.fits_here(property.of, value, &[], shallow),
                    (None, Some(other)) => self.fits_here(other, value, &[], shallow),
                    (None, None) => tags.iter().any(|(tag, _)| tag == key),
                })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn recursive_and_wrapped_schemas() {
        let doc = json!({"definitions": {
            "Tree": {"type": "object", "required": ["name"], "properties": {
                "name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/definitions/Tree"}},
                "parent": {"allOf": [{"$ref": "#/definitions/Tree"}], "nullable": true, "readOnly": true}}},
            "Alias": {"$ref": "#/definitions/Tree"}, "Loop": {"$ref": "#/definitions/Loop"},
        }});
        let mut schemas = Schemas::default();
        let tree = schemas.compile(&doc, &json!({"$ref": "#/definitions/Alias"}));
        assert!(schemas.fits(
            tree,
            &json!({"name": "a", "children": [{"name": "b", "parent": null}]})
        ));
        assert!(!schemas.fits(tree, &json!({"name": "a", "children": [{}]})));
        let parent = schemas.at(tree).object().unwrap().get("parent").unwrap().of;
        assert!(parent.nullable && parent.read_only && schemas.at(parent).object().is_some());
        let looped = schemas.compile(&doc, &json!({"$ref": "#/definitions/Loop"}));
        assert!(schemas.fits(looped, &json!(1)));
    }

    #[test]
    fn values_without_a_field_of_their_own_take_any_json() {
        let text = json!({"type": "string", "x-nullable": true});
        let described =
            json!({"type": "string", "x-nullable": true, "description": "any", "x-a": 1});
        for (values, any) in [
            (text, true),
            (described, true),
            (
                json!({"type": "string", "x-nullable": true, "minLength": 1}),
                false,
            ),
            (
                json!({"type": "string", "x-nullable": true, "format": "uuid"}),
                false,
            ),
            (json!({"type": "string"}), false),
            (json!({"type": "integer", "x-nullable": true}), false),
        ] {
            let list = json!({"type": "array", "items": values});
            let map = json!({"type": "object", "additionalProperties": values});
            let mut schemas = Schemas::default();
            let (list, map) = (
                schemas.compile(&json!({}), &list),
                schemas.compile(&json!({}), &map),
            );
            assert_eq!(schemas.fits(list, &json!([{"a": [1]}])), any, "{values}");
            assert_eq!(schemas.fits(map, &json!({"k": [true]})), any, "{values}");
        }
    }
}
