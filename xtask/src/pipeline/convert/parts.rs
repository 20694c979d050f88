//! Parts of forms: what is said of them and not sent so.

use autopi_codegen::{media, schema::is_file};
use serde_json::{Map, Value, json};

use crate::document::{self, escape};

/// Returns the settings of a form, or of its `encoding`, that are not sent so: the place of each
/// below the content, and what is sent in its stead.
pub fn parts(op: &Map<String, Value>, components: &Map<String, Value>) -> Vec<(String, String)> {
    let content = op
        .get("requestBody")
        .and_then(|b| b.get("content")?.as_object());
    let mut out = Vec::new();
    for (media, body) in content.into_iter().flatten() {
        let at = escape(media);
        mixed_files(body, &at, &mut out);
        let encoding = body.get("encoding").and_then(Value::as_object);
        let Some(encoding) = encoding.filter(|parts| !parts.is_empty()) else {
            continue;
        };
        if !media::is_multipart(media) && !media::is_urlencoded(media) {
            let message = "only a form has an encoding: not read";
            out.push((format!("{at}/encoding"), message.to_owned()));
            continue;
        }
        let form = Form {
            multipart: media::is_multipart(media),
            schema: body
                .get("schema")
                .map(|s| document::resolved(s, components)),
            components,
        };
        for (name, part) in encoding {
            let at = format!("{at}/encoding/{}", escape(name));
            if form.has_no(name) {
                out.push((at, "the form has no such member: not read".to_owned()));
                continue;
            }
            form.style_and_headers(part, &at, &mut out);
            out.extend(
                form.media(name, part)
                    .map(|m| (format!("{at}/contentType"), m)),
            );
        }
    }
    out
}

/// Finds members of which one alternative is a file, and another is not.
fn mixed_files(body: &Value, at: &str, out: &mut Vec<(String, String)>) {
    let members = body
        .pointer("/schema/properties")
        .and_then(Value::as_object);
    for (name, member) in members.into_iter().flatten() {
        for key in ["oneOf", "anyOf"] {
            let parts = member.get(key).and_then(Value::as_array);
            let parts: Vec<&Value> = parts.into_iter().flatten().collect();
            let is_file = |part: &&Value| is_file(part.get("items").unwrap_or(part));
            if parts.iter().any(is_file) && !parts.iter().all(is_file) {
                let message = "one alternative is a file: only an `Upload` is accepted";
                let place = format!("{at}/schema/properties/{}/{key}", escape(name));
                out.push((place, message.to_owned()));
            }
        }
    }
}

/// A form, whose encoding says how its parts are sent.
struct Form<'a> {
    multipart: bool,
    schema: Option<&'a Value>,
    components: &'a Map<String, Value>,
}

impl Form<'_> {
    /// Returns whether the form cannot have this member.
    fn has_no(&self, name: &str) -> bool {
        let others = ["allOf", "oneOf", "anyOf", "additionalProperties", "$ref"];
        self.schema.is_some_and(|form| {
            let members = form.get("properties").and_then(Value::as_object);
            members.is_some_and(|members| !members.contains_key(name))
                && others.iter().all(|key| form.get(*key).is_none())
        })
    }

    fn style_and_headers(&self, part: &Value, at: &str, out: &mut Vec<(String, String)>) {
        for key in ["style", "explode", "allowReserved"] {
            let usual = match key {
                "style" => json!("form"),
                "explode" => json!(true),
                _ => json!(false),
            };
            if self.multipart && part.get(key).is_some_and(|said| *said != usual) {
                let message = "the style of a part is not read";
                out.push((format!("{at}/{key}"), message.to_owned()));
            }
        }
        let headers = part.get("headers").and_then(Value::as_object);
        for name in headers.into_iter().flatten().map(|(name, _)| name) {
            if !media::is_part_header(name) && !name.eq_ignore_ascii_case("content-type") {
                let message = format!("a part cannot have its own header `{name}`: not sent");
                out.push((format!("{at}/headers"), message));
            }
        }
        if headers.is_some_and(|h| !h.is_empty()) && !self.multipart {
            let message = "only a part of a multipart body has headers: not sent";
            out.push((format!("{at}/headers"), message.to_owned()));
        }
    }

    /// Returns what is sent instead of the media type of a part.
    fn media(&self, name: &str, part: &Value) -> Option<String> {
        let types = part.get("contentType").and_then(Value::as_str)?;
        if !media::is_media_type(types) {
            let several = media::split(types, ',').nth(1).is_some();
            let what = match several || types.contains('*') {
                true => format!("several media types (`{types}`)"),
                false => format!("`{types}` is no media type"),
            };
            return Some(format!("{what}: a part has that of its `Upload`"));
        }
        let member = self.schema?.get("properties")?.get(name)?;
        let member = document::resolved(member, self.components);
        if media::is_json(types) || !autopi_codegen::schema::is_object(member) {
            return None;
        }
        let sent = match self.multipart {
            true => "a text is sent unchanged",
            false => "an object is sent in the style of the field, or else as JSON",
        };
        Some(format!("`{types}` is not JSON: {sent}"))
    }
}
