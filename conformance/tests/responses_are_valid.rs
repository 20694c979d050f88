//! A third-party validator checks the sandbox's responses by the document: every operation, in both
//! wire modes.

#[path = "support/document.rs"]
mod document;

use std::collections::{BTreeMap, HashMap};

use autopi_sandbox::{API_TOKEN, Sandbox, Wire};
use document::document;
use serde_json::{Value, json};

/// Expresses `nullable` in JSON Schema.
fn nullable(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(nullable);
            if ["nullable", "x-nullable"]
                .iter()
                .any(|k| map.get(*k) == Some(&Value::Bool(true)))
            {
                let inner = std::mem::take(map);
                map.insert("anyOf".into(), json!([{ "type": "null" }, inner]));
            }
        }
        Value::Array(list) => list.iter_mut().for_each(nullable),
        _ => {}
    }
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    value["$ref"]
        .as_str()
        .and_then(|r| document.pointer(&r[1..]))
        .unwrap_or(value)
}

/// Returns the path with its parameters and the required query, and the body.
fn request(
    document: &Value,
    path: &str,
    item: &Value,
    operation: &Value,
) -> (String, Option<Value>) {
    let mut out = path.to_owned();
    let (mut query, mut body) = (Vec::new(), None);
    let all = |v: &Value| v["parameters"].as_array().cloned().unwrap_or_default();
    for parameter in all(operation).into_iter().chain(all(item)) {
        let schema = parameter.get("schema").unwrap_or(&parameter);
        let value = autopi_sandbox::sample(document, schema, 3);
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let name = parameter["name"].as_str().unwrap();
        match parameter["in"].as_str().unwrap() {
            "path" => out = out.replace(&format!("{{{name}}}"), &text),
            "query" if parameter["required"] == true => query.push(format!("{name}={text}")),
            "body" => body = Some(value),
            _ => {}
        }
    }
    if let Some(content) = operation
        .get("requestBody")
        .and_then(|b| resolve(document, b)["content"].get("application/json"))
    {
        body = Some(autopi_sandbox::sample(document, &content["schema"], 3));
    }
    (
        if query.is_empty() {
            out
        } else {
            format!("{out}?{}", query.join("&"))
        },
        body,
    )
}

async fn judge(wire: Wire) -> Vec<String> {
    let (upstream, normalised) = (document("upstream.json"), document("openapi.json"));
    let document = if wire == Wire::Spec {
        &upstream
    } else {
        &normalised
    };
    let (mut definitions, mut components) = (
        document["definitions"].clone(),
        document["components"].clone(),
    );
    nullable(&mut definitions);
    nullable(&mut components);
    if definitions.is_null() {
        definitions = json!({});
    }
    let api = Sandbox::builder()
        .wire(wire)
        .any_id()
        .seed(4)
        .start()
        .await
        .unwrap();
    let http = autopi::Client::builder().http_client_builder().unwrap();
    let http = http.no_proxy().build().unwrap();
    let (mut judged, mut statuses) = (0, BTreeMap::<u16, usize>::new());
    let mut failures = Vec::new();
    let mut validators = HashMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item
            .as_object()
            .unwrap()
            .iter()
            .filter(|(k, _)| *k != "parameters")
        {
            let form = operation["requestBody"]["content"]
                .get("multipart/form-data")
                .is_some()
                || operation["parameters"]
                    .as_array()
                    .is_some_and(|p| p.iter().any(|p| p["in"] == "formData"));
            // The sandbox only has one login; another test sends forms, with the typed client.
            if form || path == "/auth/login/" {
                continue;
            }
            let (target, body) = request(document, path, item, operation);
            let name = format!("{} {target}", method.to_uppercase());
            let call = http
                .request(
                    method.to_uppercase().parse().unwrap(),
                    format!("{}{target}", api.url()),
                )
                .header("Authorization", format!("APIToken {API_TOKEN}"));
            let response = if let Some(body) = &body {
                call.json(body)
            } else {
                call
            }
            .send()
            .await
            .unwrap();
            let status = response.status().as_u16();
            let media = response
                .headers()
                .get("content-type")
                .map_or("", |v| v.to_str().unwrap())
                .to_owned();
            *statuses.entry(status).or_default() += 1;
            let Some(documented) = operation["responses"].get(status.to_string()) else {
                failures.push(format!(
                    "{name}: status {status} is not documented: {}",
                    response.text().await.unwrap()
                ));
                continue;
            };
            let schema = documented.get("schema").or_else(|| {
                documented["content"]
                    .as_object()?
                    .values()
                    .next()?
                    .get("schema")
            });
            let Some(schema) = schema.filter(|s| s["type"] != "file" && s["format"] != "binary")
            else {
                continue;
            };
            if media != "application/json" {
                failures.push(format!("{name}: content type `{media}`"));
                continue;
            }
            let value: Value = response.json().await.unwrap();
            // Building a validator takes far longer than using it, and many operations share a
            // schema.
            let validator = validators.entry(schema.to_string()).or_insert_with(|| {
                let mut schema = schema.clone();
                nullable(&mut schema);
                let root = json!({ "allOf": [schema], "definitions": definitions, "components": components });
                jsonschema::options().with_draft(jsonschema::Draft::Draft4).should_validate_formats(true).build(&root).unwrap()
            });
            failures.extend(
                validator
                    .iter_errors(&value)
                    .map(|e| format!("{name}: {}: {e}", e.instance_path())),
            );
            judged += 1;
        }
    }
    println!("{wire:?}: {judged} responses judged, by status {statuses:?}");
    assert!(judged > 500, "{judged}");
    failures
}

#[tokio::test]
async fn responses_of_wire_mode_spec_are_valid_by_the_upstream_document() {
    let failures = judge(Wire::Spec).await;
    assert!(
        failures.is_empty(),
        "{} faults\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[tokio::test]
async fn responses_of_wire_mode_real_are_valid_by_the_normalised_document() {
    let failures = judge(Wire::Real).await;
    assert!(
        failures.is_empty(),
        "{} faults\n{}",
        failures.len(),
        failures.join("\n")
    );
}
