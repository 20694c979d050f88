//! The parameters of an operation, as the index has them.

use serde_json::{Value, json};

use super::{media::may_be_json, trim::trimmed};

#[path = "framing.rs"]
mod framing;

/// Headers that the client sets itself: such parameters are ignored (OpenAPI 3.0.3, Parameter
/// Object).
const OWN: [&str; 3] = ["accept", "authorization", "content-type"];

/// Returns the names of the path's parameters, in their order. Those of a fragment are not sent.
pub fn of_path(path: &str) -> impl Iterator<Item = &str> {
    let sent = path.split_once('#').map_or(path, |(sent, _)| sent);
    let pieces = sent.split('{').skip(1);
    pieces.filter_map(|piece| piece.split_once('}').map(|(name, _)| name))
}

/// Returns the parameters of an operation, and those that no request can carry. Those of its path
/// that are not declared are texts, and those that its path does not have cannot be sent.
pub fn parameters<'a>(
    path: &str,
    all: impl Iterator<Item = &'a Value>,
) -> (Vec<Value>, Vec<Value>) {
    let is_of_path = |p: &Value| p["in"] == "path";
    let (mut found, mut unsent) = (Vec::new(), Vec::new());
    for one in all.filter(|one| !is_of_http(one)) {
        match parameter(one) {
            Some(p) if !is_of_path(&p) || of_path(path).any(|name| p["name"] == name) => {
                found.push(p);
            }
            Some(_) => {}
            None => unsent.push(json!({
                "name": one.get("name"), "in": one.get("in"), "required": one.get("required"),
            })),
        }
    }
    for name in of_path(path) {
        if !found.iter().any(|p| is_of_path(p) && p["name"] == name) {
            found.push(
                json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}),
            );
        }
    }
    (found, unsent)
}

/// Returns where a request carries a parameter, read as the pipeline of xtask reads it. A cookie
/// belongs to a browser's session.
fn place(parameter: &Value) -> Option<&'static str> {
    const FORM: &str = "/content/application~1x-www-form-urlencoded";
    let said = parameter.get("in")?.as_str()?.trim().to_ascii_lowercase();
    match said.as_str() {
        "path" => Some("path"),
        "query" => Some("query"),
        // OpenAPI 3.2: the whole query.
        "querystring" if parameter.pointer(FORM).is_some() => Some("query"),
        "header" | "headers" => Some("header"),
        _ => None,
    }
}

/// Returns whether a parameter is a header that the client or HTTP itself sends.
fn is_of_http(parameter: &Value) -> bool {
    let name = parameter.get("name").and_then(Value::as_str);
    let name = name.unwrap_or_default().to_ascii_lowercase();
    let own = || OWN.iter().chain(&framing::FRAMING).any(|own| *own == name);
    place(parameter) == Some("header") && own()
}

fn parameter(parameter: &Value) -> Option<Value> {
    let place = place(parameter)?;
    let name = parameter.get("name")?.as_str()?;
    if place == "header" && !super::media::is_token(name) {
        return None;
    }
    let content = parameter.get("content").and_then(Value::as_object);
    let content = content.and_then(|c| c.iter().next());
    let schema = content.map_or(parameter, |(_, value)| value).get("schema");
    let mut out = json!({ "name": name, "in": place, "schema": schema.map(trimmed) });
    for key in [
        "required",
        "description",
        "style",
        "explode",
        "allowReserved",
    ] {
        let said = parameter.get(key);
        let said = said.filter(|v| **v != Value::Bool(false) || key == "explode");
        if let Some(value) = said.filter(|v| !v.as_str().is_some_and(|t| t.trim().is_empty())) {
            out[key] = value.clone();
        }
    }
    match content {
        Some((media, _)) if may_be_json(media) => out["style"] = "json".into(),
        // The whole query of OpenAPI 3.2 is written as a form.
        Some(_) if parameter["in"] != "querystring" => out["written"] = true.into(),
        _ => {}
    }
    Some(out)
}
