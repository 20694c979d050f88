//! A call of an operation, with the parameters and the body that were set so far.

use std::fmt::Display;

use bytes::Bytes;
use reqwest::{Method, header::HeaderName};
use serde::Serialize;

use crate::{
    CallOptions, Client, Error,
    call::operation::{BODY, Operation},
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

/// A call of an operation, with the parameters and the body that were set so far.
pub struct Call<'a> {
    pub(super) client: &'a Client,
    pub(super) operation: &'static Operation,
    pub(super) spec: Box<RequestSpec>,
    pub(super) paths: Vec<(&'static str, String)>,
    pub(super) form: Option<MultipartForm>,
    pub(super) given: Vec<&'static str>,
    /// Path parameters that are written in a style, already percent-encoded.
    pub(super) styled: Vec<(&'static str, String)>,
    /// Values that the API would refuse, each with the name of its parameter, or [`BODY`].
    pub(super) violations: Vec<(&'static str, Violation)>,
    pub(super) error: Option<Error>,
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
            error: None,
            list: None,
        }
    }

    pub fn path<T: Display>(&mut self, name: &'static str, value: T) {
        self.paths.push((name, value.to_string()));
    }

    /// Notes that a query parameter is set, and removes an earlier value.
    fn give_query(&mut self, name: &'static str) {
        if self.given.contains(&name) {
            self.spec.query.retain(|(other, _)| other != name);
            self.spec.encoded_query.retain(|(other, _)| *other != name);
        } else {
            self.given.push(name);
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
            self.given.retain(|other| *other != name);
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
        name: &'static str,
        value: &T,
        format: Format,
    ) -> Option<String> {
        let mut text = None;
        self.also(name, |v| {
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
        let text = self.written(name, value, format);
        match format.place {
            Place::Query => {
                self.give_query(name);
                match text {
                    Some(text) => self.spec.encoded_query.push((name, text)),
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
            header_value(&value.to_string()),
        ) {
            (Ok(name), Some(value)) => drop(self.spec.headers.insert(name, value)),
            _ => self.fail(Error::invalid(format!(
                "{name}: no header can carry this value"
            ))),
        }
    }

    pub fn json(&mut self, body: &impl Serialize) {
        self.json_as("application/json", body);
    }

    /// Sets a JSON body of another media type than `application/json`.
    pub fn json_as(&mut self, media: &'static str, body: &impl Serialize) {
        let mut written = Ok(Vec::new());
        self.check(BODY, |v| written = finite::to_vec(body, v));
        match written {
            Ok(bytes) if media == "application/json" => {
                self.spec.body = RequestBody::Json(bytes.into())
            }
            Ok(bytes) => self.spec.body = RequestBody::Raw(media, bytes.into()),
            Err(e) => self.fail(Error::invalid(format!("the body does not serialise: {e}"))),
        }
    }

    pub fn raw(&mut self, media: &'static str, body: impl Into<Bytes>) {
        self.spec.body = RequestBody::Raw(media, body.into());
    }

    /// Checks the value of a parameter or the body, and replaces the violations of an earlier
    /// value.
    pub fn check(&mut self, of: &'static str, check: impl FnOnce(&mut Violations)) {
        self.unchecked(of);
        self.also(of, check);
    }

    /// Removes the violations of an earlier value.
    pub fn unchecked(&mut self, of: &'static str) {
        self.violations.retain(|(other, _)| *other != of);
    }

    pub(super) fn also(&mut self, of: &'static str, check: impl FnOnce(&mut Violations)) {
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

    pub fn options(&mut self, options: CallOptions) {
        self.spec.options = options.send;
        self.list = options.list;
    }

    pub(super) fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::operation::tests::OPERATION;

    #[test]
    fn a_parameter_that_is_set_again_is_sent_once() {
        let client = Client::builder().api_token("t").build().unwrap();
        let mut call = Call::new(&client, &OPERATION);
        call.query("a", 1);
        call.query_list::<i64>("b", [1, 2]);
        call.query("a", 2);
        call.query_list::<i64>("b", [3, 4]);
        assert_eq!(
            call.spec
                .query
                .iter()
                .map(|(k, v)| format!("{k}={v}"))
                .collect::<Vec<_>>(),
            ["a=2", "b=3", "b=4"]
        );
    }

    #[test]
    fn what_is_set_again_takes_the_place_of_what_was_set() {
        let client = Client::builder().api_token("t").build().unwrap();
        let mut call = Call::new(&client, &OPERATION);
        let format = Format {
            place: Place::Query,
            style: crate::codec::style::Style::Form,
            explode: false,
            reserved: false,
        };
        call.styled("a", &["1"], format);
        call.styled("a", &["2"], format);
        assert_eq!(call.spec.encoded_query, [("a", "a=2".to_owned())]);
        call.query_list::<i64>("b", [0; 0]);
        call.styled("c", &(), format);
        assert_eq!(call.given, ["a"]);
        call.header("d", "1");
        assert_eq!(call.given, ["a", "d"]);
        for _ in 0..2 {
            call.check("b", |v| v.max_length("b", "xx", 1));
            call.also("b", |v| v.max_length("b", "xx", 1));
        }
        assert_eq!(call.violations.len(), 1);
        call.check("b", |_| ());
        assert!(call.violations.is_empty());
        call.json_as("application/merge-patch+json", &1);
        assert!(matches!(
            call.spec.body,
            RequestBody::Raw("application/merge-patch+json", _)
        ));
        call.json(&1);
        assert!(matches!(call.spec.body, RequestBody::Json(_)));
        for message in ["first", "second"] {
            call.fail(Error::invalid(message));
        }
        assert!(call.error.unwrap().to_string().contains("first"));
    }
}
