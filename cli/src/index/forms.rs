//! Files in bodies, and what the `encoding` of a form says. The build script compiles this file
//! too.

use serde_json::{Map, Value, json};

use super::{
    contract,
    links::resolved,
    media::{is_bytes, is_media_type, is_part_header, usual_header},
    trim::trimmed,
};

/// The limit of the parts of one schema, which may refer to itself.
const PARTS: usize = 32;

/// Returns the schema behind references, and the parts of its `allOf`, each once.
fn parts<'a>(document: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    within(document, schema, &["allOf"])
}

/// Returns the schema behind references, and those in it under these keywords, each once.
fn within<'a>(document: &'a Value, schema: &'a Value, keywords: &[&str]) -> Vec<&'a Value> {
    let (mut todo, mut out) = (vec![schema], Vec::<&Value>::new());
    while let Some(schema) = todo.pop().filter(|_| out.len() < PARTS) {
        let schema = resolved(document, schema);
        if out.iter().any(|known| std::ptr::eq(*known, schema)) {
            continue;
        }
        out.push(schema);
        for inner in keywords.iter().filter_map(|key| schema.get(*key)) {
            match inner {
                Value::Array(all) => todo.extend(all),
                one => todo.push(one),
            }
        }
    }
    out
}

/// Returns whether a schema is a file.
pub fn is_file(document: &Value, schema: &Value) -> bool {
    let is = |part: &&Value| {
        let is_binary = part.get("format").is_some_and(|f| f == "binary");
        is_binary || part.as_object().is_some_and(is_bytes)
    };
    parts(document, schema).iter().any(is)
}

/// Returns whether a form has a file, a list of files or a union with one among its members.
pub fn has_file(document: &Value, schema: &Value) -> bool {
    let is_or_lists = |part: &Value| {
        let mut schemas = [Some(part), part.get("items")].into_iter().flatten();
        schemas.any(|schema| is_file(document, schema))
    };
    let holds = |member| {
        parts(document, member).into_iter().any(|part| {
            let lists = ["oneOf", "anyOf"].map(|key| part.get(key).and_then(Value::as_array));
            let mut alternatives = lists.into_iter().flatten().flatten();
            is_or_lists(part) || alternatives.any(|one| is_or_lists(resolved(document, one)))
        })
    };
    let forms = parts(document, schema).into_iter();
    let members = forms.filter_map(|part| part.get("properties")?.as_object());
    members.flat_map(Map::values).any(holds)
}

/// Returns whether the values of a header, or some of them, are secrets.
fn is_secret(document: &Value, schema: &Value) -> bool {
    let reached = within(document, schema, &["allOf", "oneOf", "anyOf", "items"]);
    reached.iter().any(|part| {
        let is_password = part.get("format").is_some_and(|of| of == "password");
        is_password || part.get(contract::SECRET) == Some(&Value::Bool(true))
    })
}

/// Returns the `encoding` of a form as it can be sent: a part has one media type, and the headers
/// that the client does not set itself.
pub fn sendable(document: &Value, encoding: &Value) -> Value {
    let mut encoding = encoding.clone();
    let parts = encoding.as_object_mut().into_iter().flatten();
    for part in parts.filter_map(|(_, part)| part.as_object_mut()) {
        let media = part.get("contentType").and_then(Value::as_str);
        if !media.is_some_and(is_media_type) {
            part.remove("contentType");
        }
        let Some(Value::Object(headers)) = part.remove("headers") else {
            continue;
        };
        let headers = headers.into_iter().filter(|(name, _)| is_part_header(name));
        let headers: Map<_, _> = headers
            .map(|(name, header)| {
                let header = resolved(document, &header);
                let schema = header.get("schema").map(trimmed);
                let usual = schema.as_ref().and_then(usual_header);
                let content = || header.get("content")?.as_object()?.values().next();
                let said = header.get("schema").or_else(|| content()?.get("schema"));
                let is_secret = said.map(|of| is_secret(document, of));
                let of = json!({
                    "required": header.get("required"), "usual": usual, "secret": is_secret,
                });
                (name, of)
            })
            .collect();
        part.insert("headers".into(), headers.into());
    }
    encoding
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_part_has_the_media_type_of_the_document_if_it_is_one() {
        let typed = |media: &str| {
            sendable(
                &Value::Null,
                &json!({"a": {"contentType": media, "explode": true}}),
            )
        };
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
