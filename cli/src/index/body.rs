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
    /// Whether the document requires the body.
    pub required: bool,
    /// The schema of the body.
    pub schema: Value,
    /// The headers that the document has for parts of a form.
    pub headers: Vec<PartHeader>,
    /// How the members of a form are written, by their names.
    encoding: Value,
}

/// A header of the parts with one name.
#[derive(Debug)]
pub struct PartHeader {
    /// The name of the parts.
    pub part: String,
    /// The name of the header.
    pub name: &'static str,
    /// The value that the document gives.
    pub usual: Option<String>,
    /// Whether the caller must set it.
    pub required: bool,
    /// Whether the document marks it as a secret.
    pub(super) secret: bool,
}

impl PartHeader {
    fn all(encoding: &Value) -> Vec<Self> {
        let parts = encoding.as_object().into_iter().flatten();
        let headers = parts.flat_map(|(part, of)| {
            let headers = of.get("headers").and_then(Value::as_object);
            headers
                .into_iter()
                .flatten()
                .map(move |header| (part, header))
        });
        let header = |(part, (name, of)): (&String, (&String, &Value))| {
            let usual = of.get("usual").and_then(Value::as_str).map(str::to_owned);
            Self {
                part: part.clone(),
                name: leaked(name),
                required: usual.is_none() && flag(of, "required"),
                secret: flag(of, "secret"),
                usual,
            }
        };
        headers.map(header).collect()
    }
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
        let encoding = value.get("encoding").cloned().unwrap_or_default();
        Self {
            kind,
            media,
            required: flag(value, "required"),
            schema: value.get("schema").cloned().unwrap_or_default(),
            headers: PartHeader::all(&encoding),
            encoding,
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

    /// Returns the headers of the parts with this name.
    pub fn headers<'b>(&'b self, part: &'b str) -> impl Iterator<Item = &'b PartHeader> {
        self.headers
            .iter()
            .filter(move |header| header.part == part)
    }

    /// Returns the part and the header that `PART;HEADER` names.
    pub fn header_of<'n>(&self, name: &'n str) -> Option<(&'n str, &'static str)> {
        let (part, header) = name.rsplit_once(';')?;
        let mut known = self.headers(part).map(|known| known.name);
        Some((part, known.find(|name| name.eq_ignore_ascii_case(header))?))
    }

    /// Returns the media type of the parts with this name, if the document has a single one.
    pub fn content_type(&self, name: &str) -> Option<&'static str> {
        let media = text(self.encoding.get(name)?, "contentType");
        (!media.is_empty()).then(|| leaked(media))
    }
}
