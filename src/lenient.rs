//! The second reading of an answer: a value of another form than the document's, where it has one plain meaning.
//!
//! drf-yasg documents what a serializer declares, and views send what they like: a number in a text, the text of a JSON value, one object where a list is
//! documented. Nothing is guessed: what has no plain meaning stays an error.

use serde::{
    Deserializer,
    de::{
        Error as _, IntoDeserializer, Visitor,
        value::{MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::{Error, Value};

/// A value that is read as what is wanted, if that is plain.
pub(crate) struct Lenient(pub Value);

impl Lenient {
    /// The value that a text holds as JSON, or the text.
    fn parsed(self) -> Value {
        match self.0 {
            Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
            other => other,
        }
    }

    /// As a boolean: also `"true"`, Python's `"True"`, and 1.
    fn boolean(self) -> Value {
        match &self.0 {
            Value::String(text) if text.eq_ignore_ascii_case("true") => true.into(),
            Value::String(text) if text.eq_ignore_ascii_case("false") => false.into(),
            Value::Number(n) if matches!(n.as_u64(), Some(0 | 1)) => (n.as_u64() == Some(1)).into(),
            _ => self.0,
        }
    }

    /// As an integer: also one in a text, or with a zero after the point.
    fn integer(self) -> Value {
        let value = self.number();
        match value
            .as_f64()
            .filter(|f| !value.is_i64() && !value.is_u64() && f.fract() == 0.0 && f.abs() < 9e15)
        {
            Some(whole) => (whole as i64).into(),
            None => value,
        }
    }

    /// As a number: also one in a text.
    fn number(self) -> Value {
        match &self.0 {
            Value::String(text) => serde_json::from_str::<serde_json::Number>(text.trim())
                .map_or(self.0, Value::Number),
            _ => self.0,
        }
    }

    /// As a text: also a number or a boolean.
    fn text(self) -> Value {
        match &self.0 {
            Value::Number(_) | Value::Bool(_) => self.0.to_string().into(),
            _ => self.0,
        }
    }

    /// As a list: also one object, the JSON text of a list, and null for none.
    fn list(self) -> Value {
        match self.parsed() {
            Value::Null => Value::Array(Vec::new()),
            one @ Value::Object(_) => vec![one].into(),
            other => other,
        }
    }
}

impl<'de> IntoDeserializer<'de, Error> for Lenient {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

/// What is wanted, the other names of it, and how a value becomes it.
macro_rules! wanted {
    ($($method:ident => $as:ident),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            Lenient(self.$as()).deserialize_any(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Lenient {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(b) => visitor.visit_bool(b),
            Value::String(text) => visitor.visit_string(text),
            Value::Number(n) => match (n.as_u64(), n.as_i64(), n.as_f64()) {
                (Some(n), _, _) => visitor.visit_u64(n),
                (_, Some(n), _) => visitor.visit_i64(n),
                (_, _, Some(n)) => visitor.visit_f64(n),
                _ => Err(Error::custom(format!("`{n}` is no number that fits"))),
            },
            Value::Array(list) => {
                visitor.visit_seq(SeqDeserializer::new(list.into_iter().map(Lenient)))
            }
            Value::Object(map) => visitor.visit_map(MapDeserializer::new(
                map.into_iter().map(|(k, v)| (k, Lenient(v))),
            )),
        }
    }

    wanted! {
        deserialize_bool => boolean,
        deserialize_i8 => integer, deserialize_i16 => integer, deserialize_i32 => integer, deserialize_i64 => integer,
        deserialize_u8 => integer, deserialize_u16 => integer, deserialize_u32 => integer, deserialize_u64 => integer,
        deserialize_f32 => number, deserialize_f64 => number,
        deserialize_str => text, deserialize_string => text,
        deserialize_seq => list,
        deserialize_map => parsed,
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct enum identifier ignored_any }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::de::DeserializeOwned;
    use serde_json::json;

    use super::*;

    fn read<T: DeserializeOwned>(value: Value) -> Option<T> {
        T::deserialize(Lenient(value)).ok()
    }

    #[test]
    fn what_has_a_plain_meaning_is_read() {
        assert_eq!(
            (
                read(json!("True")),
                read(json!(0)),
                read::<bool>(json!("yes"))
            ),
            (Some(true), Some(false), None)
        );
        assert_eq!(
            (
                read(json!("12")),
                read(json!(12.0)),
                read::<i64>(json!(12.5)),
                read::<i64>(json!(true))
            ),
            (Some(12i64), Some(12), None, None)
        );
        assert_eq!(
            (read(json!(" 1.5")), read::<f64>(json!("NaN"))),
            (Some(1.5), None)
        );
        assert_eq!(read(json!(4.5)), Some("4.5".to_owned()));
        assert_eq!(
            read(json!({"a": "1"})),
            Some(vec![BTreeMap::from([("a".to_owned(), 1)])])
        );
        assert_eq!(
            (read(json!("[1,\"2\"]")), read::<Vec<i64>>(json!(null))),
            (Some(vec![1, 2]), Some(vec![]))
        );
        assert_eq!(
            read(json!(r#"{"low": "3"}"#)),
            Some(BTreeMap::from([("low".to_owned(), 3)]))
        );
        assert_eq!(
            (read(json!(null)), read(json!("7"))),
            (Some(None::<i64>), Some(Some(7i64)))
        );
        assert_eq!(
            read(json!({"a": ["1", null]})),
            Some(json!({"a": ["1", null]})),
            "any JSON stays as it is"
        );
    }
}
