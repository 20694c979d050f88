//! A list that is read entry by entry: one file may be larger than the memory.

use std::{
    cell::Cell,
    io::{self, BufRead, BufReader, Read},
};

use anyhow::Result;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::{Exchange, LARGEST, each};

/// Reads the list below these members.
pub(super) fn listed(
    reader: impl Read,
    members: &[&str],
    take: &mut dyn FnMut(Exchange),
    bad: &mut dyn FnMut(String),
) -> Result<()> {
    let left = Cell::new(LARGEST);
    let mut reader = BufReader::new(Limited {
        reader,
        left: &left,
    });
    if reader.fill_buf()?.starts_with("\u{feff}".as_bytes()) {
        reader.consume(3);
    }
    let mut json = serde_json::Deserializer::from_reader(reader);
    let mut n = 0;
    let mut entry = |value: Value| {
        n += 1;
        left.set(LARGEST);
        each(&value, take, &mut |why| bad(format!("entry {n}: {why}")));
    };
    let mut read = Within(members, &mut entry).deserialize(&mut json);
    // Lists may follow each other.
    while read.is_ok() && json.end().is_err() {
        read = Within(members, &mut entry).deserialize(&mut json);
    }
    read.map_err(|e| match e.is_io() {
        true => anyhow::Error::from(io::Error::from(e)),
        false => anyhow::anyhow!(
            "line {}, column {}: no HAR, or no list of exchanges",
            e.line(),
            e.column()
        ),
    })
}

/// A reader with a limit, until `left` is set again.
struct Limited<'a, R> {
    reader: R,
    left: &'a Cell<u64>,
}

impl<R: Read> Read for Limited<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.get() == 0 {
            let why = format!("an entry is larger than {} MiB", LARGEST >> 20);
            return Err(io::Error::other(why));
        }
        let n = self.reader.read(buffer)?;
        self.left.set(self.left.get().saturating_sub(n as u64));
        Ok(n)
    }
}

/// Descends into these members, then calls the function with each item of the list there.
struct Within<'a>(&'a [&'a str], &'a mut dyn FnMut(Value));

impl<'de> DeserializeSeed<'de> for Within<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.0 {
            [] => deserializer.deserialize_seq(self),
            _ => deserializer.deserialize_map(self),
        }
    }
}

impl<'de> Visitor<'de> for Within<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("log.entries")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match self.0 {
                [first, rest @ ..] if key == *first => map.next_value_seed(Within(rest, self.1))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element()? {
            (self.1)(value);
        }
        Ok(())
    }
}
