//! Reads a page from any of the envelopes, and keeps bad items apart from the good ones.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

use crate::{
    ItemError, Page,
    codec::{any::Any, decode, mode, pieces, raw::Raw},
    privacy::{repeated, shown},
};

impl<T: DeserializeOwned> Page<T> {
    /// Adds an item to the results or, if it does not decode, to the errors.
    pub(super) fn add(&mut self, raw: Raw, root: &str) {
        let index = self.results.len() + self.errors.len();
        match decode::read(&raw.0) {
            Ok(item) => self.results.push(item),
            Err(fault) => {
                let inside = match fault.path.as_str() {
                    "." => String::new(),
                    path => format!(".{path}"),
                };
                let path = format!("{root}[{index}]{inside}");
                let mut error = ItemError {
                    operation: None,
                    index,
                    message: shown::reason(&path, fault.message),
                    path,
                    raw: String::from_utf8_lossy(&raw.0).into_owned(),
                };
                repeated::with_current(|secrets| error.hide(secrets));
                self.errors.push(error);
            }
        }
    }

    /// Reads every item straight from the text; the first bad one is an error.
    fn strict<'de, A: SeqAccess<'de>>(&mut self, mut seq: A) -> Result<(), A::Error> {
        mode::expect_item(true);
        while let Some(item) = seq.next_element()? {
            self.results.push(item);
            mode::expect_item(true);
        }
        mode::expect_item(false);
        Ok(())
    }
}

/// Returns a count: `25`, `25.0` or `"25"`. Another form of it must not lose the page.
fn number(count: &Value) -> Option<u64> {
    let whole = |n: f64| ((0.0..9e15).contains(&n) && n.fract() == 0.0).then_some(n as u64);
    match count {
        Value::Number(n) => n.as_u64().or_else(|| whole(n.as_f64()?)),
        Value::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| whole(text.parse().ok()?))
        }
        _ => None,
    }
}

/// Returns the `next` link, which some APIs give as a page number. A value that is not a link is
/// kept, so that the list does not end silently.
fn link(next: Value) -> Option<String> {
    match next {
        Value::Null | Value::Bool(false) => None,
        Value::String(text) => Some(text).filter(|t| !t.trim().is_empty()),
        other => Some(number(&other).map_or_else(|| other.to_string(), |page| page.to_string())),
    }
}

/// The items of an envelope.
struct Items<'a, T>(&'a mut Page<T>);

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Items<'_, T> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Items<'_, T> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of items")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        if mode::is_strict() {
            return self.0.strict(seq);
        }
        while let Some(raw) = seq.next_element()? {
            self.0.add(raw, "results");
        }
        Ok(())
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Envelope<T>(PhantomData<T>);
        impl<'de, T: DeserializeOwned> Visitor<'de> for Envelope<T> {
            type Value = Page<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a page: an object with `results`, or an array")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Page<T>, A::Error> {
                let mut page = Page::empty();
                let mut found = false;
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "results" => {
                            found = true;
                            // The last of several counts, as for any other member.
                            page.results.clear();
                            page.errors.clear();
                            map.next_value_seed(Items(&mut page))?;
                        }
                        "count" => {
                            page.says_count = true;
                            page.count = number(&map.next_value()?);
                        }
                        "next" => {
                            page.says_next = true;
                            page.next = link(map.next_value()?);
                        }
                        "previous" => {
                            page.previous = map.next_value::<Value>()?.as_str().map(str::to_owned)
                        }
                        _ if mode::is_strict() => {
                            drop(page.extra.insert(key, map.next_value::<Any>()?.0))
                        }
                        _ => drop(
                            page.extra
                                .insert(key, decode::lossless(&map.next_value::<Raw>()?.0)),
                        ),
                    }
                }
                if !found {
                    page.is_item = true;
                    // A single object in place of the list: its only item.
                    let one = Value::Object(std::mem::take(&mut page.extra)).to_string();
                    let one = decode::read(one.as_bytes()).ok();
                    page.results.push(
                        one.filter(|_| !mode::is_strict())
                            .ok_or_else(|| A::Error::missing_field("results"))?,
                    );
                }
                Ok(page)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Page<T>, A::Error> {
                let mut page = Page::empty();
                if mode::is_strict() {
                    return page.strict(seq).map(|()| page);
                }
                let first: Option<Raw> = seq.next_element()?;
                let second: Option<Raw> = seq.next_element()?;
                // A view that lists envelopes sends its only page inside an array.
                if let (Some(Raw(only)), None) = (&first, &second)
                    && pieces::member(only, "results").is_some_and(|list| list.starts_with(b"["))
                    && decode::read::<T>(only).is_err()
                    && let Ok(inner) = decode::read(only)
                {
                    return Ok(inner);
                }
                for raw in first.into_iter().chain(second) {
                    page.add(raw, "");
                }
                while let Some(raw) = seq.next_element()? {
                    page.add(raw, "");
                }
                Ok(page)
            }
        }
        d.deserialize_any(Envelope(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_envelope_is_read_and_one_bad_item_does_not_lose_the_page() {
        for (text, count) in [
            (
                r#"{"count":9,"next":null,"previous":null,"results":[1,"bad",3]}"#,
                Some(9),
            ),
            (
                r#"{"count":9,"results":[1,"bad",3],"page_size":20}"#,
                Some(9),
            ),
            (
                r#"{"results":[1,"bad",3],"count":9,"page":0,"page_size":20}"#,
                Some(9),
            ),
            (r#"[1,"bad",3]"#, None),
        ] {
            let page: Page<i64> = serde_json::from_str(text).unwrap();
            assert_eq!(
                (page.count, page.results.as_slice()),
                (count, [1, 3].as_slice()),
                "{text}"
            );
            assert_eq!(
                (page.errors[0].index, page.errors[0].raw.as_str()),
                (1, r#""bad""#)
            );
            assert!(page.into_strict().is_err());
        }
        let page: Page<i64> =
            serde_json::from_str(r#"{"count":1,"results":[1],"page_size":20}"#).unwrap();
        assert_eq!(page.extra["page_size"], 20);
        assert!(serde_json::from_str::<Page<i64>>(r#"{"detail":"no"}"#).is_err());
        let twice = r#"{"results":[1,"bad"],"count":2,"results":[3],"count":1}"#;
        let page: Page<i64> = serde_json::from_str(twice).unwrap();
        assert_eq!(
            (page.count, page.into_strict().unwrap()),
            (Some(1), vec![3])
        );
        let page: Page<i64> =
            serde_json::from_str(r#"[{"count":9,"results":[1,"2",[]]}]"#).unwrap();
        assert_eq!(
            (page.count, page.results.as_slice(), page.errors.len()),
            (Some(9), [1, 2].as_slice(), 1),
            "an envelope in an array"
        );
        let page: Page<i64> = serde_json::from_str(r#"[7,{"results":[1,2]}]"#).unwrap();
        assert_eq!(
            (page.results.as_slice(), page.errors.len()),
            ([7].as_slice(), 1),
            "a bad item that has results of its own"
        );
        let page: Page<BTreeMap<String, i64>> = serde_json::from_str(r#"{"a":1}"#).unwrap();
        assert_eq!(page.results[0]["a"], 1, "one object");
    }
    #[test]
    fn each_item_is_expected_to_be_one_and_a_bad_one_has_its_place() {
        struct Item(bool);
        impl<'de> Deserialize<'de> for Item {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                serde::de::IgnoredAny::deserialize(d).map(|_| Self(mode::takes_item()))
            }
        }
        for text in [r#"{"results":[1,2,3],"count":3}"#, "[1,2,3]"] {
            let page = mode::strictly(|| serde_json::from_str::<Page<Item>>(text)).unwrap();
            assert!(page.results.len() == 3 && page.results.iter().all(|item| item.0));
            assert!(!mode::takes_item());
        }
        let page: Page<i64> = serde_json::from_str(r#"{"results":["bad",1,"bad"]}"#).unwrap();
        let bad: Vec<_> = page.errors.iter().map(|e| (e.index, &*e.path)).collect();
        assert_eq!(bad, [(0, "results[0]"), (2, "results[2]")]);
    }

    #[test]
    fn counts_links_and_other_members_are_what_they_mean() {
        let counts = r#"[25,25.0,"25"," 25.0 ",0,"18446744073709551615",18446744073709551615]"#;
        let counts: Vec<Value> = serde_json::from_str(counts).unwrap();
        let counts: Vec<_> = counts.iter().filter_map(number).collect();
        assert_eq!(counts, [25, 25, 25, 25, 0, u64::MAX, u64::MAX]);
        for none in [
            "25.5",
            "-1",
            "1e300",
            "null",
            "true",
            r#""many""#,
            r#""25.5""#,
        ] {
            assert_eq!(number(&serde_json::from_str(none).unwrap()), None, "{none}");
        }
        for none in ["null", "false", r#""""#, r#"" ""#] {
            assert_eq!(link(serde_json::from_str(none).unwrap()), None, "{none}");
        }
        let links = [true.into(), 2.into(), 2.0.into(), "?page=2".into()].map(link);
        assert_eq!(links.map(Option::unwrap), ["true", "2", "2", "?page=2"]);
        let text = br#"{"results":[],"previous":"?page=1","big":89450100000000000123}"#;
        let page = decode::read::<Page<i64>>(text).ok().unwrap();
        assert_eq!(page.previous.as_deref(), Some("?page=1"));
        assert_eq!(page.extra["big"], "89450100000000000123");
    }

    #[test]
    fn only_an_envelope_in_an_array_is_taken_for_the_page() {
        for text in ["[[1,2]]", r#"[{"results":5}]"#, r#"["[1]"]"#] {
            let page: Page<i64> = serde_json::from_str(text).unwrap();
            assert_eq!((page.results.len(), page.errors.len()), (0, 1), "{text}");
        }
        let item: Page<BTreeMap<String, Vec<i64>>> =
            serde_json::from_str(r#"[{"results":[1]}]"#).unwrap();
        assert_eq!(item.results[0]["results"], [1]);
    }
}
