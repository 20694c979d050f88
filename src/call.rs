//! An operation that is filled in, and the ways to send it.

use std::{fmt::Display, pin::Pin, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, stream};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use reqwest::{
    Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    CallOptions, Client, Download, Error, ItemError, Json, Page, Upload,
    check::Violation,
    pages::{self, items},
    send::{self, Body, Outgoing},
    trace::Trace,
    upload::Parts,
};

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

/// How a builder sends: its calls give futures and streams.
#[derive(Debug)]
pub enum Async {}

/// A call on its way. Boxed and named, not `impl Future`: rustc spends seconds on a thousand opaque types.
#[cfg(not(target_family = "wasm"))]
pub type Sending<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A call on its way.
#[cfg(target_family = "wasm")]
pub type Sending<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + 'a>>;

/// Items or pages as they come.
#[cfg(not(target_family = "wasm"))]
pub type Streaming<'a, T> = Pin<Box<dyn Stream<Item = Result<T, Error>> + Send + 'a>>;

/// Items or pages as they come.
#[cfg(target_family = "wasm")]
pub type Streaming<'a, T> = Pin<Box<dyn Stream<Item = Result<T, Error>> + 'a>>;

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

impl<T> Response<T> {
    pub(crate) fn map<U>(self, map: impl FnOnce(T) -> U) -> Response<U> {
        Response {
            status: self.status,
            headers: self.headers,
            value: map(self.value),
        }
    }
}

/// An operation that is being filled in.
pub struct Call<'a> {
    client: &'a Client,
    operation: &'static Operation,
    out: Box<Outgoing>,
    paths: Vec<(&'static str, String)>,
    parts: Option<Parts>,
    given: Vec<&'static str>,
    error: Option<Error>,
}

impl<'a> Call<'a> {
    pub fn new(client: &'a Client, operation: &'static Operation) -> Self {
        let method = Method::from_bytes(operation.method.as_bytes()).unwrap_or_default();
        let mut out = Outgoing::new(operation.id, method, String::new());
        out.template = Some(operation.path);
        out.accept = operation.accept;
        Self {
            client,
            operation,
            out,
            paths: Vec::new(),
            parts: None,
            given: Vec::new(),
            error: None,
        }
    }

    pub fn path(&mut self, name: &'static str, value: impl Display) {
        self.paths.push((name, value.to_string()));
    }

    /// What is set again is sent once.
    fn give_query(&mut self, name: &'static str) {
        if self.given.contains(&name) {
            self.out.query.retain(|(other, _)| other != name);
        } else {
            self.given.push(name);
        }
    }

    pub fn query(&mut self, name: &'static str, value: impl Display) {
        self.give_query(name);
        self.out.query.push((name.into(), value.to_string()));
    }

    /// `separator`: of the values in one parameter; `None` repeats the parameter (`collectionFormat: multi`).
    pub fn query_list(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = impl Display>,
        separator: Option<char>,
    ) {
        self.give_query(name);
        let values: Vec<String> = values.into_iter().map(|v| v.to_string()).collect();
        match separator {
            None => self
                .out
                .query
                .extend(values.into_iter().map(|v| (name.into(), v))),
            Some(c) => self
                .out
                .query
                .push((name.into(), values.join(c.encode_utf8(&mut [0; 4])))),
        }
    }

    pub fn header(&mut self, name: &'static str, value: impl Display) {
        self.given.push(name);
        match (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(&value.to_string()),
        ) {
            (Ok(name), Ok(value)) => drop(self.out.headers.insert(name, value)),
            _ => self.fail(Error::invalid(format!(
                "{name}: no header can carry this value"
            ))),
        }
    }

    pub fn json(&mut self, body: &impl Serialize) {
        match serde_json::to_vec(body) {
            Ok(bytes) => self.out.body = Body::Json(bytes.into()),
            Err(e) => self.fail(Error::invalid(format!("the body does not serialise: {e}"))),
        }
    }

    pub fn raw(&mut self, media: &'static str, body: impl Into<Bytes>) {
        self.out.body = Body::Raw(media, body.into());
    }

    pub fn check(&mut self, checked: Result<(), Violation>) {
        if let Err(violation) = checked {
            self.fail(Error::violation(&violation));
        }
    }

    /// As [`Self::give_query`].
    fn give_form(&mut self, name: &'static str) {
        if self.given.contains(&name) {
            self.out.body.forget(name);
            if let Some(parts) = &mut self.parts {
                parts.forget(name);
            }
        } else {
            self.given.push(name);
        }
    }

    /// Fields of `application/x-www-form-urlencoded`, all of this name.
    pub fn form_values(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = impl Display>,
    ) {
        self.give_form(name);
        values
            .into_iter()
            .for_each(|value| self.out.body.form_value(name.into(), value.to_string()));
    }

    /// Fields of `multipart/form-data`, all of this name.
    pub fn form_fields(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = impl Display>,
    ) {
        self.give_form(name);
        values.into_iter().for_each(|value| {
            self.parts
                .get_or_insert_default()
                .text(name.into(), value.to_string())
        });
    }

    pub fn form_file(&mut self, name: &'static str, file: Upload) {
        self.give_form(name);
        if let Err(e) = self.parts.get_or_insert_default().file(name.into(), file) {
            self.fail(e);
        }
    }

    pub fn options(&mut self, options: CallOptions) {
        self.out.options = options;
    }

    fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    /// The path with its parameters, and whether everything required is there.
    fn finish(self) -> Result<(&'a Client, Box<Outgoing>, Option<Parts>), Error> {
        let (id, template) = (self.operation.id, self.out.template);
        let method = self.out.method.clone();
        let fail = |e: Error| e.of(id, 0, Duration::ZERO).on(&method, template);
        if let Some(error) = self.error {
            return Err(fail(error));
        }
        if let Some(name) = self
            .operation
            .required
            .iter()
            .find(|n| !self.given.contains(n))
        {
            return Err(fail(Error::invalid(format!(
                "{name}: is required and was not given"
            ))));
        }
        let mut out = self.out;
        out.path = expand(self.operation.path, &self.paths).map_err(fail)?;
        Ok((self.client, out, self.parts))
    }

    async fn whole(self) -> Result<(Response<Bytes>, Trace), Error> {
        let (client, out, parts) = self.finish()?;
        send::whole(client, out, parts).await
    }

    async fn typed<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        let (response, trace) = self.whole().await?;
        send::decode(response).map_err(|e| trace.fail(e))
    }

    pub fn send_full<T: DeserializeOwned + 'a>(self) -> Sending<'a, Response<T>> {
        Box::pin(self.typed())
    }

    pub fn send<T: DeserializeOwned + 'a>(self) -> Sending<'a, T> {
        Box::pin(async { self.typed().await.map(|r| r.value) })
    }

    pub fn send_empty(self) -> Sending<'a, ()> {
        Box::pin(async { self.whole().await.map(drop) })
    }

    pub fn send_empty_full(self) -> Sending<'a, Response<()>> {
        Box::pin(async { self.whole().await.map(|(r, _)| r.map(drop)) })
    }

    /// Any JSON; text becomes a string, an empty body null.
    pub fn send_any(self) -> Sending<'a, Json> {
        Box::pin(async { self.whole().await.map(|(r, _)| any(&r.value)) })
    }

    pub fn send_any_full(self) -> Sending<'a, Response<Json>> {
        Box::pin(async { self.whole().await.map(|(r, _)| r.map(|body| any(&body))) })
    }

    pub fn send_download(self) -> Sending<'a, Download> {
        Box::pin(async {
            let (client, out, parts) = self.finish()?;
            send::open(client, out, parts).await.map(Download)
        })
    }

    pub fn pages<T: DeserializeOwned + Send + 'static>(self) -> Streaming<'static, Page<T>> {
        let page = self.operation.page;
        match self.finish() {
            Ok((client, out, _)) => pages::read(client.clone(), page, *out),
            Err(e) => Box::pin(stream::iter([Err(e)])),
        }
    }

    pub fn stream<T: DeserializeOwned + Send + 'static>(self) -> Streaming<'static, T> {
        let own = &self.out.options.on_bad_item;
        let handler = own.as_ref().or(self.client.0.on_bad_item.as_ref()).cloned();
        items::good(self.pages(), handler)
    }

    pub fn stream_results<T: DeserializeOwned + Send + 'static>(
        self,
    ) -> Streaming<'static, Result<T, ItemError>> {
        items::all(self.pages())
    }
}

fn any(body: &Bytes) -> Json {
    if body.is_empty() {
        return Json::default();
    }
    serde_json::from_slice(body).unwrap_or_else(|_| Json(String::from_utf8_lossy(body).into()))
}

/// What a segment of a path holds as it is: RFC 3986's `unreserved`, and `@` and `:` (3.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'@')
    .remove(b':');

/// Fills a path template; each value is one segment.
pub(crate) fn expand(template: &str, values: &[(&'static str, String)]) -> Result<String, Error> {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else {
            break;
        };
        let given = values
            .iter()
            .rfind(|(n, _)| *n == name)
            .map(|(_, value)| value);
        let value = given.ok_or_else(|| {
            Error::invalid(format!("{name}: is part of the path and was not given"))
        })?;
        if matches!(value.as_str(), "" | "." | "..") {
            return Err(Error::invalid(format!(
                "{name}: is part of the path and can't be `{value}`"
            )));
        }
        out.push_str(before);
        out.extend(percent_encode(value.as_bytes(), SEGMENT));
        rest = tail;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;

    use super::*;

    static OPERATION: Operation = Operation {
        id: "x",
        method: "GET",
        path: "/",
        required: &[],
        accept: "",
        page: None,
    };

    /// It is copied some times on its way: rare steps are boxed.
    #[test]
    fn the_future_of_a_call_is_small() {
        let client = Client::builder().api_token("t").build().unwrap();
        let size = size_of_val(&Call::new(&client, &OPERATION).typed::<Json>());
        assert!(size < 1000, "{size} bytes");
    }

    #[test]
    fn a_parameter_that_is_set_again_is_sent_once() {
        let client = Client::builder().api_token("t").build().unwrap();
        let mut call = Call::new(&client, &OPERATION);
        call.query("a", 1);
        call.query_list("b", [1, 2], None);
        call.query("a", 2);
        call.query_list("b", [3, 4], None);
        assert_eq!(
            call.out
                .query
                .iter()
                .map(|(k, v)| format!("{k}={v}"))
                .collect::<Vec<_>>(),
            ["a=2", "b=3", "b=4"]
        );
    }

    #[tokio::test]
    async fn a_form_field_that_is_set_again_is_sent_once() {
        let client = Client::builder().api_token("t").build().unwrap();
        let mut call = Call::new(&client, &OPERATION);
        for values in [["1", "2"], ["3", "4"]] {
            call.form_values("a", values);
            call.form_values("b", [values[0]]);
        }
        assert!(call.parts.is_none());
        let Body::Form(fields) = &call.out.body else {
            panic!("no form")
        };
        assert_eq!(
            fields
                .iter()
                .map(|(k, v)| format!("{k}={v}"))
                .collect::<Vec<_>>(),
            ["a=3", "a=4", "b=3"]
        );

        let mut call = Call::new(&client, &OPERATION);
        for text in ["first", "second"] {
            call.form_fields("a", [text]);
            call.form_file("f", Upload::bytes(text, text));
        }
        let sent = call
            .parts
            .unwrap()
            .form()
            .await
            .unwrap()
            .into_stream()
            .map(|chunk| chunk.unwrap().to_vec())
            .concat()
            .await;
        let sent = String::from_utf8(sent).unwrap();
        assert_eq!(
            (
                sent.matches("name=\"a\"").count(),
                sent.matches("name=\"f\"").count()
            ),
            (1, 1)
        );
        assert!(
            sent.contains("filename=\"second\"") && !sent.contains("first"),
            "{sent}"
        );
    }

    #[test]
    fn a_path_value_is_one_segment() {
        let values = [("id", "a/b c?".to_owned())];
        assert_eq!(expand("/x/{id}/y/", &values).unwrap(), "/x/a%2Fb%20c%3F/y/");
        assert!(expand("/x/{other}/", &values).is_err());
        for bad in ["", ".", ".."] {
            assert!(expand("/{id}/", &[("id", bad.to_owned())]).is_err());
        }
    }
}
