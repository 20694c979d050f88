//! Reading and writing of generated structs.
//!
//! serde's derive produces about a hundred lines for each struct, which took most of the compile
//! time of this crate. So a struct only says which fields it has and how one of them is read; the
//! common part is here.

mod fields;

pub use fields::{Fields, debug, write, write_members};

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    Date, Decimal, DeviceId, Json, Timestamp, UnitId,
    codec::{
        mode,
        unknown::{UNKNOWN, Unknown, UnknownMembers},
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
    [] u64 => 0,
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

    /// Reads a member into the field with this index, or keeps it if there is none.
    fn read<'de, M: Member<'de>>(&mut self, index: usize, member: M) -> M::Done;

    /// Passes every field to `fields`, in the order of [`FIELDS`](Self::FIELDS), and then the
    /// members that have no field.
    fn each<F: Fields>(&self, fields: F) -> F;
}

/// A member of a JSON object whose value is to be read.
///
/// Generated code has an arm for each field. This trait keeps serde's results and `?` out of them,
/// which took a tenth of the time to check this crate.
pub trait Member<'de> {
    /// The result of reading.
    type Done;
    /// Reads the value into a field.
    fn read<T: Deserialize<'de>>(self, field: &mut T) -> Self::Done;
    /// Reads the value into a field of which null is a value.
    fn read_some<T: Deserialize<'de>>(self, field: &mut Option<T>) -> Self::Done;
    /// Reads the value into the members that have no field.
    fn keep(self, members: &mut impl Unknown) -> Self::Done;
}

/// The next member of a map, with its name if no field has it. The name is borrowed, so that
/// nothing is dropped for each field.
struct Next<'m, A> {
    map: &'m mut A,
    name: &'m mut Option<String>,
}

impl<'de, A: MapAccess<'de>> Member<'de> for Next<'_, A> {
    type Done = Result<(), A::Error>;

    fn read<T: Deserialize<'de>>(self, field: &mut T) -> Self::Done {
        *field = self.map.next_value()?;
        Ok(())
    }

    fn read_some<T: Deserialize<'de>>(self, field: &mut Option<T>) -> Self::Done {
        *field = Some(self.map.next_value()?);
        Ok(())
    }

    fn keep(self, members: &mut impl Unknown) -> Self::Done {
        match self.name.take() {
            Some(name) => members.read(name, self.map),
            None => self.map.next_value::<IgnoredAny>().map(drop),
        }
    }
}

pub fn read<'de, T: Record, D: Deserializer<'de>>(d: D) -> Result<T, D::Error> {
    d.deserialize_map(Reader(PhantomData))
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
                    let map = &mut map;
                    let name = &mut None;
                    record.read(index, Next { map, name })?;
                }
                Err(key) => {
                    unknown = true;
                    let name = &mut match mode::is_resent() {
                        true => key.strip_prefix(UNKNOWN.as_str()).map(str::to_owned),
                        false => Some(key),
                    };
                    let map = &mut map;
                    record.read(fields.len(), Next { map, name })?;
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

/// Implements serde's traits and `Debug` for a [`Record`].
#[macro_export]
#[doc(hidden)]
macro_rules! __record {
    ($name:ident) => {
        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::rt::debug(self, f, ::std::stringify!($name))
            }
        }
        impl $crate::rt::Redact for $name {}
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
