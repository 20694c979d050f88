//! Validates every operation's request, as sent over the socket, by the *upstream* Swagger 2.0
//! document, without our own pipeline.

#[path = "support/document.rs"]
mod document;
#[path = "support/recorder.rs"]
mod recorder;

use std::collections::BTreeMap;

use autopi::{Client, RetryPolicy};
use document::document;
use recorder::{Sent, recorder};
use serde_json::{Value, json};

#[tokio::test]
async fn every_request_is_valid_by_the_upstream_document() {
    let (upstream, normalised) = (document("upstream.json"), document("openapi.json"));
    let judge = Judge::new(&upstream);
    let (url, log) = recorder().await;
    let client = Client::builder()
        .base_url(url)
        .api_token("t")
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let sample = |schema: &str| {
        autopi_sandbox::sample(&normalised, &serde_json::from_str(schema).unwrap(), 11)
    };
    let mut failures = Vec::new();
    for (id, method, path, call) in conformance::CALLS {
        // The server sends no response: only the request counts.
        let _ = call(&client, &sample).await;
        let sent = std::mem::take(&mut *log.lock().unwrap());
        match sent.as_slice() {
            [one] if one.method == *method => failures.extend(
                judge
                    .faults(path, one)
                    .into_iter()
                    .map(|f| format!("{id}: {method} {path}: {f}")),
            ),
            other => failures.push(format!("{id}: {method} {path}: {} requests", other.len())),
        }
    }
    assert_eq!(
        conformance::CALLS.len(),
        judge.operations,
        "as many calls as the upstream document has operations"
    );
    assert!(
        failures.is_empty(),
        "{} faults\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// Validates a request by Swagger 2.0.
struct Judge<'a> {
    upstream: &'a Value,
    definitions: Value,
    operations: usize,
}

impl<'a> Judge<'a> {
    fn new(upstream: &'a Value) -> Self {
        let mut definitions = upstream["definitions"].clone();
        nullable(&mut definitions);
        let is_method = |k: &&String| {
            ["get", "put", "post", "delete", "patch", "head", "options"].contains(&k.as_str())
        };
        let operations = upstream["paths"]
            .as_object()
            .unwrap()
            .values()
            .map(|item| item.as_object().unwrap().keys().filter(is_method).count())
            .sum();
        Self {
            upstream,
            definitions,
            operations,
        }
    }

    fn faults(&self, template: &str, sent: &Sent) -> Vec<String> {
        let item = &self.upstream["paths"][template];
        let operation = &item[sent.method.as_str().to_lowercase()];
        if operation.is_null() {
            return vec!["not in the upstream document".into()];
        }
        let mut faults = Vec::new();
        let (parts, real): (Vec<&str>, Vec<&str>) = (
            template.split('/').collect(),
            sent.uri.path().split('/').collect(),
        );
        if parts.len() != real.len()
            || parts
                .iter()
                .zip(&real)
                .any(|(t, r)| !t.starts_with('{') && t != r)
        {
            faults.push(format!("path {}", sent.uri.path()));
        }
        if sent
            .headers
            .get("authorization")
            .is_none_or(|v| v != "APIToken t")
        {
            faults.push("no Authorization header".into());
        }
        let mut query: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for pair in sent
            .uri
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|p| !p.is_empty())
        {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            query.entry(key.into()).or_default().push(
                value
                    .replace("%3A", ":")
                    .replace("%40", "@")
                    .replace("%2C", ",")
                    .replace('+', " "),
            );
        }
        let all = |v: &'a Value| v["parameters"].as_array().into_iter().flatten();
        let mut known = Vec::new();
        for parameter in all(operation).chain(all(item)) {
            let name = parameter["name"].as_str().unwrap();
            match parameter["in"].as_str().unwrap() {
                "query" => {
                    known.push(name);
                    let values = query.get(name).cloned().unwrap_or_default();
                    faults.extend(if values.is_empty() {
                        Some(format!("query {name} was not sent"))
                    } else {
                        None
                    });
                    let (item, values) =
                        match (&parameter["items"], parameter["collectionFormat"].as_str()) {
                            (Value::Null, _) => (parameter, values),
                            // drf-yasg leaves it out for a `ListField`, which DRF reads from
                            // repeated names.
                            (item, Some("multi") | None) => (item, values),
                            (item, _) if values.len() == 1 => {
                                (item, values[0].split(',').map(str::to_owned).collect())
                            }
                            _ => {
                                faults.push(format!("query {name} is repeated"));
                                continue;
                            }
                        };
                    faults.extend(
                        values
                            .iter()
                            .filter_map(|v| fault(item, v))
                            .map(|f| format!("query {name}: {f}")),
                    );
                }
                "path" => match parts.iter().position(|p| *p == format!("{{{name}}}")) {
                    Some(at) => faults.extend(
                        fault(parameter, real.get(at).unwrap_or(&""))
                            .map(|f| format!("path {name}: {f}")),
                    ),
                    None => faults.push(format!("path {name} is not in the template")),
                },
                "body" => faults.extend(self.body(parameter, sent)),
                "formData" => {
                    let text = String::from_utf8_lossy(&sent.body);
                    let media = sent
                        .headers
                        .get("content-type")
                        .and_then(|v| v.to_str().ok())
                        .unwrap_or_default();
                    let wanted = operation["consumes"]
                        .as_array()
                        .or(self.upstream["consumes"].as_array());
                    if !wanted
                        .into_iter()
                        .flatten()
                        .filter_map(Value::as_str)
                        .any(|w| media.starts_with(w))
                    {
                        faults.push(format!("content type {media}"));
                    }
                    if !text.contains(&format!("name=\"{name}\"")) {
                        faults.push(format!("form field {name} was not sent"));
                    }
                    if parameter["type"] == "file" && !text.contains("filename=") {
                        faults.push(format!("form field {name} is not a file"));
                    }
                }
                _ => {}
            }
        }
        faults.extend(
            query
                .keys()
                .filter(|k| !known.contains(&k.as_str()))
                .map(|k| format!("query {k} is not documented")),
        );
        faults
    }

    fn body(&self, parameter: &Value, sent: &Sent) -> Vec<String> {
        if sent
            .headers
            .get("content-type")
            .is_none_or(|v| v != "application/json")
        {
            return vec!["the content type is not application/json".into()];
        }
        let Ok(body) = serde_json::from_slice(&sent.body) else {
            return vec!["the body is not JSON".into()];
        };
        let mut schema = parameter["schema"].clone();
        nullable(&mut schema);
        let schema = json!({ "allOf": [schema], "definitions": self.definitions });
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft4)
            .should_validate_formats(true)
            .build(&schema)
            .unwrap();
        validator
            .iter_errors(&body)
            .map(|e| format!("body {}: {e}", e.instance_path()))
            .collect()
    }
}

/// Expresses `x-nullable` in JSON Schema.
fn nullable(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(nullable);
            if map.get("x-nullable") == Some(&Value::Bool(true)) {
                let inner = std::mem::take(map);
                map.insert("anyOf".into(), json!([{ "type": "null" }, inner]));
            }
        }
        Value::Array(list) => list.iter_mut().for_each(nullable),
        _ => {}
    }
}

/// Returns what is wrong with the text of a parameter.
fn fault(parameter: &Value, text: &str) -> Option<String> {
    let allowed = parameter["enum"].as_array();
    let good = match (
        parameter["type"].as_str().unwrap_or_default(),
        parameter["format"].as_str().unwrap_or_default(),
    ) {
        _ if allowed.is_some_and(|e| {
            !e.iter().any(|v| {
                v.as_str() == Some(text) || v.as_i64().is_some_and(|n| text.parse() == Ok(n))
            })
        }) =>
        {
            false
        }
        ("integer", _) => text.parse::<i64>().is_ok(),
        ("number", _) => text.parse::<f64>().is_ok(),
        ("boolean", _) => matches!(text, "true" | "false"),
        ("string", "uuid") => text.parse::<autopi::Uuid>().is_ok(),
        ("string", "date-time") => text.ends_with('Z') && text.parse::<autopi::Timestamp>().is_ok(),
        ("string", "date") => text.parse::<autopi::Date>().is_ok(),
        _ => !text.is_empty(),
    };
    (!good).then(|| format!("`{text}` is not a valid {parameter}"))
}
