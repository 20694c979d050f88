//! Bodies that are forms: their members, and how each is written (OpenAPI 3.0.3, Encoding Object).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::{
    Error, media,
    parameters::Argument,
    parts::Header,
    schema::{Document, is_object},
    style,
};

/// The style in which a list is repeated.
pub const REPEATED: Option<(&str, bool, bool)> = Some(("Form", true, false));

/// A form.
pub struct Form<'a> {
    pub multipart: bool,
    pub members: Map<String, Value>,
    pub required: BTreeSet<String>,
    pub encoding: Option<&'a Value>,
}

impl Form<'_> {
    fn encoding(&self, name: &str) -> Option<&Value> {
        self.encoding?.get(name)
    }

    /// Returns the headers of the parts with this name.
    pub fn headers_of<'h>(&'h self, doc: &'h Document<'_>, name: &str) -> Vec<Header<'h>> {
        let encoding = self.encoding(name).filter(|_| self.multipart);
        let headers = encoding.and_then(|e| e.get("headers")?.as_object());
        let all = headers.into_iter().flatten();
        all.filter_map(|(name, header)| Header::of(doc, name, header))
            .collect()
    }

    /// Returns the headers of all parts that the caller may set.
    pub fn headers<'h>(&'h self, doc: &'h Document<'_>) -> Vec<(&'h str, Vec<Header<'h>>)> {
        let names = self.members.keys();
        names
            .map(|name| {
                let mut headers = self.headers_of(doc, name);
                headers.retain(|header| !header.is_fixed());
                (name.as_str(), headers)
            })
            .collect()
    }

    /// Returns the media type of a part, if it is a single concrete one: of several, the caller
    /// chooses.
    pub fn content_type(&self, name: &str) -> Option<&str> {
        let media = self.encoding(name)?.get("contentType")?.as_str()?;
        Some(media).filter(|media| media::is_media_type(media))
    }

    /// Returns the style of a field, `explode` and `allowReserved`, if its `encoding` says one of
    /// them, or that it is JSON. By default a list is repeated, and an object is JSON.
    pub fn style(&self, name: &str) -> Option<(&'static str, bool, bool)> {
        let encoding = self.encoding(name).filter(|_| !self.multipart)?;
        let flag = |key| encoding.get(key).and_then(Value::as_bool);
        let style = match encoding.get("style").and_then(Value::as_str) {
            Some(style) => style::of(style),
            None if flag("explode").or(flag("allowReserved")).is_some() => "Form",
            None => {
                let json = self.content_type(name).is_some_and(media::is_json);
                return json.then_some(("Json", false, false));
            }
        };
        let explode = flag("explode").unwrap_or(style == "Form");
        Some((style, explode, flag("allowReserved") == Some(true)))
    }

    /// Returns the argument of the setter of a member, and the schema that it is checked by. A part
    /// of another media type than JSON is a text that the caller writes.
    ///
    /// # Errors
    /// Returns an error if a `$ref` points to nothing.
    pub fn argument<'p>(
        &self,
        doc: &Document<'_>,
        name: &str,
        property: &'p Value,
        used: &mut BTreeSet<String>,
    ) -> Result<(Argument, &'p Value), Error> {
        let media = self.content_type(name).filter(|_| self.multipart);
        let written = media.is_some_and(|media| !media::is_json(media));
        Ok(match Argument::of(doc, property, used)? {
            Argument::Of(_) if written && is_object(doc.known(property)) => {
                (Argument::text(), &Value::Null)
            }
            argument => (argument, property),
        })
    }
}
