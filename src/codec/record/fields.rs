//! What is done with the fields of a struct: they are written, or shown.

use std::{fmt, iter::Copied, slice::Iter};

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::Record;
use crate::codec::{
    redact::{Hidden, Redact, Redacted},
    unknown::Unknown,
};

/// Takes the fields of a [`Record`], one after the other.
pub trait Fields: Sized {
    /// Takes a field that is always there.
    fn required(self, field: &(impl Serialize + Redact)) -> Self;
    /// Takes a field that is left out if it is `None`.
    fn optional(self, field: &Option<impl Serialize + Redact>) -> Self;
    /// Takes the members that have no field.
    fn unknown(self, members: &impl Unknown) -> Self;
}

/// Writes a record.
pub fn write<T: Record, S: Serializer>(record: &T, s: S) -> Result<S::Ok, S::Error> {
    let mut map = s.serialize_map(None)?;
    write_members(record, &mut map)?;
    map.end()
}

/// Writes the members of a record.
pub fn write_members<T: Record, M: SerializeMap>(record: &T, map: &mut M) -> Result<(), M::Error> {
    let names = T::FIELDS.iter().copied();
    let result = Ok(());
    record.each(Writer { map, names, result }).result
}

/// Writes fields until one of them fails.
struct Writer<'m, M: SerializeMap> {
    map: &'m mut M,
    names: Copied<Iter<'static, &'static str>>,
    result: Result<(), M::Error>,
}

impl<M: SerializeMap> Writer<'_, M> {
    #[inline]
    fn field(mut self, field: Option<&impl Serialize>) -> Self {
        if let (Some(name), Some(field), Ok(())) = (self.names.next(), field, &self.result) {
            self.result = self.map.serialize_entry(name, field);
        }
        self
    }
}

impl<M: SerializeMap> Fields for Writer<'_, M> {
    #[inline]
    fn required(self, field: &(impl Serialize + Redact)) -> Self {
        self.field(Some(field))
    }

    #[inline]
    fn optional(self, field: &Option<impl Serialize + Redact>) -> Self {
        self.field(field.as_ref())
    }

    #[inline]
    fn unknown(mut self, members: &impl Unknown) -> Self {
        if self.result.is_ok() {
            self.result = members.write(self.map);
        }
        self
    }
}

/// Writes what a derived `Debug` would, but with the JSON names, and without the values of secrets.
#[cold]
pub fn debug<T: Record>(record: &T, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    let mut shown = f.debug_struct(name);
    record.each(DebugFields {
        shown: &mut shown,
        names: T::FIELDS,
        secrets: T::SECRETS,
        index: 0,
    });
    shown.finish()
}

struct DebugFields<'s, 'f, 'a> {
    shown: &'s mut fmt::DebugStruct<'f, 'a>,
    names: &'static [&'static str],
    secrets: &'static [usize],
    index: usize,
}

impl DebugFields<'_, '_, '_> {
    fn field(mut self, field: &dyn Redact) -> Self {
        let name = self.names.get(self.index).copied().unwrap_or_default();
        match self.secrets.contains(&self.index) {
            true => self.shown.field(name, &Hidden),
            false => self.shown.field(name, &Redacted(field)),
        };
        self.index += 1;
        self
    }
}

impl Fields for DebugFields<'_, '_, '_> {
    fn required(self, field: &(impl Serialize + Redact)) -> Self {
        self.field(field)
    }

    fn optional(self, field: &Option<impl Serialize + Redact>) -> Self {
        self.field(field)
    }

    fn unknown(self, members: &impl Unknown) -> Self {
        if !members.is_nothing() {
            self.shown.field("extra", &Redacted(members));
        }
        self
    }
}
