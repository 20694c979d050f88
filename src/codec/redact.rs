//! `Debug` of values that were received or are sent: at any depth, in JSON and in strings that are
//! JSON, members named like secrets are hidden.

use std::{
    any::type_name,
    collections::BTreeMap,
    fmt::{self, Debug},
};

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    Date, Decimal, DeviceId, Json, Timestamp, UnitId,
    privacy::{
        secret,
        shown::{self, Length},
    },
};

/// Formats a value as `Debug` does, without the values of secrets.
pub trait Redact: Debug {
    /// Formats the value. The default is for types whose `Debug` shows no secrets.
    fn redact(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Debug::fmt(self, f)
    }

    /// Returns whether there is nothing to show.
    fn is_nothing(&self) -> bool {
        false
    }
}

/// Implements `Debug` by [`Redact`].
pub(crate) struct Redacted<'a, T: ?Sized>(pub &'a T);

impl<T: Redact + ?Sized> Debug for Redacted<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.redact(f)
    }
}

/// Writes a variant of a union with its value, by [`Redact`].
pub fn debug_variant(f: &mut fmt::Formatter<'_>, name: &str, value: &dyn Redact) -> fmt::Result {
    f.debug_tuple(name).field(&Redacted(value)).finish()
}

/// What is shown in place of a secret.
pub(crate) struct Hidden;

impl Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(secret::MASK)
    }
}

macro_rules! plain {
    ($($ty:ty),* $(,)?) => { $(impl Redact for $ty {})* };
}
plain!(
    bool, i64, u64, f64, Uuid, DeviceId, UnitId, Timestamp, Date, Decimal
);

impl Redact for String {
    fn redact(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if shown::is_json_with_secret(self, &[]) {
            return Hidden.fmt(f);
        }
        Debug::fmt(self, f)
    }
}

impl<T: Redact + ?Sized> Redact for Box<T> {
    fn redact(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).redact(f)
    }
}

impl<T: Redact> Redact for Option<T> {
    fn redact(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Debug::fmt(&self.as_ref().map(Redacted), f)
    }
}

impl<T: Redact> Redact for Vec<T> {
    fn redact(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(Redacted)).finish()
    }
}

impl<T: Redact> Redact for BTreeMap<String, T> {
    fn redact(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        members(f, self.iter().map(|(name, v)| (name, Redacted(v))))
    }
}

impl Redact for Map<String, Value> {
    fn redact(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        members(f, self.iter().map(|(name, v)| (name, Redacted(v))))
    }
}

impl Redact for Value {
    fn redact(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object(map) => {
                f.write_str("Object ")?;
                map.redact(f)
            }
            Self::Array(list) => {
                f.write_str("Array ")?;
                list.redact(f)
            }
            Self::String(text) => f.debug_tuple("String").field(&Redacted(text)).finish(),
            other => Debug::fmt(other, f),
        }
    }
}

impl Redact for Json {
    fn redact(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Json").field(&Redacted(&self.0)).finish()
    }
}

impl Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.redact(f)
    }
}

/// Writes members with their names; the values of secrets are hidden.
fn members<'a>(
    f: &mut fmt::Formatter<'_>,
    members: impl Iterator<Item = (&'a String, impl Debug)>,
) -> fmt::Result {
    let mut shown = f.debug_map();
    for (name, value) in members {
        if secret::by_name(name) {
            shown.entry(name, &Hidden);
        } else {
            shown.entry(name, &value);
        }
    }
    shown.finish()
}

/// The result of a command: shows its form, numbers and names, but no strings, since any of them
/// may be a password.
pub(crate) struct Texts<'a>(pub &'a Value);

impl Debug for Texts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::String(text) => Length(text.len()).fmt(f),
            Value::Array(list) => f.debug_list().entries(list.iter().map(Texts)).finish(),
            Value::Object(map) => members(f, map.iter().map(|(name, v)| (name, Texts(v)))),
            plain => write!(f, "{plain}"),
        }
    }
}

/// The value of a response. Bytes, strings and `serde_json`'s own types are not shown, because they
/// cannot hide secrets.
pub(crate) struct Whole<'a, T>(pub &'a T);

impl<T: Debug> Debug for Whole<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = type_name::<T>();
        let mut paths = name.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | ':'));
        let foreign = |path: &str| {
            matches!(path, "u8" | "str" | "alloc::string::String")
                || ["serde_json::", "bytes::"]
                    .iter()
                    .any(|c| path.starts_with(c))
        };
        if paths.any(foreign) {
            return write!(f, "{name} (not shown)");
        }
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(value: &impl Redact) -> String {
        format!("{:?} {:#?}", Redacted(value), Redacted(value))
    }

    #[test]
    fn secrets_are_hidden_at_any_depth_of_any_json() {
        let json = json!({"a": [{"b": {"wifiPass": "canary"}}, [{"pin": 77123}], null, {"token": {"x": ["canary"]}}],
            "text": "[{\"x\": \"{\\\"api_key\\\": \\\"canary\\\"}\"}]", "plain": "seen", "token_type": "seen too"});
        let Value::Object(map) = json.clone() else {
            unreachable!()
        };
        let texts = [
            format!("{:?}", Json(json.clone())),
            shown(&Json(json.clone())),
            shown(&json),
            shown(&map),
            shown(&vec![Some(Some(map.clone()))]),
            shown(&BTreeMap::from([("a".to_owned(), vec![json.clone()])])),
            shown(&Box::new(BTreeMap::from([(
                "Set-Cookie".to_owned(),
                "canary".to_owned(),
            )]))),
            shown(&Some("{\"password\": \"canary\"}".to_owned())),
        ];
        for text in &texts {
            assert!(
                !text.contains("canary") && !text.contains("77123"),
                "{text}"
            );
            assert!(text.contains(secret::MASK), "{text}");
        }
        assert!(
            texts[..6].iter().all(|t| t.contains("seen too")),
            "{texts:?}"
        );
    }

    #[test]
    fn values_without_secrets_have_the_derived_debug() {
        let json = json!({"a": [1, 2.5, null, true, "x\u{1b}"], "b": {}});
        let map = BTreeMap::from([("k".to_owned(), vec![Some(json.clone()), None])]);
        assert_eq!(format!("{:?}", Redacted(&map)), format!("{map:?}"));
    }

    #[test]
    fn foreign_types_of_responses_and_texts_of_commands_are_not_shown() {
        for text in [
            format!("{:?}", Whole(&bytes::Bytes::from_static(b"canary"))),
            format!("{:?}", Whole(&json!({"a": "canary"}))),
            format!("{:?}", Whole(&vec![Some(json!("canary"))])),
            format!("{:?}", Whole(&"canary")),
            format!("{:?}", Whole(&b"canary".to_vec())),
            format!("{:?}", Whole(&vec!["canary".to_owned()])),
            format!("{:?}", Texts(&json!({"a": ["canary", {"pin": 77123}]}))),
        ] {
            assert!(
                !text.contains("canary") && !text.contains("77123"),
                "{text}"
            );
        }
        let bytes = format!("{:?}", Whole(&b"canary".to_vec()));
        assert_eq!(bytes, "alloc::vec::Vec<u8> (not shown)");
        assert_eq!(format!("{:?}", Whole(&vec![Some(7i64)])), "[Some(7)]");
        let outcome = Texts(&json!({"rpm": 1200, "vin": "W"})).0.clone();
        assert_eq!(
            format!("{:?}", Texts(&outcome)),
            r#"{"rpm": 1200, "vin": 1 bytes}"#
        );
    }
}
