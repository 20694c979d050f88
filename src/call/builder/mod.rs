//! A call of an operation, with the parameters and the body that were set so far.

use std::fmt::Display;

use bytes::Bytes;
use reqwest::{
    Method,
    header::{HeaderName, HeaderValue},
};
use serde::Serialize;

use crate::{
    CallOptions, Client,
    call::operation::{Argument, Operation},
    codec::{
        finite,
        style::{Format, Place},
        validate::{Violation, Violations},
    },
    pagination::options::ListOptions,
    transport::{
        multipart::MultipartForm,
        request::{RequestBody, RequestSpec, header_value},
    },
};

/// What is wrong with a value that a header cannot hold.
const UNSENDABLE: &str = "no header can carry this value";

/// A call of an operation, with the parameters and the body that were set so far.
pub struct Call<'a> {
    pub(super) client: &'a Client,
    pub(super) operation: &'static Operation,
    pub(super) spec: Box<RequestSpec>,
    pub(super) paths: Vec<(&'static str, String)>,
    pub(super) form: Option<MultipartForm>,
    pub(super) given: Vec<Argument>,
    /// Path parameters that are written in a style, already percent-encoded.
    pub(super) styled: Vec<(&'static str, String)>,
    /// Values that the API would refuse, or that cannot be sent.
    pub(super) violations: Vec<(Argument, Violation)>,
    pub(super) list: Option<Box<ListOptions>>,
}

impl<'a> Call<'a> {
    pub fn new(client: &'a Client, operation: &'static Operation) -> Self {
        let method = Method::from_bytes(operation.method.as_bytes()).unwrap_or_default();
        let mut spec = RequestSpec::new(operation.id, method, String::new());
        spec.template = Some(operation.path);
        (spec.accept, spec.secrets) = (operation.accept, operation.secrets);
        Self {
            client,
            operation,
            spec,
            paths: Vec::new(),
            form: None,
            given: Vec::new(),
            styled: Vec::new(),
            violations: Vec::new(),
            list: None,
        }
    }

    pub fn path<T: Display>(&mut self, name: &'static str, value: T) {
        self.paths.push((name, value.to_string()));
    }

    /// Notes that a query parameter is set, and removes an earlier value.
    fn give_query(&mut self, name: &'static str) {
        if self.given.contains(&Argument::Query(name)) {
            self.spec.query.retain(|(other, _)| other != name);
            self.spec.encoded_query.retain(|(other, _)| *other != name);
        } else {
            self.given.push(Argument::Query(name));
        }
    }

    pub fn query<T: Display>(&mut self, name: &'static str, value: T) {
        self.give_query(name);
        self.spec.query.push((name.into(), value.to_string()));
    }

    /// Sets a list by repeating the parameter once for each value. An empty list sets nothing.
    pub fn query_list<T: Display>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = impl Into<T>>,
    ) {
        self.give_query(name);
        let before = self.spec.query.len();
        for value in values {
            let value: T = value.into();
            self.spec.query.push((name.into(), value.to_string()));
        }
        if self.spec.query.len() == before {
            self.given.retain(|other| *other != Argument::Query(name));
        }
    }

    /// Sets a list in any other style.
    pub fn styled_list<T: Serialize>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = impl Into<T>>,
        format: Format,
    ) {
        let values: Vec<T> = values.into_iter().map(Into::into).collect();
        self.styled(name, &values, format);
    }

    /// Returns any value as `format` writes it, if there is one, and notes what is wrong with it.
    pub(super) fn written<T: Serialize + ?Sized>(
        &mut self,
        of: Argument,
        name: &'static str,
        value: &T,
        format: Format,
    ) -> Option<String> {
        let mut text = None;
        self.also(of, |v| {
            let mut write = |v: &mut Violations| {
                finite::to_vec(value, v).map_err(|e| e.to_string())?;
                let value = serde_json::to_value(value).unwrap_or_default();
                text = format.write(name, &value)?;
                Ok::<_, String>(())
            };
            v.within(
                |at| at.push_str(name),
                |v| {
                    if let Err(fault) = write(v) {
                        v.fault(fault);
                    }
                },
            );
        });
        text
    }

    /// Sets any value, written as `format` says.
    pub fn styled<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T, format: Format) {
        let of = match format.place {
            Place::Path => Argument::Path(name),
            Place::Query => Argument::Query(name),
            Place::Header => Argument::Header(name),
        };
        let text = self.written(of, name, value, format);
        match format.place {
            Place::Query => {
                self.give_query(name);
                match text {
                    Some(text) => self.spec.encoded_query.push((name, text)),
                    None => self.given.retain(|other| *other != of),
                }
            }
            Place::Path => {
                self.styled.retain(|(other, _)| *other != name);
                self.styled.extend(text.map(|text| (name, text)));
            }
            Place::Header => match text {
                Some(text) => self.header(name, text),
                None => {
                    self.spec.headers.remove(name);
                    self.given.retain(|other| *other != of);
                }
            },
        }
    }

    pub fn header<T: Display>(&mut self, name: &'static str, value: T) {
        let of = Argument::Header(name);
        self.given.push(of);
        self.violations
            .retain(|(other, found)| *other != of || found.fault != UNSENDABLE);
        if let Some((key, value)) = self.carried(of, name, name, &value.to_string()) {
            self.spec.headers.insert(key, value);
        }
    }

    /// Returns a header, or notes under the name `shown` that none can carry the value.
    pub(super) fn carried(
        &mut self,
        of: Argument,
        shown: &str,
        name: &str,
        value: &str,
    ) -> Option<(HeaderName, HeaderValue)> {
        let key = HeaderName::from_bytes(name.as_bytes()).ok();
        let header = key.zip(header_value(value));
        if header.is_none() {
            self.refused(of, shown, UNSENDABLE.to_owned());
        }
        header
    }

    pub fn json(&mut self, body: &impl Serialize) {
        self.json_as("application/json", body);
    }

    /// Sets a JSON body of another media type than `application/json`.
    pub fn json_as(&mut self, media: &'static str, body: &impl Serialize) {
        let mut written = Vec::new();
        self.check(Argument::Body, |v| match finite::to_vec(body, v) {
            Ok(bytes) => written = bytes,
            Err(e) => v.fault(format!("does not serialise: {e}")),
        });
        self.spec.body = match media {
            "application/json" => RequestBody::Json(written.into()),
            media => RequestBody::Raw(media, written.into()),
        };
    }

    pub fn raw(&mut self, media: &'static str, body: impl Into<Bytes>) {
        self.spec.body = RequestBody::Raw(media, body.into());
    }

    /// Checks the value of a parameter or the body, and replaces the violations of an earlier
    /// value.
    pub fn check(&mut self, of: Argument, check: impl FnOnce(&mut Violations)) {
        self.unchecked(of);
        self.also(of, check);
    }

    /// Removes the violations of an earlier value.
    pub fn unchecked(&mut self, of: Argument) {
        self.violations.retain(|(other, _)| *other != of);
    }

    pub(super) fn also(&mut self, of: Argument, check: impl FnOnce(&mut Violations)) {
        let mut v = Violations::default();
        check(&mut v);
        for found in v.into_found() {
            self.violated(of, found);
        }
    }

    /// Notes a violation, once.
    fn violated(&mut self, of: Argument, found: Violation) {
        let found = (of, found);
        if !self.violations.contains(&found) {
            self.violations.push(found);
        }
    }

    /// Notes under the name `shown` what is wrong with a value as a whole.
    pub(super) fn refused(&mut self, of: Argument, shown: &str, fault: String) {
        let field = shown.to_owned();
        self.violated(of, Violation { field, fault });
    }

    /// Checks the body that was set.
    pub fn check_body(&mut self, check: impl FnOnce(&mut Violations)) {
        self.also(Argument::Body, check);
    }

    pub fn options(&mut self, options: CallOptions) {
        self.spec.options = options.send;
        self.list = options.list;
    }
}

#[cfg(test)]
mod tests;
