//! References of a document. The build script compiles this file too.

use serde_json::Value;

#[path = "keywords.rs"]
pub mod keywords;

use keywords::{has_names, is_data};

/// Returns the place and the target of the first reference to another file. What it leads to would
/// be missing from the commands without a word.
pub fn to_another_file(value: &Value, at: &str) -> Option<(String, String)> {
    search(value, at, Keys::Words)
}

/// What the keys of an object are.
#[derive(Clone, Copy, PartialEq)]
enum Keys {
    Words,
    /// Names, which may be those of keywords.
    Names,
    /// The statuses of an operation's responses, with extensions beside them.
    Statuses,
}

fn search(value: &Value, at: &str, keys: Keys) -> Option<(String, String)> {
    match value {
        Value::Object(map) => map.iter().find_map(|(key, value)| match value.as_str() {
            Some(target) if key == "$ref" && !target.starts_with('#') => {
                Some((at.to_owned(), target.to_owned()))
            }
            Some(_) => None,
            None if keys == Keys::Words && is_data(key) => None,
            None if keys != Keys::Names && key.starts_with("x-") => None,
            None => {
                let step = key.replace('~', "~0").replace('/', "~1");
                let inner = match key.as_str() {
                    _ if keys != Keys::Words || !has_names(key) => Keys::Words,
                    "responses" if !matches!(at, "" | "/components") => Keys::Statuses,
                    _ => Keys::Names,
                };
                search(value, &format!("{at}/{step}"), inner)
            }
        }),
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(i, item)| search(item, &format!("{at}/{i}"), Keys::Words))
        }
        _ => None,
    }
}

/// Returns the target of a reference within the document.
pub fn target<'a>(document: &'a Value, value: &Value) -> Option<&'a Value> {
    let pointer = value.get("$ref")?.as_str()?.strip_prefix('#')?;
    document.pointer(&decoded(pointer))
}

/// Follows references, up to a few in a row.
pub fn resolved<'a>(document: &'a Value, mut value: &'a Value) -> &'a Value {
    for _ in 0..8 {
        match target(document, value) {
            Some(there) => value = there,
            None => break,
        }
    }
    value
}

/// Returns a pointer without the escapes of URLs, with which some programs write `{` and spaces.
pub fn decoded(pointer: &str) -> String {
    let mut parts = pointer.split('%');
    let mut out = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let code = part
            .get(..2)
            .filter(|c| c.bytes().all(|b| b.is_ascii_hexdigit()));
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                out.extend_from_slice(part.get(2..).unwrap_or_default().as_bytes());
            }
            None => {
                out.push(b'%');
                out.extend_from_slice(part.as_bytes());
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn another_file_is_found_behind_names_that_are_keywords_and_not_in_data() {
        let there = json!({ "$ref": "b.json" });
        let found = |value: Value| to_another_file(&value, "").map(|(at, _)| at);
        for key in ["default", "enum", "x-y", "properties"] {
            let at = Some(format!("/properties/{key}"));
            assert_eq!(found(json!({ "properties": { key: there } })), at);
        }
        for part in ["schemas", "responses", "parameters"] {
            let at = Some(format!("/components/{part}/default"));
            let components = json!({ "components": { part: { "default": there } } });
            assert_eq!(found(components), at);
        }
        let response = found(json!({ "responses": { "default": there } }));
        assert_eq!(response.as_deref(), Some("/responses/default"));
        for key in ["default", "example", "x-y"] {
            assert_eq!(found(json!({ key: there })), None);
        }
        let of_operation = |key: &str| json!({ "get": { "responses": { key: there } } });
        assert_eq!(found(of_operation("x-y")), None);
        assert!(found(of_operation("default")).is_some());
    }
}
