//! Bodies of `multipart/form-data`.

use std::borrow::Cow;

use reqwest::{
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
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
    headers: Vec<PartHeaders>,
}

/// The headers of all parts with one name.
struct PartHeaders {
    part: &'static str,
    set: HeaderMap,
    /// Headers that the caller must set.
    required: Vec<&'static str>,
}

enum Field {
    /// A text, with its media type unless it is plain text.
    Text(String, Option<&'static str>),
    File(Upload),
}

impl MultipartForm {
    pub fn text(&mut self, name: Cow<'static, str>, value: String, media: Option<&'static str>) {
        self.fields.push((name, Field::Text(value, media)));
    }

    /// Sets the media type of the parts with this name that have none of their own.
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

    /// Adds a file.
    ///
    /// # Errors
    /// Returns what is wrong with its media type.
    pub fn file(&mut self, name: Cow<'static, str>, file: Upload) -> Result<(), String> {
        if let Some(media) = file.content_type.as_ref().filter(|media| !is_read(media)) {
            return Err(format!("`{media}` is not a media type"));
        }
        self.fields.push((name, Field::File(file)));
        Ok(())
    }

    /// Sets a header of the parts with this name. Browsers leave it out.
    pub fn header(
        &mut self,
        part: &'static str,
        name: HeaderName,
        value: HeaderValue,
        usual: bool,
    ) {
        let headers = &mut self.headers_of(part).set;
        if !usual || !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }

    /// Requires a header of the parts with this name.
    pub fn require_header(&mut self, part: &'static str, name: &'static str) {
        let required = &mut self.headers_of(part).required;
        if !required.contains(&name) {
            required.push(name);
        }
    }

    fn headers_of(&mut self, part: &'static str) -> &mut PartHeaders {
        let at = self.headers.iter().position(|of| of.part == part);
        let at = at.unwrap_or_else(|| {
            let (set, required) = (HeaderMap::new(), Vec::new());
            self.headers.push(PartHeaders {
                part,
                set,
                required,
            });
            self.headers.len() - 1
        });
        &mut self.headers[at]
    }

    /// Returns the part and the name of each required header that is not set.
    pub fn missing_headers(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let is_sent = |of: &&PartHeaders| self.has(of.part);
        self.headers.iter().filter(is_sent).flat_map(|of| {
            let missing = of
                .required
                .iter()
                .filter(|name| !of.set.contains_key(**name));
            missing.map(|name| (of.part, *name))
        })
    }

    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(other, _)| other == name)
    }

    pub fn forget(&mut self, name: &str) {
        self.fields.retain(|(other, _)| other != name);
    }

    /// Returns whether the form can be sent: no part that can be sent only once was sent already.
    pub fn is_whole(&self) -> bool {
        let spent = |(_, field): &(_, Field)| matches!(field, Field::File(file) if file.is_spent());
        !self.fields.iter().any(spent)
    }

    /// Builds the body. Parts that can be sent only once are moved into it.
    pub async fn build(&mut self) -> Result<Form, Error> {
        let mut form = empty_form();
        for (name, field) in &mut self.fields {
            let (part, media) = match field {
                Field::Text(value, media) => (Part::text(value.clone()), *media),
                Field::File(file) => (file.part().await?, file.content_type.as_deref()),
            };
            let of = self.headers.iter().find(|of| of.part == name);
            let mut headers = of.map(|of| of.set.clone()).unwrap_or_default();
            let part = match media {
                Some(media) if is_read(media) => part.mime_str(media).map_err(not_a_type)?,
                Some(media) => {
                    let media = HeaderValue::from_str(media).map_err(not_a_type)?;
                    headers.insert(CONTENT_TYPE, media);
                    part
                }
                None => part,
            };
            let part = part.headers(headers);
            form = form.part(in_header(name).into_owned(), part);
        }
        Ok(form)
    }
}

/// Returns whether reqwest reads a media type: it does not if a quoted string is empty or has
/// escapes.
fn is_read(media: &str) -> bool {
    Part::text("").mime_str(media).is_ok()
}

fn not_a_type<E>(_: E) -> Error {
    Error::invalid("not a media type")
}

/// reqwest's other encodings write `name*=`, which RFC 7578 forbids and Django does not read.
#[cfg(not(target_family = "wasm"))]
fn empty_form() -> Form {
    Form::new().percent_encode_noop()
}

#[cfg(target_family = "wasm")]
fn empty_form() -> Form {
    Form::new()
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;

    use super::*;

    #[tokio::test]
    async fn a_part_has_the_headers_and_the_media_type_that_were_set() {
        let mut form = MultipartForm::default();
        let own = |media: &str| Upload::bytes("b.bin", "2").content_type(media);
        assert!(form.file("b".into(), own("no media")).is_err());
        form.text("a".into(), "1".into(), None);
        form.file("b".into(), own("text/own")).unwrap();
        form.typed("a", "text/a");
        form.typed("b", "text/b");
        let header = |form: &mut MultipartForm, part, name, value, usual| {
            let value = HeaderValue::from_static(value);
            form.header(part, HeaderName::from_static(name), value, usual);
        };
        header(&mut form, "a", "x-a", "usual", true);
        header(&mut form, "a", "x-a", "set", false);
        header(&mut form, "a", "x-a", "usual", true);
        header(&mut form, "b", "x-b", "usual", true);
        for (part, name) in [("b", "x-b"), ("b", "x-c"), ("b", "x-c"), ("none", "x-d")] {
            form.require_header(part, name);
        }
        let missing: Vec<_> = form.missing_headers().collect();
        assert_eq!(missing, [("b", "x-c")]);
        form.forget("none");
        let chunks = form.build().await.unwrap().into_stream();
        let sent = chunks.map(|chunk| chunk.unwrap().to_vec()).concat().await;
        let sent = String::from_utf8(sent).unwrap().to_lowercase();
        let parts: Vec<_> = sent.split("content-disposition").skip(1).collect();
        let [a, b] = [parts[0], parts[1]];
        assert!(
            a.contains("text/a") && a.contains("x-a: set") && !a.contains("x-b"),
            "{a}"
        );
        assert!(b.contains("text/own") && b.contains("x-b: usual"), "{b}");
        assert!(!b.contains("text/b") && !b.contains("x-a"), "{b}");
        form.forget("a");
        assert_eq!(form.fields.len(), 1);
    }
}
