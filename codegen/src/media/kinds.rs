//! Kinds of media types. The command line has a link to this file, and its build script compiles it
//! too.

use serde_json::{Map, Value};

/// Returns whether the text is a token of HTTP (RFC 9110, 5.6.2): a method, the name of a header,
/// half of a media type.
pub fn is_token(text: &str) -> bool {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !text.is_empty() && text.chars().all(token)
}

/// Returns type and subtype in lower case, without parameters.
pub fn essence(media: &str) -> String {
    let essence = media.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Returns whether the media type is a single JSON text: `application/json`,
/// `application/vnd.api+json`; not lines of them (`application/x-ndjson`).
pub fn is_json(media: &str) -> bool {
    let essence = essence(media);
    matches!(essence.as_str(), "application/json" | "text/json") || essence.ends_with("+json")
}

/// Returns whether a schema is the bytes of a file, as 3.1 says it: a text, or nothing but a media
/// type, which is none of texts, and no encoding that makes a text of it.
pub fn is_bytes(schema: &Map<String, Value>) -> bool {
    const TEXTS: [&str; 15] = [
        "ecmascript",
        "graphql",
        "javascript",
        "json",
        "json-seq",
        "jsonl",
        "jwt",
        "ndjson",
        "sql",
        "toml",
        "x-ndjson",
        "x-www-form-urlencoded",
        "x-yaml",
        "xml",
        "yaml",
    ];
    const TYPED: [&str; 7] = [
        "$ref",
        "allOf",
        "anyOf",
        "const",
        "enum",
        "oneOf",
        "properties",
    ];
    let text = |key| schema.get(key).and_then(Value::as_str).unwrap_or_default();
    let media = essence(text("contentMediaType"));
    let is_string = |kind: &Value| match kind.as_array() {
        Some(kinds) => {
            kinds.iter().any(|k| k == "string")
                && kinds.iter().all(|k| k == "string" || k == "null")
        }
        None => kind == "string",
    };
    let is_binary = match media.split('/').next() {
        Some("image" | "audio" | "video" | "font" | "application") => {
            let part = media.rsplit(['/', '+']).next().unwrap_or_default();
            !TEXTS.contains(&part)
        }
        _ => false,
    };
    let is_typed = match schema.get("type") {
        Some(kind) => is_string(kind),
        None => !TYPED.iter().any(|key| schema.contains_key(*key)),
    };
    let encoding = text("contentEncoding").to_ascii_lowercase();
    is_binary && is_typed && matches!(encoding.as_str(), "" | "binary" | "8bit")
}

/// Returns whether the media type is that of a JSON Patch, which says how to change a value.
pub fn is_json_patch(media: &str) -> bool {
    essence(media) == "application/json-patch+json"
}

pub fn is_multipart(media: &str) -> bool {
    essence(media).starts_with("multipart/")
}

pub fn is_urlencoded(media: &str) -> bool {
    essence(media) == "application/x-www-form-urlencoded"
}

pub fn is_range(media: &str) -> bool {
    essence(media).contains('*')
}

/// Returns the parts of a text between separators; in quoted strings there are none (RFC 9110,
/// 5.6.4).
pub fn split(text: &str, at: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |c| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => return c == at && !quoted,
        }
        false
    })
}

/// Returns what a quoted string says, if the text is one.
pub fn unquoted(text: &str) -> Option<String> {
    let mut chars = text.strip_prefix('"')?.strip_suffix('"')?.chars();
    let mut out = String::new();
    while let Some(c) = chars.next() {
        match c {
            '"' => return None,
            '\\' => out.push(chars.next()?),
            c => out.push(c),
        }
    }
    Some(out)
}

/// Returns whether the text is one concrete media type, as a part of a form may have.
pub fn is_media_type(text: &str) -> bool {
    let mut parts = split(text, ';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let (kind, subtype) = essence.split_once('/').unwrap_or_default();
    let is_parameter = |text: &str| {
        let (name, value) = text.split_once('=').unwrap_or_default();
        is_token(name) && (is_token(value) || unquoted(value).is_some())
    };
    let known = parts.all(|p| p.is_empty() || is_parameter(p));
    let printed = text
        .bytes()
        .all(|b| b == b'\t' || (b' '..0x7f).contains(&b));
    is_token(kind) && is_token(subtype) && !is_range(text) && known && printed
}

/// Returns how near a media type is to JSON: `application/json`, another JSON type, a range that
/// includes it.
fn rank(media: &str) -> Option<u8> {
    match essence(media).as_str() {
        "application/json" => Some(0),
        _ if is_json(media) => Some(1),
        "application/*" => Some(2),
        "*/*" => Some(3),
        _ => None,
    }
}

/// Returns whether a value of this media type may be written as JSON.
pub fn may_be_json(media: &str) -> bool {
    rank(media).is_some()
}

/// Returns the JSON of a body or a response, the nearest to `application/json`.
pub fn json(content: &Map<String, Value>) -> Option<(&String, &Value)> {
    let ranked = content.iter().filter_map(|c| Some((rank(c.0)?, c)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, c)| c)
}

/// Returns the media type to send: the document's, or `usual` if that is a range.
pub fn sent<'a>(media: &'a str, usual: &'a str) -> &'a str {
    let plain = media.bytes().all(|b| (b' '..0x7f).contains(&b)) && media.contains('/');
    if is_range(media) || !plain {
        usual
    } else {
        media.trim()
    }
}

/// Returns the media types to accept. A file is accepted in any form, so that a server that has it
/// in another one only is not an error.
pub fn accept(content: Option<&Map<String, Value>>, is_file: bool) -> String {
    let Some(content) = content else {
        return "application/json".into();
    };
    if let (false, Some((media, _))) = (is_file, json(content)) {
        return sent(media, "application/json").into();
    }
    let known = content.keys().map(|media| sent(media, "*/*"));
    let mut known: Vec<&str> = known.filter(|media| *media != "*/*").collect();
    known.push(if known.is_empty() { "*/*" } else { "*/*;q=0.1" });
    known.join(", ")
}

/// Returns whether a caller may set this header on a part of a form. The others say how the part is
/// to be read: the client sets them itself.
pub fn is_part_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let own = [
        "content-disposition",
        "content-transfer-encoding",
        "content-type",
    ];
    is_token(&name) && !own.contains(&name.as_str())
}

/// Returns the only value that a schema allows.
pub fn only(schema: &Value) -> Option<&Value> {
    match schema.get("enum")?.as_array()?.as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

/// Returns the text of a value, if a header can carry it.
pub fn header_text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => return None,
    };
    let plain = text.trim() == text && text.bytes().all(|b| (b' '..0x7f).contains(&b));
    (plain && !text.is_empty()).then_some(text)
}

/// Returns what a header of this schema is unless the caller sets it.
pub fn usual_header(schema: &Value) -> Option<String> {
    let value = only(schema).or_else(|| schema.get("default"));
    value.and_then(header_text)
}
