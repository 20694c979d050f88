//! Members of objects that the document does not name. They are kept and written back, so that
//! nothing is lost when a response is sent back.

use std::{
    collections::BTreeMap,
    fmt,
    hash::{BuildHasher, Hasher, RandomState},
    ops::{Deref, DerefMut},
    sync::LazyLock,
};

use serde::{
    Serialize,
    de::{DeserializeOwned, MapAccess},
    ser::SerializeMap,
};
use serde_json::Value;

use crate::codec::{
    any::Any,
    decode, mode,
    raw::Raw,
    redact::{Redact, Redacted},
};

/// The members of an object that the document does not name, by their names in JSON.
///
/// They are kept unchanged and written back, so that a `PUT` of what a `GET` returned does not
/// delete members that the document does not know yet. A member can also be added to a request, if
/// the API takes it and the document does not mention it. A number of more than 64 bits is kept as
/// a string.
#[derive(Clone, Default)]
#[allow(clippy::box_collection)] // 8 bytes in each object, not 24
pub struct UnknownMembers(Option<Box<BTreeMap<String, Value>>>);

static NONE: BTreeMap<String, Value> = BTreeMap::new();

impl Deref for UnknownMembers {
    type Target = BTreeMap<String, Value>;
    fn deref(&self) -> &Self::Target {
        self.0.as_deref().unwrap_or(&NONE)
    }
}

impl DerefMut for UnknownMembers {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.0.get_or_insert_default()
    }
}

impl PartialEq for UnknownMembers {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Redact for UnknownMembers {
    fn redact(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).redact(f)
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl fmt::Debug for UnknownMembers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Redacted(self).fmt(f)
    }
}

/// Members that have no field of their own, by their names.
pub trait Unknown: Redact {
    /// Reads a member.
    fn read<'de, A: MapAccess<'de>>(&mut self, name: String, map: &mut A) -> Result<(), A::Error>;
    /// Writes all members.
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;
}

impl Unknown for UnknownMembers {
    #[cold]
    fn read<'de, A: MapAccess<'de>>(&mut self, name: String, map: &mut A) -> Result<(), A::Error> {
        let value = match mode::is_strict() {
            true => map.next_value::<Any>()?.0,
            false => decode::lossless(&map.next_value::<Raw>()?.0),
        };
        self.insert(name, value);
        Ok(())
    }

    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        self.0.iter().try_for_each(|all| all.write(map))
    }
}

impl<T: DeserializeOwned + Serialize + Redact> Unknown for BTreeMap<String, T> {
    fn read<'de, A: MapAccess<'de>>(&mut self, name: String, map: &mut A) -> Result<(), A::Error> {
        self.insert(name, map.next_value()?);
        Ok(())
    }

    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let resent = mode::is_resent();
        self.iter().try_for_each(|(name, value)| match resent {
            false => map.serialize_entry(name, value),
            true => map.serialize_entry(&format!("{}{name}", *UNKNOWN), value),
        })
    }
}

/// Removes the marks that [`Unknown::write`] added; returns whether there were any.
pub(crate) fn unmark(value: &mut Value) -> bool {
    match value {
        Value::Object(map) => {
            let mut any = false;
            let members = std::mem::take(map).into_iter().map(|(key, mut value)| {
                let name = key.strip_prefix(UNKNOWN.as_str()).map(str::to_owned);
                any |= unmark(&mut value) | name.is_some();
                (name.unwrap_or(key), value)
            });
            *map = members.collect();
            any
        }
        Value::Array(items) => items.iter_mut().fold(false, |any, item| unmark(item) | any),
        _ => false,
    }
}

/// The mark before the names of members that the document does not name, while a value is converted
/// to another type. It is another one in each process, so that no server can send it.
pub(crate) static UNKNOWN: LazyLock<String> = LazyLock::new(|| {
    let nonce = RandomState::new().build_hasher().finish();
    format!("\0{nonce:x}\0")
});

#[cfg(test)]
mod tests {
    use serde::Serializer;
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_marked_while_a_value_is_converted_and_only_then() {
        let mut members = UnknownMembers::default();
        assert!(members.is_nothing() && members == UnknownMembers::default());
        members.insert("new".into(), json!([1]));
        assert!(!members.is_nothing() && members != UnknownMembers::default());
        let written = || {
            let mut out = Vec::new();
            let mut json = serde_json::Serializer::new(&mut out);
            let mut map = json.serialize_map(None).unwrap();
            members.write(&mut map).unwrap();
            map.end().unwrap();
            serde_json::from_slice::<Value>(&out).unwrap()
        };
        let (plain, marked) = (written(), mode::resent(written));
        assert_eq!(plain, json!({"new": [1]}));
        assert_ne!(marked, plain);
        let places: [fn(&Value) -> Value; 4] = [
            Value::clone,
            |value| json!([1, value, 2]),
            |value| json!({"a": value, "b": {}}),
            |value| json!({"a": [[value]]}),
        ];
        for place in places {
            let mut value = place(&marked);
            assert!(unmark(&mut value));
            assert_eq!(value, place(&plain));
            assert!(!unmark(&mut value));
            assert_eq!(value, place(&plain));
        }
    }
}
