//! Converts Swagger 2.0 to OpenAPI 3.0.

mod operation;
mod parameter;
mod response;
mod schema;

use serde_json::{Map, Value, json};

pub use parameter::SCHEMA_KEYS;
use schema::schema_of;

use super::shared::Shared;
use crate::{
    document::{METHODS, escape, members::At},
    report::{Failure, Report},
};

/// Converts a Swagger 2.0 document to OpenAPI 3.0.
///
/// # Errors
/// Returns an error with the JSON pointer of the first missing or malformed member.
pub fn from_2(doc: &Value, report: &mut Report) -> Result<Value, Failure> {
    let mut out = Map::new();
    out.insert("openapi".into(), "3.0.3".into());
    out.insert(
        "info".into(),
        doc.get("info")
            .cloned()
            .unwrap_or_else(|| json!({"title": "API", "version": "1"})),
    );
    if let Some(host) = doc.get("host").and_then(Value::as_str) {
        let base = doc
            .get("basePath")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .trim_end_matches('/');
        let schemes = list(doc, "schemes");
        let schemes = if schemes.is_empty() {
            vec!["https"]
        } else {
            schemes
        };
        out.insert(
            "servers".into(),
            schemes
                .iter()
                .map(|s| json!({"url": format!("{s}://{host}{base}")}))
                .collect(),
        );
    } else if let Some(base) = doc.get("basePath") {
        out.insert("servers".into(), json!([{ "url": base }]));
    }
    for key in ["tags", "externalDocs", "security"] {
        if let Some(value) = doc.get(key) {
            out.insert(key.into(), value.clone());
        }
    }
    let cx = Context {
        shared: Shared::of(doc),
        consumes: list(doc, "consumes"),
        produces: list(doc, "produces"),
    };
    let paths = doc
        .get("paths")
        .and_then(Value::as_object)
        .ok_or_else(|| Failure::new("convert", "/paths", "missing, or no object"))?;
    let mut converted = Map::new();
    for (path, item) in paths {
        if path.starts_with("x-") {
            converted.insert(path.clone(), item.clone());
            continue;
        }
        let pointer = format!("/paths/{}", escape(path));
        let item = item
            .as_object()
            .ok_or_else(|| Failure::new("convert", &pointer, "a path item must be an object"))?;
        let mut new = Map::new();
        let shared = item
            .get("parameters")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        for (key, value) in item {
            if METHODS.contains(&key.as_str()) {
                new.insert(
                    key.clone(),
                    cx.operation(value, &shared, &format!("{pointer}/{key}"), report)?,
                );
            } else if key != "parameters" {
                new.insert(key.clone(), value.clone());
            }
        }
        converted.insert(path.clone(), new.into());
    }
    out.insert("paths".into(), converted.into());
    let mut components = Map::new();
    let mut schemas = Map::new();
    for (name, schema) in doc
        .get("definitions")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        schemas.insert(
            name.clone(),
            schema_of(
                schema,
                &At::Member(&At::Start("/definitions"), name),
                report,
            ),
        );
    }
    components.insert("schemas".into(), schemas.into());
    let mut security = Map::new();
    for (name, old) in doc
        .get("securityDefinitions")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        security.insert(
            name.clone(),
            scheme(
                old,
                &format!("/securityDefinitions/{}/type", escape(name)),
                report,
            ),
        );
    }
    if !security.is_empty() {
        components.insert("securitySchemes".into(), security.into());
    }
    out.insert("components".into(), components.into());
    for (key, value) in doc.as_object().into_iter().flatten() {
        let known = [
            "swagger",
            "info",
            "host",
            "basePath",
            "schemes",
            "consumes",
            "produces",
            "paths",
            "definitions",
            "parameters",
            "responses",
            "securityDefinitions",
            "security",
            "tags",
            "externalDocs",
        ];
        if key.starts_with("x-") {
            out.insert(key.clone(), value.clone());
        } else if !known.contains(&key.as_str()) {
            report.warn(
                format!("/{}", escape(key)),
                "not a member of a Swagger 2.0 document: left out",
            );
        }
    }
    Ok(out.into())
}

struct Context<'a> {
    shared: Shared<'a>,
    consumes: Vec<&'a str>,
    produces: Vec<&'a str>,
}

fn list<'a>(value: &'a Value, key: &str) -> Vec<&'a str> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn scheme(old: &Value, pointer: &str, report: &mut Report) -> Value {
    let mut new = old.clone();
    match old.get("type").and_then(Value::as_str) {
        Some("basic") => {
            new["type"] = "http".into();
            new["scheme"] = "basic".into();
        }
        Some("oauth2") => {
            let flow = match old.get("flow").and_then(Value::as_str) {
                Some("application") => "clientCredentials",
                Some("accessCode") => "authorizationCode",
                Some(other) => other,
                None => "implicit",
            };
            let keys = ["authorizationUrl", "tokenUrl", "scopes"];
            let inner: Map<String, Value> = keys
                .iter()
                .filter_map(|k| Some(((*k).to_owned(), old.get(k)?.clone())))
                .collect();
            new = json!({ "type": "oauth2", "flows": { flow: inner } });
            for (key, value) in old.as_object().into_iter().flatten() {
                if key == "description" || key.starts_with("x-") {
                    new[key.as_str()] = value.clone();
                }
            }
        }
        Some("apiKey") => {}
        other => {
            report.warn(
                pointer,
                format!(
                    "`{}` is not a type of Swagger 2.0: read as an apiKey",
                    other.unwrap_or("missing")
                ),
            );
            let text = |key: &str, default: &str| {
                old.get(key)
                    .and_then(Value::as_str)
                    .unwrap_or(default)
                    .to_owned()
            };
            new = json!({ "type": "apiKey", "in": text("in", "header"), "name": text("name", "Authorization") });
        }
    }
    new
}
