//! Numbers that JSON does not have. serde_json writes NaN and infinities as null, which would clear
//! a field; so a body with a null in it is searched for them.

use std::{fmt, io};

use serde::{Serialize, ser};
use serde_json::ser::Formatter;

use crate::codec::validate::Violations;

/// Returns the value as JSON. Numbers that are not finite are added to `v`.
///
/// # Errors
/// Returns an error if the value does not serialise.
pub fn to_vec(
    value: &(impl Serialize + ?Sized),
    v: &mut Violations,
) -> serde_json::Result<Vec<u8>> {
    let (mut out, mut nulls) = (Vec::with_capacity(128), false);
    let compact = Nulls(&mut nulls);
    value.serialize(&mut serde_json::Serializer::with_formatter(
        &mut out, compact,
    ))?;
    if nulls {
        // The value has serialised before, so this result does not matter.
        let _ = value.serialize(Finder(v));
    }
    Ok(out)
}

/// Writes compact JSON, and notes whether there was a null in it.
struct Nulls<'a>(&'a mut bool);

impl Formatter for Nulls<'_> {
    fn write_null<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        *self.0 = true;
        writer.write_all(b"null")
    }
}

/// A serializer that writes nothing and finds the numbers that are not finite.
struct Finder<'a>(&'a mut Violations);

macro_rules! nothing {
    ($($name:ident($($ty:ty),*)),* $(,)?) => {$(
        fn $name(self, $(_: $ty),*) -> Result<(), fmt::Error> { Ok(()) }
    )*};
}

impl<'a> ser::Serializer for Finder<'a> {
    type Ok = ();
    type Error = fmt::Error;
    type SerializeSeq = Inside<'a>;
    type SerializeTuple = Inside<'a>;
    type SerializeTupleStruct = Inside<'a>;
    type SerializeTupleVariant = Inside<'a>;
    type SerializeMap = Inside<'a>;
    type SerializeStruct = Inside<'a>;
    type SerializeStructVariant = Inside<'a>;

    nothing! {
        serialize_bool(bool), serialize_char(char), serialize_str(&str), serialize_bytes(&[u8]),
        serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64),
        serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64),
        serialize_i128(i128), serialize_u128(u128),
        serialize_none(), serialize_unit(), serialize_unit_struct(&'static str),
        serialize_unit_variant(&'static str, u32, &'static str),
    }

    fn serialize_f32(self, value: f32) -> Result<(), fmt::Error> {
        self.serialize_f64(value.into())
    }
    fn serialize_f64(self, value: f64) -> Result<(), fmt::Error> {
        if !value.is_finite() {
            self.0
                .fault(format!("must be a finite number, is `{value}`"));
        }
        Ok(())
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), fmt::Error> {
        value.serialize(self)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), fmt::Error> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), fmt::Error> {
        Inside::new(self).member(variant, value)
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Inside<'a>, fmt::Error> {
        Ok(Inside::new(self))
    }
    fn serialize_tuple(self, _: usize) -> Result<Inside<'a>, fmt::Error> {
        Ok(Inside::new(self))
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Inside<'a>, fmt::Error> {
        Ok(Inside::new(self))
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Inside<'a>, fmt::Error> {
        Ok(Inside::of(self, variant))
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Inside<'a>, fmt::Error> {
        Ok(Inside::new(self))
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Inside<'a>, fmt::Error> {
        Ok(Inside::new(self))
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Inside<'a>, fmt::Error> {
        Ok(Inside::of(self, variant))
    }
}

struct Inside<'a> {
    v: &'a mut Violations,
    index: usize,
    /// The variant of an enum, which is a member in JSON.
    variant: &'static str,
    key: String,
}

impl<'a> Inside<'a> {
    fn new(finder: Finder<'a>) -> Self {
        Self::of(finder, "")
    }

    fn of(finder: Finder<'a>, variant: &'static str) -> Self {
        Self {
            v: finder.0,
            index: 0,
            variant,
            key: String::new(),
        }
    }

    fn at<T: Serialize + ?Sized>(
        &mut self,
        key: Option<&str>,
        value: &T,
    ) -> Result<(), fmt::Error> {
        let (variant, index) = (self.variant, self.index);
        self.index += 1;
        let step = |at: &mut String| {
            if !variant.is_empty() {
                Violations::step(at, variant);
            }
            match key {
                Some(key) => Violations::step(at, key),
                None => at.push_str(&format!("[{index}]")),
            }
        };
        let mut done = Ok(());
        self.v.within(step, |v| done = value.serialize(Finder(v)));
        done
    }

    fn member<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), fmt::Error> {
        self.at(Some(key), value)
    }
}

macro_rules! inside {
    ($($kind:ident: $name:ident($($key:ident)?)),* $(,)?) => {$(
        impl ser::$kind for Inside<'_> {
            type Ok = ();
            type Error = fmt::Error;
            fn $name<T: Serialize + ?Sized>(
                &mut self,
                $($key: &'static str,)?
                value: &T,
            ) -> Result<(), fmt::Error> {
                self.at(None$(.or(Some($key)))?, value)
            }
            fn end(self) -> Result<(), fmt::Error> {
                Ok(())
            }
        }
    )*};
}
inside! {
    SerializeSeq: serialize_element(),
    SerializeTuple: serialize_element(),
    SerializeTupleStruct: serialize_field(),
    SerializeTupleVariant: serialize_field(),
    SerializeStruct: serialize_field(key),
    SerializeStructVariant: serialize_field(key),
}

impl ser::SerializeMap for Inside<'_> {
    type Ok = ();
    type Error = fmt::Error;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), fmt::Error> {
        let key = serde_json::to_value(key).map_err(|_| fmt::Error)?;
        self.key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), fmt::Error> {
        let key = std::mem::take(&mut self.key);
        self.member(&key, value)
    }
    fn end(self) -> Result<(), fmt::Error> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Serialize)]
    enum Shape {
        Point { x: f32 },
        Pair(f64, f64),
        Wrap(Option<f64>),
    }

    #[derive(Serialize)]
    struct Only(f64);

    #[test]
    fn each_number_that_is_not_finite_is_found_with_its_place() {
        #[derive(Serialize)]
        struct Body {
            none: Option<f64>,
            lat: Option<f64>,
            tuple: (u8, f64),
            map: BTreeMap<u8, Vec<f64>>,
            shapes: [Shape; 3],
            named: BTreeMap<&'static str, Only>,
        }
        let body = Body {
            none: None,
            lat: Some(f64::NAN),
            tuple: (1, f64::INFINITY),
            map: BTreeMap::from([(7, vec![1.0, f64::NEG_INFINITY])]),
            shapes: [
                Shape::Point { x: f32::NAN },
                Shape::Pair(0.0, f64::NAN),
                Shape::Wrap(Some(f64::NAN)),
            ],
            named: BTreeMap::from([("a b", Only(f64::NAN))]),
        };
        let mut v = Violations::default();
        to_vec(&body, &mut v).unwrap();
        let found = v.into_found();
        let places: Vec<_> = found.iter().map(|v| v.field.as_str()).collect();
        assert_eq!(
            places,
            [
                "lat",
                "tuple[1]",
                "map.7[1]",
                "shapes[0].Point.x",
                "shapes[1].Pair[1]",
                "shapes[2].Wrap",
                "named.a b"
            ]
        );
        assert_eq!(found[1].fault, "must be a finite number, is `inf`");
    }

    #[test]
    fn finite_values_are_written_as_serde_json_writes_them() {
        let value = serde_json::json!({"a": [null, 1.5, "x\n", {"b": {}}, []], "c": true});
        let mut v = Violations::default();
        assert_eq!(
            to_vec(&value, &mut v).unwrap(),
            serde_json::to_vec(&value).unwrap()
        );
        assert!(v.into_found().is_empty());
    }
}
