//! Reading and writing of generated structs.
//!
//! serde's derive produces about a hundred lines for each struct, which took most of the compile
//! time of this crate. So a struct only says which fields it has and how one of them is read; the
//! common part is here.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserializer, Serialize, Serializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor},
    ser::SerializeMap,
};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    Date, Decimal, DeviceId, Json, Timestamp, UnitId,
    codec::{
        mode,
        redact::{Hidden, Redact, Redacted},
        unknown::{UNKNOWN, UnknownMembers},
    },
};

/// The value of a field before it is read. Callers never see it: a required field that is missing
/// is an error.
pub trait Placeholder {
    fn placeholder() -> Self;
}

macro_rules! placeholders {
    ($([$($generic:ident),*] $ty:ty => $value:expr),* $(,)?) => {$(
        impl<$($generic),*> Placeholder for $ty {
            fn placeholder() -> Self { $value }
        }
    )*};
}
placeholders! {
    [] bool => false,
    [] i64 => 0,
    [] f64 => 0.0,
    [] String => String::new(),
    [T] Option<T> => None,
    [T] Vec<T> => Vec::new(),
    [K, V] BTreeMap<K, V> => BTreeMap::new(),
    [] Map<String, Value> => Map::new(),
    [] Json => Json(Value::Null),
    [] Uuid => Uuid::nil(),
    [] DeviceId => DeviceId(Uuid::nil()),
    [] UnitId => UnitId(Uuid::nil()),
    [] Timestamp => Timestamp::UNIX_EPOCH,
    [] Date => Date(jiff::civil::Date::ZERO),
    [] Decimal => Decimal(rust_decimal::Decimal::ZERO),
    [] UnknownMembers => UnknownMembers::default(),
}

/// A generated struct. It has at most 512 fields, since no more can be checked for presence.
pub trait Record: Placeholder {
    /// The names of the fields in JSON.
    const FIELDS: &'static [&'static str];
    /// The indices of the required fields.
    const REQUIRED: &'static [usize];
    /// The indices of the required fields of a request that may be null.
    const NULLABLE: &'static [usize] = &[];
    /// The indices of the fields that are secrets, by what the document or their names say.
    const SECRETS: &'static [usize] = &[];
    /// Whether the document allows members without a field.
    const KEEPS_UNKNOWN: bool = false;

    /// Reads the field with this index.
    fn read<'de, A: MapAccess<'de>>(&mut self, index: usize, map: &mut A) -> Result<(), A::Error>;

    /// Returns the map of members that have no field and that the document does not name.
    fn unknown(&mut self) -> Option<&mut UnknownMembers> {
        None
    }

    /// Keeps a member that has no field, or skips it if there is no such map.
    fn keep<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        match self.unknown() {
            Some(unknown) => unknown.read(key, map),
            None => map.next_value::<IgnoredAny>().map(drop),
        }
    }

    /// Writes every field.
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;
}

pub fn read<'de, T: Record, D: Deserializer<'de>>(d: D) -> Result<T, D::Error> {
    d.deserialize_map(Reader(PhantomData))
}

pub fn write<T: Record, S: Serializer>(record: &T, s: S) -> Result<S::Ok, S::Error> {
    let mut map = s.serialize_map(None)?;
    record.write(&mut map)?;
    map.end()
}

/// Writes a field unless it is `None`.
pub fn serialize_if_some<M: SerializeMap, T: Serialize>(
    map: &mut M,
    key: &'static str,
    value: &Option<T>,
) -> Result<(), M::Error> {
    value
        .as_ref()
        .map_or(Ok(()), |value| map.serialize_entry(key, value))
}

/// Writes what a derived `Debug` would, but with the JSON names, and without the values of secrets.
#[cold]
pub fn debug<T: Record>(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    values: &[&dyn Redact],
    rest: &[&dyn Redact],
) -> fmt::Result {
    let mut shown = f.debug_struct(name);
    for (i, (field, value)) in T::FIELDS.iter().zip(values).enumerate() {
        match T::SECRETS.contains(&i) {
            true => shown.field(field, &Hidden),
            false => shown.field(field, &Redacted(*value)),
        };
    }
    for rest in rest.iter().filter(|rest| !rest.is_nothing()) {
        shown.field("extra", &Redacted(*rest));
    }
    shown.finish()
}

struct Reader<T>(PhantomData<T>);

impl<'de, T: Record> Visitor<'de> for Reader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut record = T::placeholder();
        let expected = mode::takes_item();
        let (mut known, mut unknown) = (T::KEEPS_UNKNOWN, false);
        let mut seen = [0u64; 8];
        let mut hint = 0;
        let fields = T::FIELDS;
        while let Some(key) = map.next_key_seed(Key { fields, hint })? {
            match key {
                Ok(index) => {
                    (hint, known) = (index + 1, true);
                    if let Some(word) = seen.get_mut(index / 64) {
                        *word |= 1 << (index % 64);
                    }
                    record.read(index, &mut map)?;
                }
                Err(key) => {
                    unknown = true;
                    if !mode::is_resent() {
                        record.keep(key, &mut map)?;
                    } else if let Some(key) = key.strip_prefix(UNKNOWN.as_str()) {
                        record.keep(key.to_owned(), &mut map)?;
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
            }
        }
        if expected && unknown && !known {
            return Err(A::Error::custom("the document names none of its members"));
        }
        let missing = T::REQUIRED.iter().find(|i| {
            let word = seen.get(**i / 64).copied().unwrap_or_default();
            // The response has no null that its type tells apart from an absent member.
            word & (1 << (**i % 64)) == 0 && !(mode::is_resent() && T::NULLABLE.contains(i))
        });
        match missing.and_then(|i| T::FIELDS.get(*i)) {
            Some(name) => Err(A::Error::missing_field(name)),
            None => Ok(record),
        }
    }
}

/// Finds the field of a key, which is usually the one after the last.
struct Key {
    fields: &'static [&'static str],
    hint: usize,
}

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Result<usize, String>;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        d.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Result<usize, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        if self.fields.get(self.hint) == Some(&key) {
            return Ok(Ok(self.hint));
        }
        let found = self.fields.iter().position(|f| *f == key);
        Ok(found.ok_or_else(|| key.to_owned()))
    }
}

/// Implements serde's traits and `Debug` for a [`Record`]: its fields; the one of other members.
#[macro_export]
#[doc(hidden)]
macro_rules! __record {
    ($name:ident $($field:ident)* $(; $rest:ident)?) => {
        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::rt::debug::<Self>(
                    f,
                    ::std::stringify!($name),
                    &[$(&self.$field),*],
                    &[$(&self.$rest)?],
                )
            }
        }
        impl $crate::rt::Redact for $name {
            fn redact(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(self, f)
            }
        }
        impl<'de> $crate::rt::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::rt::serde::Deserializer<'de>>(
                d: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::rt::read(d)
            }
        }
        impl $crate::rt::serde::Serialize for $name {
            fn serialize<S: $crate::rt::serde::Serializer>(
                &self,
                s: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::rt::write(self, s)
            }
        }
    };
}

#[cfg(test)]
mod tests;
