//! The types that a schema accepts, and the schema for given evidence.

use std::collections::BTreeSet;

use autopi_codegen::contract;
use serde_json::{Map, Value, json};

use crate::commands::probe::{
    edit::Edit,
    evidence::{Evidence, SIZES},
};
use crate::document::{escape, target, types::type_of};

/// Returns the schema that accepts everything that came.
pub(super) fn typed(evidence: &Evidence) -> Value {
    let of = |kind: &str| json!({ "type": kind, contract::JSON: false });
    let any = || json!({ contract::JSON: true });
    let texts_are_numbers = evidence.texts().all(|f| f == "number");
    match evidence.types().as_slice() {
        ["integer"] if evidence.forms.contains(SIZES[3]) => any(),
        // A float would lose digits of the integers.
        ["number"] | ["integer", "number"]
            if SIZES[2..].iter().any(|size| evidence.forms.contains(*size)) =>
        {
            any()
        }
        ["integer"] if evidence.forms.contains(SIZES[2]) => {
            json!({ "type": "integer", "format": "int64", contract::JSON: false })
        }
        ["integer", "number"] => of("number"),
        ["integer" | "number", "string"] | ["integer", "number", "string"] if texts_are_numbers => {
            json!({ "type": "string", "format": "decimal", contract::JSON: false })
        }
        ["array"] => {
            let mut items = evidence.items.as_deref().map_or_else(any, typed);
            if evidence.items.as_ref().is_some_and(|i| i.has("null")) && !is_any(&items) {
                items["nullable"] = true.into();
            }
            json!({ "type": "array", "items": items, contract::JSON: false })
        }
        ["object"] => {
            json!({ "type": "object", "additionalProperties": true, contract::JSON: false })
        }
        [kind] => of(kind),
        _ => any(),
    }
}

/// Returns the edits that replace one schema by another; other keywords (a description) stay.
pub(super) fn instead(at: &str, old: &Value, new: Value) -> Vec<Edit> {
    const STAYS: [&str; 6] = [
        "description",
        "title",
        "readOnly",
        "writeOnly",
        "deprecated",
        "nullable",
    ];
    let mut edits = Vec::new();
    let mut new = new.as_object().cloned().unwrap_or_default();
    for (key, value) in old.as_object().unwrap_or(&Map::new()) {
        let ours = key.starts_with("x-") && !key.starts_with(contract::PREFIX);
        if STAYS.contains(&key.as_str()) || ours {
            continue;
        }
        match new.get(key) {
            Some(same) if same == value => drop(new.shift_remove(key)),
            Some(other) if !other.is_array() && !other.is_object() => {}
            _ => edits.push(Edit::Remove(format!("{at}/{}", escape(key)))),
        }
    }
    if !new.is_empty() {
        edits.push(Edit::Update(at.to_owned(), new.into()));
    }
    edits
}

/// Returns whether the document leaves the type open.
pub fn is_any(schema: &Value) -> bool {
    let says = [
        "type",
        "enum",
        "properties",
        "allOf",
        "oneOf",
        "anyOf",
        "$ref",
    ];
    schema.get(contract::JSON) == Some(&Value::Bool(true))
        || !says.iter().any(|k| schema.get(k).is_some())
}

/// Returns the JSON types that a schema accepts; `None` if it accepts all.
pub fn kinds(root: &Value, schema: &Value, depth: u8) -> Option<Vec<&'static str>> {
    const TYPES: [&str; 5] = ["array", "boolean", "integer", "object", "string"];
    if depth > 16 {
        return None;
    }
    if let Some(target) = target(schema) {
        return kinds(root, root.pointer(&target)?, depth + 1);
    }
    let documented = schema.get("type").and_then(Value::as_str);
    if schema.get(contract::JSON) == Some(&Value::Bool(true)) && documented != Some("object") {
        return None;
    }
    // DRF's COERCE_DECIMAL_TO_STRING decides whether a decimal is a string or a number.
    if schema.get("format").is_some_and(|f| f == "decimal") {
        return Some(vec!["number", "integer", "string"]);
    }
    if let Some(kind) = documented {
        return match kind {
            "number" => Some(vec!["number", "integer"]),
            _ => TYPES.into_iter().find(|t| *t == kind).map(|t| vec![t]),
        };
    }
    let list = |key| schema.get(key).and_then(Value::as_array);
    if let Some(parts) = list("allOf")
        && let Some(found) = parts.iter().find_map(|part| kinds(root, part, depth + 1))
    {
        return Some(found);
    }
    if schema.get("properties").is_some() {
        return Some(vec!["object"]);
    }
    let mut out = BTreeSet::new();
    if let Some(values) = list("enum") {
        out.extend(values.iter().map(type_of));
    } else {
        for part in list("oneOf").or_else(|| list("anyOf"))? {
            out.extend(kinds(root, part, depth + 1)?);
        }
    }
    Some(out.into_iter().collect())
}

/// Returns whether a schema accepts the items of lists that the document does not describe.
pub(super) fn items_fit(root: &Value, schema: &Value, evidence: &Evidence) -> bool {
    let (Some(items), Some(came)) = (schema.get("items"), &evidence.items) else {
        return true;
    };
    (!came.has("null") || is_any(items) || nullable(root, items))
        && items_fit(root, items, came)
        && kinds(root, items, 0).is_none_or(|k| came.types().iter().all(|t| k.contains(t)))
}

pub(super) fn nullable(root: &Value, schema: &Value) -> bool {
    let mut schema = schema;
    for _ in 0..16 {
        let listed = schema.get("enum").and_then(Value::as_array);
        if schema.get("nullable") == Some(&Value::Bool(true))
            || listed.is_some_and(|l| l.contains(&Value::Null))
        {
            return true;
        }
        let parts = schema.get("allOf").and_then(Value::as_array);
        let next = match (target(schema), parts) {
            (Some(target), _) => root.pointer(&target),
            (None, Some(parts)) if parts.len() == 1 => parts.first(),
            _ => None,
        };
        match next {
            Some(next) => schema = next,
            None => break,
        }
    }
    false
}

pub(super) fn came(evidence: &Evidence) -> String {
    match evidence.types().as_slice() {
        [] => "null".into(),
        types => types.join(" or "),
    }
}
