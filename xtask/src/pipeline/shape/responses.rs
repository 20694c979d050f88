//! Responses: one typed success for each operation, and one page type for all envelopes.

use autopi_codegen::{contract, media};
use serde_json::{Map, Value};

use crate::document;
use crate::report::Failure;

/// Keeps one 2xx response, the first with a schema: drf-yasg documents 201 where the API sends 200,
/// and the client accepts any 2xx. If two have different schemas, the response is a union of them;
/// if one has no content, it may be null.
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
        let may_be_empty = success
            .iter()
            .any(|k| responses[*k].get("content").is_none());
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
        let Some(content) = content.filter(|_| schemas.len() > 1 || may_be_empty) else {
            return;
        };
        let json = media::json(content).map(|(name, _)| name.clone());
        for (name, media) in content {
            if json.as_ref().is_some_and(|json| json != name) {
                continue;
            }
            if schemas.len() > 1 {
                media["schema"] = serde_json::json!({ "oneOf": schemas });
            }
            if let Some(schema) = media.get_mut("schema").filter(|_| may_be_empty) {
                or_null(schema);
            }
        }
    });
    Ok(n)
}

fn or_null(schema: &mut Value) {
    if schema.get("$ref").is_some() {
        *schema = serde_json::json!({ "allOf": [schema.take()] });
    }
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("nullable".into(), true.into());
    }
}

/// Marks the envelope of a page (`results` is an array beside `count`, or beside `next` with
/// cursors) with `x-autopi-page`, in one piece: without an `allOf`, and with the array itself.
pub fn pages(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    let named = document::beside_schemas(doc, |doc, components| {
        document::operations(doc, |_, _, op| {
            document::bodies(op, |request, _, schema| {
                let page = schema.as_object().and_then(|s| envelope(s, components));
                if let (false, Some(page)) = (request, page) {
                    *schema = page.into();
                    n += 1;
                }
            });
        });
        let named = components.iter().filter_map(|(name, schema)| {
            Some((name.clone(), envelope(schema.as_object()?, components)?))
        });
        named.collect::<Vec<_>>()
    });
    if let Some(schemas) = document::schemas(doc) {
        n += named.len();
        schemas.extend(named.into_iter().map(|(name, page)| (name, page.into())));
    }
    Ok(n)
}

/// Returns the envelope of a page, if the schema is one.
fn envelope(
    schema: &Map<String, Value>,
    components: &Map<String, Value>,
) -> Option<Map<String, Value>> {
    let parts = schema.get("allOf").and_then(Value::as_array);
    let parts = parts.into_iter().flatten();
    let parts = parts.map(|part| document::resolved(part, components).as_object());
    let parts: Vec<_> = parts.chain([Some(schema)]).collect::<Option<_>>()?;
    let members = || {
        let all = parts.iter().filter_map(|part| part.get("properties"));
        all.filter_map(Value::as_object).flatten()
    };
    let mut results = members().filter(|(name, _)| *name == "results");
    let (_, results) = results.next_back()?;
    let results = document::resolved(results, components);
    let is_list = results.get("type").is_some_and(|t| t == "array");
    let is_page = members().any(|(name, _)| name == "count" || name == "next");
    let composed = |part: &&Map<String, Value>| {
        let keys = ["allOf", "oneOf", "anyOf", "discriminator"];
        keys.iter().any(|key| part.contains_key(*key))
    };
    let (_, inner) = parts.split_last()?;
    if !is_list || !is_page || inner.iter().any(composed) {
        return None;
    }
    let mut page = schema.clone();
    let mut properties: Map<_, _> = members().map(|(k, v)| (k.clone(), v.clone())).collect();
    properties.insert("results".into(), results.clone());
    page.insert("properties".into(), properties.into());
    page.insert(contract::PAGE.into(), true.into());
    if page.shift_remove("allOf").is_some() {
        let required = parts.iter().filter_map(|part| part.get("required"));
        let required = required.filter_map(Value::as_array).flatten().cloned();
        page.insert("required".into(), required.collect());
        page.insert("type".into(), "object".into());
    }
    Some(page)
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
