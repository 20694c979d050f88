//! Reads JSON or YAML, and finds the line of a place in it. Lines are only looked up when an error
//! is printed: the text is then read once more, up to the place.

mod entries;
mod read;

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, Visitor};

use autopi_codegen::exact;

pub use entries::entries;
use read::is_json;
pub use read::parse;

/// Returns the line, from 1, of the value that a JSON pointer names, or of the nearest existing one
/// around it.
pub fn line(text: &str, pointer: &str) -> usize {
    let text = text.trim_start_matches('\u{feff}');
    let steps: Vec<String> = pointer
        .split('/')
        .skip(1)
        .map(autopi_codegen::escape::unescape)
        .collect();
    let find = |steps: &[String]| {
        if is_json(text) {
            let mut json = serde_json::Deserializer::from_str(text);
            Some(Search(steps).deserialize(&mut json).err()?.line())
        } else {
            let mut documents = yaml_serde::Deserializer::from_str(text);
            let found = documents.find_map(|yaml| Search(steps).deserialize(yaml).err());
            Some(found?.location()?.line())
        }
    };
    (1..=steps.len())
        .rev()
        .find_map(|n| find(&steps[..n]))
        .unwrap_or(1)
}

/// Reads up to a place and stops there with an error, which knows its line. A missing place is not
/// an error.
struct Search<'a>(&'a [String]);

impl<'de> DeserializeSeed<'de> for Search<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        match self.0 {
            [] => Err(de::Error::custom("here")),
            _ => reader.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Search<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(found) = map.next_key_seed(Key(self.0))? {
            if found {
                map.next_value_seed(Search(&self.0[1..]))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let wanted = self.0[0].parse().unwrap_or(usize::MAX);
        for _ in 0..wanted {
            if list.next_element::<IgnoredAny>()?.is_none() {
                return Ok(());
            }
        }
        list.next_element_seed(Entry(&self.0[1..]))?;
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// An entry of a list, whose line is that of its beginning.
struct Entry<'a>(&'a [String]);

impl<'de> DeserializeSeed<'de> for Entry<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        match self.0 {
            // Asked for what it is not, so that the reader stops at its beginning.
            [] => reader.deserialize_bool(Stop),
            _ => reader.deserialize_any(Search(self.0)),
        }
    }
}

/// A visitor for which any value is an error.
struct Stop;

impl Visitor<'_> for Stop {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no value")
    }
}

/// Whether a key is the wanted one; the search ends at the last one of the path.
struct Key<'a>(&'a [String]);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<bool, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<bool, E> {
        match self.0 {
            [last] if last == key => Err(E::custom("here")),
            [first, ..] => Ok(first == key),
            [] => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_has_its_line_in_json_and_in_yaml() {
        let json =
            "{\n \"a\": {\n  \"b/c\": [\n   1,\n   {\"d\": 2}\n  ],\n  \"e\": 1},\n \"f\": 1e3}";
        let yaml =
            "# x\na:\n  b/c:\n    - 1\n    - d: 2\n  e: 1\n200: {g: ~}\nf: 1.5\nh: &h\n  i: true\n";
        for (text, lines) in [(json, [2, 3, 4, 5, 5, 7, 8]), (yaml, [2, 3, 4, 5, 5, 6, 8])] {
            let places = [
                "/a",
                "/a/b~1c",
                "/a/b~1c/0",
                "/a/b~1c/1",
                "/a/b~1c/1/d",
                "/a/e",
                "/f",
            ];
            let found = places.map(|p| line(text, p));
            assert_eq!(found, lines, "{text}");
            // A missing place has the line of the value around it.
            assert_eq!(line(text, "/a/b~1c/7/x"), lines[1]);
            assert_eq!(line(text, "/gone"), 1);
        }
        assert_eq!(line(yaml, "/200/g"), 7);
        assert_eq!(line(yaml, "/h/i"), 10);
    }

    #[test]
    fn yaml_values_that_json_cannot_hold_are_refused_with_their_line() {
        for (text, line, what) in [
            (
                "{\"a\": 1,\n \"b\": {\"c\": 1, \"c\": 2}}",
                2,
                "`c` appears twice",
            ),
            ("a: 1\nb:\n  c: 1\n  c: 2\n", 4, "`c` appears twice"),
            ("a: 1\nb: 2\na: 3\n", 3, "`a` appears twice"),
            ("a: {b: 1}\n# x\na:\n  b: 2\n", 4, "`a` appears twice"),
            ("a: 1\na:\nc: 1\n", 2, "`a` appears twice"),
            ("- a: [1]\n  a:\n  - 2\n", 3, "`a` appears twice"),
            ("{\"a\": 1,\n \"a\": 2,\n \"b\": 3}", 2, "`a` appears twice"),
            ("a:\n  200: x\n  \"200\": y\n", 3, "`200` appears twice"),
            ("a: 1\nb: .nan\n", 2, "NaN is not a number"),
            ("a: [1,\n -.inf]\n", 2, "-inf is not a number"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(what), "{error}");
            assert!(error.contains(&format!("line {line}")), "{error}");
        }
        assert_eq!(parse("{\"a\": [1], \"a\": [1]}").unwrap()["a"][0], 1);
    }

    #[test]
    fn merge_keys_and_a_byte_order_mark_are_read() {
        let value = parse("a: &a {b: 1, c: 2}\nd:\n  <<: *a\n  c: 3\n").unwrap();
        assert_eq!(value["d"], serde_json::json!({"b": 1, "c": 3}));
        let value =
            parse("a: &a {200: 1}\nb: &b {<<: *a, c: 2}\nd: {<<: [*b, {c: 3, e: 4}]}\n").unwrap();
        assert_eq!(value["d"], serde_json::json!({"200": 1, "c": 2, "e": 4}));
        let value = parse("a: &a {b: 1}\nc:\n  \"<<\" : *a\n").unwrap();
        assert_eq!(value["c"], serde_json::json!({"b": 1}));
        let value = parse("c: {<<: 5, d: 1}\n").unwrap();
        assert_eq!(value["c"], serde_json::json!({"<<": 5, "d": 1}));
        assert_eq!(parse("\u{feff}{\"a\": 1}").unwrap()["a"], 1);
    }

    #[test]
    fn of_several_yaml_documents_in_one_text_only_one_may_have_something() {
        for text in [
            "---\na: 1\n---\n",
            "# x\n---\na: 1\n...\n",
            "---\n---\na: 1\n",
        ] {
            assert_eq!(parse(text).unwrap()["a"], 1, "{text}");
        }
        assert_eq!(line("---\na: 1\nb: 2\n---\n", "/b"), 3);
        let error = parse("a: 1\n---\nb: 2\n").unwrap_err();
        assert!(error.contains("the last at line 2: keep one"), "{error}");
    }
}
