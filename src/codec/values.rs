//! Values that DRF writes in more than one way.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use uuid::Uuid;

use crate::codec::{any::Any, raw};

/// Any JSON value, where the document gives no type. `Debug` hides members with the names of
/// secrets; `Display` shows the whole value.
#[derive(Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Json(pub Value);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Any::deserialize(d).map(|Any(value)| Self(value))
    }
}

impl Json {
    /// Returns the string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_str()
    }
    /// Returns the boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        self.0.as_bool()
    }
    /// Returns the integer, if it is one.
    pub fn as_i64(&self) -> Option<i64> {
        self.0.as_i64()
    }
    /// Returns the number, if it is one.
    pub fn as_f64(&self) -> Option<f64> {
        self.0.as_f64()
    }
    /// Returns whether the value is null.
    pub fn is_null(&self) -> bool {
        self.0.is_null()
    }
    /// Returns the member `key`, if it is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }
    /// Decodes the value as a type of your own.
    ///
    /// # Errors
    /// Returns an error if the value does not decode as `T`.
    pub fn deserialize<T: serde::de::DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.0)
    }
}

impl<T: Into<Value>> From<T> for Json {
    fn from(value: T) -> Self {
        Self(value.into())
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Value::String(text) => f.write_str(text),
            other => other.fmt(f),
        }
    }
}

/// An exact decimal. It is read from a string or a number, and written as a string (DRF's
/// `COERCE_DECIMAL_TO_STRING`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(pub rust_decimal::Decimal);

impl FromStr for Decimal {
    type Err = rust_decimal::Error;
    /// Parses a decimal exactly: more than 28 digits are an error.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let fault = || Self::Err::from("not a decimal of up to 28 digits");
        let exponent: i32 = exponent.parse().map_err(|_| fault())?;
        let mantissa = rust_decimal::Decimal::from_str_exact(mantissa)?;
        let scale = i32::try_from(mantissa.scale())
            .ok()
            .and_then(|s| s.checked_sub(exponent));
        let scale = scale.ok_or_else(fault)?;
        let times = 10i128.checked_pow(u32::try_from(-scale.min(0)).unwrap_or_default());
        let digits = times.and_then(|times| mantissa.mantissa().checked_mul(times));
        let scale = u32::try_from(scale.max(0)).unwrap_or_default();
        rust_decimal::Decimal::try_from_i128_with_scale(digits.ok_or_else(fault)?, scale).map(Self)
    }
}

impl TryFrom<f64> for Decimal {
    type Error = rust_decimal::Error;
    /// Returns the shortest decimal that reads as this number: `0.1`, not `0.1000000000000000055`.
    fn try_from(number: f64) -> Result<Self, Self::Error> {
        number.to_string().parse()
    }
}

macro_rules! decimal_of {
    ($($ty:ty),*) => {$(
        impl From<$ty> for Decimal {
            fn from(number: $ty) -> Self { Self(number.into()) }
        }
    )*};
}
decimal_of!(i32, i64, u32, u64);

impl From<Decimal> for f64 {
    /// Returns the nearest `f64`.
    fn from(decimal: Decimal) -> Self {
        decimal.to_string().parse().unwrap_or(Self::NAN)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<rust_decimal::Decimal> for Decimal {
    fn from(d: rust_decimal::Decimal) -> Self {
        Self(d)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Digits;
        impl<'de> de::Visitor<'de> for Digits {
            type Value = Decimal;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal as text or number")
            }
            fn visit_newtype_struct<D: Deserializer<'de>>(self, d: D) -> Result<Decimal, D::Error> {
                d.deserialize_any(self)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Decimal, E> {
                text.parse().map_err(|e| {
                    E::custom(format!("`{}` is not a decimal: {e}", text.escape_debug()))
                })
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Decimal, E> {
                Ok(number.into())
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Decimal, E> {
                Ok(Decimal(number.into()))
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Decimal, E> {
                self.visit_str(&number.to_string())
            }
        }
        raw::with_digits(d, Digits)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self { Self(id) }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { text.parse().map(Self) }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
    };
}
id! {
    /// The `id` of a device, which most operations take. Not to be confused with its [`UnitId`].
    DeviceId
}
id! {
    /// The `unit_id` of a device, which the operations of `/dongle/{unit_id}/...` take. Not to be
    /// confused with its [`DeviceId`].
    UnitId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_decode_from_numbers_and_texts() {
        for text in [r#""12.50""#, "12.5", "1e2"] {
            serde_json::from_str::<Decimal>(text).unwrap();
        }
        assert_eq!(
            serde_json::to_string(&serde_json::from_str::<Decimal>(r#""12.50""#).unwrap()).unwrap(),
            r#""12.50""#
        );
        assert!(serde_json::from_str::<Decimal>("true").is_err());
        for (text, same) in [("1e3", "1000"), ("1.25E-3", "0.00125"), ("-0.10", "-0.10")] {
            assert_eq!(text.parse::<Decimal>().unwrap().to_string(), same);
        }
        for text in [
            "",
            "x",
            "1e",
            "1e999999999999",
            "1e-40",
            "1e40",
            "0.12345678901234567890123456789012",
        ] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
        let tenth = Decimal::try_from(0.1).unwrap();
        assert_eq!((tenth.to_string().as_str(), f64::from(tenth)), ("0.1", 0.1));
        assert!(Decimal::try_from(f64::NAN).is_err() && Decimal::try_from(1e300).is_err());
    }
    #[test]
    fn decimals_decode_from_numbers_that_were_read_before() {
        for (number, text) in [
            (serde_json::json!(-7), "-7"),
            (u64::MAX.into(), "18446744073709551615"),
            (2.5.into(), "2.5"),
            (" 1.50 ".into(), "1.50"),
        ] {
            let decimal: Decimal = Json(number).deserialize().unwrap();
            assert_eq!(decimal.to_string(), text);
        }
        let exact = rust_decimal::Decimal::new(125, 2);
        assert_eq!(Decimal::from(exact).to_string(), "1.25");
    }

    #[test]
    fn any_json_is_only_what_it_is() {
        let json = Json(serde_json::json!({"text": "t", "yes": true, "whole": -3, "half": 0.5}));
        let member = |name| Json(json.get(name).cloned().unwrap_or_default());
        let shown = ["text", "yes", "whole", "half", "none"].map(|name| {
            let json = member(name);
            let (text, yes) = (json.as_str().map(str::to_owned), json.as_bool());
            let (whole, half) = (json.as_i64(), json.as_f64());
            (json.to_string(), text, yes, whole, half, json.is_null())
        });
        let none = (None, None, None);
        let row =
            |shown: &str, yes, whole, half, null| (shown.to_owned(), None, yes, whole, half, null);
        assert_eq!(
            shown[0],
            ("t".into(), Some("t".into()), none.0, none.1, none.2, false)
        );
        assert_eq!(shown[1], row("true", Some(true), None, None, false));
        assert_eq!(shown[2], row("-3", None, Some(-3), Some(-3.0), false));
        assert_eq!(shown[3], row("0.5", None, None, Some(0.5), false));
        assert_eq!(shown[4], row("null", None, None, None, true));
    }

    #[test]
    fn ids_are_uuids() {
        let text = "0189d7a5-0000-7000-8000-000000000001";
        let id: DeviceId = text.parse().unwrap();
        assert_eq!((id.to_string().as_str(), DeviceId::from(id.0)), (text, id));
        assert!("0189d7a5".parse::<UnitId>().is_err());
    }
}
