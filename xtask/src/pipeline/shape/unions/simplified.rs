//! Simplifies unions that are not really unions: of a single alternative, of null, of lists of
//! values.

use autopi_codegen::{contract, schema::is_open_enum};
use serde_json::{Value, json};

use super::Schemas;
use crate::document;
use crate::report::Failure;

/// Turns null into `nullable`, replaces a union of one alternative by it, and merges lists of
/// values, also with any string (or integer) beside them, because lists are open.
pub fn simplified(doc: &mut Value) -> Result<usize, Failure> {
    let schemas = document::schemas(doc).cloned().unwrap_or_default();
    let mut n = 0;
    document::document_schemas(doc, &mut |map| {
        // A union that is the only alternative of another replaces it.
        for _ in 0..16 {
            let one = simplify(map, &schemas);
            n += usize::from(one.is_some());
            if one != Some(true) {
                break;
            }
        }
    });
    Ok(n)
}

/// Returns whether the schema was changed and must be looked at again.
pub(super) fn simplify(map: &mut Schemas, schemas: &Schemas) -> Option<bool> {
    let key = match (map.get("oneOf"), map.get("anyOf")) {
        (Some(Value::Array(_)), None) => "oneOf",
        (None, Some(Value::Array(_))) => "anyOf",
        _ => return None,
    };
    let before = map.get(key)?.as_array()?.clone();
    let mut parts: Vec<Value> = Vec::new();
    let mut nullable = false;
    for part in &before {
        if document::is_null(part, schemas) {
            nullable = true;
            continue;
        }
        let mut part = part.clone();
        nullable |= says_null(&part, schemas);
        if let Some(part) = part.as_object_mut() {
            part.shift_remove("nullable");
        }
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    if nullable {
        map.insert("nullable".into(), true.into());
    }
    let tagged = map.get("discriminator").is_some();
    if let Some((kind, values)) = merged(&parts, schemas).filter(|_| !tagged && parts.len() > 1) {
        map.shift_remove(key);
        map.insert("type".into(), kind.into());
        map.insert("enum".into(), values.into());
        return Some(false);
    }
    match parts.as_slice() {
        [] => {
            map.shift_remove(key);
            map.insert(contract::JSON.into(), true.into());
            return Some(false);
        }
        [one] if !tagged => {
            map.shift_remove(key);
            match one.as_object() {
                Some(inline) if !inline.contains_key("$ref") && !adds_members(map, inline) => {
                    for (key, value) in inline {
                        map.entry(key.clone()).or_insert_with(|| value.clone());
                    }
                }
                _ => {
                    let all = map.entry("allOf").or_insert_with(|| json!([]));
                    all.as_array_mut()?.push(one.clone());
                }
            }
            return Some(true);
        }
        _ => {}
    }
    (parts != before).then(|| {
        map.insert(key.into(), parts.into());
        false
    })
}

/// Returns whether an object has members of its own beside those of another.
fn adds_members(own: &Schemas, inline: &Schemas) -> bool {
    ["properties", "required", "allOf", "additionalProperties"]
        .iter()
        .any(|key| own.contains_key(*key) && inline.contains_key(*key) && own[*key] != inline[*key])
}

pub(super) fn says_null(schema: &Value, schemas: &Schemas) -> bool {
    [schema, document::resolved(schema, schemas)]
        .iter()
        .any(|s| {
            let listed = s.get("enum").and_then(Value::as_array);
            s.get("nullable") == Some(&Value::Bool(true))
                || listed.is_some_and(|l| l.contains(&Value::Null))
        })
}

/// Returns the type and the values of alternatives that are lists of values, or any value of that
/// type.
pub(super) fn merged(parts: &[Value], schemas: &Schemas) -> Option<(String, Vec<Value>)> {
    let (mut kind, mut values) = (None, Vec::new());
    for part in parts {
        let known = document::resolved(part, schemas);
        let own = known.get("type").and_then(Value::as_str);
        let list = known.get("enum").and_then(Value::as_array);
        let own = match (own, list) {
            (Some(own @ ("string" | "integer")), None) if known.get("format").is_none() => own,
            (_, Some(list)) if is_open_enum(known) => {
                match list.iter().all(|v| v.is_string() || v.is_null()) {
                    true => "string",
                    false => "integer",
                }
            }
            _ => return None,
        };
        if kind.is_some_and(|k| k != own) {
            return None;
        }
        kind = Some(own);
        for value in list.into_iter().flatten().filter(|v| !v.is_null()) {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
    }
    let kind = kind?.to_owned();
    (!values.is_empty()).then_some((kind, values))
}
