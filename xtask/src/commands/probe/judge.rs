//! Compares responses with the document: collects what came at each place of a schema, by the
//! operation that returned it.

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::contract;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    evidence::Evidence,
    rules::{self, Observation},
};
use crate::document;
use crate::document::{escape, types::type_of};

/// A place of the document.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Place {
    /// The pointers of the schemas that require it.
    pub required_at: BTreeSet<String>,
    pub seen: BTreeMap<String, OperationEvidence>,
}

/// The evidence from one operation.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct OperationEvidence {
    pub evidence: Evidence,
    pub responses: usize,
    /// The number of responses that broke each family of rules.
    pub against: BTreeMap<String, usize>,
}

/// Collects evidence by the JSON pointer of the place.
pub struct Judge<'a> {
    root: &'a Value,
    pub places: BTreeMap<String, Place>,
    /// The evidence of the current response.
    now: BTreeMap<String, (Evidence, BTreeSet<String>)>,
}

const DEEPEST: u8 = 32;

impl<'a> Judge<'a> {
    pub fn new(root: &'a Value, places: BTreeMap<String, Place>) -> Self {
        Self {
            root,
            places,
            now: BTreeMap::new(),
        }
    }

    /// Adds a response of an operation, whose schema is at `at`. A list may be an array or a page,
    /// whichever the document says.
    pub fn response(&mut self, operation: &str, at: &str, value: &Value) {
        let end = follow(self.root, at);
        let schema = self.root.pointer(&end).unwrap_or(&Value::Null);
        let page = format!("{end}/properties/results/items");
        let items = match schema.get(contract::PAGE) {
            Some(_) => Some(page).filter(|p| self.root.pointer(p).is_some()),
            None => schema.get("items").map(|_| format!("{end}/items")),
        };
        match (items, value.get("results").unwrap_or(value).as_array()) {
            (Some(at), Some(list)) => list.iter().for_each(|item| self.value(&at, item, 0)),
            // A page where one object is documented is a list of such objects.
            (None, Some(_)) if is_page(self.root, &end, value) => {
                self.value(at, &value["results"], 0);
            }
            _ => self.value(at, value, 0),
        }
        for (at, (evidence, required_at)) in std::mem::take(&mut self.now) {
            let observation = Observation::new(self.root, &at, &evidence, &required_at);
            let broken = rules::broken(&observation);
            let place = self.places.entry(at).or_default();
            place.required_at = required_at;
            let seen = place.seen.entry(operation.to_owned()).or_default();
            seen.evidence.merge(&evidence);
            seen.responses += 1;
            for family in broken {
                *seen.against.entry(family.to_owned()).or_default() += 1;
            }
        }
    }

    fn note(&mut self, at: &str, value: &Value, depth: u8) {
        let schema = self.root.pointer(at);
        let listed = schema.and_then(|s| s.get("enum")?.as_array());
        let judged = schema.is_some_and(|s| s.get("items").is_some());
        let (evidence, _) = self.now.entry(at.to_owned()).or_default();
        evidence.add(value, listed, !judged, depth);
    }

    fn value(&mut self, at: &str, value: &Value, depth: u8) {
        self.note(at, value, depth);
        let end = follow(self.root, at);
        let Some(schema) = self.root.pointer(&end) else {
            return;
        };
        if value.is_null() || depth > DEEPEST || rules::is_any(schema) {
            return;
        }
        let documented = rules::kinds(self.root, schema, 0);
        let accepts = |kind| documented.as_ref().is_none_or(|d| d.contains(&kind));
        if !accepts(type_of(value)) {
            match value {
                // A list where one object is documented: its items may be such objects.
                Value::Array(list) if end != at && accepts("object") => {
                    let objects = list.iter().filter(|item| item.is_object());
                    objects.for_each(|item| self.value(&end, item, depth + 1));
                }
                Value::Object(_) if schema.get("items").is_some() => {
                    self.value(&format!("{end}/items"), value, depth + 1);
                }
                _ => {}
            }
            return;
        }
        if end != at {
            self.note(&end, value, depth);
        }
        match value {
            Value::Array(list) if schema.get("items").is_some() => {
                let at = format!("{end}/items");
                list.iter().for_each(|i| self.value(&at, i, depth + 1));
            }
            Value::Object(map) => self.object(&end, schema, map, depth),
            _ => {}
        }
    }

    fn object(
        &mut self,
        at: &str,
        schema: &Value,
        map: &serde_json::Map<String, Value>,
        depth: u8,
    ) {
        let mut members = Members::default();
        members.collect(self.root, at);
        let several = ["oneOf", "anyOf"].iter().any(|k| schema.get(k).is_some());
        let extra = schema.get("additionalProperties");
        for (key, value) in map {
            match (members.properties.get(key), extra) {
                (Some(at), _) => self.value(at, value, depth + 1),
                (None, Some(Value::Object(_))) => {
                    self.value(&format!("{at}/additionalProperties"), value, depth + 1);
                }
                (None, None) if !members.properties.is_empty() && !several => {
                    let at = format!("{at}/properties/{}", escape(key));
                    self.note(&at, value, depth);
                }
                _ => {}
            }
        }
        for (key, by) in members.required {
            if let Some(at) = members.properties.get(&key) {
                let (evidence, required_at) = self.now.entry(at.clone()).or_default();
                *required_at = by;
                evidence.absent += usize::from(!map.contains_key(&key));
            }
        }
    }
}

/// Returns whether a value is the envelope of a page, of which the schema at `at` has no member.
fn is_page(root: &Value, at: &str, value: &Value) -> bool {
    let mut members = Members::default();
    members.collect(root, at);
    let is = value.get("next").is_some() || value.get("count").is_some();
    is && !members.properties.is_empty()
        && !value
            .as_object()
            .into_iter()
            .flatten()
            .any(|(key, _)| members.properties.contains_key(key))
}

/// The members of an object, including those of its `allOf` parts.
#[derive(Default)]
struct Members {
    /// The pointers of properties by name.
    properties: BTreeMap<String, String>,
    /// The schemas that require a member, by its name.
    required: BTreeMap<String, BTreeSet<String>>,
    seen: BTreeSet<String>,
}

impl Members {
    fn collect(&mut self, root: &Value, at: &str) {
        let at = follow(root, at);
        let Some(schema) = root.pointer(&at).filter(|_| self.seen.insert(at.clone())) else {
            return;
        };
        let parts = schema.get("allOf").and_then(Value::as_array);
        for i in 0..parts.map_or(0, Vec::len) {
            self.collect(root, &format!("{at}/allOf/{i}"));
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        for key in properties.into_iter().flat_map(|p| p.keys()) {
            let place = format!("{at}/properties/{}", escape(key));
            self.properties.insert(key.clone(), place);
        }
        let required = schema.get("required").and_then(Value::as_array);
        for key in required.into_iter().flatten().filter_map(Value::as_str) {
            let by = self.required.entry(key.to_owned()).or_default();
            by.insert(at.clone());
        }
    }
}

/// Returns the place that a schema stands for: the target of its reference, or the only part of its
/// `allOf`.
pub fn follow(root: &Value, at: &str) -> String {
    let mut at = at.to_owned();
    for _ in 0..16 {
        let Some(schema) = root.pointer(&at) else {
            break;
        };
        let parts = schema.get("allOf").and_then(Value::as_array);
        match (document::target(schema), parts) {
            (Some(target), _) => at = target.into_owned(),
            (None, Some(parts))
                if parts.len() == 1
                    && !["properties", "required"]
                        .iter()
                        .any(|k| schema.get(k).is_some()) =>
            {
                at.push_str("/allOf/0");
            }
            _ => break,
        }
    }
    at
}
