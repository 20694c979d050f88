//! Renders responses: as the live API sends them, or exactly as documented.

use std::sync::Arc;

use http::{HeaderMap, StatusCode, Uri, header};
use serde_json::{Map, Value};

use crate::{
    Wire,
    handlers::{Outcome, error::ApiError, shown::Shown},
    http::{
        Api, page,
        response::{self, ApiResponse},
    },
    sample::{SampleContext, coerce::Coercer},
    spec::{Form, Operation, Route, Spec, schema::SchemaRef},
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
    let rng = Rng::of(api.resources.seed, uri.path());
    let context = SampleContext::new(rng, values.len() as u64);
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
            Some(response) if strict => fitted(&coercer, response, value, context),
            _ => value,
        },
        Outcome::Page {
            items,
            total,
            paging,
        } => match (&operation.list, operation.response) {
            (Some(list), _) => {
                let exact = |(n, item): (u64, &Arc<Shown>)| {
                    let context = SampleContext {
                        index: n,
                        ..context.nth(n)
                    };
                    let item = coercer.coerce(list.item, item.value.clone(), "", context);
                    Arc::new(Shown::from(item))
                };
                let items = match strict {
                    true => (0..).zip(&items).map(exact).collect(),
                    false => items,
                };
                let page = |keys: &[String]| {
                    let sizes = (total, paging);
                    let mut envelope =
                        page::envelope(keys, strict, items.len(), sizes, (headers, uri));
                    envelope.extend(further_members(operation, &coercer, context));
                    page::json(&envelope, &items)
                };
                let text = match &list.form {
                    Form::Array => page::array(&items),
                    Form::Envelope(keys) => page(keys),
                    Form::Envelopes(keys) => format!("[{}]", page(keys)),
                };
                return response::new(operation.status, media(operation), text);
            }
            // The document says nothing about a response without a schema, so it is that of the
            // live API.
            (None, None) => {
                return response::new(operation.status, media(operation), page::array(&items));
            }
            (None, Some(response)) => {
                let first = items.first().map(|i| i.value.clone());
                coercer.coerce(response, first.unwrap_or_default(), "", context)
            }
        },
    };
    send(operation, &value)
}

/// Returns a value in its documented form.
fn fitted(
    coercer: &Coercer<'_>,
    place: SchemaRef,
    value: Value,
    context: SampleContext<'_>,
) -> Value {
    // The members of a job stay, because a client could do nothing without them.
    let job = value.as_object().filter(|m| m.contains_key("jid")).cloned();
    let mut fitted = coercer.coerce(place, value, "", context);
    if let Some(map) = fitted.as_object_mut() {
        for (key, value) in job.unwrap_or_default() {
            map.entry(key).or_insert(value);
        }
    }
    fitted
}

/// Returns the members of an envelope that are not about the page, such as totals by kind.
fn further_members(
    operation: &Operation,
    coercer: &Coercer<'_>,
    context: SampleContext<'_>,
) -> Map<String, Value> {
    let schemas = coercer.sampler.schemas;
    let object = operation.response.and_then(|of| schemas.at(of).object());
    let properties = object.into_iter().flat_map(|o| &o.properties);
    let further = properties.filter(|p| !page::ENVELOPE_MEMBERS.contains(&p.name.as_str()));
    let members = further.map(|property| {
        let (name, context) = (property.name.as_str(), context.part(&property.name));
        let value = coercer.sampler.value(property.of, name, context);
        let value = coercer.coerce(property.of, value, name, context);
        (name.to_owned(), value)
    });
    members.collect()
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
    let context = SampleContext::new(Rng::of(api.resources.seed, "login"), 0);
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
