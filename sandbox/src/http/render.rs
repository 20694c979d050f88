//! Renders responses: as the live API sends them, or exactly as documented.

use std::sync::Arc;

use http::{HeaderMap, StatusCode, Uri, header};
use serde_json::Value;

use crate::{
    Wire,
    handlers::{Outcome, error::ApiError, shown::Shown},
    http::{
        Api, page,
        response::{self, ApiResponse},
    },
    sample::{SampleContext, coerce::Coercer},
    spec::{Form, Operation, Route, Spec},
    util::{json, rng::Rng},
};

pub fn render(
    api: &Api,
    headers: &HeaderMap,
    uri: &Uri,
    at: (&Route, &Operation),
    values: &[String],
    outcome: Outcome,
) -> ApiResponse {
    let operation = at.1;
    let strict = api.wire == Wire::Spec;
    let coercer = Coercer {
        sampler: api.resources.sampler(&api.served),
        strict,
    };
    let context = SampleContext {
        rng: Rng::of(api.resources.seed, uri.path()),
        index: values.len() as u64,
        resource: "",
        second: None,
    };
    let value = match outcome {
        _ if operation.status == StatusCode::NO_CONTENT => {
            return response::new(operation.status, "", "");
        }
        Outcome::File => return file(operation),
        Outcome::Raw(value) => value,
        Outcome::Empty => match operation.response {
            None => return response::new(operation.status, "", ""),
            Some(response) => coercer.coerce(response, Value::Null, "", context),
        },
        Outcome::One(value) => match operation.response {
            Some(response) if strict => {
                // The members of a job stay, because a client could do nothing without them.
                let extra = value
                    .as_object()
                    .filter(|m| m.contains_key("jid"))
                    .cloned()
                    .unwrap_or_default();
                let mut fitted = coercer.coerce(response, value, "", context);
                if let Some(map) = fitted.as_object_mut() {
                    for (key, value) in extra {
                        map.entry(key).or_insert(value);
                    }
                }
                fitted
            }
            _ => value,
        },
        Outcome::Page {
            items,
            total,
            paging,
        } => {
            let Some(list) = &operation.list else {
                // The document says nothing about a response without a schema, so it is that of the
                // live API.
                let Some(response) = operation.response else {
                    return response::new(operation.status, media(operation), page::array(&items));
                };
                return send(
                    operation,
                    &coercer.coerce(
                        response,
                        items.first().map(|i| i.value.clone()).unwrap_or_default(),
                        "",
                        context,
                    ),
                );
            };
            let exact = |(n, item): (usize, &Arc<Shown>)| {
                let context = SampleContext {
                    rng: context.rng.nth(n as u64),
                    index: n as u64,
                    ..context
                };
                let item = coercer.coerce(list.item, item.value.clone(), "", context);
                Arc::new(Shown::from(item))
            };
            let items = if strict {
                items.iter().enumerate().map(exact).collect()
            } else {
                items
            };
            let json = |keys: &[String]| {
                let mut envelope =
                    page::envelope(keys, strict, items.len(), (total, paging), (headers, uri));
                // Further members, such as totals by kind.
                let object = operation
                    .response
                    .and_then(|a| api.served.schemas.at(a).object());
                for property in object
                    .into_iter()
                    .flat_map(|o| &o.properties)
                    .filter(|p| !page::ENVELOPE_MEMBERS.contains(&p.name.as_str()))
                {
                    let (name, context) = (
                        property.name.as_str(),
                        SampleContext {
                            rng: context.rng.at(&property.name),
                            ..context
                        },
                    );
                    let value = coercer.sampler.value(property.of, name, context);
                    let value = coercer.coerce(property.of, value, name, context);
                    envelope.insert(name.to_owned(), value);
                }
                page::json(&envelope, &items)
            };
            let text = match &list.form {
                Form::Array => page::array(&items),
                Form::Envelope(keys) => json(keys),
                Form::Envelopes(keys) => format!("[{}]", json(keys)),
            };
            return response::new(operation.status, media(operation), text);
        }
    };
    send(operation, &value)
}

/// Returns the media type of a JSON response.
fn media(operation: &Operation) -> &str {
    let json = operation.produces.iter().find(|m| m.contains("json"));
    json.map_or("application/json", String::as_str)
}

fn send(operation: &Operation, value: &Value) -> ApiResponse {
    let json = operation.produces.iter().any(|m| m.contains("json"));
    match (json, operation.produces.first(), value) {
        (false, Some(media), Value::String(text)) => {
            response::new(operation.status, media, text.clone())
        }
        _ => response::new(operation.status, media(operation), json::write(value)),
    }
}

/// Returns a small file of the right kind.
fn file(operation: &Operation) -> ApiResponse {
    let media = operation
        .produces
        .iter()
        .find(|m| !m.contains("json"))
        .map_or("application/octet-stream", String::as_str);
    let (name, body): (&str, &[u8]) = match media {
        "application/pdf" => (
            "sandbox.pdf",
            b"%PDF-1.1\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
        ),
        "text/csv" => ("sandbox.csv", b"id,name\n1,Truck-01\n"),
        "image/png" => ("sandbox.png", b"\x89PNG\r\n\x1a\n"),
        _ => ("sandbox.bin", b"sandbox\n"),
    };
    let mut response = response::new(operation.status, media, body);
    if let Ok(value) = format!("attachment; filename=\"{name}\"").parse() {
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// Returns the response to a login. The live API responds 200 with token and user. By the document
/// it echoes the request with 201; members that a client needs are added.
pub fn login(api: &Api, operation: &Operation, sent: &Value, response: Value) -> ApiResponse {
    let Some(schema) = operation.response.filter(|_| api.wire == Wire::Spec) else {
        return response::json(StatusCode::OK, &response);
    };
    let mut echo = sent.clone();
    if let Some(password) = echo.get_mut("password") {
        *password = "********".into();
    }
    let context = SampleContext {
        rng: Rng::of(api.resources.seed, "login"),
        index: 0,
        resource: "",
        second: None,
    };
    let mut value = Coercer {
        sampler: api.resources.sampler(&api.served),
        strict: true,
    }
    .coerce(schema, echo, "", context);
    if let (Some(map), Value::Object(response)) = (value.as_object_mut(), response) {
        map.extend(response);
    }
    response::json(operation.status, &value)
}

/// Gives an error its documented form, if it has one.
pub fn documented(spec: &Spec, operation: &Operation, mut error: ApiError) -> ApiError {
    let schema = operation
        .errors
        .iter()
        .find(|(status, _)| *status == error.status.as_u16());
    if let (Some(object), Some(body)) = (
        schema.and_then(|(_, s)| spec.schemas.at(*s).object()),
        error.body.as_object_mut(),
    ) {
        let message = body.values().next().map(first_text).unwrap_or_default();
        for property in object
            .properties
            .iter()
            .filter(|p| spec.schemas.fits(p.of, &message))
        {
            body.entry(property.name.clone())
                .or_insert_with(|| message.clone());
        }
    }
    error
}

fn first_text(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.first().map(first_text).unwrap_or_default(),
        Value::Object(map) => map.values().next().map(first_text).unwrap_or_default(),
        other => other.clone(),
    }
}
