//! Parts of forms: what is said of them and not sent so.

use autopi_codegen::media;
use serde_json::{Map, Value};

use crate::document::{self, escape};

/// Returns what a form or its `encoding` says that is not sent so: where, below the content, and
/// what is sent.
pub fn parts(op: &Map<String, Value>, components: &Map<String, Value>) -> Vec<(String, String)> {
    let content = op
        .get("requestBody")
        .and_then(|b| b.get("content")?.as_object());
    let mut out = Vec::new();
    for (media, value) in content.into_iter().flatten() {
        let members = value
            .pointer("/schema/properties")
            .and_then(Value::as_object);
        for (name, member) in members.into_iter().flatten() {
            for key in ["oneOf", "anyOf"] {
                let parts = member.get(key).and_then(Value::as_array);
                let parts: Vec<&Value> = parts.into_iter().flatten().collect();
                let is_file = |part: &&Value| {
                    let items = part.get("items").unwrap_or(part);
                    autopi_codegen::schema::is_file(items)
                };
                if parts.iter().any(is_file) && !parts.iter().all(is_file) {
                    let at = format!("{}/schema/properties/{}/{key}", escape(media), escape(name));
                    out.push((
                        at,
                        "one alternative is a file: only an `Upload` is accepted".to_owned(),
                    ));
                }
            }
        }
        let multipart = media::is_multipart(media);
        let schema = value.get("schema");
        let schema = schema.map(|s| document::resolved(s, components));
        let member = |name: &str| {
            let member = schema?.get("properties")?.get(name)?;
            Some(document::resolved(member, components))
        };
        let encoding = value.get("encoding").and_then(Value::as_object);
        if encoding.is_some_and(|e| !e.is_empty()) && !multipart && !media::is_urlencoded(media) {
            let at = format!("{}/encoding", escape(media));
            out.push((at, "only a form has an encoding: not read".to_owned()));
            continue;
        }
        for (name, encoding) in encoding.into_iter().flatten() {
            let own = format!("{}/encoding/{}", escape(media), escape(name));
            let at = |key| format!("{own}/{key}");
            if schema.is_some_and(|form| has_no(form, name)) {
                out.push((own, "the form has no such member: not read".to_owned()));
                continue;
            }
            for key in ["style", "explode", "allowReserved"] {
                if multipart && encoding.get(key).is_some() {
                    let message = "only a field of a URL-encoded form has a style: not read";
                    out.push((at(key), message.to_owned()));
                }
            }
            let headers = encoding.get("headers").and_then(Value::as_object);
            for name in headers.into_iter().flatten().map(|(name, _)| name) {
                if !autopi_codegen::parts::is_settable(name)
                    && !name.eq_ignore_ascii_case("content-type")
                {
                    let message = format!("a part cannot have its own header `{name}`: not sent");
                    out.push((at("headers"), message));
                }
            }
            if headers.is_some_and(|h| !h.is_empty()) && !multipart {
                out.push((
                    at("headers"),
                    "only a part of a multipart body has headers: not sent".to_owned(),
                ));
            }
            let types = encoding.get("contentType").and_then(Value::as_str);
            if let Some(types) = types.filter(|t| !media::is_media_type(t)) {
                let several = media::split(types, ',').nth(1).is_some();
                let what = match several || types.contains('*') {
                    true => format!("several media types (`{types}`)"),
                    false => format!("`{types}` is no media type"),
                };
                let message = format!("{what}: a part has that of its `Upload`");
                out.push((at("contentType"), message));
            } else if let Some(media) = types.filter(|t| !media::is_json(t))
                && member(name).is_some_and(autopi_codegen::schema::is_object)
            {
                let sent = match multipart {
                    true => "a text is sent unchanged",
                    false => "an object is sent in the style of the field, or else as JSON",
                };
                out.push((at("contentType"), format!("`{media}` is not JSON: {sent}")));
            }
        }
    }
    out
}

/// Returns whether a form cannot have this member.
fn has_no(form: &Value, name: &str) -> bool {
    let others = ["allOf", "oneOf", "anyOf", "additionalProperties", "$ref"];
    let members = form.get("properties").and_then(Value::as_object);
    members.is_some_and(|members| !members.contains_key(name))
        && others.iter().all(|key| form.get(*key).is_none())
}
