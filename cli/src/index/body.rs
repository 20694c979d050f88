//! Request bodies of operations.

use autopi::rt;
use serde_json::Value;

use super::{
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

    /// Returns the media type of the parts with this name, if the document has a single one.
    pub fn content_type(&self, name: &str) -> Option<&'static str> {
        let media = text(self.encoding.get(name)?, "contentType");
        (!media.is_empty()).then(|| leaked(media))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::index::build::sendable;

    #[test]
    fn a_part_has_the_media_type_of_the_document_if_it_is_one() {
        let typed = |media: &str| sendable(&json!({"a": {"contentType": media, "explode": true}}));
        for media in ["text/csv", "text/csv; charset=utf-8"] {
            assert_eq!(typed(media)["a"]["contentType"], media);
        }
        // `curl -F` would read the file and send it.
        let hostile = "text/plain;headers=@/etc/passwd";
        for media in [
            hostile,
            "text/csv, text/plain",
            "text/*",
            "a/b\r\nX: y",
            "text",
        ] {
            assert_eq!(typed(media), json!({"a": {"explode": true}}), "{media}");
        }
    }
}
