//! Marks two kinds of fields whose type in drf-yasg is not reliable: a `SerializerMethodField` is
//! documented as `{type: string, readOnly: true}` (a real read-only text field has a length, a
//! format or choices), and a `JSONField` as `{type: object}`.

use std::collections::BTreeSet;

use autopi_codegen::{contract, schema};
use serde_json::{Map, Value, json};

use crate::document::{self, drf};
use crate::report::Failure;

/// Marks the bare read-only string as any JSON (`x-autopi-json: true`, no `type`).
pub fn bare_read_only_strings(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    document::document_schemas(doc, &mut |map| {
        let bare = map.get("type").and_then(Value::as_str) == Some("string")
            && map.get("readOnly") == Some(&Value::Bool(true))
            && ![
                "minLength",
                "maxLength",
                "format",
                "enum",
                "pattern",
                contract::JSON,
            ]
            .iter()
            .any(|k| map.contains_key(*k));
        if bare {
            map.shift_remove("type");
            map.insert(contract::JSON.into(), Value::Bool(true));
            n += 1;
        }
    });
    Ok(n)
}

/// Marks integers of which no Rust type of 64 bits has all values.
pub fn wide_integers(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    document::document_schemas(doc, &mut |map| {
        let is_integer = map.get("type").is_some_and(|kind| kind == "integer");
        if is_integer && schema::is_wider_than_64_bits(map) {
            map.insert(contract::JSON.into(), true.into());
            n += 1;
        }
    });
    Ok(n)
}

/// Adds the members that an object requires and does not describe: without a field they could not
/// be given, and nobody would ask for them. Those of a part may be described by another part.
pub fn required_members(doc: &mut Value) -> Result<usize, Failure> {
    let mut parts = BTreeSet::new();
    document::document_schemas(doc, &mut |map| {
        let list = map.get("allOf").and_then(Value::as_array);
        // One alone is the whole: it stands there to be nullable, or described.
        let list = list.filter(|list| list.len() > 1 || map.contains_key("properties"));
        let names = list.into_iter().flatten().filter_map(document::ref_name);
        parts.extend(names.map(str::to_owned));
        let is_more = map.contains_key("properties") || map.contains_key("allOf");
        for key in ["anyOf", "oneOf"] {
            let list = map.get(key).and_then(Value::as_array).filter(|_| is_more);
            let names = list.into_iter().flatten().filter_map(document::ref_name);
            parts.extend(names.map(str::to_owned));
        }
    });
    // What a part is made of is a part too.
    let known = document::schemas(doc).cloned().unwrap_or_default();
    let mut todo: Vec<String> = parts.iter().cloned().collect();
    while let Some(name) = todo.pop() {
        let Some(schema) = known.get(&name) else {
            continue;
        };
        let list = schema.get("allOf").and_then(Value::as_array);
        let names = list.into_iter().flatten().chain([schema]);
        for name in names.filter_map(document::ref_name) {
            if parts.insert(name.to_owned()) {
                todo.push(name.to_owned());
            }
        }
    }
    let (mut n, mut steps) = (0, STEPS);
    for (name, whole) in known.iter().filter(|(name, _)| !parts.contains(*name)) {
        let Some(missing) = undescribed(&known, whole, &mut steps) else {
            continue;
        };
        n += missing.len();
        let whole = document::schemas(doc).and_then(|all| all.get_mut(name)?.as_object_mut());
        let members = whole.map(|whole| whole.entry("properties").or_insert_with(|| json!({})));
        if let Some(Value::Object(members)) = members {
            members.extend(missing);
        }
    }
    Ok(n)
}

/// How many names may be looked for in how many parts, in one document.
const STEPS: usize = 10_000_000;

/// How many parts of an object are looked through: more are refused.
const MOST_PARTS: usize = 256;

/// Returns the members that an object requires and no part of it describes. `None` if there are
/// none, if they would be refused, or if that cannot be known.
fn undescribed(
    known: &Map<String, Value>,
    whole: &Value,
    steps: &mut usize,
) -> Option<Map<String, Value>> {
    let (mut parts, mut at) = (vec![whole], 0);
    while let Some(part) = parts.get(at).copied() {
        let is_any = part.get(contract::JSON) == Some(&true.into());
        let is_other = part.get("type").is_some_and(|kind| kind != "object");
        let is_union = ["anyOf", "oneOf"]
            .iter()
            .any(|key| part.get(*key).is_some());
        if is_any || is_other || is_union {
            return None;
        }
        let list = part.get("allOf").and_then(Value::as_array);
        let to = document::ref_name(part).map(|name| known.get(name));
        for part in list.into_iter().flatten().map(Some).chain(to) {
            let part = part?;
            if !parts.iter().any(|known| std::ptr::eq(*known, part)) {
                parts.push(part);
            }
            if parts.len() > MOST_PARTS {
                return None;
            }
        }
        at += 1;
    }
    let members: Vec<_> = parts
        .iter()
        .filter_map(|part| part.get("properties")?.as_object())
        .collect();
    let others = parts
        .iter()
        .filter_map(|part| part.get("additionalProperties"));
    let is_more = |others: &&Value| others.as_object().is_none_or(|map| !map.is_empty());
    let others: Vec<_> = others.filter(is_more).collect();
    if members.is_empty() || others.contains(&&false.into()) {
        return None;
    }
    let value = match others[..] {
        [Value::Object(_)] => others[0].clone(),
        _ => json!({ contract::JSON: true }),
    };
    let required = parts
        .iter()
        .filter_map(|part| part.get("required")?.as_array());
    let required: BTreeSet<_> = required.flatten().filter_map(Value::as_str).collect();
    *steps = steps.checked_sub(required.len() * parts.len())?;
    let is_missing = |name: &&str| members.iter().all(|members| !members.contains_key(*name));
    let missing = required.into_iter().filter(is_missing);
    let missing: Map<_, _> = missing
        .map(|name| (name.to_owned(), value.clone()))
        .collect();
    (!missing.is_empty()).then_some(missing)
}

/// Marks objects without any constraint: DRF's `JSONField` accepts and returns any JSON. The `type`
/// stays for readers of the document.
pub fn json_fields(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    document::document_schemas(doc, &mut |map| {
        // An empty list of members says nothing, and neither does it say that there are others.
        let is_empty = |key: &str| map.get(key)?.as_object().map(Map::is_empty);
        let others = map.get("additionalProperties");
        if is_empty("properties") == Some(true) && others != Some(&Value::Bool(false)) {
            if is_empty("additionalProperties") == Some(true) || others == Some(&true.into()) {
                map.shift_remove("additionalProperties");
            }
            map.shift_remove("properties");
        }
        if drf::is_json_field(map) {
            map.insert(contract::JSON.into(), Value::Bool(true));
            n += 1;
        }
    });
    Ok(n)
}
