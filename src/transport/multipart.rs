//! Bodies of `multipart/form-data`.

use std::borrow::Cow;

use reqwest::{
    header::{HeaderMap, HeaderName, HeaderValue},
    multipart::{Form, Part},
};

use crate::{
    Error,
    transport::upload::{Upload, in_header},
};

/// A body of `multipart/form-data`.
#[derive(Default)]
pub(crate) struct MultipartForm {
    fields: Vec<(Cow<'static, str>, Field)>,
    /// The headers of the parts of each name.
    headers: Vec<(&'static str, HeaderMap)>,
    /// Part and header of each that the caller must set.
    needed: Vec<(&'static str, &'static str)>,
}

enum Field {
    /// With a media type, if it is no plain text.
    Text(String, Option<&'static str>),
    File(Upload),
}

impl MultipartForm {
    pub fn text(&mut self, name: Cow<'static, str>, value: String, media: Option<&'static str>) {
        self.fields.push((name, Field::Text(value, media)));
    }

    /// Sets the media type of what has none of its own.
    pub fn typed(&mut self, name: &str, media: &'static str) {
        for (_, field) in self.fields.iter_mut().filter(|(other, _)| other == name) {
            match field {
                Field::Text(_, own) => *own = Some(media),
                Field::File(file) => {
                    file.content_type.get_or_insert_with(|| media.to_owned());
                }
            }
        }
    }

    pub fn file(&mut self, name: Cow<'static, str>, file: Upload) -> Result<(), Error> {
        if let Some(media) = &file.content_type {
            Part::text("")
                .mime_str(media)
                .map_err(|_| Error::invalid(format!("{name}: `{media}` is no media type")))?;
        }
        self.fields.push((name, Field::File(file)));
        Ok(())
    }

    /// Sets a header of the parts of this name, which browsers leave out.
    pub fn header(
        &mut self,
        part: &'static str,
        name: HeaderName,
        value: HeaderValue,
        usual: bool,
    ) {
        let at = self.headers.iter().position(|(other, _)| *other == part);
        let at = at.unwrap_or_else(|| {
            self.headers.push((part, HeaderMap::new()));
            self.headers.len() - 1
        });
        let headers = &mut self.headers[at].1;
        if !usual || !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }

    /// The parts of this name must have this header.
    pub fn need_header(&mut self, part: &'static str, name: &'static str) {
        if !self.needed.contains(&(part, name)) {
            self.needed.push((part, name));
        }
    }

    /// Returns part and header of each that is needed and not set.
    pub fn missing_headers(&self) -> impl Iterator<Item = &(&'static str, &'static str)> {
        let headers = |part: &str| self.headers.iter().find(|(other, _)| *other == part);
        self.needed.iter().filter(move |(part, name)| {
            self.fields.iter().any(|(field, _)| field == part)
                && !headers(part).is_some_and(|(_, set)| set.contains_key(*name))
        })
    }

    pub fn forget(&mut self, name: &str) {
        self.fields.retain(|(other, _)| other != name);
    }

    /// Returns whether everything is there to be sent, the first time or again.
    pub fn is_whole(&self) -> bool {
        let spent = |(_, field): &(_, Field)| matches!(field, Field::File(file) if file.is_spent());
        !self.fields.iter().any(spent)
    }

    /// Returns the body; what can be sent only once leaves for good.
    pub async fn build(&mut self) -> Result<Form, Error> {
        let mut form = empty_form();
        for (name, field) in &mut self.fields {
            let part = match field {
                Field::Text(value, media) => {
                    let part = Part::text(value.clone());
                    match media {
                        Some(media) => part
                            .mime_str(media)
                            .map_err(|_| Error::invalid("no media type"))?,
                        None => part,
                    }
                }
                Field::File(file) => file.part().await?,
            };
            let headers = self.headers.iter().find(|(of, _)| of == name);
            let part = match headers {
                Some((_, headers)) => part.headers(headers.clone()),
                None => part,
            };
            form = form.part(in_header(name).into_owned(), part);
        }
        Ok(form)
    }
}

/// reqwest's other ways write `name*=`, which RFC 7578 forbids and Django does not read.
#[cfg(not(target_family = "wasm"))]
fn empty_form() -> Form {
    Form::new().percent_encode_noop()
}

#[cfg(target_family = "wasm")]
fn empty_form() -> Form {
    Form::new()
}
