//! Conversions from values of another form, where the meaning is plain.

use serde::{
    Deserializer,
    de::{Error as _, Visitor, value::SeqDeserializer},
};
use serde_json::{Error, Value};

use crate::codec::{
    digits,
    lenient::{Lenient, split},
    pieces::pieces,
};

/// Reads an integer, also with zeros after the point or an exponent.
fn integer(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| {
        let number: crate::Decimal = text.parse().ok()?;
        let whole = number.0.normalize();
        i64::try_from(whole.mantissa())
            .ok()
            .filter(|_| whole.scale() == 0)
    })
}

/// Returns the items of a list that PHP or Lua wrote as an object: none, or by their indexes.
fn by_index(text: &[u8]) -> Option<Vec<&[u8]>> {
    let members = pieces(text, b'{').ok()?.into_iter().map(split);
    let is_index = |name: &String| name.bytes().all(|b| b.is_ascii_digit());
    let items = members.map(|member| Some(member.ok().filter(|(name, _)| is_index(name))?.1));
    items.collect()
}

impl<'a> Lenient<'a> {
    /// Reads a boolean: also `"true"`, Python's `"True"`, and 1.
    pub(super) fn as_bool<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self
            .plain()
            .unwrap_or_default()
            .to_ascii_lowercase()
            .as_str()
        {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            "1" if self.first() != b'"' => visitor.visit_bool(true),
            "0" if self.first() != b'"' => visitor.visit_bool(false),
            _ => self.deserialize_any(visitor),
        }
    }

    pub(super) fn as_integer<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Some(text) = self.number() else {
            return self.deserialize_any(visitor);
        };
        match (integer(&text), text.parse::<u64>()) {
            (Some(n), _) => visitor.visit_i64(n),
            (_, Ok(n)) => visitor.visit_u64(n),
            _ => Err(Error::custom(format!(
                "`{}` is not an integer of 64 bits",
                self.beginning()
            ))),
        }
    }

    /// Reads the nearest `f64`.
    pub(super) fn as_float<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.number().map(|text| (text.parse::<f64>(), text)) {
            Some((Ok(n), text)) if n.is_finite() && (n != 0.0 || digits::is_kept(&text)) => {
                visitor.visit_f64(n)
            }
            Some((_, text)) => Err(Error::custom(format!(
                "`{text}` is beyond what a number of 64 bits reaches"
            ))),
            None => self.deserialize_any(visitor),
        }
    }

    pub(super) fn as_text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.plain() {
            Some(text) => visitor.visit_string(text),
            None => self.deserialize_any(visitor),
        }
    }

    /// Reads a list: also a single item, the JSON text of a list, an object of indexes, and null,
    /// an empty string or an empty object as an empty list.
    pub(super) fn as_list<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.parsed(|value| match value.text {
            b"null" => value.with_text(b"[]").list(visitor),
            b"\"\"" if value.is_noted() => value.with_text(b"[]").list(visitor),
            b"\"\"" => value.deserialize_any(visitor),
            // Only in a list of booleans: elsewhere `false` more likely means that there is none.
            b"true" | b"false" => {
                let one = Value::Bool(value.text == b"true");
                visitor.visit_seq(SeqDeserializer::new(std::iter::once(one)))
            }
            text if text.starts_with(b"[") => value.list(visitor),
            _ => {
                value.deeper()?;
                if let Some(items) = by_index(value.text) {
                    let items = items.into_iter().map(|item| value.inside(item));
                    return visitor.visit_seq(SeqDeserializer::new(items));
                }
                let one = value.inside(value.text);
                visitor.visit_seq(SeqDeserializer::new(std::iter::once(one)))
            }
        })
    }

    pub(super) fn whole(self) -> Self {
        self
    }

    /// Reads an object: also a list with one object, the JSON text of an object and, inside a
    /// response, the empty list that PHP and Lua write for an empty object.
    pub(super) fn as_object<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.parsed(|value| match pieces(value.text, b'[').as_deref() {
            Ok([]) if value.is_noted() && !value.is_whole() => {
                let empty = value.with_text(b"{}").object(visitor);
                empty.map_err(|e| Error::custom(format!("an empty list, and as an object: {e}")))
            }
            Ok([one]) if one.first() == Some(&b'{') && value.depth > 0 => {
                value.inside(one).object(visitor)
            }
            Ok(many) if many.len() > 1 => Err(Error::custom(format!(
                "a list of {} where one object is documented",
                many.len()
            ))),
            _ => value.deserialize_any(visitor),
        })
    }

    fn with_text(self, text: &'a [u8]) -> Self {
        Self { text, ..self }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::codec::decode::read;

    #[test]
    fn an_empty_list_is_an_empty_object_and_the_reverse() {
        type Of<T> = BTreeMap<String, T>;
        let text = br#"{"a": [], "b": [ ], "c": {"0": 1}}"#;
        let lengths = |lengths: Vec<usize>| assert_eq!(lengths, [0, 0, 1]);
        let maps: Of<Of<i64>> = read(text).ok().unwrap();
        lengths(maps.values().map(BTreeMap::len).collect());
        let text = br#"{"a": {}, "b": { }, "c": {"0": 1}}"#;
        let lists: Of<Vec<i64>> = read(text).ok().unwrap();
        lengths(lists.values().map(Vec::len).collect());
        let none: Of<Option<Of<i64>>> = read(br#"{"a": []}"#).ok().unwrap();
        assert_eq!(none["a"], None, "where null is allowed it is that");
        #[derive(serde::Deserialize)]
        struct Item {
            _id: i64,
        }
        let fault = read::<Of<Item>>(br#"{"a": []}"#).err().unwrap();
        assert_eq!(
            fault.message,
            "an empty list, and as an object: missing field `_id`"
        );
        // A whole response or item that is a list is another one than was documented.
        assert!(read::<Of<i64>>(b"[]").is_err());
    }
}
