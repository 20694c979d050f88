//! The parameters of an operation, as the index has them.

use serde_json::{Value, json};

use super::{media::is_json, trim::trimmed};

/// Returns the names of the path's parameters, in their order.
pub fn of_path(path: &str) -> impl Iterator<Item = &str> {
    let pieces = path.split('{').skip(1);
    pieces.filter_map(|piece| piece.split_once('}').map(|(name, _)| name))
}

/// Returns the parameters of an operation: those of its path that are not declared are texts, and
/// those that its path does not have cannot be sent.
pub fn parameters<'a>(path: &str, all: impl Iterator<Item = &'a Value>) -> Vec<Value> {
    let is_of_path = |p: &Value| p["in"] == "path";
    let mut found: Vec<Value> = all
        .filter_map(parameter)
        .filter(|p| !is_of_path(p) || of_path(path).any(|name| p["name"] == name))
        .collect();
    for name in of_path(path) {
        if !found.iter().any(|p| is_of_path(p) && p["name"] == name) {
            found.push(
                json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}),
            );
        }
    }
    found
}

/// Returns a parameter, unless it is a cookie, which belongs to a browser.
fn parameter(parameter: &Value) -> Option<Value> {
    let place = parameter.get("in")?.as_str()?;
    if !matches!(place, "path" | "query" | "header") {
        return None;
    }
    let content = parameter.get("content").and_then(Value::as_object);
    let content = content.and_then(|c| c.iter().next());
    let schema = content.map_or(parameter, |(_, value)| value).get("schema");
    let mut out = json!({
        "name": parameter.get("name")?.as_str()?,
        "in": place,
        "schema": schema.map(trimmed),
    });
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
    if content.is_some_and(|(media, _)| is_json(media)) {
        out["style"] = "json".into();
    }
    Some(out)
}
