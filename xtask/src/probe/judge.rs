//! Answers against the document: what came at each place of a schema. Only types, names and enum values are kept, never data.

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::schema::Document;
use serde_json::Value;

/// What was seen at one place of the document.
#[derive(Default)]
pub struct Place<'a> {
    /// The schema there; none if the document has nothing there.
    pub schema: Option<&'a Value>,
    pub kinds: BTreeMap<&'static str, usize>,
    /// How often it did not come, though it is required.
    pub absent: usize,
    /// Values that an enum does not list.
    pub values: BTreeSet<String>,
    /// The operations whose answers it was in.
    pub operations: BTreeSet<String>,
}

/// Collects what was seen, by the JSONPath of the place.
pub struct Judge<'a> {
    doc: Document<'a>,
    pub places: BTreeMap<String, Place<'a>>,
}

/// An enum's value is a name; anything longer may be somebody's data.
const LONGEST_VALUE: usize = 40;

impl<'a> Judge<'a> {
    pub fn new(root: &'a Value) -> Self {
        Self {
            doc: Document::new(root),
            places: BTreeMap::new(),
        }
    }

    /// The answer of an operation, whose schema stands `at`. A list may be an array or a page, whichever the document says.
    pub fn answer(&mut self, operation: &str, at: String, schema: &'a Value, value: &Value) {
        let (inner, inner_at) = self.follow(schema, at.clone());
        let items = match inner.get("x-autopi-page") {
            Some(_) => inner
                .pointer("/properties/results/items")
                .map(|items| (items, format!("{inner_at}.properties.results.items"))),
            None => inner
                .get("items")
                .map(|items| (items, format!("{inner_at}.items"))),
        };
        match (items, value.get("results").unwrap_or(value).as_array()) {
            (Some((schema, at)), Some(list)) => list
                .iter()
                .for_each(|item| self.value(operation, at.clone(), schema, item, 0)),
            _ => self.value(operation, at, schema, value, 0),
        }
    }

    /// The component that a schema stands for, and its place.
    fn follow(&self, schema: &'a Value, at: String) -> (&'a Value, String) {
        let (mut schema, mut at) = (schema, at);
        for _ in 0..16 {
            let Some((name, target)) = Document::target(schema)
                .and_then(|name| Some((name, *self.doc.schemas.get(name)?)))
            else {
                break;
            };
            (schema, at) = (target, format!("$.components.schemas{}", member(name)));
        }
        (schema, at)
    }

    fn seen(&mut self, operation: &str, at: &str, schema: Option<&'a Value>) -> &mut Place<'a> {
        let place = self.places.entry(at.to_owned()).or_default();
        place.schema = schema;
        place.operations.insert(operation.to_owned());
        place
    }

    fn value(&mut self, operation: &str, at: String, schema: &'a Value, value: &Value, depth: u8) {
        // `null` is a matter of the place, everything else of the component that stands there.
        let (schema, at) = if value.is_null() {
            (schema, at)
        } else {
            self.follow(schema, at)
        };
        let place = self.seen(operation, &at, Some(schema));
        *place.kinds.entry(kind(value)).or_default() += 1;
        if let Some(values) = schema.get("enum").and_then(Value::as_array)
            && !value.is_null()
            && !values.contains(value)
            && value.to_string().len() <= LONGEST_VALUE
        {
            place.values.insert(value.to_string());
        }
        if is_any(schema) || depth > 32 {
            return;
        }
        match value {
            Value::Array(list) => {
                if let Some(items) = schema.get("items") {
                    list.iter().for_each(|item| {
                        self.value(operation, format!("{at}.items"), items, item, depth + 1)
                    });
                }
            }
            Value::Object(map) => {
                let mut members = BTreeMap::new();
                self.members(schema, &at, &mut BTreeSet::new(), &mut members);
                let extra = schema.get("additionalProperties");
                for (key, value) in map {
                    match (members.get(key), extra) {
                        (Some((schema, at, _)), _) => {
                            self.value(operation, at.clone(), schema, value, depth + 1)
                        }
                        (None, Some(extra @ Value::Object(_))) => {
                            self.value(
                                operation,
                                format!("{at}.additionalProperties"),
                                extra,
                                value,
                                depth + 1,
                            );
                        }
                        (None, None) if !members.is_empty() => {
                            let place = self.seen(
                                operation,
                                &format!("{at}.properties{}", member(key)),
                                None,
                            );
                            *place.kinds.entry(kind(value)).or_default() += 1;
                        }
                        _ => {}
                    }
                }
                for (key, (schema, at, required)) in members {
                    if required && !map.contains_key(&key) {
                        self.seen(operation, &at, Some(schema)).absent += 1;
                    }
                }
            }
            _ => {}
        }
    }

    /// The members of an object, those of its `allOf` parts included: schema, place, and whether the object that names it requires it.
    fn members(
        &self,
        schema: &'a Value,
        at: &str,
        seen: &mut BTreeSet<*const Value>,
        out: &mut BTreeMap<String, (&'a Value, String, bool)>,
    ) {
        for (i, part) in schema
            .get("allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .enumerate()
        {
            let (part, at) = self.follow(part, format!("{at}.allOf[{i}]"));
            if seen.insert(std::ptr::from_ref(part)) {
                self.members(part, &at, seen, out);
            }
        }
        let required = |key: &str| {
            schema
                .get("required")
                .and_then(Value::as_array)
                .is_some_and(|r| r.iter().any(|k| k == key))
        };
        for (key, property) in schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            out.insert(
                key.clone(),
                (
                    property,
                    format!("{at}.properties{}", member(key)),
                    required(key),
                ),
            );
        }
    }
}

/// `['name']`, quoted as RFC 9535 asks (2.3.1).
pub fn member(name: &str) -> String {
    format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))
}

pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Does the document leave the type open?
pub fn is_any(schema: &Value) -> bool {
    schema.get("x-autopi-json") == Some(&Value::Bool(true))
        || ![
            "type",
            "enum",
            "properties",
            "allOf",
            "oneOf",
            "anyOf",
            "$ref",
        ]
        .iter()
        .any(|k| schema.get(k).is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parts_that_lead_back_are_judged_once() {
        let six = vec![json!({ "$ref": "#/components/schemas/A" }); 6];
        let doc = json!({ "components": { "schemas": {
            "A": { "allOf": six, "properties": { "a": { "type": "integer" } } }
        } } });
        let mut judge = Judge::new(&doc);
        judge.answer("x", "$".into(), &six[0], &json!({ "a": 1, "b": 2 }));
        assert_eq!(judge.places.len(), 3);
    }
}
