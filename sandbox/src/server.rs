//! Answers requests as Django REST framework would.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::Response,
};
use serde_json::{Map, Value, json};

use crate::{
    Seen, auth,
    data::{self, Rng},
    portal,
    router::{self, Match},
};

/// How many items a list starts with.
const ITEMS: usize = 25;
const PAGE_SIZE: usize = 20;
const BODY_LIMIT: usize = 10 << 20;

struct Api {
    doc: Value,
    text: Bytes,
    seed: u64,
    any_id: bool,
    /// Collection path → its items.
    store: Mutex<BTreeMap<String, Vec<Value>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

pub fn app(doc: Value, served: &Value, seed: u64, any_id: bool, seen: Arc<Mutex<Vec<Seen>>>) -> Router {
    let text = Bytes::from(served.to_string());
    let api = Api { doc, text, seed, any_id, store: Mutex::default(), seen };
    Router::new().fallback(handle).layer(DefaultBodyLimit::max(BODY_LIMIT)).with_state(Arc::new(api)).merge(portal::routes())
}

async fn handle(State(api): State<Arc<Api>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let response = api.answer(&method, &uri, &headers, &body);
    let seen = Seen { method: method.to_string(), path: uri.path().to_owned(), status: response.status().as_u16() };
    api.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    response
}

fn reply(status: StatusCode, media: &str, extra: &[(header::HeaderName, &str)], body: impl Into<Body>) -> Response {
    let mut builder = Response::builder().status(status).header(header::CONTENT_TYPE, media);
    for (name, value) in extra {
        builder = builder.header(name, *value);
    }
    builder.body(body.into()).unwrap_or_default()
}

fn json_reply(status: StatusCode, value: &Value) -> Response {
    reply(status, "application/json", &[], value.to_string())
}

fn detail(status: StatusCode, text: &str) -> Response {
    json_reply(status, &json!({ "detail": text }))
}

/// The name and value of each query parameter.
fn query(uri: &Uri) -> BTreeMap<String, String> {
    let text = uri.query().unwrap_or_default();
    text.split('&').filter_map(|p| p.split_once('=')).map(|(k, v)| (k.to_owned(), v.replace("%3A", ":"))).collect()
}

impl Api {
    fn answer(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Response {
        let query = query(uri);
        let path = uri.path();
        if path == "/" {
            return if query.get("format").map(String::as_str) != Some("openapi") && portal::wanted(headers) {
                portal::page()
            } else {
                reply(StatusCode::OK, "application/openapi+json", &[(header::VARY, "Accept")], self.text.clone())
            };
        }
        let Some(paths) = self.doc.get("paths").and_then(Value::as_object) else { return detail(StatusCode::NOT_FOUND, "Not found.") };
        let base = self.doc.get("basePath").and_then(Value::as_str).unwrap_or_default().trim_end_matches('/');
        let inner = path.strip_prefix(base).unwrap_or(path);
        let Some(found) = router::find(paths, inner) else {
            let slashed = format!("{inner}/");
            if router::find(paths, &slashed).is_some() {
                return reply(StatusCode::MOVED_PERMANENTLY, "text/html", &[(header::LOCATION, &format!("{path}/"))], "");
            }
            return detail(StatusCode::NOT_FOUND, "Not found.");
        };
        let login = inner == "/auth/login/";
        if let (false, Err(text)) = (login, auth::check(headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()))) {
            let body = json!({ "detail": text }).to_string();
            return reply(StatusCode::UNAUTHORIZED, "application/json", &[(header::WWW_AUTHENTICATE, "APIToken")], body);
        }
        let Some(operation) = found.item.get(method.as_str().to_ascii_lowercase()) else {
            let known = ["get", "post", "put", "patch", "delete"].into_iter().filter(|m| found.item.get(m).is_some());
            let allow = known.map(str::to_uppercase).collect::<Vec<_>>().join(", ");
            let body = json!({ "detail": format!("Method \"{method}\" not allowed.") }).to_string();
            return reply(StatusCode::METHOD_NOT_ALLOWED, "application/json", &[(header::ALLOW, &allow)], body);
        };
        let is_json = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).is_some_and(|t| t.contains("json"));
        let sent: Value = if is_json && !body.is_empty() {
            match serde_json::from_slice(body) {
                Ok(value) => value,
                Err(e) => return detail(StatusCode::BAD_REQUEST, &format!("JSON parse error - {e}")),
            }
        } else {
            Value::Null
        };
        if login {
            return match auth::login(&sent) {
                Some(answer) => json_reply(StatusCode::OK, &answer),
                None => json_reply(StatusCode::BAD_REQUEST, &json!({"non_field_errors": ["Unable to log in with provided credentials."]})),
            };
        }
        // Only an object can say something about fields.
        let sent = if sent.is_object() { sent } else { json!({}) };
        self.operate(method, operation, &found, inner, &query, sent)
    }

    fn operate(&self, method: &Method, operation: &Value, found: &Match<'_>, path: &str, query: &BTreeMap<String, String>, sent: Value) -> Response {
        let Some((status, schema)) = success(operation) else { return reply(StatusCode::NO_CONTENT, "application/json", &[], "") };
        let rng = || Rng::of(self.seed, path);
        let parent = || path.trim_end_matches('/').rsplit_once('/').map_or("/".to_owned(), |(p, _)| format!("{p}/"));
        match (method, found.id.as_deref()) {
            (&Method::GET, None) => {
                let Some(schema) = schema else { return json_reply(status, &Value::Null) };
                if is_file(schema) {
                    return file(operation);
                }
                let Some(list) = List::of(&self.doc, schema) else { return json_reply(status, &data::value(&self.doc, schema, "", &mut rng())) };
                let items = self.items(path, list.item);
                json_reply(status, &list.page(&items, query))
            }
            (&Method::GET | &Method::PUT | &Method::PATCH, Some(id)) if schema.is_some_and(|s| !is_file(s)) => {
                // A list may show less of an item than the item itself: what the list has wins.
                let mut made = data::value(&self.doc, schema.unwrap_or(&Value::Null), "", &mut rng());
                match self.known(&parent(), id) {
                    Known::Gone => return detail(StatusCode::NOT_FOUND, "Not found."),
                    Known::NoCollection => merge(&mut made, sent),
                    Known::Item(item) => {
                        if made.get("id").is_some_and(|i| std::mem::discriminant(i) == std::mem::discriminant(&item["id"])) {
                            made["id"] = item["id"].clone();
                        }
                        merge(&mut made, item.clone());
                        merge(&mut made, sent);
                        let mut changed = item;
                        merge(&mut changed, made.clone());
                        self.change(&parent(), id, |slot| *slot = Some(changed.clone()));
                    }
                }
                json_reply(status, &made)
            }
            (&Method::POST, None) if schema.is_some() => {
                let place = format!("{path}#{sent}");
                let mut made = data::value(&self.doc, schema.unwrap_or(&Value::Null), "", &mut Rng::of(self.seed, &place));
                merge(&mut made, sent);
                if made.get("id").is_some() {
                    self.store().entry(path.to_owned()).and_modify(|items| items.push(made.clone()));
                }
                json_reply(status, &made)
            }
            (&Method::DELETE, Some(id)) => match self.known(&parent(), id) {
                Known::Gone => detail(StatusCode::NOT_FOUND, "Not found."),
                Known::Item(_) | Known::NoCollection => {
                    self.change(&parent(), id, |slot| *slot = None);
                    reply(StatusCode::NO_CONTENT, "application/json", &[], "")
                }
            },
            _ => match schema {
                Some(schema) if is_file(schema) => file(operation),
                Some(schema) => json_reply(status, &data::value(&self.doc, schema, "", &mut rng())),
                None => reply(status, "application/json", &[], ""),
            },
        }
    }

    fn store(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Vec<Value>>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The items of a collection, made when first asked for.
    fn items(&self, path: &str, item: &Value) -> Vec<Value> {
        let make = || (0..ITEMS).map(|n| data::value(&self.doc, item, "", &mut Rng::of(self.seed, &format!("{path}{n}")))).enumerate();
        let timed = |(n, mut item): (usize, Value)| {
            for key in ["ts", "@ts"] {
                if let Some(ts) = item.get_mut(key) {
                    *ts = data::moment(n as u64 * 60).into();
                }
            }
            if item.get("id").is_some_and(Value::is_i64) {
                item["id"] = json!(n + 1);
            }
            item
        };
        self.store().entry(path.to_owned()).or_insert_with(|| make().map(timed).collect()).clone()
    }

    fn known(&self, collection: &str, id: &str) -> Known {
        let list = self.doc.pointer("/paths").and_then(Value::as_object).and_then(|p| router::find(p, collection));
        let item = list.and_then(|m| m.item.get("get")).and_then(success).and_then(|(_, s)| List::of(&self.doc, s?)).map(|l| l.item);
        let Some(item) = item.filter(|i| resolve(&self.doc, i).pointer("/properties/id").is_some()) else { return Known::NoCollection };
        let items = self.items(collection, item);
        items.into_iter().find(|i| is(i, id)).map_or(if self.any_id { Known::NoCollection } else { Known::Gone }, Known::Item)
    }

    fn change(&self, collection: &str, id: &str, f: impl Fn(&mut Option<Value>)) {
        if let Some(items) = self.store().get_mut(collection) {
            let change = |item: Value| {
                let mut slot = Some(item);
                if slot.as_ref().is_some_and(|i| is(i, id)) {
                    f(&mut slot);
                }
                slot
            };
            *items = std::mem::take(items).into_iter().filter_map(change).collect();
        }
    }
}

enum Known {
    Item(Value),
    Gone,
    NoCollection,
}

fn is(item: &Value, id: &str) -> bool {
    item.get("id").is_some_and(|v| v.as_str().map_or_else(|| id.parse().is_ok_and(|n: i64| v.as_i64() == Some(n)), |text| text == id))
}

fn resolve<'a>(doc: &'a Value, schema: &'a Value) -> &'a Value {
    schema.get("$ref").and_then(Value::as_str).and_then(|r| doc.pointer(r.strip_prefix('#')?)).unwrap_or(schema)
}

/// What was sent wins where the answer has a field for it and the form is the same; the id stays.
fn merge(made: &mut Value, sent: Value) {
    match (made, sent) {
        (Value::Object(made), Value::Object(sent)) => {
            let free = made.is_empty();
            for (key, value) in sent {
                match made.get_mut(&key) {
                    _ if key == "id" => {}
                    Some(old) => merge(old, value),
                    None if free => drop(made.insert(key, value)),
                    None => {}
                }
            }
        }
        (Value::Array(made), Value::Array(sent)) => {
            let form = made.first().cloned();
            let fill = |value: Value| match form.clone() {
                Some(mut item) => {
                    merge(&mut item, value);
                    Some(item)
                }
                // Nothing shows how the answer's objects look here.
                None => Some(value).filter(|v| !v.is_object()),
            };
            *made = sent.into_iter().filter_map(fill).collect();
        }
        (made, sent) if made.is_null() || sent.is_null() || std::mem::discriminant(made) == std::mem::discriminant(&sent) => *made = sent,
        _ => {}
    }
}

/// The first 2xx answer: its status and schema (Swagger 2.0 or OpenAPI 3.0).
fn success(operation: &Value) -> Option<(StatusCode, Option<&Value>)> {
    let (status, response) = operation.get("responses")?.as_object()?.iter().find(|(k, _)| k.starts_with('2'))?;
    let media = response.get("content").and_then(Value::as_object).and_then(|c| c.values().next());
    let schema = response.get("schema").or_else(|| media?.get("schema"));
    Some((status.parse().ok()?, schema))
}

fn is_file(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("file") || schema.get("format").and_then(Value::as_str) == Some("binary")
}

fn file(operation: &Value) -> Response {
    let media = operation.pointer("/produces/0").and_then(Value::as_str).unwrap_or("application/octet-stream");
    reply(StatusCode::OK, media, &[(header::CONTENT_DISPOSITION, "attachment; filename=\"sandbox.bin\"")], "sandbox\n")
}

/// A list operation: an array, or an envelope with `results`.
struct List<'a> {
    item: &'a Value,
    enveloped: bool,
}

impl<'a> List<'a> {
    fn of(doc: &'a Value, schema: &'a Value) -> Option<Self> {
        let schema = resolve(doc, schema);
        let results = schema.pointer("/properties/results").filter(|_| schema.pointer("/properties/count").is_some());
        let item = results.unwrap_or(schema).get("items").filter(|i| resolve(doc, i).get("properties").is_some())?;
        Some(Self { item, enveloped: results.is_some() })
    }

    /// The page as the real API sends it: `{count, results, page_size}`, without `next`.
    fn page(&self, items: &[Value], query: &BTreeMap<String, String>) -> Value {
        if !self.enveloped {
            return items.to_vec().into();
        }
        let number = |k: &str| query.get(k).and_then(|v| v.parse::<usize>().ok());
        let size = number("page_size").or(number("page_hits")).or(number("limit")).unwrap_or(PAGE_SIZE).clamp(1, 1000);
        let start = number("offset")
            .unwrap_or_else(|| number("page").map_or_else(|| number("page_num").unwrap_or(0), |p| p.saturating_sub(1)).saturating_mul(size));
        let results: Vec<Value> = items.iter().skip(start).take(size).cloned().collect();
        let mut out = Map::new();
        out.insert("count".into(), items.len().into());
        out.insert("results".into(), results.into());
        out.insert("page_size".into(), size.into());
        out.into()
    }
}
