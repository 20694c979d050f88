//! Reads JSON and YAML exactly: what a [`Value`] cannot hold is an error, and not lost silently.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value, de::Read, map::Entry};

/// Reads JSON.
///
/// # Errors
/// Returns an error with line and column.
pub fn json<'t>(mut reader: serde_json::Deserializer<impl Read<'t>>) -> serde_json::Result<Value> {
    let value = Exact::default().deserialize(&mut reader)?;
    reader.end().map(|()| value)
}

/// Reads any value. A key that appears twice with different values is an error (YAML 1.2 does not
/// allow it, and of JSON that has it RFC 8259 says that readers differ), as are `.nan` and `.inf`.
#[derive(Clone, Copy, Default)]
pub struct Exact<'f> {
    /// A key that was read before, and its value there.
    first: Option<(&'f str, &'f Value)>,
    /// Whether errors are raised at the second value of a key: see [`Self::early`].
    early: bool,
}

impl Exact<'_> {
    /// Returns a reader whose errors are raised at the second value of a key, not behind it: YAML's
    /// reader says where a value begins, but not where it is.
    pub fn early() -> Self {
        Self {
            early: true,
            ..Self::default()
        }
    }

    fn keep<E: Error>(self, value: impl Into<Value>) -> Result<Value, E> {
        let value = value.into();
        match self.first.filter(|(_, first)| **first != value) {
            None => Ok(value),
            Some((key, _)) => Err(twice(key)),
        }
    }
}

fn twice<E: Error>(key: &str) -> E {
    E::custom(format!(
        "`{key}` appears twice with different values: keep one"
    ))
}

impl<'de> DeserializeSeed<'de> for Exact<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Exact<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        self.keep(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.keep(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.keep(value)
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        self.keep(number.ok_or_else(|| E::custom(format!("{value} is not a number of JSON")))?)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.keep(value)
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        self.keep(value)
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        self.keep(())
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        self.keep(())
    }

    fn visit_some<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        self.deserialize(reader)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(Exact {
            first: None,
            ..self
        })? {
            values.push(value);
        }
        self.keep(values)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let first = self.early.then(|| members.get(&key)).flatten();
            let value = map.next_value_seed(Exact {
                first: first.map(|first| (key.as_str(), first)),
                early: self.early,
            })?;
            match members.entry(key) {
                Entry::Vacant(entry) => _ = entry.insert(value),
                Entry::Occupied(entry) if *entry.get() == value => {}
                Entry::Occupied(entry) => return Err(twice(entry.key())),
            }
        }
        self.keep(members)
    }
}
