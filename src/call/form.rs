//! The fields of a form: of `application/x-www-form-urlencoded` or of `multipart/form-data`.

use std::fmt::Display;

use reqwest::header::{HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::Value;

use crate::{Error, Upload, call::builder::Call, codec::finite};

impl Call<'_> {
    /// Notes that a form field is set, and removes an earlier value.
    fn give_form(&mut self, name: &'static str) {
        if self.given.contains(&name) {
            self.spec.body.remove_fields(name);
            if let Some(form) = &mut self.form {
                form.forget(name);
            }
        } else {
            self.given.push(name);
        }
    }

    /// Sets the fields of `application/x-www-form-urlencoded` with this name, one for each value.
    pub fn form_values<T: Display>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = impl Into<T>>,
    ) {
        self.give_form(name);
        for value in values {
            let value: T = value.into();
            self.spec.body.add_field(name.into(), value.to_string());
        }
    }

    /// Sets a list as one field of `application/x-www-form-urlencoded`.
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

    /// Sets the fields of `multipart/form-data` with this name, one for each value.
    pub fn form_fields<T: Display>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = impl Into<T>>,
    ) {
        self.give_form(name);
        for value in values {
            let value: T = value.into();
            let form = self.form.get_or_insert_default();
            form.text(name.into(), value.to_string(), None);
        }
    }

    /// Sets a field that is not a plain text: as JSON, with one part for each item of a list.
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
                    .form
                    .get_or_insert_default()
                    .text(name.into(), text, media),
                false => self.spec.body.add_field(name.into(), text),
            }
        }
    }

    /// Sets a field of `application/x-www-form-urlencoded` whose value may be a list: a list is
    /// repeated or joined, anything else goes as in [`Self::form_json`].
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
            if let Err(e) = self.form.get_or_insert_default().file(name.into(), file) {
                self.fail(e);
            }
        }
    }

    /// Sets the media type of the parts with this name that have none of their own
    /// (`encoding.contentType`).
    pub fn form_type(&mut self, name: &'static str, media: &'static str) {
        if let Some(form) = &mut self.form {
            form.typed(name, media);
        }
    }

    /// Sets a header of the parts with this name (`encoding.headers`).
    pub fn part_header<T: Display>(&mut self, part: &'static str, name: &'static str, value: T) {
        self.header_of_part(part, name, &value.to_string(), false);
    }

    /// Sets a header of the parts with this name, unless the caller sets it.
    pub fn usual_part_header(&mut self, part: &'static str, name: &'static str, value: &str) {
        self.header_of_part(part, name, value, true);
    }

    /// Requires a header of the parts with this name: without it the call is refused.
    pub fn required_part_header(&mut self, part: &'static str, name: &'static str) {
        self.form.get_or_insert_default().require_header(part, name);
    }

    fn header_of_part(&mut self, part: &'static str, name: &'static str, value: &str, usual: bool) {
        match (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            (Ok(name), Ok(mut value)) => {
                value.set_sensitive(true);
                let form = self.form.get_or_insert_default();
                form.header(part, name, value, usual);
            }
            _ => self.fail(Error::invalid(format!(
                "{part}, {name}: no header can carry this value"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;

    use super::*;
    use crate::{Client, call::operation::tests::OPERATION, transport::request::RequestBody};

    #[tokio::test]
    async fn a_form_field_that_is_set_again_is_sent_once() {
        let client = Client::builder().api_token("t").build().unwrap();
        let mut call = Call::new(&client, &OPERATION);
        for values in [["1", "2"], ["3", "4"]] {
            call.form_values::<String>("a", values);
            call.form_values::<String>("b", [values[0]]);
        }
        assert!(call.form.is_none());
        let RequestBody::Form(fields) = &call.spec.body else {
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
            .form
            .unwrap()
            .build()
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
}
