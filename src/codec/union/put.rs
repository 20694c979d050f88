//! Writing of alternatives.

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::codec::record::{Record, write_members};

/// Writes a struct with its tag, whatever tag it holds itself.
pub fn tagged<T: Record, S: Serializer>(
    value: &T,
    name: &'static str,
    tag: impl Serialize,
    s: S,
) -> Result<S::Ok, S::Error> {
    let mut map = s.serialize_map(None)?;
    map.serialize_entry(name, &tag)?;
    let others = &mut WithoutMember {
        map: &mut map,
        name,
        taken: false,
    };
    write_members(value, others)?;
    map.end()
}

/// Writes a value without a tag.
pub fn plain<T: Serialize, S: Serializer>(
    value: &T,
    _: &'static str,
    _: (),
    s: S,
) -> Result<S::Ok, S::Error> {
    value.serialize(s)
}

/// A map that leaves out one member.
struct WithoutMember<'a, M> {
    map: &'a mut M,
    name: &'static str,
    taken: bool,
}

impl<M: SerializeMap> SerializeMap for WithoutMember<'_, M> {
    type Ok = ();
    type Error = M::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), M::Error> {
        let text = serde_json::to_value(key).map_err(serde::ser::Error::custom)?;
        self.taken = text == self.name;
        match self.taken {
            true => Ok(()),
            false => self.map.serialize_key(key),
        }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), M::Error> {
        match self.taken {
            true => Ok(()),
            false => self.map.serialize_value(value),
        }
    }

    fn end(self) -> Result<(), M::Error> {
        Ok(())
    }
}
