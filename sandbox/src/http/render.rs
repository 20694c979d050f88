//! Renders responses: as the live API sends them, or exactly as documented.

use http::{HeaderMap, StatusCode, Uri, header};
use serde_json::{Map, Value, json};

use crate::{
    Wire,
    handlers::{Outcome, error::ApiError, paginate::Paging, query::Query},
    http::{
        Api,
        response::{self, ApiResponse},
    },
    sample::{SampleContext, coerce::Coercer},
    spec::{Form, Operation, Route, Spec},
    util::rng::Rng,
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
                // The document says nothing about a response without a schema, so it is that of the live API.
                let Some(response) = operation.response else {
                    return send(operation, &items.into());
                };
                return send(
                    operation,
                    &coercer.coerce(
                        response,
                        items.into_iter().next().unwrap_or_default(),
                        "",
                        context,
                    ),
                );
            };
            let nth = |(n, item): (usize, Value)| {
                if strict {
                    coercer.coerce(
                        list.item,
                        item,
                        "",
                        SampleContext {
                            rng: context.rng.nth(n as u64),
                            index: n as u64,
                            ..context
                        },
                    )
                } else {
                    item
                }
            };
            let items: Vec<Value> = items.into_iter().enumerate().map(nth).collect();
            let page = |keys: &[String]| {
                let mut page =
                    envelope(keys, strict, items.clone(), (total, paging), (headers, uri));
                // Further members, such as totals by kind.
                let object = operation
                    .response
                    .and_then(|a| api.served.schemas.at(a).object());
                for property in object
                    .into_iter()
                    .flat_map(|o| &o.properties)
                    .filter(|p| !ENVELOPE_MEMBERS.contains(&p.name.as_str()))
                {
                    let (name, context) = (
                        property.name.as_str(),
                        SampleContext {
                            rng: context.rng.at(&property.name),
                            ..context
                        },
                    );
                    page.insert(
                        name.to_owned(),
                        coercer.coerce(
                            property.of,
                            coercer.sampler.value(property.of, name, context),
                            name,
                            context,
                        ),
                    );
                }
                Value::Object(page)
            };
            match &list.form {
                Form::Array => items.into(),
                Form::Envelope(keys) => page(keys),
                Form::Envelopes(keys) => json!([page(keys)]),
            }
        }
    };
    send(operation, &value)
}

const ENVELOPE_MEMBERS: [&str; 6] = ["count", "next", "previous", "results", "page", "page_size"];

/// Returns the envelope of a page. The live API's pages have no links but give their size; where there is nothing to count by, links are the only way.
fn envelope(
    keys: &[String],
    strict: bool,
    items: Vec<Value>,
    (total, paging): (u64, Paging),
    (headers, uri): (&HeaderMap, &Uri),
) -> Map<String, Value> {
    let has = |key: &str| keys.iter().any(|k| k == key);
    let linked = strict || !has("count");
    let mut out = Map::new();
    let host = headers
        .get(header::HOST)
        .and_then(|h| h.to_str().ok())
        .unwrap_or("localhost");
    let (next, previous) = paging.links(&Query::parse(uri.query().unwrap_or_default()), total);
    let link = |query: Option<String>| {
        query.map_or(Value::Null, |q| {
            let mark = if q.is_empty() { "" } else { "?" };
            format!("http://{host}{}{mark}{q}", uri.path()).into()
        })
    };
    let size = if paging.is_whole() {
        items.len() as u64
    } else {
        paging.size
    };
    if has("count") {
        out.insert("count".into(), total.into());
    }
    if linked && has("next") {
        out.insert("next".into(), link(next));
    }
    if linked && has("previous") {
        out.insert("previous".into(), link(previous));
    }
    out.insert("results".into(), items.into());
    if has("page") {
        out.insert("page".into(), paging.number().into());
    }
    if has("page_size") || !linked {
        out.insert("page_size".into(), size.into());
    }
    out
}

fn send(operation: &Operation, value: &Value) -> ApiResponse {
    let json = operation.produces.iter().find(|m| m.contains("json"));
    match (json, operation.produces.first(), value) {
        (None, Some(media), Value::String(text)) => {
            response::new(operation.status, media, text.clone())
        }
        _ => response::new(
            operation.status,
            json.map_or("application/json", String::as_str),
            value.to_string(),
        ),
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

/// Returns the response to a login. The live API responds 200 with token and user. By the document it echoes the request with 201; members that a client needs
/// are added.
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
