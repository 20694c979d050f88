//! The fields of a form: of `application/x-www-form-urlencoded` or of `multipart/form-data`.

use std::fmt::Display;

use serde::Serialize;
use serde_json::Value;

use crate::{
    Upload,
    call::{
        builder::Call,
        operation::{Argument, header_of},
    },
    codec::{finite, style::Format},
};

impl Call<'_> {
    /// Notes that a form field is set, and removes an earlier value.
    fn give_form(&mut self, name: &'static str) {
        if self.given.contains(&Argument::Field(name)) {
            self.spec.body.remove_fields(name);
            if let Some(form) = &mut self.form {
                form.forget(name);
            }
        } else {
            self.given.push(Argument::Field(name));
        }
    }

    /// Notes a form field as not set if nothing of it is sent, as of an empty list.
    fn unless_empty(&mut self, name: &'static str) {
        let form = self.form.as_ref();
        if !self.spec.body.has_field(name) && !form.is_some_and(|form| form.has(name)) {
            self.given.retain(|other| *other != Argument::Field(name));
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
        self.unless_empty(name);
    }

    /// Sets a field of `application/x-www-form-urlencoded` in a style of its `encoding`.
    pub fn form_styled<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
        format: Format,
    ) {
        let text = self.written(Argument::Field(name), name, value, format);
        self.give_form(name);
        if let Some(text) = text {
            self.spec.body.add_encoded(name, text);
        }
        self.unless_empty(name);
    }

    /// Sets a list of `application/x-www-form-urlencoded` in a style of its `encoding`.
    pub fn form_list<T: Serialize>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = impl Into<T>>,
        format: Format,
    ) {
        let values: Vec<T> = values.into_iter().map(Into::into).collect();
        self.form_styled(name, &values, format);
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
        self.unless_empty(name);
    }

    /// Sets a field that is not a plain text: as JSON, with one part for each item of a list.
    pub fn form_json(
        &mut self,
        name: &'static str,
        value: &(impl Serialize + ?Sized),
        multipart: bool,
    ) {
        self.also(Argument::Field(name), |v| {
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
        self.unless_empty(name);
    }

    /// Sets a field of `application/x-www-form-urlencoded` whose value may be a list: a list is
    /// repeated, anything else goes as in [`Self::form_json`].
    pub fn form_either(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) {
        let is_scalar = |item: &Value| !item.is_array() && !item.is_object();
        match serde_json::to_value(value) {
            Ok(Value::Array(items)) if items.iter().all(is_scalar) => {
                let texts = items.into_iter().map(|item| match item {
                    Value::String(text) => text,
                    other => other.to_string(),
                });
                self.form_values::<String>(name, texts);
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
            let form = self.form.get_or_insert_default();
            if let Err(fault) = form.file(name.into(), file) {
                self.refused(Argument::Field(name), name, fault);
            }
        }
        self.unless_empty(name);
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
        let of = Argument::PartHeader(part, name);
        if !usual {
            self.unchecked(of);
        }
        if let Some((name, value)) = self.carried(of, &header_of(part, name), name, value) {
            let form = self.form.get_or_insert_default();
            form.header(part, name, value, usual);
        }
    }
}

#[cfg(test)]
mod tests;
