//! Splits JSON text at its brackets and commas.

use secrecy::{ExposeSecret, SecretString};
use serde::de::IgnoredAny;

/// Returns the value of the member with this name; the last one if there are several.
pub(crate) fn member<'a>(text: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let members = pieces(text, b'{').ok()?;
    let members = members.into_iter().filter_map(|m| split(m).ok());
    members.rev().find(|(key, _)| key == name).map(|m| m.1)
}

/// Returns the member with this name of an object, if it is a text that is not empty.
pub(crate) fn secret(object: &[u8], name: &str) -> Option<SecretString> {
    let object = object.strip_prefix(b"\xef\xbb\xbf").unwrap_or(object);
    let value = member(object.trim_ascii(), name)?;
    let text = serde_json::from_slice::<SecretString>(value).ok()?;
    Some(text).filter(|text| !text.expose_secret().is_empty())
}

/// Returns whether the text is a JSON number, of any length.
pub(crate) fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Returns the text between the brackets, split at the commas.
pub(crate) fn pieces(text: &[u8], open: u8) -> Result<Vec<&[u8]>, &'static str> {
    let close = if open == b'[' { b']' } else { b'}' };
    if text.first() != Some(&open) {
        return Err("not a list or object");
    }
    let (mut out, mut depth, mut start, mut at) = (Vec::new(), 0usize, 1, 0);
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => at += string_end(&text[at..]).ok_or("a text does not end")?,
            b'[' | b'{' => depth += 1,
            b']' | b'}' if depth == 1 => {
                if *byte != close || at + 1 != text.len() {
                    return Err("invalid JSON: there is text after its end");
                }
                let last = text[start..at].trim_ascii();
                if !(last.is_empty() && out.is_empty()) {
                    out.push(last);
                }
                return Ok(out);
            }
            b']' | b'}' => depth -= 1,
            b',' if depth == 1 => {
                out.push(text[start..at].trim_ascii());
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    Err("invalid JSON: it ends too early")
}

/// Returns the position after the JSON string at the start of the text.
fn string_end(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match text.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Returns the name and the value of a member.
pub(crate) fn split(member: &[u8]) -> Result<(String, &[u8]), &'static str> {
    let fault = "invalid JSON: a member without a name";
    let end = string_end(member)
        .filter(|_| member.first() == Some(&b'"'))
        .ok_or(fault)?;
    let name = serde_json::from_slice(&member[..=end]).map_err(|_| fault)?;
    let value = member[end + 1..]
        .trim_ascii_start()
        .strip_prefix(b":")
        .ok_or(fault)?;
    Ok((name, value.trim_ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_split_where_its_items_end() {
        let split_at_commas = |text: &'static str| pieces(text.as_bytes(), b'[').ok();
        for (text, items) in [
            (
                r#"["a\"],[", [1,2] ,{"b":"}"}]"#,
                vec![r#""a\"],[""#, "[1,2]", r#"{"b":"}"}"#],
            ),
            (r#"["\\",1]"#, vec![r#""\\""#, "1"]),
            ("[1,]", vec!["1", ""]),
            ("[ ]", vec![]),
        ] {
            let items: Vec<_> = items.into_iter().map(str::as_bytes).collect();
            assert_eq!(split_at_commas(text), Some(items), "{text}");
        }
        for text in ["{1]", "[1}", "[1]]", "[1", "1]"] {
            assert_eq!(split_at_commas(text), None, "{text}");
        }
        let twice = br#"{"a":1, "b":2, "a" : [3] }"#;
        assert_eq!(member(twice, "a"), Some(b"[3]".as_slice()), "the last one");
        assert_eq!(member(twice, "c"), None);
    }

    #[test]
    fn a_secret_is_a_text_of_an_object() {
        for text in [
            r#"{"token":"t"}"#,
            "\u{feff} {\"a\":NaN,\"token\":\"\\u0074\"}\n",
            r#"{"token":1,"token":"t"}"#,
        ] {
            let found = secret(text.as_bytes(), "token").unwrap();
            assert_eq!(found.expose_secret(), "t", "{text}");
        }
        for text in [
            r#"["t"]"#,
            r#"{"token":""}"#,
            r#"{"token":["t"]}"#,
            r#"{"token":1}"#,
            r#"{"Token":"t"}"#,
            r#"{"token":"t""#,
            "",
        ] {
            assert!(secret(text.as_bytes(), "token").is_none(), "{text}");
        }
    }

    #[test]
    fn a_number_is_one_of_json_of_any_length() {
        for text in ["0", "-1.5e+400", "12345678901234567890123"] {
            assert!(is_number(text), "{text}");
        }
        for text in [
            "", "-", "1x", "1 2", "01", "true", "null", "\"1\"", "[1]", " 1",
        ] {
            assert!(!is_number(text), "{text}");
        }
    }
}
