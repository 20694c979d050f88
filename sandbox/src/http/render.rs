//! How answers look on the wire: as the live API sends them, or by the letter of the document.

use http::{HeaderMap, StatusCode, Uri, header};
use serde_json::{Map, Value, json};

use crate::{
    Wire,
    handlers::{Outcome, error::Refusal, paginate::Paging, query::Query},
    http::{
        Api,
        response::{self, Reply},
    },
    sample::{Thing, coerce::Fitter},
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
) -> Reply {
    let operation = at.1;
    let strict = api.wire == Wire::Spec;
    let fitter = Fitter {
        maker: api.world.maker(&api.front),
        strict,
    };
    let thing = Thing {
        rng: Rng::of(api.world.seed, uri.path()),
        index: values.len() as u64,
        noun: "",
        second: None,
    };
    let value = match outcome {
        _ if operation.status == StatusCode::NO_CONTENT => {
            return response::reply(operation.status, "", "");
        }
        Outcome::File => return file(operation),
        Outcome::Raw(value) => value,
        Outcome::Nothing => match operation.answer {
            None => return response::reply(operation.status, "", ""),
            Some(answer) => fitter.fit(answer, Value::Null, "", thing),
        },
        Outcome::One(value) => match operation.answer {
            Some(answer) if strict => {
                // A job's own members stay: without them a client could do nothing with it.
                let extra = value
                    .as_object()
                    .filter(|m| m.contains_key("jid"))
                    .cloned()
                    .unwrap_or_default();
                let mut fitted = fitter.fit(answer, value, "", thing);
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
                // Of an answer without a schema the document says nothing: it is the wire's.
                let Some(answer) = operation.answer else {
                    return send(operation, &items.into());
                };
                return send(
                    operation,
                    &fitter.fit(
                        answer,
                        items.into_iter().next().unwrap_or_default(),
                        "",
                        thing,
                    ),
                );
            };
            let nth = |(n, item): (usize, Value)| {
                if strict {
                    fitter.fit(
                        list.item,
                        item,
                        "",
                        Thing {
                            rng: thing.rng.nth(n as u64),
                            index: n as u64,
                            ..thing
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
                // Members beside the usual ones: totals by kind, for example.
                let object = operation
                    .answer
                    .and_then(|a| api.front.schemas.at(a).object());
                for property in object
                    .into_iter()
                    .flat_map(|o| &o.properties)
                    .filter(|p| !USUAL.contains(&p.name.as_str()))
                {
                    let (name, thing) = (
                        property.name.as_str(),
                        Thing {
                            rng: thing.rng.at(&property.name),
                            ..thing
                        },
                    );
                    page.insert(
                        name.to_owned(),
                        fitter.fit(
                            property.of,
                            fitter.maker.value(property.of, name, thing),
                            name,
                            thing,
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

const USUAL: [&str; 6] = ["count", "next", "previous", "results", "page", "page_size"];

/// The live API's pages have no links, and say their size; where there is nothing to count by, links are the only way.
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

fn send(operation: &Operation, value: &Value) -> Reply {
    let json = operation.produces.iter().find(|m| m.contains("json"));
    match (json, operation.produces.first(), value) {
        (None, Some(media), Value::String(text)) => {
            response::reply(operation.status, media, text.clone())
        }
        _ => response::reply(
            operation.status,
            json.map_or("application/json", String::as_str),
            value.to_string(),
        ),
    }
}

/// What a download holds: small, but of its kind.
fn file(operation: &Operation) -> Reply {
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
    let mut reply = response::reply(operation.status, media, body);
    if let Ok(value) = format!("attachment; filename=\"{name}\"").parse() {
        reply
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, value);
    }
    reply
}

/// The live API answers 200 with token and user. By the document it echoes the request with 201; the members that a client can't do without are added.
pub fn login(api: &Api, operation: &Operation, sent: &Value, answer: Value) -> Reply {
    let Some(schema) = operation.answer.filter(|_| api.wire == Wire::Spec) else {
        return response::json(StatusCode::OK, &answer);
    };
    let mut echo = sent.clone();
    if let Some(password) = echo.get_mut("password") {
        *password = "********".into();
    }
    let thing = Thing {
        rng: Rng::of(api.world.seed, "login"),
        index: 0,
        noun: "",
        second: None,
    };
    let mut value = Fitter {
        maker: api.world.maker(&api.front),
        strict: true,
    }
    .fit(schema, echo, "", thing);
    if let (Some(map), Value::Object(answer)) = (value.as_object_mut(), answer) {
        map.extend(answer);
    }
    response::json(operation.status, &value)
}

/// An error whose body is documented has that form.
pub fn documented(spec: &Spec, operation: &Operation, mut refusal: Refusal) -> Refusal {
    let schema = operation
        .errors
        .iter()
        .find(|(status, _)| *status == refusal.status.as_u16());
    if let (Some(object), Some(body)) = (
        schema.and_then(|(_, s)| spec.schemas.at(*s).object()),
        refusal.body.as_object_mut(),
    ) {
        let words = body.values().next().map(first_text).unwrap_or_default();
        for property in object
            .properties
            .iter()
            .filter(|p| spec.schemas.fits(p.of, &words))
        {
            body.entry(property.name.clone())
                .or_insert_with(|| words.clone());
        }
    }
    refusal
}

fn first_text(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.first().map(first_text).unwrap_or_default(),
        Value::Object(map) => map.values().next().map(first_text).unwrap_or_default(),
        other => other.clone(),
    }
}
