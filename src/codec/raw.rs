//! Values that are read as text: the JSON of any value, the digits of a number.

use std::fmt;

use serde::{Deserialize, Deserializer, de::Visitor};

use crate::codec::any::Any;

/// The names of newtypes that ask for the text of a value: of any value, and of a number or string.
pub(crate) const RAW: &str = "$autopi::raw";
pub(crate) const DIGITS: &str = "$autopi::digits";

/// The JSON text of a value: the original text or, if that is not available, the text that would be
/// written.
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
                Any::deserialize(d).map(|Any(value)| Raw(value.to_string().into_bytes()))
            }
        }
        d.deserialize_newtype_struct(RAW, Text)
    }
}

/// Reads a string or a number, with all its digits if its text is available.
pub(crate) fn with_digits<'de, D: Deserializer<'de>, V: Visitor<'de>>(
    d: D,
    visitor: V,
) -> Result<V::Value, D::Error> {
    d.deserialize_newtype_struct(DIGITS, visitor)
}
