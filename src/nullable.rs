//! What a field that can be null is set to.

use std::borrow::Cow;

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{Date, Decimal, DeviceId, Json, Timestamp, UnitId};

/// A value or `None`: the field is sent as the value, or as null. A field that is not set is not sent.
///
/// ```
/// # use autopi::IntoNullable;
/// # struct Patch(Option<Option<String>>);
/// # impl Patch { fn plate(self, value: impl IntoNullable<String>) -> Self { Self(Some(value.into_nullable())) } }
/// Patch(None).plate("AB 12345");
/// Patch(None).plate(None);
/// ```
pub trait IntoNullable<T> {
    /// `None` is null.
    fn into_nullable(self) -> Option<T>;
}

impl<T> IntoNullable<T> for T {
    fn into_nullable(self) -> Option<T> {
        Some(self)
    }
}

impl<T> IntoNullable<T> for Option<T> {
    fn into_nullable(self) -> Option<T> {
        self
    }
}

impl<T> IntoNullable<Box<T>> for T {
    fn into_nullable(self) -> Option<Box<T>> {
        Some(Box::new(self))
    }
}

macro_rules! nullable {
    ($($from:ty => $to:ty),* $(,)?) => {$(
        impl IntoNullable<$to> for $from {
            fn into_nullable(self) -> Option<$to> { Some(self.into()) }
        }
    )*};
}
nullable! {
    &str => String,
    &String => String,
    char => String,
    Cow<'_, str> => String,
    i32 => i64,
    u32 => i64,
    f32 => f64,
    Uuid => DeviceId,
    Uuid => UnitId,
    jiff::Timestamp => Timestamp,
    jiff::civil::Date => Date,
    rust_decimal::Decimal => Decimal,
    Value => Json,
    Map<String, Value> => Json,
    &str => Json,
    bool => Json,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set<T>(value: impl IntoNullable<T>) -> Option<T> {
        value.into_nullable()
    }

    #[test]
    fn values_and_none_read_well() {
        assert_eq!(
            (
                set::<String>("x"),
                set::<String>("x".to_owned()),
                set::<String>(None)
            ),
            (Some("x".into()), Some("x".into()), None)
        );
        assert_eq!(
            (
                set::<i64>(5),
                set::<i64>(5i32),
                set::<i64>(Some(5)),
                set::<i64>(None)
            ),
            (Some(5), Some(5), Some(5), None)
        );
        assert_eq!(
            (set::<f64>(1.5), set::<bool>(true), set::<Box<i64>>(5i64)),
            (Some(1.5), Some(true), Some(Box::new(5)))
        );
        assert_eq!(
            (set::<DeviceId>(Uuid::nil()), set::<Json>(None)),
            (Some(DeviceId(Uuid::nil())), None)
        );
        assert_eq!(set::<Vec<i64>>(vec![1]), Some(vec![1]));
    }
}
