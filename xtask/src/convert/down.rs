//! OpenAPI 3.1 → 3.0.3.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::members::{DOCUMENT, Is, SCHEMA, each};
use crate::{report::Report, shape::walk};

/// What 3.2 has and 3.1 has not.
pub fn from_32(doc: &mut Value, report: &mut Report) {
    for (path, item) in doc
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
    {
        for gone in ["query", "additionalOperations"] {
            if item
                .as_object_mut()
                .and_then(|i| i.shift_remove(gone))
                .is_some()
            {
                let at = format!("/paths/{}/{gone}", walk::escape(path));
                report.warn(
                    at,
                    "operations of such methods are of OpenAPI 3.2: left out",
                );
            }
        }
    }
    walk::operations(doc, |path, method, op| {
        let at = format!("/paths/{}/{method}", walk::escape(path));
        let parameters = op.get_mut("parameters").and_then(Value::as_array_mut);
        let mut i = 0..;
        parameters.into_iter().for_each(|all| {
            all.retain(|p| {
                let i = i.next().unwrap_or_default();
                let whole = p.get("in").is_some_and(|place| place == "querystring");
                if whole {
                    let at = format!("{at}/parameters/{i}");
                    report.warn(
                        at,
                        "a parameter that is the whole query is of OpenAPI 3.2: left out",
                    );
                }
                !whole
            });
        });
        let holders = op
            .iter_mut()
            .flat_map(|(key, value)| match (key.as_str(), value) {
                ("requestBody", body) => vec![body],
                ("responses", Value::Object(map)) => map.values_mut().collect(),
                _ => Vec::new(),
            });
        for holder in holders {
            let content = holder.get_mut("content").and_then(Value::as_object_mut);
            for (media, value) in content.into_iter().flatten() {
                let Some(value) = value.as_object_mut() else {
                    continue;
                };
                if value.shift_remove("itemSchema").is_some() {
                    let what = format!("the items of `{media}` are typed in OpenAPI 3.2 only");
                    report.warn(&at, what + ": read as bytes");
                }
                for key in ["itemEncoding", "prefixEncoding"] {
                    value.shift_remove(key);
                }
            }
        }
    });
}

const SEVERAL: &str = "several types: any JSON is taken";

/// What a schema of 3.0 can't say.
const GONE: [&str; 8] = [
    "$schema",
    "prefixItems",
    "unevaluatedProperties",
    "contentMediaType",
    "if",
    "then",
    "else",
    "patternProperties",
];

/// JSON Schema 2020-12 as 3.1 has it, said in 3.0.
pub fn from_31(doc: &mut Value, report: &mut Report) {
    doc["openapi"] = "3.0.3".into();
    for gone in ["webhooks", "jsonSchemaDialect"] {
        if doc
            .as_object_mut()
            .and_then(|d| d.shift_remove(gone))
            .is_some()
        {
            report.warn(format!("/{gone}"), "3.0 cannot say this: left out");
        }
    }
    let mut lost = BTreeMap::new();
    let first = first_places(doc);
    walk::document_schemas(doc, &mut |map| {
        if let Some(Value::Array(types)) = map.get("type").cloned() {
            let rest: Vec<Value> = types.iter().filter(|t| *t != "null").cloned().collect();
            if rest.len() < types.len() {
                map.insert("nullable".into(), true.into());
            }
            map.shift_remove("type");
            if let [one] = rest.as_slice() {
                map.insert("type".into(), one.clone());
            } else {
                *lost.entry(SEVERAL).or_insert(0) += 1;
            }
        }
        // 3.1 allows members beside a $ref, 3.0 ignores them.
        if map.len() > 1
            && let Some(target) = map.shift_remove("$ref")
        {
            map.insert("allOf".into(), json!([{ "$ref": target }]));
        }
        let binary = map
            .get("contentMediaType")
            .is_some_and(|m| m == "application/octet-stream");
        if binary && map.get("type").is_some_and(|t| t == "string") {
            map.insert("format".into(), "binary".into());
            map.shift_remove("contentMediaType");
        }
        if let Some(value) = map.shift_remove("const") {
            map.insert("enum".into(), json!([value]));
        }
        for (exclusive, plain) in [
            ("exclusiveMinimum", "minimum"),
            ("exclusiveMaximum", "maximum"),
        ] {
            if let Some(n) = map.get(exclusive).filter(|n| n.is_number()).cloned() {
                map.insert(plain.into(), n);
                map.insert(exclusive.into(), true.into());
            }
        }
        if let Some(first) = map.shift_remove("examples").as_ref().and_then(|e| e.get(0)) {
            map.insert("example".into(), first.clone());
        }
        for gone in GONE {
            if map.shift_remove(gone).is_some() {
                *lost.entry(gone).or_insert(0) += 1;
            }
        }
        // `anyOf: [X, {type: null}]` is how 3.1 generators write nullable.
        for key in ["anyOf", "oneOf"] {
            let Some(parts) = map.get_mut(key).and_then(Value::as_array_mut) else {
                continue;
            };
            let before = parts.len();
            parts.retain(|p| p.get("type") != Some(&"null".into()));
            if parts.len() < before {
                let one = (parts.len() == 1).then(|| parts.clone());
                map.insert("nullable".into(), true.into());
                if let Some(one) = one {
                    map.shift_remove(key);
                    map.insert("allOf".into(), one.into());
                }
            }
        }
    });
    for (what, n) in lost {
        let at = first.get(what).cloned().unwrap_or_default();
        report.warn(at, format!("3.0 cannot say `{what}` ({n} times): left out"));
    }
}

/// Where each thing that will be lost stands first.
fn first_places(doc: &Value) -> BTreeMap<&'static str, String> {
    let mut first = BTreeMap::new();
    let _ = each::<()>(doc, Is::One(&DOCUMENT), "", &mut |kind, at, value| {
        if kind == &SCHEMA {
            for gone in GONE.into_iter().filter(|k| value.get(*k).is_some()) {
                first.entry(gone).or_insert_with(|| format!("{at}/{gone}"));
            }
            let types = value.get("type").and_then(Value::as_array);
            if types.is_some_and(|t| t.iter().filter(|t| *t != "null").count() > 1) {
                first.entry(SEVERAL).or_insert_with(|| format!("{at}/type"));
            }
        }
        Ok(())
    });
    first
}
