//! Values that are asked for as they stand: the text of any value, the digits of a number.

use std::fmt;

use serde::{Deserialize, Deserializer, de::Visitor};
use serde_json::Value;

/// Names of newtypes that ask for the text of a value: as it stands, and of a number or text.
pub(crate) const RAW: &str = "$autopi::raw";
pub(crate) const DIGITS: &str = "$autopi::digits";

/// The text of a value as it stands; where there is no text, as it would be written.
pub(crate) struct Raw(pub Vec<u8>);

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Raw;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }
            fn visit_bytes<E>(self, text: &[u8]) -> Result<Raw, E> {
                Ok(Raw(text.to_vec()))
            }
            fn visit_newtype_struct<D: Deserializer<'de>>(self, d: D) -> Result<Raw, D::Error> {
                Value::deserialize(d).map(|value| Raw(value.to_string().into_bytes()))
            }
        }
        d.deserialize_newtype_struct(RAW, Text)
    }
}

/// Reads a text or a number, with every digit where there is a text of it.
pub(crate) fn with_digits<'de, D: Deserializer<'de>, V: Visitor<'de>>(
    d: D,
    visitor: V,
) -> Result<V::Value, D::Error> {
    d.deserialize_newtype_struct(DIGITS, visitor)
}
