//! Converts body and form parameters: 3.0 has a request body instead.

use serde_json::{Map, Value, json};

use super::{
    parameter::{schema_alone, schema_part},
    schema::{body_schema_of, schema_of},
};
use crate::{document::members::At, report::Report};

const URLENCODED: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// Returns the request body of a parameter whose `in` is `body`.
pub fn body_of(parameter: &Value, consumes: &[&str], place: &str, report: &mut Report) -> Value {
    let at = At::Member(&At::Start(place), "schema");
    let none = json!({});
    let schema = body_schema_of(parameter.get("schema").unwrap_or(&none), &at, report);
    // DRF's FileUploadParser takes any media type, and drf-yasg lists none.
    let raw = schema.get("format").is_some_and(|f| f == "binary");
    let media = match (consumes, raw) {
        ([], true) => &["application/octet-stream"],
        ([], false) => &["application/json"],
        _ => consumes,
    };
    let content = media
        .iter()
        .map(|m| ((*m).to_owned(), json!({ "schema": schema })));
    let content: Map<String, Value> = content.collect();
    let mut body = json!({ "content": content, "required": required(parameter) });
    for (key, value) in texts(parameter) {
        body[key.as_str()] = value.clone();
    }
    body
}

/// The parameters of an operation whose `in` is `formData`.
#[derive(Default)]
pub struct Form {
    fields: Map<String, Value>,
    required: Vec<Value>,
    has_file: bool,
}

impl Form {
    /// Adds a parameter.
    pub fn add(&mut self, name: &str, parameter: &Value, place: &str, report: &mut Report) {
        self.has_file |= parameter.get("type").and_then(Value::as_str) == Some("file");
        let texts = texts(parameter).map(|(key, value)| (key.clone(), value.clone()));
        if parameter.get("allowEmptyValue").is_some() {
            let at = format!("{place}/allowEmptyValue");
            report.warn(at, "3.0 cannot express this for a form field: left out");
        }
        let field = match schema_alone(parameter, place, report) {
            Some(mut schema) => {
                if let Some(map) = schema.as_object_mut().filter(|m| !m.contains_key("$ref")) {
                    map.extend(texts);
                }
                schema
            }
            None => {
                let mut field = schema_part(parameter);
                field.extend(texts);
                schema_of(&field.into(), &At::Start(place), report)
            }
        };
        self.fields.insert(name.into(), field);
        if required(parameter) {
            self.required.push(name.into());
        }
    }

    /// Returns the media type and the request body, if there is a field.
    pub fn body(self, consumes: &[&str]) -> Option<(&'static str, Value)> {
        if self.fields.is_empty() {
            return None;
        }
        let multipart = consumes.contains(&MULTIPART) && !consumes.contains(&URLENCODED);
        let media = if self.has_file || multipart {
            MULTIPART
        } else {
            URLENCODED
        };
        let required = !self.required.is_empty();
        let mut schema = json!({ "type": "object", "properties": self.fields });
        if required {
            schema["required"] = self.required.into();
        }
        let body = json!({ "content": { media: { "schema": schema } }, "required": required });
        Some((media, body))
    }
}

fn required(parameter: &Value) -> bool {
    parameter.get("required") == Some(&Value::Bool(true))
}

/// Returns the description and the extensions.
fn texts(parameter: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let all = parameter.as_object().into_iter().flatten();
    all.filter(|(key, _)| *key == "description" || key.starts_with("x-"))
}
