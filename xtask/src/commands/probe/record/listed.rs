//! A list that is read entry by entry: one file may be larger than the memory.

use std::{
    cell::Cell,
    io::{self, BufRead, Read},
};

use anyhow::Result;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::{Exchange, LARGEST, ahead::Ahead, each};

/// Reads the list below these members; `n` counts its entries.
pub(super) fn listed(
    ahead: &mut Ahead<impl BufRead>,
    members: &[&str],
    n: &mut u64,
    take: &mut dyn FnMut(Exchange),
    bad: &mut dyn FnMut(String),
) -> Result<()> {
    let (left, before) = (Cell::new(LARGEST), ahead.lines);
    let mut json = serde_json::Deserializer::from_reader(Limited {
        reader: ahead,
        left: &left,
    });
    let mut entry = |value: Value| {
        *n += 1;
        left.set(LARGEST);
        each(&value, take, &mut |why| bad(format!("entry {n}: {why}")));
    };
    let read = ItemsAt(members, &mut entry).deserialize(&mut json);
    read.map_err(|e| match e.is_io() {
        true => anyhow::Error::from(io::Error::from(e)),
        false => anyhow::anyhow!(
            "line {}, column {}: no HAR, or no list of exchanges",
            before + e.line() as u64,
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
struct ItemsAt<'a>(&'a [&'a str], &'a mut dyn FnMut(Value));

impl<'de> DeserializeSeed<'de> for ItemsAt<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.0 {
            [] => deserializer.deserialize_seq(self),
            _ => deserializer.deserialize_map(self),
        }
    }
}

impl<'de> Visitor<'de> for ItemsAt<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("log.entries")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut found = false;
        while let Some(key) = map.next_key::<String>()? {
            match self.0 {
                [first, rest @ ..] if key == *first => {
                    found = true;
                    map.next_value_seed(ItemsAt(rest, self.1))?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        found
            .then_some(())
            .ok_or_else(|| A::Error::custom("no log.entries"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element()? {
            (self.1)(value);
        }
        Ok(())
    }
}
