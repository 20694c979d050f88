//! The lenient reading of a response: a value of another form than the documented one is accepted
//! where its meaning is plain.
//!
//! drf-yasg documents what a serializer declares, but views may send other forms: a number in a
//! string, the JSON text of a value, a single item in place of a list or a list in place of its
//! only item, an empty string for a missing value. Nothing is guessed: a value without a plain
//! meaning stays an error.
//!
//! It reads pieces of the text, not a tree, so that every digit of a number is available, and text
//! that is not JSON (Python's `NaN`) affects only the piece that it is in.

mod meaning;

use std::{borrow::Cow, cell::RefCell};

use serde::{
    Deserializer,
    de::{
        Error as _, IntoDeserializer, Visitor,
        value::{MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::Error;

use crate::codec::{
    digits,
    pieces::{is_number, pieces, split},
    raw::{DIGITS, RAW},
};

/// The depth limit, the same as that of serde_json.
const DEPTH: u8 = 128;

/// A piece of JSON text that is read as the wanted type if its meaning is plain.
#[derive(Clone, Copy)]
pub(crate) struct Lenient<'a> {
    text: &'a [u8],
    depth: u8,
    /// Whether values that no [`Value`] can hold are read as strings.
    any: bool,
    /// The positions of empty strings and lists that did not fit.
    empty: &'a RefCell<Vec<usize>>,
}

impl<'a> Lenient<'a> {
    pub fn new(text: &'a [u8], any: bool, empty: &'a RefCell<Vec<usize>>) -> Self {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        Self {
            text: text.trim_ascii(),
            depth: DEPTH,
            any,
            empty,
        }
    }

    fn inside(self, text: &'a [u8]) -> Self {
        Self {
            text: text.trim_ascii(),
            depth: self.depth - 1,
            ..self
        }
    }

    fn first(&self) -> u8 {
        self.text.first().copied().unwrap_or_default()
    }

    /// Returns the content, if this is a JSON string.
    fn string(&self) -> Option<String> {
        serde_json::from_slice(self.text)
            .ok()
            .filter(|_| self.first() == b'"')
    }

    /// Returns a number as it is written, also one inside a string.
    fn number(&self) -> Option<String> {
        let text = self
            .string()
            .or_else(|| String::from_utf8(self.text.to_vec()).ok())?;
        Some(text.trim().to_owned()).filter(|text| is_number(text))
    }

    /// Returns the content of a string, or the text of a number or a boolean.
    fn plain(&self) -> Option<String> {
        match self.first() {
            b't' | b'f' => serde_json::from_slice::<bool>(self.text)
                .ok()
                .map(|b| b.to_string()),
            b'"' => self.string(),
            _ => self.number(),
        }
    }

    /// Returns the beginning of the text, for a message.
    fn beginning(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.text.get(..60).unwrap_or(self.text))
    }

    /// Calls `f` with the JSON value inside a string, or else with this value.
    fn parsed<T>(self, f: impl FnOnce(Lenient<'_>) -> T) -> T {
        match self.string().filter(|text| !text.trim().is_empty()) {
            Some(text) => {
                let inner = Lenient {
                    text: text.trim().as_bytes(),
                    depth: self.depth,
                    any: self.any,
                    empty: self.empty,
                };
                if matches!(inner.first(), b'[' | b'{') {
                    f(inner)
                } else {
                    f(self)
                }
            }
            None => f(self),
        }
    }

    fn list<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let pieces = pieces(self.text, b'[').map_err(Error::custom)?;
        self.deeper()?;
        visitor.visit_seq(SeqDeserializer::new(
            pieces.into_iter().map(|p| self.inside(p)),
        ))
    }

    fn object<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let pieces = pieces(self.text, b'{').map_err(Error::custom)?;
        self.deeper()?;
        let members: Result<Vec<_>, _> = pieces.into_iter().map(split).collect();
        let members = members.map_err(Error::custom)?;
        let members = members
            .into_iter()
            .map(|(key, value)| (key, self.inside(value)));
        visitor.visit_map(MapDeserializer::new(members))
    }

    fn deeper(&self) -> Result<(), Error> {
        (self.depth > 0)
            .then_some(())
            .ok_or_else(|| Error::custom("nested too deeply"))
    }

    /// Returns the only item of a list, if that is a number, string or boolean; or else this value.
    fn only(self) -> Self {
        match pieces(self.text, b'[').as_deref() {
            Ok([one]) if !one.starts_with(b"[") && !one.starts_with(b"{") && self.depth > 0 => {
                self.inside(one)
            }
            _ => self,
        }
    }

    /// Notes the position of an empty string or list that does not fit.
    fn noting<T>(self, outcome: Result<T, Error>) -> Result<T, Error> {
        if outcome.is_err() && self.is_empty() && !self.is_noted() {
            self.empty.borrow_mut().push(self.text.as_ptr() as usize);
        }
        outcome
    }

    fn is_empty(&self) -> bool {
        match self.text {
            [b'[', inside @ .., b']'] => inside.trim_ascii().is_empty(),
            text => text == b"\"\"",
        }
    }

    /// Returns whether this is the whole response or item.
    fn is_whole(&self) -> bool {
        self.depth == DEPTH
    }

    fn is_noted(&self) -> bool {
        self.empty.borrow().contains(&(self.text.as_ptr() as usize))
    }
}

impl<'a> IntoDeserializer<'_, Error> for Lenient<'a> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! wanted {
    ($whole:ident.$how:ident: $($method:ident),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.noting(self.$whole().$how(visitor))
        }
    )*};
}

impl<'de> Deserializer<'de> for Lenient<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.first() {
            b'{' => self.object(visitor),
            b'[' => self.list(visitor),
            b'"' => match serde_json::from_slice(self.text) {
                Ok(text) => visitor.visit_string(text),
                Err(e) => Err(Error::custom(format!("no text: {e}"))),
            },
            _ => match (
                self.text,
                serde_json::from_slice::<serde_json::Number>(self.text),
            ) {
                (b"null", _) => visitor.visit_unit(),
                (b"true", _) => visitor.visit_bool(true),
                (b"false", _) => visitor.visit_bool(false),
                (text, Ok(n)) if std::str::from_utf8(text).is_ok_and(digits::is_kept) => {
                    match (n.as_u64(), n.as_i64(), n.as_f64()) {
                        (Some(n), ..) => visitor.visit_u64(n),
                        (_, Some(n), _) => visitor.visit_i64(n),
                        (.., n) => visitor.visit_f64(n.unwrap_or_default()),
                    }
                }
                (text, _)
                    if self.any
                        && (self.number().is_some()
                            || matches!(text, b"NaN" | b"Infinity" | b"-Infinity")) =>
                {
                    visitor.visit_string(String::from_utf8_lossy(text).into_owned())
                }
                _ if self.number().is_some() => Err(Error::custom(format!(
                    "`{}` has more digits than 64 bits hold, and is not changed",
                    self.beginning()
                ))),
                (b"", _) => Err(Error::custom("invalid JSON: a value is missing here")),
                _ => Err(Error::custom(format!(
                    "invalid JSON: `{}`",
                    self.beginning().escape_debug()
                ))),
            },
        }
    }

    wanted!(only.as_bool: deserialize_bool);
    wanted!(only.as_integer: deserialize_i8, deserialize_i16, deserialize_i32, deserialize_i64);
    wanted!(only.as_integer: deserialize_u8, deserialize_u16, deserialize_u32, deserialize_u64);
    wanted!(only.as_float: deserialize_f32, deserialize_f64);
    wanted!(only.as_text: deserialize_str, deserialize_string);
    wanted!(whole.as_list: deserialize_seq);
    wanted!(whole.as_object: deserialize_map);

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.text == b"null" || (self.is_empty() && self.is_noted()) {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        match name {
            RAW => visitor.visit_bytes(self.text),
            DIGITS => self.deserialize_str(visitor),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct enum identifier }
}
