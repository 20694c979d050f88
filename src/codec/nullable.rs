//! The argument types of setters of fields and parameters.

use std::borrow::Cow;

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{Date, Decimal, DeviceId, Json, Timestamp, UnitId};

/// A value for a time, a date, a decimal or an id.
///
/// A text is parsed first, so that a malformed one is an error where it is read:
/// `"2026-01-31".parse::<Date>()?`.
#[diagnostic::on_unimplemented(
    message = "expected `{T}`, found `{Self}`",
    label = "a `{T}` is expected",
    note = "parse a text for a time, date, decimal or id: \
            `\"2026-01-31\".parse::<autopi::Date>()?`",
    note = "`DeviceId` and `UnitId` are different ids of a device: the inner `Uuid` of one is not \
            valid for the other"
)]
pub trait IntoValue<T>: sealed::IntoValue<T> {
    /// Returns the value.
    fn into_value(self) -> T;
}

/// Keeps other crates from implementing the traits, so that methods and implementations can be
/// added to them later.
#[allow(missing_docs)]
pub mod sealed {
    pub trait IntoValue<T> {}
    pub trait IntoNullable<T: ?Sized> {}
}

impl<T> sealed::IntoValue<T> for T {}
impl<T> IntoValue<T> for T {
    fn into_value(self) -> T {
        self
    }
}

/// A value, or `None` to send null. A field that is not set is not sent.
///
/// ```
/// # use autopi::{Date, Error, IntoNullable};
/// # struct Patch;
/// # impl Patch {
/// #     fn plate(self, _: impl IntoNullable<str>) -> Self { self }
/// #     fn weight(self, _: impl IntoNullable<f64>) -> Self { self }
/// #     fn sold(self, _: impl IntoNullable<Date>) -> Self { self }
/// # }
/// # fn f(text: Option<&str>, old: Option<String>) -> Result<(), Error> {
/// Patch.plate("AB 12345").plate(None).plate(text).plate(old.as_deref()).weight(1200);
/// Patch.sold("2026-01-31".parse::<Date>()?);
/// # Ok(())
/// # }
/// ```
///
/// So that rustc can infer it, `None` has one type for each `T`: `Option<T>`, and `Option<&str>`
/// for a text. An `Option<String>` is given by reference or with `as_deref`, another `Option` with
/// `map(Into::into)`. A text for a date, a time or the like is parsed first, as for parameters: a
/// malformed one is then an error where it is read. The reasons are in
/// `docs/decisions/0007-what-setters-take.md`.
#[diagnostic::on_unimplemented(
    message = "expected `{T}` or an `Option` of it, found `{Self}`",
    label = "pass the value, or `None` for null",
    note = "pass a text as `&str`, `String` or `Option<&str>`; an `Option<String>` with \
            `.as_deref()`, any other `Option` with `.map(Into::into)`",
    note = "parse a text for a time, date, decimal or id: \
            `\"2026-01-31\".parse::<autopi::Date>()?`",
    note = "`DeviceId` and `UnitId` are different ids of a device"
)]
pub trait IntoNullable<T: ToOwned + ?Sized>: sealed::IntoNullable<T> {
    /// Returns the value, or `None` for null.
    fn into_nullable(self) -> Option<T::Owned>;
}

impl<T: Clone> sealed::IntoNullable<T> for T {}
impl<T: Clone> IntoNullable<T> for T {
    fn into_nullable(self) -> Option<T> {
        Some(self)
    }
}

impl<T: Clone> sealed::IntoNullable<T> for Option<T> {}
impl<T: Clone> IntoNullable<T> for Option<T> {
    fn into_nullable(self) -> Option<T> {
        self
    }
}

impl<T: Clone> sealed::IntoNullable<Box<T>> for T {}
impl<T: Clone> IntoNullable<Box<T>> for T {
    fn into_nullable(self) -> Option<Box<T>> {
        Some(Box::new(self))
    }
}

impl<T: Clone> sealed::IntoNullable<Vec<T>> for &[T] {}
impl<T: Clone> IntoNullable<Vec<T>> for &[T] {
    fn into_nullable(self) -> Option<Vec<T>> {
        Some(self.into())
    }
}

impl<T: Clone, const N: usize> sealed::IntoNullable<Vec<T>> for [T; N] {}
impl<T: Clone, const N: usize> IntoNullable<Vec<T>> for [T; N] {
    fn into_nullable(self) -> Option<Vec<T>> {
        Some(self.into())
    }
}

impl sealed::IntoNullable<str> for Option<&str> {}
impl IntoNullable<str> for Option<&str> {
    fn into_nullable(self) -> Option<String> {
        self.map(Into::into)
    }
}

impl sealed::IntoNullable<str> for &Option<String> {}
impl IntoNullable<str> for &Option<String> {
    fn into_nullable(self) -> Option<String> {
        self.clone()
    }
}

macro_rules! value {
    ($($to:ty: $($from:ty),*;)*) => {$($(
        impl sealed::IntoValue<$to> for $from {}
        impl IntoValue<$to> for $from {
            fn into_value(self) -> $to { self.into() }
        }
    )*)* nullable! { $($to: $($from),*;)* }};
}
macro_rules! nullable {
    ($($to:ty: $($from:ty),*;)*) => {$($(
        impl sealed::IntoNullable<$to> for $from {}
        impl IntoNullable<$to> for $from {
            fn into_nullable(self) -> Option<<$to as ToOwned>::Owned> { Some(self.into()) }
        }
    )*)*};
}
value! {
    Decimal: rust_decimal::Decimal, i32, i64, u32, u64;
    DeviceId: Uuid;
    UnitId: Uuid;
    Timestamp: jiff::Timestamp;
    Date: jiff::civil::Date;
}
nullable! {
    str: &str, String, &String, char, Cow<'_, str>, Box<str>;
    i64: i8, i16, i32, u8, u16, u32;
    f64: f32, i8, i16, i32, u8, u16, u32;
    Json: Value, Map<String, Value>, Vec<Value>, &str, String, bool, i32, i64, u32, u64, f64;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set<T: ToOwned + ?Sized>(value: impl IntoNullable<T>) -> Option<T::Owned> {
        value.into_nullable()
    }

    #[test]
    fn nullable_setters_accept_values_and_none() {
        let owned = Some("x".to_owned());
        let texts = [
            set::<str>("x"),
            set::<str>("x".to_owned()),
            set::<str>(&"x".to_owned()),
            set::<str>('x'),
            set::<str>(Some("x")),
            set::<str>(owned.as_deref()),
            set::<str>(&owned),
        ];
        assert!(texts.iter().all(|t| *t == owned), "{texts:?}");
        assert_eq!((set::<str>(None), set::<str>(&None)), (None, None));
        assert_eq!(
            (
                set::<i64>(5),
                set::<i64>(5u8),
                set::<i64>(Some(5)),
                set::<i64>(None)
            ),
            (Some(5), Some(5), Some(5), None)
        );
        assert_eq!(
            (
                set::<f64>(1.5),
                set::<f64>(3),
                set::<f64>(Some(3.0)),
                set::<f64>(None)
            ),
            (Some(1.5), Some(3.0), Some(3.0), None)
        );
        assert_eq!(
            (
                set::<Decimal>(3),
                set::<Decimal>(u64::MAX).map(|d| d.to_string())
            ),
            (Some(Decimal::from(3)), Some(u64::MAX.to_string()))
        );
        assert_eq!(
            (set::<bool>(true), set::<Box<i64>>(5i64), set::<bool>(None)),
            (Some(true), Some(Box::new(5)), None)
        );
        assert_eq!(
            (
                set::<DeviceId>(Uuid::nil()),
                set::<Json>(None),
                set::<Json>(3)
            ),
            (Some(DeviceId(Uuid::nil())), None, Some(Json(3.into())))
        );
        assert_eq!(
            (
                set::<Vec<i64>>([1]),
                set::<Vec<i64>>(vec![1]),
                set::<Vec<i64>>([1].as_slice()),
                set::<Vec<i64>>(None)
            ),
            (Some(vec![1]), Some(vec![1]), Some(vec![1]), None)
        );
        assert_eq!(
            set::<Date>("2026-01-31".parse::<Date>().ok()),
            "2026-01-31".parse().ok()
        );
    }
}
