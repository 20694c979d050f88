//! Converts operations: parameters in five places become parameters and a body.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{
    Context,
    body::{Form, body_of},
    list,
    parameter::parameter_of,
    response::response_of,
    schema::body_schema_of,
};
use crate::{
    document::{escape, members::At},
    pipeline::convert::{
        declared::name,
        shared::{SECOND, identity, parameter_place},
    },
    report::{Failure, Report},
};

/// Members that have another form in 3.0.
const CONVERTED: [&str; 5] = ["parameters", "responses", "consumes", "produces", "schemes"];

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
        let kept = old
            .iter()
            .filter(|(key, _)| !CONVERTED.contains(&key.as_str()));
        let mut new: Map<String, Value> = kept.map(|(k, v)| (k.clone(), v.clone())).collect();
        if old.contains_key("schemes") {
            report.warn(
                format!("{pointer}/schemes"),
                "3.0 has no schemes of an operation: the servers of the document count",
            );
        }
        let body = new.get_mut("requestBody");
        if let Some(body) = body {
            let at = format!("{pointer}/requestBody");
            report.warn(&at, "needs OpenAPI 3.0: read as the body");
            let content = body.get_mut("content").and_then(Value::as_object_mut);
            for (media, value) in content.into_iter().flatten() {
                if let Some(schema) = value.get_mut("schema") {
                    let at = format!("{at}/content/{}/schema", escape(media));
                    *schema = body_schema_of(schema, &At::Start(&at), report);
                }
            }
        }
        self.parameters(op, shared, pointer, &mut new, report)?;
        new.insert("responses".into(), self.responses(op, pointer, report)?);
        Ok(new.into())
    }

    /// Inserts `parameters` and `requestBody`.
    fn parameters(
        &self,
        op: &Value,
        shared: &[Value],
        pointer: &str,
        new: &mut Map<String, Value>,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let consumes = match op.get("consumes") {
            Some(_) => &list(op, "consumes"),
            None => &self.consumes,
        };
        let (mut parameters, mut form) = (Vec::new(), Form::default());
        let mut body_at = None;
        let declared = self.declared(op, shared, pointer, report)?;
        for (place, parameter) in &declared {
            let text = |key: &str| parameter.get(key).and_then(Value::as_str);
            match text("in") {
                Some("body") => {
                    body_at = Some(place);
                    let body = body_of(parameter, consumes, place, report);
                    if new.insert("requestBody".into(), body).is_some() {
                        report.warn(place, "a second body: the last one counts");
                    }
                }
                Some("formData") => form.add(name(parameter), parameter, place, report),
                Some("query" | "path" | "header") => {
                    parameters.push(parameter_of(parameter, place, report));
                }
                other => {
                    let other = other.unwrap_or("missing");
                    let what = format!("`{other}` is not a location of a parameter");
                    return Err(Failure::new("convert", format!("{place}/in"), what));
                }
            }
        }
        if let Some((media, body)) = form.body(consumes) {
            if !consumes.is_empty() && !consumes.contains(&media) {
                let own = op.get("consumes").map_or("", |_| pointer);
                let message = format!("no media type of a form: its fields are sent as `{media}`");
                report.warn(format!("{own}/consumes"), message);
            }
            if let Some(place) = body_at {
                report.warn(place, "a body beside the fields of a form: left out");
            }
            new.insert("requestBody".into(), body);
        }
        new.insert("parameters".into(), parameters.into());
        Ok(())
    }

    /// Returns the parameters of an operation and those of its path item that it does not replace,
    /// each with its place.
    fn declared(
        &self,
        op: &Value,
        shared: &[Value],
        pointer: &str,
        report: &mut Report,
    ) -> Result<Vec<(String, Value)>, Failure> {
        let own = op.get("parameters").and_then(Value::as_array);
        let own = own.map_or(&[][..], Vec::as_slice);
        let mut all: Vec<(String, Value)> = Vec::new();
        let mut known = HashSet::new();
        for (i, parameter) in own.iter().chain(shared).enumerate() {
            let place = parameter_place(pointer, i, own.len());
            let parameter = self.shared.resolved(parameter, &place)?;
            // There is one body, whatever its name.
            let is_body = |p: &Value| p.get("in").is_some_and(|place| place == "body");
            let is_second =
                i >= own.len() && is_body(&parameter) && all.iter().any(|(_, p)| is_body(p));
            let is_known = identity(&parameter).is_some_and(|own| !known.insert(own));
            match is_known || is_second {
                true if i < own.len() => report.warn(place, SECOND),
                true => {} // the operation's own wins
                false => all.push((place, parameter)),
            }
        }
        Ok(all)
    }

    fn responses(&self, op: &Value, pointer: &str, report: &mut Report) -> Result<Value, Failure> {
        let own = list(op, "produces");
        let produces = if own.is_empty() { &self.produces } else { &own };
        let mut responses = Map::new();
        let old = op.get("responses").and_then(Value::as_object);
        for (status, response) in old.into_iter().flatten() {
            let mut new = response.clone();
            if !status.starts_with("x-") {
                let place = format!("{pointer}/responses/{status}");
                new = self.shared.resolved(response, &place)?;
                new = response_of(&new, produces, &place, report);
            }
            responses.insert(status.clone(), new);
        }
        Ok(responses.into())
    }
}
