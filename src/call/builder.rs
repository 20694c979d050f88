//! An operation that is filled in, and the ways to send it.

use std::{
    convert::Infallible,
    fmt::{self, Display},
    pin::Pin,
    time::Duration,
};

use bytes::Bytes;
use futures_util::{Stream, stream};
use reqwest::{
    Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    CallOptions, Client, Download, Error, ItemError, Json, Page, Upload,
    codec::{
        finite, lenient,
        redact::Whole,
        style::{Format, Place},
        validate::{Violation, Violations},
    },
    pagination::{items, paginator},
    privacy::shown,
    transport::{
        address,
        send::{self, Body, Outgoing},
        trace::Trace,
        upload::Parts,
    },
};

/// What the document says of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    pub id: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    /// Query, header and form parameters that must be given; [`BODY`] for a body.
    pub required: &'static [&'static str],
    pub accept: &'static str,
    pub page: Option<PageParams>,
    /// The names of members of its bodies that are secrets, or none, other than the names tell: for traces.
    pub secrets: &'static [(&'static str, bool)],
}

/// Stands for a body among what is required: no parameter has this name.
pub const BODY: &str = "(body)";

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
#[derive(Clone)]
#[non_exhaustive]
pub struct Response<T> {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The answer.
    pub value: T,
}

/// Without the values of the headers, cookies are among them, and without values of types that know no secrets: bytes, texts, `serde_json`'s.
impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &shown::Headers(&self.headers))
            .field("value", &Whole(&self.value))
            .finish()
    }
}

impl<T> Response<T> {
    /// For the caller, who may print the headers.
    pub(crate) fn marked(mut self) -> Self {
        shown::mark(&mut self.headers);
        self
    }

    pub(crate) fn map<U>(self, map: impl FnOnce(T) -> U) -> Response<U> {
        let mapped = self.try_map(|_, value| Ok::<_, Infallible>(map(value)));
        let Ok(response) = mapped;
        response
    }

    /// `map` takes the status too.
    pub(crate) fn try_map<U, E>(
        self,
        map: impl FnOnce(u16, T) -> Result<U, E>,
    ) -> Result<Response<U>, E> {
        let Self {
            status,
            headers,
            value,
        } = self;
        let value = map(status, value)?;
        Ok(Response {
            status,
            headers,
            value,
        })
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
    /// Parameters of a path that are written in a style: percent-encoded.
    styled: Vec<(&'static str, String)>,
    /// What the API would refuse, of the parameter or body of this name.
    violations: Vec<(&'static str, Violation)>,
    error: Option<Error>,
}

impl<'a> Call<'a> {
    pub fn new(client: &'a Client, operation: &'static Operation) -> Self {
        let method = Method::from_bytes(operation.method.as_bytes()).unwrap_or_default();
        let mut out = Outgoing::new(operation.id, method, String::new());
        out.template = Some(operation.path);
        (out.accept, out.secrets) = (operation.accept, operation.secrets);
        Self {
            client,
            operation,
            out,
            paths: Vec::new(),
            parts: None,
            given: Vec::new(),
            styled: Vec::new(),
            violations: Vec::new(),
            error: None,
        }
    }

    pub fn path<T: Display>(&mut self, name: &'static str, value: T) {
        self.paths.push((name, value.to_string()));
    }

    /// What is set again is sent once.
    fn give_query(&mut self, name: &'static str) {
        if self.given.contains(&name) {
            self.out.query.retain(|(other, _)| other != name);
            self.out.styled.retain(|(other, _)| *other != name);
        } else {
            self.given.push(name);
        }
    }

    pub fn query<T: Display>(&mut self, name: &'static str, value: T) {
        self.give_query(name);
        self.out.query.push((name.into(), value.to_string()));
    }

    /// A list that repeats the parameter. An empty one is nothing.
    pub fn query_list<T: Display>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = impl Into<T>>,
    ) {
        self.give_query(name);
        let before = self.out.query.len();
        for value in values {
            let value: T = value.into();
            self.out.query.push((name.into(), value.to_string()));
        }
        if self.out.query.len() == before {
            self.given.retain(|other| *other != name);
        }
    }

    /// A list in any other style.
    pub fn styled_list<T: Serialize>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = impl Into<T>>,
        format: Format,
    ) {
        let values: Vec<T> = values.into_iter().map(Into::into).collect();
        self.styled(name, &values, format);
    }

    /// Whatever `format` can say.
    pub fn styled<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T, format: Format) {
        let mut fault = None;
        self.also(name, |v| {
            v.within(
                |at| at.push_str(name),
                |v| fault = finite::to_vec(value, v).err().map(|e| e.to_string()),
            );
        });
        let value = serde_json::to_value(value).unwrap_or_default();
        let text = format.write(name, &value);
        let fault = fault.or(text.as_ref().err().cloned());
        let field = name.to_owned();
        self.violations
            .extend(fault.map(|fault| (name, Violation { field, fault })));
        let text = text.ok().flatten();
        match format.place {
            Place::Query => {
                self.give_query(name);
                match text {
                    Some(text) => self.out.styled.push((name, text)),
                    None => self.given.retain(|other| *other != name),
                }
            }
            Place::Path => self.styled.extend(text.map(|text| (name, text))),
            Place::Header => {
                if let Some(text) = text {
                    self.header(name, text);
                }
            }
        }
    }

    pub fn header<T: Display>(&mut self, name: &'static str, value: T) {
        self.given.push(name);
        match (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(&value.to_string()),
        ) {
            (Ok(name), Ok(mut value)) => {
                value.set_sensitive(true);
                self.out.headers.insert(name, value);
            }
            _ => self.fail(Error::invalid(format!(
                "{name}: no header can carry this value"
            ))),
        }
    }

    pub fn json(&mut self, body: &impl Serialize) {
        self.json_as("application/json", body);
    }

    /// JSON of another media type.
    pub fn json_as(&mut self, media: &'static str, body: &impl Serialize) {
        let mut written = Ok(Vec::new());
        self.check(BODY, |v| written = finite::to_vec(body, v));
        match written {
            Ok(bytes) if media == "application/json" => self.out.body = Body::Json(bytes.into()),
            Ok(bytes) => self.out.body = Body::Raw(media, bytes.into()),
            Err(e) => self.fail(Error::invalid(format!("the body does not serialise: {e}"))),
        }
    }

    pub fn raw(&mut self, media: &'static str, body: impl Into<Bytes>) {
        self.out.body = Body::Raw(media, body.into());
    }

    /// Checks a parameter that is set, or the body; what was found before is of an earlier value.
    pub fn check(&mut self, of: &'static str, check: impl FnOnce(&mut Violations)) {
        self.unchecked(of);
        self.also(of, check);
    }

    /// A parameter is set again.
    pub fn unchecked(&mut self, of: &'static str) {
        self.violations.retain(|(other, _)| *other != of);
    }

    fn also(&mut self, of: &'static str, check: impl FnOnce(&mut Violations)) {
        let mut v = Violations::default();
        check(&mut v);
        for found in v.into_found().into_iter().map(|found| (of, found)) {
            if !self.violations.contains(&found) {
                self.violations.push(found);
            }
        }
    }

    /// Checks the body that was set.
    pub fn check_body(&mut self, check: impl FnOnce(&mut Violations)) {
        self.also(BODY, check);
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
    pub fn form_values<T: Display>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = impl Into<T>>,
    ) {
        self.give_form(name);
        for value in values {
            let value: T = value.into();
            self.out.body.form_value(name.into(), value.to_string());
        }
    }

    /// A list in one field of `application/x-www-form-urlencoded`.
    pub fn form_joined<T: Display>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = impl Into<T>>,
        separator: char,
    ) {
        let texts = values.into_iter().map(|value| {
            let value: T = value.into();
            value.to_string()
        });
        let texts: Vec<String> = texts.collect();
        let joined = texts.join(separator.encode_utf8(&mut [0; 4]));
        self.form_values::<String>(name, (!texts.is_empty()).then_some(joined));
    }

    /// Fields of `multipart/form-data`, all of this name.
    pub fn form_fields<T: Display>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = impl Into<T>>,
    ) {
        self.give_form(name);
        for value in values {
            let value: T = value.into();
            let parts = self.parts.get_or_insert_default();
            parts.text(name.into(), value.to_string(), None);
        }
    }

    /// A member of a form that is no text: JSON, a part for each item of a list.
    pub fn form_json(
        &mut self,
        name: &'static str,
        value: &(impl Serialize + ?Sized),
        multipart: bool,
    ) {
        self.also(name, |v| {
            v.within(
                |at| at.push_str(name),
                |v| {
                    if let Err(e) = finite::to_vec(value, v) {
                        v.fault(format!("does not serialise: {e}"));
                    }
                },
            );
        });
        self.give_form(name);
        let value = serde_json::to_value(value).unwrap_or_default();
        let items = match value {
            Value::Null => Vec::new(),
            Value::Array(items) if multipart => items,
            other => vec![other],
        };
        for item in items {
            let (text, media) = match item {
                Value::String(text) => (text, None),
                Value::Array(_) | Value::Object(_) => (item.to_string(), Some("application/json")),
                scalar => (scalar.to_string(), None),
            };
            match multipart {
                true => self
                    .parts
                    .get_or_insert_default()
                    .text(name.into(), text, media),
                false => self.out.body.form_value(name.into(), text),
            }
        }
    }

    /// A member of `application/x-www-form-urlencoded` that may be a list of values, repeated or joined; else as [`Self::form_json`].
    pub fn form_either(
        &mut self,
        name: &'static str,
        value: &(impl Serialize + ?Sized),
        separator: Option<char>,
    ) {
        let is_scalar = |item: &Value| !item.is_array() && !item.is_object();
        match serde_json::to_value(value) {
            Ok(Value::Array(items)) if items.iter().all(is_scalar) => {
                let texts = items.into_iter().map(|item| match item {
                    Value::String(text) => text,
                    other => other.to_string(),
                });
                match separator {
                    Some(separator) => self.form_joined::<String>(name, texts, separator),
                    None => self.form_values::<String>(name, texts),
                }
            }
            _ => self.form_json(name, value, false),
        }
    }

    pub fn form_file(&mut self, name: &'static str, file: Upload) {
        self.form_files(name, [file]);
    }

    pub fn form_files(&mut self, name: &'static str, files: impl IntoIterator<Item = Upload>) {
        self.give_form(name);
        for file in files {
            if let Err(e) = self.parts.get_or_insert_default().file(name.into(), file) {
                self.fail(e);
            }
        }
    }

    /// The media type of the parts of this name, where they have none of their own (`encoding.contentType`).
    pub fn form_type(&mut self, name: &'static str, media: &'static str) {
        if let Some(parts) = &mut self.parts {
            parts.typed(name, media);
        }
    }

    /// A header of the parts of this name (`encoding.headers`).
    pub fn part_header<T: Display>(&mut self, part: &'static str, name: &'static str, value: T) {
        self.header_of_part(part, name, &value.to_string(), false);
    }

    /// A header that the parts of this name have unless the caller sets it.
    pub fn usual_part_header(&mut self, part: &'static str, name: &'static str, value: &str) {
        self.header_of_part(part, name, value, true);
    }

    fn header_of_part(&mut self, part: &'static str, name: &'static str, value: &str, usual: bool) {
        match (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            (Ok(name), Ok(mut value)) => {
                value.set_sensitive(true);
                let parts = self.parts.get_or_insert_default();
                parts.header(part, name, value, usual);
            }
            _ => self.fail(Error::invalid(format!(
                "{part}, {name}: no header can carry this value"
            ))),
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
        let has_body = self.parts.is_some() || !matches!(self.out.body, Body::None);
        let is_given = |name: &str| self.given.contains(&name) || (name == BODY && has_body);
        let missing = self.operation.required.iter().filter(|n| !is_given(n));
        let missing = missing.map(|n| Violation::not_set(if *n == BODY { "body" } else { n }));
        let violations: Vec<_> = missing
            .chain(self.violations.into_iter().map(|(_, found)| found))
            .collect();
        if !violations.is_empty() {
            return Err(fail(Error::violations(violations)));
        }
        let mut out = self.out;
        out.path = match self.styled.is_empty() {
            true => expand(self.operation.path, &self.paths).map_err(fail)?,
            false => expand(&styled_path(self.operation.path, &self.styled), &self.paths)
                .map_err(fail)?,
        };
        Ok((self.client, out, self.parts))
    }

    /// The response is read as `T`, which takes its status and body.
    fn read<T: 'a>(
        self,
        read: impl FnOnce(Response<Bytes>) -> Result<T, Error> + Send + 'a,
    ) -> Sending<'a, T> {
        // What is moved into the future is small.
        let ready = self.finish();
        Box::pin(async move {
            let (client, out, parts) = ready?;
            let mut trace = Trace::new(&out);
            let response = send::whole(client, out, parts, &mut trace).await?;
            read(response).map_err(|e| trace.fail(e))
        })
    }

    pub fn send_full<T: DeserializeOwned + 'a>(self) -> Sending<'a, Response<T>> {
        self.read(|r| r.marked().try_map(send::decode))
    }

    pub fn send<T: DeserializeOwned + 'a>(self) -> Sending<'a, T> {
        self.read(|r| send::decode(r.status, r.value))
    }

    pub fn send_empty(self) -> Sending<'a, ()> {
        self.read(|_| Ok(()))
    }

    pub fn send_empty_full(self) -> Sending<'a, Response<()>> {
        self.read(|r| Ok(r.marked().map(drop)))
    }

    /// Any JSON; what is none becomes a string, an empty body null.
    pub fn send_any(self) -> Sending<'a, Json> {
        self.read(|r| Ok(Json(lenient::lossless(&r.value))))
    }

    pub fn send_any_full(self) -> Sending<'a, Response<Json>> {
        self.read(|r| Ok(r.marked().map(|body| Json(lenient::lossless(&body)))))
    }

    pub fn send_download(self) -> Sending<'a, Download> {
        let ready = self.finish();
        Box::pin(async {
            let (client, out, parts) = ready?;
            send::open(client, out, parts).await.map(Download)
        })
    }

    pub fn pages<T: DeserializeOwned + Send + 'static>(self) -> Streaming<'static, Page<T>> {
        let page = self.operation.page;
        match self.finish() {
            Ok((client, out, _)) => paginator::read(client.clone(), page, *out),
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

/// Puts what is percent-encoded already in its place; dots, which would name another place, stay out and count as not set.
fn styled_path(template: &str, styled: &[(&'static str, String)]) -> String {
    let mut path = template.to_owned();
    for (name, text) in styled.iter().rev() {
        if !matches!(text.as_str(), "" | "." | "..") {
            path = path.replace(&format!("{{{name}}}"), text);
        }
    }
    path
}

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
        out.push_str(before);
        out.extend(address::segment(value).map_err(|e| Error::invalid(format!("{name}: {e}")))?);
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
        secrets: &[],
    };

    /// It is copied some times on its way: rare steps are boxed.
    #[test]
    fn the_future_of_a_call_is_small() {
        let client = Client::builder().api_token("t").build().unwrap();
        let size = size_of_val(&*Call::new(&client, &OPERATION).send::<Json>());
        assert!(size < 1000, "{size} bytes");
    }

    #[test]
    fn a_parameter_that_is_set_again_is_sent_once() {
        let client = Client::builder().api_token("t").build().unwrap();
        let mut call = Call::new(&client, &OPERATION);
        call.query("a", 1);
        call.query_list::<i64>("b", [1, 2]);
        call.query("a", 2);
        call.query_list::<i64>("b", [3, 4]);
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
            call.form_values::<String>("a", values);
            call.form_values::<String>("b", [values[0]]);
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
            call.form_fields::<String>("a", [text]);
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
