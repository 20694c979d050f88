//! Request bodies of operations.

use autopi::rt;
use serde_json::Value;

use super::{
    Index,
    build::is_json,
    operation::{flag, leaked, style_of_query, text},
};

/// A body.
#[derive(Debug)]
pub struct Body {
    /// The kind of the body.
    pub kind: BodyKind,
    /// Its media type.
    pub media: &'static str,
    /// Whether it is required.
    pub required: bool,
    /// The schema of the body.
    pub schema: Value,
    /// How the members of a form are written, by their names.
    encoding: Value,
}

/// The kinds of bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// A single JSON text.
    Json,
    /// `multipart/form-data`.
    Multipart,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// Bytes of any media type.
    Raw,
}

impl Body {
    pub(super) fn new(value: &Value) -> Self {
        let media = text(value, "media");
        let usual = |usual: &'static str| {
            if media.contains('*') {
                usual
            } else {
                leaked(media)
            }
        };
        let (kind, media) = match text(value, "kind") {
            "json" => (BodyKind::Json, usual("application/json")),
            "multipart" => (BodyKind::Multipart, usual("multipart/form-data")),
            "form" => (BodyKind::Form, usual("application/x-www-form-urlencoded")),
            _ => (BodyKind::Raw, usual("application/octet-stream")),
        };
        Self {
            kind,
            media,
            required: flag(value, "required"),
            schema: value.get("schema").cloned().unwrap_or_default(),
            encoding: value.get("encoding").cloned().unwrap_or_default(),
        }
    }

    /// Returns the style of a list or an object in a form, by the same rule as the generator.
    pub fn style(&self, name: &str) -> Option<rt::Format> {
        let encoding = self.encoding.get(name)?;
        let said = |key| encoding.get(key).and_then(Value::as_bool);
        let is_said = said("explode").or(said("allowReserved")).is_some();
        let style = match text(encoding, "style") {
            "" if is_said => rt::Style::Form,
            "" if is_json(text(encoding, "contentType")) => rt::Style::Json,
            "" => return None,
            style => style_of_query(style),
        };
        Some(rt::Format {
            place: rt::Place::Query,
            style,
            explode: said("explode").unwrap_or(style == rt::Style::Form),
            reserved: said("allowReserved") == Some(true),
        })
    }

    /// Returns the schema of a part. An object of another media type than JSON is a text, which the
    /// caller writes.
    pub fn part<'a>(&self, index: &Index, name: &str, schema: &'a Value) -> &'a Value {
        let is_written = self.content_type(name).is_some_and(|media| !is_json(media));
        let is_object = || index.resolved(schema).get("properties").is_some();
        match is_written && is_object() {
            true => &Value::Null,
            false => schema,
        }
    }

    /// Returns the headers of the parts with this name: the name, the value that the document
    /// gives, and whether the caller must set it.
    pub fn headers(&self, part: &str) -> Vec<(&'static str, Option<String>, bool)> {
        let headers = self.encoding.get(part).and_then(|e| e.get("headers"));
        let headers = headers.and_then(Value::as_object).into_iter().flatten();
        let header = |(name, of): (&String, &Value)| {
            let value = of.get("usual").and_then(Value::as_str).map(str::to_owned);
            let must = value.is_none() && flag(of, "required");
            (leaked(name), value, must)
        };
        headers.map(header).collect()
    }

    /// Returns the names of the parts whose encoding the document gives.
    pub fn encoded(&self) -> impl Iterator<Item = &str> {
        let parts = self.encoding.as_object().into_iter().flatten();
        parts.map(|(name, _)| name.as_str())
    }

    /// Returns the part and the header that `PART;HEADER` names.
    pub fn header_of<'n>(&self, name: &'n str) -> Option<(&'n str, &'static str)> {
        let (part, header) = name.rsplit_once(';')?;
        let known = self.headers(part).into_iter().map(|(name, ..)| name);
        let mut known = known.filter(|name| name.eq_ignore_ascii_case(header));
        Some((part, known.next()?))
    }

    /// Returns the media type of the parts with this name, if the document has a single one.
    pub fn content_type(&self, name: &str) -> Option<&'static str> {
        let media = text(self.encoding.get(name)?, "contentType");
        (!media.is_empty()).then(|| leaked(media))
    }
}
