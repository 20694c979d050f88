//! Converts Swagger 2.0 to OpenAPI 3.0.

mod body;
mod operation;
mod parameter;
mod response;
mod schema;

use serde_json::{Map, Value, json};

pub use parameter::SCHEMA_KEYS;
use schema::body_schema_of;

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
    let info = doc.get("info").cloned();
    let info = info.unwrap_or_else(|| json!({"title": "API", "version": "1"}));
    out.insert("info".into(), info);
    if let Some(servers) = servers(doc) {
        out.insert("servers".into(), servers);
    }
    for key in ["tags", "externalDocs", "security"] {
        if let Some(value) = doc.get(key) {
            out.insert(key.into(), value.clone());
        }
    }
    let context = Context {
        shared: Shared::of(doc),
        consumes: list(doc, "consumes"),
        produces: list(doc, "produces"),
    };
    out.insert("paths".into(), context.paths(doc, report)?);
    out.insert("components".into(), components(doc, report));
    for (key, value) in members(Some(doc)) {
        if key.starts_with("x-") {
            out.insert(key.clone(), value.clone());
        }
    }
    Ok(out.into())
}

fn servers(doc: &Value) -> Option<Value> {
    let Some(host) = doc.get("host").and_then(Value::as_str) else {
        return Some(json!([{ "url": doc.get("basePath")? }]));
    };
    let base = doc.get("basePath").and_then(Value::as_str);
    let base = base.unwrap_or_default().trim_end_matches('/');
    let mut schemes = list(doc, "schemes");
    if schemes.is_empty() {
        schemes.push("https");
    }
    let url = |scheme| json!({ "url": format!("{scheme}://{host}{base}") });
    Some(schemes.into_iter().map(url).collect())
}

fn components(doc: &Value, report: &mut Report) -> Value {
    let mut schemas = Map::new();
    for (name, old) in members(doc.get("definitions")) {
        let at = At::Start("/definitions");
        let new = body_schema_of(old, &At::Member(&at, name), report);
        schemas.insert(name.clone(), new);
    }
    let mut security = Map::new();
    for (name, old) in members(doc.get("securityDefinitions")) {
        let at = format!("/securityDefinitions/{}/type", escape(name));
        security.insert(name.clone(), scheme(old, &at, report));
    }
    match security.is_empty() {
        true => json!({ "schemas": schemas }),
        false => json!({ "schemas": schemas, "securitySchemes": security }),
    }
}

struct Context<'a> {
    shared: Shared<'a>,
    consumes: Vec<&'a str>,
    produces: Vec<&'a str>,
}

impl Context<'_> {
    fn paths(&self, doc: &Value, report: &mut Report) -> Result<Value, Failure> {
        let paths = doc
            .get("paths")
            .and_then(Value::as_object)
            .ok_or_else(|| Failure::new("convert", "/paths", "missing, or no object"))?;
        let mut converted = Map::new();
        for (path, item) in paths {
            let new = match path.starts_with("x-") {
                true => item.clone(),
                false => self.path_item(item, &format!("/paths/{}", escape(path)), report)?,
            };
            converted.insert(path.clone(), new);
        }
        Ok(converted.into())
    }

    fn path_item(
        &self,
        item: &Value,
        pointer: &str,
        report: &mut Report,
    ) -> Result<Value, Failure> {
        let item = item
            .as_object()
            .ok_or_else(|| Failure::new("convert", pointer, "a path item must be an object"))?;
        let shared = item.get("parameters").and_then(Value::as_array);
        let shared = shared.map_or(&[][..], Vec::as_slice);
        let mut new = Map::new();
        for (key, value) in item.iter().filter(|(key, _)| *key != "parameters") {
            let value = match METHODS.contains(&key.as_str()) {
                true => self.operation(value, shared, &format!("{pointer}/{key}"), report)?,
                false => value.clone(),
            };
            new.insert(key.clone(), value);
        }
        Ok(new.into())
    }
}

fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

fn list<'a>(value: &'a Value, key: &str) -> Vec<&'a str> {
    let entries = value.get(key).and_then(Value::as_array);
    let entries = entries.into_iter().flatten();
    entries.filter_map(Value::as_str).collect()
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
            for (key, value) in members(Some(old)) {
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
