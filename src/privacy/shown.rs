//! What `Debug` and traces show of requests and responses that may hold secrets.

use std::{borrow::Cow, fmt};

use percent_encoding::percent_decode_str;
use reqwest::{Url, header::HeaderMap};
use serde_json::Value;

use crate::privacy::{escape, secret};

/// Shows the names of headers and the lengths of their values.
pub(crate) struct Headers<'a>(pub &'a HeaderMap);

impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers = self.0.iter().map(|(name, v)| (name.as_str(), v.len()));
        lengths(f, headers)
    }
}

/// Shows the names in a query and the lengths of their values.
pub(crate) struct Query<'a>(pub &'a [(String, String)]);

impl fmt::Debug for Query<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        lengths(f, self.0.iter().map(|(name, v)| (name.as_str(), v.len())))
    }
}

fn lengths<'a>(
    f: &mut fmt::Formatter<'_>,
    of: impl Iterator<Item = (&'a str, usize)>,
) -> fmt::Result {
    let entries = of.map(|(name, length)| (name, Length(length)));
    f.debug_map().entries(entries).finish()
}

/// Shows the length of a value in its place.
pub(crate) struct Length(pub usize);

impl fmt::Debug for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0)
    }
}

/// Returns a body for traces: all of it, or only its length if it holds a secret or if that cannot
/// be told.
///
/// `marked` are the members that the document says are secrets (`true`) or not (`false`), against
/// what their names suggest.
pub(crate) fn body<'a>(bytes: &'a [u8], url: &Url, marked: Marked) -> Cow<'a, str> {
    let is_form = || {
        let names = || url::form_urlencoded::parse(bytes).map(|(name, _)| name);
        bytes.contains(&b'=') && names().all(|n| n.chars().all(is_of_a_name))
    };
    let is_secret = is_path_of_secrets(url.path())
        || match serde_json::from_slice::<Value>(bytes) {
            Ok(json) => has_secret(&json, marked),
            Err(_) if is_form() => url::form_urlencoded::parse(bytes).any(|(name, value)| {
                is_named(&name, marked) || is_json_with_secret(&value, marked)
            }),
            Err(_) => !bytes.is_empty(),
        };
    if is_secret {
        format!("{} ({} bytes)", secret::MASK, bytes.len()).into()
    } else {
        escape::shown(&String::from_utf8_lossy(bytes)).into()
    }
}

fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '[' | ']')
}

/// Returns whether the bodies of this path are secrets whatever their members are called: that of a
/// second factor has a `code`.
pub(crate) fn is_path_of_secrets(path: &str) -> bool {
    path.split('/').any(is_of_secrets)
}

fn is_of_secrets(segment: &str) -> bool {
    let auth = |word: &Cow<'_, str>| matches!(&**word, "auth" | "login" | "mfa" | "oauth" | "sso");
    secret::by_name(segment) || secret::words(segment).iter().any(auth)
}

/// Returns a link, without its query if that holds a secret.
pub(crate) fn link(link: &str) -> &str {
    let (before, query) = link.split_once('?').unwrap_or((link, ""));
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    if pairs.any(|(name, value)| secret::in_query(&name, &value)) {
        before
    } else {
        link
    }
}

/// Returns a path, or a URL without its query, in which segments that may be secrets are masked:
/// those that look like one, and a segment with a digit behind the name of one.
pub(crate) fn path(path: &str) -> String {
    let mut behind_a_secret = false;
    let shown = path.split('/').map(|segment| {
        let text = percent_decode_str(segment).decode_utf8_lossy();
        let is_secret = secret::in_text(&text)
            || behind_a_secret && text.contains(|c: char| c.is_ascii_digit());
        behind_a_secret = secret::by_name(&text);
        if is_secret { secret::MASK } else { segment }
    });
    shown.collect::<Vec<_>>().join("/")
}

/// Returns why the value at this path did not decode. serde's message may show the value, so it is
/// replaced if the value is a secret.
pub(crate) fn reason(path: &str, message: String) -> String {
    if names_a_secret(path) {
        return "is not of the documented form; its value is a secret, and not shown".into();
    }
    // serde quotes a text whatever its length.
    escape::short(&message).into_owned()
}

/// Returns whether any member in this path has the name of a secret.
pub(crate) fn names_a_secret(path: &str) -> bool {
    path.split(['.', '[', ']']).any(secret::by_name)
}

/// Names of members, and whether they are secrets.
pub(crate) type Marked = &'static [(&'static str, bool)];

/// Returns whether a member of this name is a secret.
pub(crate) fn is_named(name: &str, marked: Marked) -> bool {
    let mark = marked.iter().find(|(marked, _)| *marked == name);
    mark.map_or_else(|| secret::by_name(name), |(_, is_secret)| *is_secret)
}

/// Returns whether the value has a member that is a secret, at any depth and in strings that are
/// JSON.
fn has_secret(json: &Value, marked: Marked) -> bool {
    match json {
        Value::Object(map) => map
            .iter()
            .any(|(k, v)| is_named(k, marked) || has_secret(v, marked)),
        Value::Array(items) => items.iter().any(|item| has_secret(item, marked)),
        Value::String(text) => is_json_with_secret(text, marked),
        _ => false,
    }
}

/// Returns whether the text is JSON with a secret in it.
pub(crate) fn is_json_with_secret(text: &str, marked: Marked) -> bool {
    text.trim_start().starts_with(['{', '[', '"'])
        && serde_json::from_str(text).is_ok_and(|json| has_secret(&json, marked))
}

/// Marks the headers that hold secrets as sensitive, so that `Debug` of a bare header map hides
/// them.
pub(crate) fn mark(headers: &mut HeaderMap) {
    for (name, value) in headers.iter_mut() {
        if secret::by_name(name.as_str()) {
            value.set_sensitive(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_of_a_path_that_may_be_secrets_are_not_shown() {
        const HEX: &str = "0123456789abcdef0123456789abcdef";
        let hidden = |text: String| {
            let shown = path(&text);
            assert!(shown.contains(secret::MASK), "{text}: {shown}");
            assert!(
                !shown.contains("0123") && !shown.contains("tok-7"),
                "{shown}"
            );
        };
        for segment in [
            HEX,
            &HEX.to_uppercase(),
            &format!("a:{HEX}"),
            &format!("%2F{HEX}"),
        ] {
            hidden(format!("/confirm/{segment}/"));
            hidden(format!("https://h.example/{segment}"));
        }
        hidden("/auth/password/tok-7/".into());
        hidden("/resetToken/tok-7".into());
        hidden("/reset%54oken/tok-7".into());
        for text in [
            "",
            "/",
            "/dongle/devices/0189d7a5-0000-7000-8000-000000000001/settings/",
            "/auth/token/refresh/",
            "https://h.example:8/x/7",
        ] {
            assert_eq!(path(text), text);
        }
    }

    #[test]
    fn bodies_with_secrets_are_not_shown() {
        let shown = |path: &str, text: &str| {
            let url = Url::parse(&format!("https://h.example{path}")).unwrap();
            body(
                text.as_bytes(),
                &url,
                &[("first_pet", true), ("pin", false)],
            ) == text
        };
        for text in [
            "",
            "1",
            r#"{"key":"canary","token_type":"x"}"#,
            r#"[{"name":"token"}]"#,
            "a=1&b[0]=2&c.d-e=3",
            r#"{"pin":"seen","more":"[1]"}"#,
            "pin=1",
        ] {
            assert!(shown("/devices/", text), "{text}");
        }
        for text in [
            r#"{"password":"canary"}"#,
            r#"{"a":[{"wifi":{"w\u0069fiPass":"canary"}}]}"#,
            r#"[1,{"apiKey":null}]"#,
            "a=1&pass%77ord=canary",
            r#"{"password":"canary""#,
            r#"{"password":"canary","x":NaN}"#,
            r#"{"password":"a=b""#,
            "canary",
            r#"{"x":[{"first_pet":"canary"}]}"#,
            r#"{"x":"{\"token\":\"canary\"}"}"#,
            r#"{"x":" [{\"token\":\"canary\"}]"}"#,
            r#"{"x":"\"{\\\"token\\\":\\\"canary\\\"}\""}"#,
            r#"a={"token":"canary"}"#,
            r#"{"a":"canary=1""#,
            "first_pet=canary",
        ] {
            assert!(!shown("/devices/", text), "{text}");
        }
        for path in [
            "/auth/x/",
            "/mfa/verify/",
            "/oauth/x/",
            "/sso/x/",
            "/v2/login",
            "/users/set_password/",
        ] {
            assert!(!shown(path, r#"{"code":"123456"}"#), "{path}");
        }
    }

    #[test]
    fn the_value_of_a_secret_and_a_long_one_are_not_in_a_reason() {
        for path in ["has[password]", "has.password", "password"] {
            assert!(!reason(path, "canary".into()).contains("canary"), "{path}");
        }
        assert_eq!(reason("a", "x".into()), "x");
        assert!(reason("a", "x".repeat(9000)).len() < 1100);
    }

    #[test]
    fn only_headers_that_hold_secrets_are_sensitive() {
        let mut headers = HeaderMap::new();
        headers.insert("set-cookie", "a".parse().unwrap());
        headers.insert("content-type", "b".parse().unwrap());
        mark(&mut headers);
        assert!(headers["set-cookie"].is_sensitive() && !headers["content-type"].is_sensitive());
    }
}
