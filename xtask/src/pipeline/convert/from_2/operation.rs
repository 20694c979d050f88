//! Converts operations: parameters in five places become parameters and a body.

use serde_json::{Map, Value, json};

use super::{
    Context, list,
    parameter::{parameter_of, schema_part},
    response::response_of,
    schema::schema_of,
};
use crate::{
    document::members::At,
    pipeline::convert::shared::parameter_place,
    report::{Failure, Report},
};

impl Context<'_> {
    pub(super) fn operation(
        &self,
        op: &Value,
        shared: &[Value],
        pointer: &str,
        report: &mut Report,
    ) -> Result<Value, Failure> {
        let old = op
            .as_object()
            .ok_or_else(|| Failure::new("convert", pointer, "an operation must be an object"))?;
        let mut new = Map::new();
        for (key, value) in old {
            if !["parameters", "responses", "consumes", "produces", "schemes"]
                .contains(&key.as_str())
            {
                new.insert(key.clone(), value.clone());
            }
        }
        if old.contains_key("schemes") {
            report.warn(
                format!("{pointer}/schemes"),
                "3.0 has no schemes of an operation: the servers of the document count",
            );
        }
        let own = op
            .get("parameters")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let mut all: Vec<(String, Value)> = Vec::new();
        for (i, parameter) in own.iter().chain(shared).enumerate() {
            let place = parameter_place(pointer, i, own.len());
            let parameter = self.shared.resolved(parameter, &place)?;
            let same = |(_, p): &(String, Value)| {
                p.get("name") == parameter.get("name") && p.get("in") == parameter.get("in")
            };
            if i >= own.len() && all.iter().any(same) {
                continue; // the operation's own wins
            }
            if all.iter().any(same) {
                return Err(Failure::new(
                    "convert",
                    place,
                    "a second parameter of this name and place",
                ));
            }
            all.push((place, parameter));
        }
        let consumes = if op.get("consumes").is_some() {
            list(op, "consumes")
        } else {
            self.consumes.clone()
        };
        let mut parameters = Vec::new();
        let (mut fields, mut needed, mut has_file) = (Map::new(), Vec::new(), false);
        for (place, parameter) in &all {
            let name = parameter
                .get("name")
                .and_then(Value::as_str)
                .ok_or_else(|| Failure::new("convert", place, "a parameter without a name"))?;
            let required = parameter.get("required") == Some(&Value::Bool(true));
            match parameter.get("in").and_then(Value::as_str) {
                Some("body") => {
                    let schema = schema_of(
                        parameter.get("schema").unwrap_or(&json!({})),
                        &At::Member(&At::Start(place), "schema"),
                        report,
                    );
                    // DRF's FileUploadParser takes any media type, and drf-yasg lists none.
                    let raw = schema.get("format").is_some_and(|f| f == "binary");
                    let media: Vec<&str> = match (consumes.is_empty(), raw) {
                        (false, _) => consumes.clone(),
                        (_, true) => vec!["application/octet-stream"],
                        _ => vec!["application/json"],
                    };
                    let content: Map<String, Value> = media
                        .iter()
                        .map(|m| ((*m).to_owned(), json!({ "schema": schema })))
                        .collect();
                    if new.contains_key("requestBody") {
                        report.warn(place, "a second body: the last one counts");
                    }
                    let mut body = json!({ "content": content, "required": required });
                    for (key, value) in parameter.as_object().into_iter().flatten() {
                        if key == "description" || key.starts_with("x-") {
                            body[key.as_str()] = value.clone();
                        }
                    }
                    new.insert("requestBody".into(), body);
                }
                Some("formData") => {
                    has_file |= parameter.get("type").and_then(Value::as_str) == Some("file");
                    let mut field = schema_part(parameter);
                    for (key, value) in parameter.as_object().into_iter().flatten() {
                        if key == "description" || key.starts_with("x-") {
                            field.insert(key.clone(), value.clone());
                        }
                    }
                    if parameter.get("allowEmptyValue").is_some() {
                        let at = format!("{place}/allowEmptyValue");
                        report.warn(at, "3.0 cannot express this for a form field: left out");
                    }
                    fields.insert(
                        name.into(),
                        schema_of(&field.into(), &At::Start(place), report),
                    );
                    if required {
                        needed.push(Value::from(name));
                    }
                }
                Some("query" | "path" | "header") => {
                    parameters.push(parameter_of(parameter, place, report))
                }
                other => {
                    return Err(Failure::new(
                        "convert",
                        format!("{place}/in"),
                        format!(
                            "`{}` is not a location of a parameter",
                            other.unwrap_or("missing")
                        ),
                    ));
                }
            }
        }
        if !fields.is_empty() {
            let urlencoded = !has_file
                && (consumes.contains(&"application/x-www-form-urlencoded")
                    || !consumes.contains(&"multipart/form-data"));
            let media = if urlencoded {
                "application/x-www-form-urlencoded"
            } else {
                "multipart/form-data"
            };
            let mut schema = json!({ "type": "object", "properties": fields });
            if !needed.is_empty() {
                schema["required"] = needed.into();
            }
            new.insert("requestBody".into(), json!({ "content": { media: { "schema": schema } }, "required": schema.get("required").is_some() }));
        }
        new.insert("parameters".into(), parameters.into());
        let produces = Some(list(op, "produces"))
            .filter(|c| !c.is_empty())
            .unwrap_or_else(|| self.produces.clone());
        let mut responses = Map::new();
        for (status, response) in op
            .get("responses")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            if status.starts_with("x-") {
                responses.insert(status.clone(), response.clone());
                continue;
            }
            let place = format!("{pointer}/responses/{status}");
            responses.insert(
                status.clone(),
                response_of(
                    &self.shared.resolved(response, &place)?,
                    &produces,
                    &place,
                    report,
                ),
            );
        }
        new.insert("responses".into(), responses.into());
        Ok(new.into())
    }
}
