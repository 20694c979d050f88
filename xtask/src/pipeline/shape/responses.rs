//! Responses: one typed success for each operation, and one page type for all envelopes.

use autopi_codegen::{contract, media};
use serde_json::{Map, Value};

use crate::document;
use crate::report::Failure;

/// Keeps one 2xx response, the first with a schema: drf-yasg documents 201 where the API sends 200,
/// and the client accepts any 2xx. If two have different schemas, the response is a union of them.
pub fn one_success(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    document::operations(doc, |_, _, op| {
        let Some(responses) = op.get_mut("responses").and_then(Value::as_object_mut) else {
            return;
        };
        let success: Vec<String> = responses
            .keys()
            .filter(|k| k.starts_with('2') || *k == "default")
            .cloned()
            .collect();
        // `default` beside a 2xx is the error response.
        let success: Vec<_> = success
            .iter()
            .filter(|k| *k != "default" || success.len() == 1)
            .collect();
        let Some(kept) = success
            .iter()
            .find(|k| responses[**k].get("content").is_some())
            .or(success.first())
        else {
            return;
        };
        // The client accepts JSON if there is any: a CSV beside it says nothing about its form.
        let mut schemas: Vec<Value> = Vec::new();
        for key in &success {
            let content = responses[*key].get("content").and_then(Value::as_object);
            let json = content.and_then(|c| media::json(c));
            let all = content.filter(|_| json.is_none()).into_iter();
            for value in all.flat_map(Map::values).chain(json.map(|(_, v)| v)) {
                let schema = value.get("schema").filter(|s| !schemas.contains(s));
                schemas.extend(schema.cloned());
            }
        }
        for key in success.iter().filter(|k| k != &kept) {
            if let Some(gone) = responses.shift_remove(*key) {
                // Kept beside the first as an extension, so that nothing is lost.
                responses.insert(format!("x-also-{key}"), gone);
                n += 1;
            }
        }
        let content = responses
            .get_mut(*kept)
            .and_then(|r| r.get_mut("content"))
            .and_then(Value::as_object_mut);
        let Some(content) = content.filter(|_| schemas.len() > 1) else {
            return;
        };
        let json = media::json(content).map(|(name, _)| name.clone());
        for (name, media) in content {
            if json.as_ref().is_none_or(|json| json == name) {
                media["schema"] = serde_json::json!({ "oneOf": schemas });
            }
        }
    });
    Ok(n)
}

/// Marks the inline envelope of a page (`results` is an array beside `count`, or beside `next` with
/// cursors) with `x-autopi-page`.
pub fn pages(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    let mark = |schema: &mut Map<String, Value>, n: &mut usize| {
        let page = schema
            .get("properties")
            .and_then(Value::as_object)
            .is_some_and(|p| {
                p.get("results")
                    .and_then(|r| r.get("type"))
                    .and_then(Value::as_str)
                    == Some("array")
                    && (p.contains_key("count") || p.contains_key("next"))
            });
        if page {
            schema.insert(contract::PAGE.into(), Value::Bool(true));
            *n += 1;
        }
    };
    document::operations(doc, |_, _, op| {
        document::bodies(op, |request, _, schema| {
            if let (false, Some(schema)) = (request, schema.as_object_mut()) {
                mark(schema, &mut n);
            }
        });
    });
    for schema in document::schemas(doc)
        .into_iter()
        .flat_map(|s| s.values_mut())
    {
        if let Some(schema) = schema.as_object_mut() {
            mark(schema, &mut n);
        }
    }
    Ok(n)
}

/// Corrects lists of envelopes: drf-yasg documents a list view whose serializer is the envelope
/// itself as an array of envelopes, but DRF sends one.
pub fn lists_of_pages(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    document::beside_schemas(doc, |doc, schemas| {
        let is_page = |name: &str| {
            let schema = schemas.get(name);
            schema.is_some_and(|s| s.get(contract::PAGE).is_some())
        };
        document::operations(doc, |_, method, op| {
            document::bodies(op, |request, _, schema| {
                let item = schema.get("items").filter(|_| !request && method == "get");
                let name = item.and_then(document::ref_name).filter(|n| is_page(n));
                if let Some(name) = name {
                    *schema = document::reference(name);
                    n += 1;
                }
            });
        });
    });
    Ok(n)
}
