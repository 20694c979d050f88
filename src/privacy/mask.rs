//! Masks recorded requests and responses: without secrets, but of the same form, so that they
//! decode as before.

use std::{borrow::Cow, cell::RefCell};

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::privacy::{
    repeated::Repeated,
    secret::{self, MASK},
    shown::{self, Marked},
};

/// Removes secrets from the values of a request or its response.
pub(crate) struct Mask<'a> {
    /// Members that the document says are secrets (`true`) or not (`false`), against what their
    /// names suggest.
    pub marked: Marked,
    /// Whether the values are those of a request, where more names are secret.
    pub written: bool,
    /// The credentials of the request and what was masked in it, which may be repeated anywhere.
    pub repeated: RefCell<Repeated>,
    /// The values that were masked in the response. A long list has many, so only their exact text
    /// is found.
    pub own: RefCell<Vec<SecretString>>,
    pub base: &'a Url,
}

impl Mask<'_> {
    /// Masks members that are secrets, at any depth, and strings that hold one.
    pub fn json(&self, value: &mut Value) {
        match value {
            Value::Object(map) => {
                for (name, mut value) in std::mem::take(map) {
                    match self.is_secret(&name) {
                        true => self.hide(&mut value),
                        false => self.json(&mut value),
                    }
                    map.insert(self.text(&name).into_owned(), value);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.json(item)),
            Value::String(text) => *text = self.text(text).into_owned(),
            Value::Number(n) if self.is_known(&n.to_string()) => *value = 0.into(),
            _ => {}
        }
    }

    /// Returns the masked value of a pair of a query or a form.
    pub fn pair(&self, name: &str, value: &str) -> String {
        if secret::in_query(name, value) || self.is_secret(name) {
            self.note(value);
            return MASK.into();
        }
        self.text(value).into_owned()
    }

    /// Returns a text, or a replacement if it holds a secret. A link to the API's own host becomes
    /// relative, so that it works wherever the recording is played.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.is_known(text)
            || text.contains("PRIVATE KEY")
            || secret::in_text(text)
            || shown::is_json_with_secret(text, self.marked)
        {
            return MASK.into();
        }
        match Url::parse(text) {
            Ok(url) if !url.username().is_empty() || url.password().is_some() => MASK.into(),
            Ok(url) if url.has_host() && url.origin() == self.base.origin() => {
                let link = &url[url::Position::BeforePath..];
                shown::link(link).to_owned().into()
            }
            _ => shown::link(text).into(),
        }
    }

    /// Notes a secret, unless it is so short that it would be found in other texts of a response.
    fn note(&self, secret: &str) {
        if self.written {
            self.repeated.borrow_mut().note(secret);
        } else if secret.len() >= 12 && !self.is_known(secret) {
            self.own.borrow_mut().push(secret.into());
        }
    }

    fn is_known(&self, text: &str) -> bool {
        let own = self.own.borrow();
        self.repeated.borrow().is_in(text) || own.iter().any(|s| text.contains(s.expose_secret()))
    }

    fn is_secret(&self, name: &str) -> bool {
        shown::is_named(name, self.marked) || self.written && secret::when_written(name)
    }

    /// Masks all values with others of the same type.
    fn hide(&self, value: &mut Value) {
        match value {
            Value::String(text) if text.parse::<Uuid>().is_ok() => {
                *text = Uuid::nil().to_string();
            }
            Value::String(text) => {
                self.note(text);
                *text = MASK.into();
            }
            Value::Number(n) => {
                self.note(&n.to_string());
                *value = 0.into();
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.hide(item)),
            Value::Object(map) => {
                let members = std::mem::take(map).into_iter().map(|(name, mut value)| {
                    self.hide(&mut value);
                    (self.text(&name).into_owned(), value)
                });
                *map = members.collect::<Map<_, _>>();
            }
            Value::Null | Value::Bool(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_masked_at_any_depth_and_wherever_they_are_repeated() {
        let base = Url::parse("https://api.example/v1").unwrap();
        let mask = |written| Mask {
            marked: &[("first_pet", true)],
            written,
            repeated: RefCell::default(),
            own: RefCell::default(),
            base: &base,
        };
        let masked = |written, value: Value| {
            let mask = mask(written);
            // The first time notes the secrets.
            mask.json(&mut value.clone());
            let mut value = value;
            mask.json(&mut value);
            value
        };
        let got = json!({"token": ["made-here-17", {"made-here-17": true, "a": "x", "n": [7]}],
            "said": "it is made-here-17", "made-here-17": 1, "code": "seen"});
        let shown = json!({"token": [MASK, {MASK: true, "a": MASK, "n": [0]}],
            "said": MASK, MASK: 1, "code": "seen"});
        assert_eq!(masked(false, got), shown);
        let got = json!({"token": "short", "said": "it is short"});
        let shown = json!({"token": MASK, "said": "it is short"});
        assert_eq!(masked(false, got), shown);
        assert_eq!(masked(true, json!({"code": "123"})), json!({"code": MASK}));
        for secret in [
            "-----BEGIN PRIVATE KEY-----\nx",
            "https://u@x.example/",
            "https://:p@x.example/",
        ] {
            assert_eq!(mask(false).text(secret), MASK);
        }
        assert_eq!(mask(false).pair("first_pet", "rex"), MASK);
        let written = mask(true);
        assert_eq!(mask(false).pair("sig", "canary"), MASK);
        assert_eq!(written.pair("sig", "canary"), MASK);
        assert_eq!(written.pair("a", "canary"), MASK);
    }
}
