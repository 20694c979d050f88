//! From a filled-in operation to an answer: one way for typed and raw calls.

use std::{borrow::Cow, collections::BTreeMap, fmt::Display, pin::Pin};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use reqwest::{
    Method, StatusCode, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
    multipart::{Form, Part},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::{Instant, sleep, timeout_at};

use crate::{CallInfo, CallOptions, Client, Download, Error, Json, Page, Upload, check::Violation, retry};

/// What the document says of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    pub id: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    /// Query, header and form parameters that must be given.
    pub required: &'static [&'static str],
    pub accept: &'static str,
    pub page: Option<PageParams>,
}

/// The parameters that choose a page: `page` counts from 1, `page_num` from 0, `offset` in items.
#[derive(Clone, Copy, Debug)]
pub struct PageParams {
    pub page: &'static str,
    pub size: &'static str,
}

/// A call on its way. Boxed and named, not `impl Future`: rustc spends seconds on a thousand opaque types.
pub type Sending<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// Items or pages as they come.
pub type Streaming<'a, T> = Pin<Box<dyn Stream<Item = Result<T, Error>> + Send + 'a>>;

/// An answer with its status and headers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Response<T> {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The answer.
    pub value: T,
}

#[derive(Clone)]
pub(crate) enum Body {
    None,
    Json(Bytes),
    /// `application/x-www-form-urlencoded`.
    Form(Vec<(&'static str, String)>),
}

/// A request before it is one.
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub operation: &'static str,
    pub method: Method,
    pub path: String,
    pub query: Vec<(Cow<'static, str>, String)>,
    pub headers: HeaderMap,
    pub body: Body,
    pub options: CallOptions,
}

impl Outgoing {
    pub fn new(operation: &'static str, method: Method, path: String) -> Self {
        Self { operation, method, path, query: Vec::new(), headers: HeaderMap::new(), body: Body::None, options: CallOptions::default() }
    }
}

/// An operation that is being filled in.
pub struct Call<'a> {
    client: &'a Client,
    operation: &'static Operation,
    out: Outgoing,
    paths: BTreeMap<&'static str, String>,
    form: Option<Form>,
    given: Vec<&'static str>,
    error: Option<Error>,
}

impl<'a> Call<'a> {
    pub fn new(client: &'a Client, operation: &'static Operation) -> Self {
        let method = Method::from_bytes(operation.method.as_bytes()).unwrap_or_default();
        let mut out = Outgoing::new(operation.id, method, String::new());
        out.headers.insert(ACCEPT, HeaderValue::from_static(operation.accept));
        Self { client, operation, out, paths: BTreeMap::new(), form: None, given: Vec::new(), error: None }
    }

    pub fn path(&mut self, name: &'static str, value: impl Display) {
        self.paths.insert(name, value.to_string());
    }

    pub fn query(&mut self, name: &'static str, value: impl Display) {
        self.given.push(name);
        self.out.query.push((name.into(), value.to_string()));
    }

    /// `separator`: of the values in one parameter; `None` repeats the parameter (`collectionFormat: multi`).
    pub fn query_list(&mut self, name: &'static str, values: impl IntoIterator<Item = impl Display>, separator: Option<char>) {
        self.given.push(name);
        let values: Vec<String> = values.into_iter().map(|v| v.to_string()).collect();
        match separator {
            None => self.out.query.extend(values.into_iter().map(|v| (name.into(), v))),
            Some(c) => self.out.query.push((name.into(), values.join(c.encode_utf8(&mut [0; 4])))),
        }
    }

    pub fn header(&mut self, name: &'static str, value: impl Display) {
        self.given.push(name);
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value.to_string())) {
            (Ok(name), Ok(value)) => drop(self.out.headers.insert(name, value)),
            _ => self.fail(Error::invalid(format!("{name}: no header can carry this value"))),
        }
    }

    pub fn json(&mut self, body: &impl Serialize) {
        match serde_json::to_vec(body) {
            Ok(bytes) => self.out.body = Body::Json(bytes.into()),
            Err(e) => self.fail(Error::invalid(format!("the body does not serialise: {e}"))),
        }
    }

    pub fn check(&mut self, checked: Result<(), Violation>) {
        if let Err(violation) = checked {
            self.fail(Error::violation(&violation));
        }
    }

    pub fn form_value(&mut self, name: &'static str, value: impl Display) {
        self.given.push(name);
        match &mut self.out.body {
            Body::Form(fields) => fields.push((name, value.to_string())),
            other => *other = Body::Form(vec![(name, value.to_string())]),
        }
    }

    pub fn form_field(&mut self, name: &'static str, value: impl Display) {
        self.given.push(name);
        self.form = Some(self.form.take().unwrap_or_default().text(name, value.to_string()));
    }

    pub fn form_file(&mut self, name: &'static str, file: Upload) {
        self.given.push(name);
        let mut part = Part::stream(file.body).file_name(file.name);
        if let Some(media) = file.content_type {
            match part.mime_str(&media) {
                Ok(typed) => part = typed,
                Err(_) => return self.fail(Error::invalid(format!("{name}: `{media}` is no media type"))),
            }
        }
        self.form = Some(self.form.take().unwrap_or_default().part(name, part));
    }

    pub fn options(&mut self, options: CallOptions) {
        self.out.options = options;
    }

    fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    /// The path with its parameters, and whether everything required is there.
    fn finish(self) -> Result<(&'a Client, Outgoing, Option<Form>), Error> {
        let fail = |e: Error| e.of(self.operation.id, 0);
        if let Some(error) = self.error {
            return Err(fail(error));
        }
        if let Some(name) = self.operation.required.iter().find(|n| !self.given.contains(n)) {
            return Err(fail(Error::invalid(format!("{name}: is required and was not given"))));
        }
        let mut out = self.out;
        out.path = expand(self.operation.path, &self.paths).map_err(fail)?;
        Ok((self.client, out, self.form))
    }

    async fn start(self) -> Result<(&'static str, Attempted), Error> {
        let (client, out, form) = self.finish()?;
        let operation = out.operation;
        Ok((operation, attempt(client, out, form).await?))
    }

    async fn typed<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        let (operation, done) = self.start().await?;
        done.bytes().await.and_then(decode).map_err(|e| e.of(operation, 1))
    }

    pub fn send_full<T: DeserializeOwned + 'a>(self) -> Sending<'a, Response<T>> {
        Box::pin(self.typed())
    }

    pub fn send<T: DeserializeOwned + 'a>(self) -> Sending<'a, T> {
        Box::pin(async { self.typed().await.map(|r| r.value) })
    }

    pub fn send_empty(self) -> Sending<'a, ()> {
        Box::pin(async { self.start().await.map(drop) })
    }

    /// Any JSON; text becomes a string, an empty body null.
    pub fn send_any(self) -> Sending<'a, Json> {
        Box::pin(async {
            let (operation, done) = self.start().await?;
            let body = done.bytes().await.map_err(|e| e.of(operation, 1))?.value;
            if body.is_empty() {
                return Ok(Json::default());
            }
            Ok(serde_json::from_slice(&body).unwrap_or_else(|_| Json(String::from_utf8_lossy(&body).into())))
        })
    }

    pub fn send_download(self) -> Sending<'a, Download> {
        Box::pin(async { self.start().await.map(|(_, done)| Download { response: done.response }) })
    }

    pub fn pages<T: DeserializeOwned + Send + 'a>(self) -> Streaming<'a, Page<T>> {
        let page = self.operation.page;
        let state = self.finish().map(|(client, out, _)| Pages { client, params: page, index: first_page(page, &out), seen: 0, size: None, out });
        Box::pin(stream::unfold(Some(state), |state| async {
            match state? {
                Err(e) => Some((Err(e), None)),
                Ok(mut pages) => match pages.next().await {
                    Err(e) => Some((Err(e), None)),
                    Ok((page, more)) => Some((Ok(page), more.then_some(Ok(pages)))),
                },
            }
        }))
    }

    pub fn stream<T: DeserializeOwned + Send + 'a>(self) -> Streaming<'a, T> {
        Box::pin(self.pages::<T>().flat_map(|page| {
            let items: Vec<Result<T, Error>> = match page {
                Err(e) => vec![Err(e)],
                Ok(page) => page.results.into_iter().map(Ok).chain(page.errors.into_iter().map(|e| Err(e.into_error(200)))).collect(),
            };
            stream::iter(items)
        }))
    }
}

/// Reads page after page.
struct Pages<'a> {
    client: &'a Client,
    params: Option<PageParams>,
    index: u64,
    seen: u64,
    size: Option<u64>,
    out: Outgoing,
}

fn first_page(params: Option<PageParams>, out: &Outgoing) -> u64 {
    let Some(params) = params else { return 0 };
    let given = out.query.iter().find(|(k, _)| k == params.page).and_then(|(_, v)| v.parse().ok());
    given.unwrap_or(u64::from(params.page == "page"))
}

impl Pages<'_> {
    /// The next page, and whether there are more.
    async fn next<T: DeserializeOwned>(&mut self) -> Result<(Page<T>, bool), Error> {
        let mut out = self.out.clone();
        if let Some(params) = self.params {
            out.query.retain(|(k, _)| k != params.page);
            out.query.push((params.page.into(), self.index.to_string()));
        }
        let operation = out.operation;
        let page: Page<T> = match execute(self.client, out).await {
            // DRF answers 404 for the page behind the last one.
            Err(e) if e.is_not_found() && self.seen > 0 => return Ok((empty(), false)),
            other => decode(other?).map_err(|e| e.of(operation, 1))?.value,
        };
        let received = page.received() as u64;
        self.seen += received;
        let size = *self.size.get_or_insert(received);
        if let Some(next) = &page.next {
            let next = Url::parse(next)
                .or_else(|_| self.client.0.base.join(next))
                .map_err(|_| Error::invalid("the `next` link of a page is no URL").of(operation, 1))?;
            if next.host_str() != self.client.0.base.host_str() {
                return Err(Error::invalid("the `next` link of a page leads to another host: not followed").of(operation, 1));
            }
            let query: Vec<_> = next.query_pairs().map(|(k, v)| (Cow::Owned(k.into_owned()), v.into_owned())).collect();
            if query == self.out.query {
                return Err(Error::invalid("the `next` link of a page leads to the page itself").of(operation, 1));
            }
            if let Some((_, v)) = self.params.and_then(|p| query.iter().find(|(k, _)| k == p.page)) {
                self.index = v.parse().unwrap_or(self.index);
            }
            self.out.query = query;
            return Ok((page, true));
        }
        let Some(params) = self.params else { return Ok((page, false)) };
        self.index += if params.page == "offset" { received } else { 1 };
        // Without `next`: up to `count`, or until a page is not full. An envelope that says neither ends with itself.
        let enveloped = page.count.is_some() || !page.extra.is_empty();
        let more = enveloped && received > 0 && page.count.map_or(received >= size, |count| self.seen < count);
        Ok((page, more))
    }
}

fn empty<T>() -> Page<T> {
    Page { count: None, next: None, previous: None, results: Vec::new(), errors: Vec::new(), extra: serde_json::Map::new() }
}

/// Fills a path template; each value is one segment.
fn expand(template: &str, values: &BTreeMap<&'static str, String>) -> Result<String, Error> {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else { break };
        let value = values.get(name).ok_or_else(|| Error::invalid(format!("{name}: is part of the path and was not given")))?;
        if matches!(value.as_str(), "" | "." | "..") {
            return Err(Error::invalid(format!("{name}: is part of the path and can't be `{value}`")));
        }
        out.push_str(before);
        for byte in value.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' | b':' => out.push(byte.into()),
                _ => out.push_str(&format!("%{byte:02X}")),
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    Ok(out)
}

fn url(client: &Client, out: &Outgoing) -> Result<Url, Error> {
    let mut url = client.0.base.clone();
    let path = format!("{}/{}", url.path().trim_end_matches('/'), out.path.trim_start_matches('/'));
    url.set_path(&path);
    if !out.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&out.query);
    }
    Ok(url)
}

/// A 2xx answer whose body was not read yet.
pub(crate) struct Attempted {
    response: reqwest::Response,
    deadline: Instant,
}

impl Attempted {
    async fn bytes(self) -> Result<Response<Bytes>, Error> {
        let (status, headers) = (self.response.status().as_u16(), self.response.headers().clone());
        let value = timeout_at(self.deadline, self.response.bytes()).await.map_err(|_| Error::timeout())?.map_err(Error::transport)?;
        Ok(Response { status, headers, value })
    }
}

pub(crate) async fn execute(client: &Client, out: Outgoing) -> Result<Response<Bytes>, Error> {
    let operation = out.operation;
    attempt(client, out, None).await?.bytes().await.map_err(|e| e.of(operation, 1))
}

/// Sends until there is a 2xx, the policy is through, or the time is up.
async fn attempt(client: &Client, out: Outgoing, mut form: Option<Form>) -> Result<Attempted, Error> {
    let inner = &client.0;
    let policy = out.options.retry.as_ref().unwrap_or(&inner.retry);
    let deadline = Instant::now() + out.options.timeout.unwrap_or(inner.timeout);
    let repeatable = form.is_none() && out.options.idempotent.unwrap_or_else(|| retry::is_idempotent(&out.method));
    let url = url(client, &out)?;
    let mut logged_in_again = false;
    let mut tries = 0;
    let mut failed: Option<HeaderValue> = None;
    loop {
        tries += 1;
        let authorization = client.authorization(failed.as_ref()).await.map_err(|e| e.of(out.operation, tries))?;
        let mut request = inner.http.request(out.method.clone(), url.clone()).headers(out.headers.clone()).headers(out.options.headers.clone());
        request = request.header(AUTHORIZATION, authorization.clone());
        let sendable = form.is_none();
        request = match (&out.body, form.take()) {
            (_, Some(form)) => request.multipart(form),
            (Body::Json(bytes), None) => request.header(CONTENT_TYPE, "application/json").body(bytes.clone()),
            (Body::Form(fields), None) => request.form(fields),
            (Body::None, None) => request,
        };
        let mut request = request.build().map_err(|e| Error::transport(e).of(out.operation, tries))?;
        let info = CallInfo { operation: out.operation, attempt: tries };
        if let Some(hooks) = &inner.hooks {
            hooks.pre(&mut request, &info)?;
        }
        let started = Instant::now();
        let until = deadline.min(started + inner.attempt_timeout);
        let answer = timeout_at(until, inner.http.execute(request)).await;
        if let Some(hooks) = &inner.hooks {
            hooks.post(answer.as_ref().ok().and_then(|r| r.as_ref().ok()).map(|r| r.status().as_u16()), started.elapsed(), &info);
        }
        let error = match answer {
            Err(_) => Error::timeout(),
            Ok(Err(e)) => Error::transport(e),
            Ok(Ok(response)) if response.status().is_success() => {
                inner.budget.give();
                tracing::debug!(operation = out.operation, method = %out.method, status = response.status().as_u16(), attempt = tries, "answered");
                return Ok(Attempted { response, deadline });
            }
            Ok(Ok(response)) => timeout_at(deadline, refusal(response)).await.unwrap_or_else(|_| Error::timeout()),
        };
        tracing::debug!(operation = out.operation, method = %out.method, status = error.status(), attempt = tries, "failed");
        if error.status() == Some(401) && client.can_log_in() && !logged_in_again && sendable {
            logged_in_again = true;
            failed = Some(authorization);
            continue;
        }
        let cost = if error.kind() == crate::ErrorKind::Timeout { 10 } else { 5 };
        let wait = policy.delay(tries, error.retry_after());
        let over = tries >= policy.max_attempts || Instant::now() + wait >= deadline;
        if !repeatable || !error.is_retryable() || over || !inner.budget.take(cost) {
            return Err(error.of(out.operation, tries));
        }
        sleep(wait).await;
    }
}

/// The error of an answer that is not 2xx.
async fn refusal(response: reqwest::Response) -> Error {
    let headers = response.headers();
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let (id, after) = (text("x-request-id"), retry::retry_after(headers));
    let html = text("content-type").is_some_and(|t| t.starts_with("text/html"));
    let status = response.status();
    let body = read_limited(response).await.map(|(_, b)| b).unwrap_or_default();
    Error::status_of(status.as_u16(), id, after, html, body)
}

/// The body up to 1 MiB: what an error may keep.
pub(crate) async fn read_limited(mut response: reqwest::Response) -> Result<(StatusCode, Bytes), Error> {
    const LIMIT: usize = 1 << 20;
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(Error::transport)? {
        body.extend_from_slice(&chunk[..chunk.len().min(LIMIT - body.len())]);
        if body.len() >= LIMIT {
            break;
        }
    }
    Ok((response.status(), body.freeze()))
}

/// The body as `T`. The path of an error is looked for only after the fast way failed.
pub(crate) fn decode<T: DeserializeOwned>(response: Response<Bytes>) -> Result<Response<T>, Error> {
    let Response { status, headers, value: body } = response;
    let text: &[u8] = if body.is_empty() { b"null" } else { &body };
    if let Ok(value) = serde_json::from_slice(text) {
        return Ok(Response { status, headers, value });
    }
    let mut d = serde_json::Deserializer::from_slice(text);
    match serde_path_to_error::deserialize::<_, T>(&mut d) {
        Err(_) if body.is_empty() => Err(Error::decode(status, ".", "the body is empty", body)),
        Err(e) => Err(Error::decode(status, e.path().to_string(), e.inner().to_string(), body)),
        Ok(_) => Err(Error::decode(status, ".", "something follows the JSON value", body)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_value_is_one_segment() {
        let values = BTreeMap::from([("id", "a/b c?".to_owned())]);
        assert_eq!(expand("/x/{id}/y/", &values).unwrap(), "/x/a%2Fb%20c%3F/y/");
        assert!(expand("/x/{other}/", &values).is_err());
        for bad in ["", ".", ".."] {
            assert!(expand("/{id}/", &BTreeMap::from([("id", bad.to_owned())])).is_err());
        }
    }
}
