//! Open enums: known variants, and an unknown value that is kept and written back unchanged.

use std::fmt;

use crate::{Json, codec::redact::Redacted};

/// A value that the document does not list. Only decoding and parsing create one, so it is never
/// equal to a listed value.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UnknownValue<T>(T);

impl fmt::Debug for UnknownValue<String> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("UnknownValue").field(&self.0).finish()
    }
}

impl fmt::Debug for UnknownValue<i64> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("UnknownValue").field(&self.0).finish()
    }
}

/// Hides the values of members that are secrets by their names.
impl fmt::Debug for UnknownValue<Json> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Redacted(&self.0.0).fmt(f)
    }
}

impl<T> UnknownValue<T> {
    #[doc(hidden)]
    pub fn __new(value: T) -> Self {
        Self(value)
    }

    /// Returns the unchanged value.
    pub fn get(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Display> fmt::Display for UnknownValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Implements the traits and methods of an enum of listed strings, with a variant `Unknown` for any
/// other string.
#[macro_export]
#[doc(hidden)]
macro_rules! __open_enum {
    ($name:ident { $($variant:ident = $value:literal),* $(,)? }) => {
        impl $crate::rt::Placeholder for $name {
            #[inline]
            fn placeholder() -> Self {
                Self::Unknown($crate::UnknownValue::__new(::std::string::String::new()))
            }
        }
        impl $name {
            /// Returns the value on the wire.
            #[inline]
            pub fn as_str(&self) -> &str {
                match self { $(Self::$variant => $value,)* Self::Unknown(v) => v.get() }
            }
        }
        impl ::std::convert::From<&str> for $name {
            #[inline]
            fn from(text: &str) -> Self {
                match text {
                    $($value => Self::$variant,)*
                    _ => Self::Unknown($crate::UnknownValue::__new(text.into())),
                }
            }
        }
        impl $crate::rt::sealed::IntoNullable<$name> for &str {}
        impl $crate::IntoNullable<$name> for &str {
            #[inline]
            fn into_nullable(self) -> ::std::option::Option<$name> {
                ::std::option::Option::Some(self.into())
            }
        }
        impl ::std::convert::From<::std::string::String> for $name {
            #[inline]
            fn from(text: ::std::string::String) -> Self { Self::from(text.as_str()) }
        }
        impl $crate::rt::sealed::IntoNullable<$name> for ::std::string::String {}
        impl $crate::IntoNullable<$name> for ::std::string::String {
            #[inline]
            fn into_nullable(self) -> ::std::option::Option<$name> {
                ::std::option::Option::Some(self.into())
            }
        }
        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;
            #[inline]
            fn from_str(text: &str) -> ::std::result::Result<Self, ::std::convert::Infallible> {
                ::std::result::Result::Ok(Self::from(text))
            }
        }
        impl $crate::rt::Redact for $name {}
        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl $crate::rt::serde::Serialize for $name {
            fn serialize<S: $crate::rt::serde::Serializer>(
                &self,
                s: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }
        impl<'de> $crate::rt::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::rt::serde::Deserializer<'de>>(
                d: D,
            ) -> ::std::result::Result<Self, D::Error> {
                <::std::string::String as $crate::rt::serde::Deserialize>::deserialize(d)
                    .map(Self::from)
            }
        }
    };
}

/// Implements the traits and methods of an enum of listed integers.
#[macro_export]
#[doc(hidden)]
macro_rules! __open_int_enum {
    ($name:ident { $($variant:ident = $value:literal),* $(,)? }) => {
        impl $crate::rt::Placeholder for $name {
            #[inline]
            fn placeholder() -> Self { Self::Unknown($crate::UnknownValue::__new(0)) }
        }
        impl $name {
            /// Returns the value on the wire.
            #[inline]
            pub fn as_i64(&self) -> i64 {
                match self { $(Self::$variant => $value,)* Self::Unknown(v) => *v.get() }
            }
        }
        impl ::std::convert::From<i64> for $name {
            #[inline]
            fn from(n: i64) -> Self {
                match n {
                    $($value => Self::$variant,)*
                    _ => Self::Unknown($crate::UnknownValue::__new(n)),
                }
            }
        }
        impl $crate::rt::sealed::IntoNullable<$name> for i64 {}
        impl $crate::IntoNullable<$name> for i64 {
            #[inline]
            fn into_nullable(self) -> ::std::option::Option<$name> {
                ::std::option::Option::Some(self.into())
            }
        }
        impl ::std::str::FromStr for $name {
            type Err = ::std::num::ParseIntError;
            #[inline]
            fn from_str(text: &str) -> ::std::result::Result<Self, ::std::num::ParseIntError> {
                text.parse::<i64>().map(Self::from)
            }
        }
        impl $crate::rt::Redact for $name {}
        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                self.as_i64().fmt(f)
            }
        }
        impl $crate::rt::serde::Serialize for $name {
            fn serialize<S: $crate::rt::serde::Serializer>(
                &self,
                s: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                s.serialize_i64(self.as_i64())
            }
        }
        impl<'de> $crate::rt::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::rt::serde::Deserializer<'de>>(
                d: D,
            ) -> ::std::result::Result<Self, D::Error> {
                <i64 as $crate::rt::serde::Deserialize>::deserialize(d).map(Self::from)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::{IntoNullable, Json, UnknownValue};

    // A variant may have any name.
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    pub enum State {
        Err,
        Ok,
        On,
        Empty,
        Unknown(UnknownValue<String>),
    }
    crate::__open_enum!(State { Err = "err", Ok = "ok", On = "on", Empty = "" });
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    pub enum Level {
        One,
        Unknown(UnknownValue<i64>),
    }
    crate::__open_int_enum!(Level { One = 1 });

    #[test]
    fn unknown_enum_values_are_written_back_unchanged() {
        for text in [r#""on""#, r#""""#, r#""brand new""#] {
            let state: State = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&state).unwrap(), text);
        }
        assert_eq!(State::from("on"), State::On);
        assert_eq!(
            serde_json::to_string(&serde_json::from_str::<Level>("77").unwrap()).unwrap(),
            "77"
        );
    }
    #[test]
    fn enums_are_made_from_and_shown_as_their_values() {
        let states: [Option<State>; 3] = [
            IntoNullable::<State>::into_nullable("on"),
            IntoNullable::<State>::into_nullable("on".to_owned()),
            Some(State::from("on".to_owned())),
        ];
        assert_eq!(states, [const { Some(State::On) }; 3]);
        assert_eq!(
            (IntoNullable::<Level>::into_nullable(1), "1".parse()),
            (Some(Level::One), Ok(Level::One))
        );
        let (new, high) = (State::from("new"), Level::from(77));
        assert_eq!(
            format!("{new} {high} {} {}", State::Err, Level::One),
            "new 77 err 1"
        );
        assert_eq!(
            format!("{new:?} {high:?}"),
            r#"Unknown(UnknownValue("new")) Unknown(UnknownValue(77))"#
        );
        let json = UnknownValue::__new(Json(serde_json::json!({"pin": "canary", "a": 1})));
        let (shown, written) = (format!("{json:?}"), json.to_string());
        assert!(
            shown.contains("\"a\": Number(1)") && !shown.contains("canary"),
            "{shown}"
        );
        assert_eq!(written, r#"{"pin":"canary","a":1}"#);
    }
}
