//! One page type for every envelope that DRF and this API use.

use std::{
    fmt::{self, Write as _},
    marker::PhantomData,
    time::Duration,
};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use crate::{
    Cursor, Error,
    codec::{
        decode, mode, pieces,
        raw::Raw,
        redact::{Redacted, Whole},
    },
    privacy::{escape::Shown, shown},
};

/// A page: `{count, next, previous, results}`, `{count, results, page_size}`, or a plain array.
///
/// One item that does not decode does not lose the page: it is in [`errors`](Self::errors), with the reason and the raw JSON.
/// [`into_strict`](Self::into_strict) makes it an error.
#[derive(Clone, PartialEq, Serialize)]
pub struct Page<T> {
    /// How many items there are on all pages, if the API says: when it sent this page. A list that changes while it is read has another count on later pages,
    /// and then items may come twice ([`dedup_by_id`](crate::CallOptions::dedup_by_id)) or, after others were deleted, not at all.
    pub count: Option<u64>,
    /// The URL of the next page, if the API says.
    pub next: Option<String>,
    /// The URL of the page before, if the API says.
    pub previous: Option<String>,
    /// The items.
    pub results: Vec<T>,
    /// The items that did not decode.
    #[serde(skip)]
    pub errors: Vec<ItemError>,
    /// Every other member of the envelope; what `serde_json` can't hold in it (`NaN`, a number of more than 64 bits) is its text.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
    /// Was there a `next`, be it null?
    #[serde(skip)]
    pub(crate) says_next: bool,
    /// Was there a `count`, of whatever form?
    #[serde(skip)]
    pub(crate) says_count: bool,
    #[serde(skip)]
    pub(crate) cursor: Option<Cursor>,
}

/// An item that did not decode. `Debug` shows no value of it.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ItemError {
    /// The id of the operation that listed it; none on a page of a plain `send`.
    pub operation: Option<&'static str>,
    /// Its place on the page.
    pub index: usize,
    /// Where, from the page's root: `results[3].id`.
    pub path: String,
    /// Why.
    pub message: String,
    /// The item as it came. It need not be JSON: Python writes `NaN`.
    pub raw: String,
}

/// Links without secrets of their queries, and items of types that know secrets.
impl<T: fmt::Debug> fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("count", &self.count)
            .field("next", &self.next.as_deref().map(shown::link))
            .field("previous", &self.previous.as_deref().map(shown::link))
            .field("results", &Whole(&self.results))
            .field("errors", &self.errors)
            .field("extra", &Redacted(&self.extra))
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ItemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemError")
            .field("operation", &self.operation)
            .field("index", &self.index)
            .field("path", &self.path)
            .field("message", &self.message)
            .field("raw", &shown::Length(self.raw.len()))
            .finish()
    }
}

impl fmt::Display for ItemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation {
            write!(f, "{operation}: ")?;
        }
        write!(
            Shown(f),
            "`{}`: {}",
            self.path.escape_debug(),
            self.message.escape_debug()
        )
    }
}

impl ItemError {
    /// The error of a list of which so many items did not decode, this one first.
    pub(crate) fn first_of(mut self, count: usize) -> Error {
        self.message += &match count {
            1 => "; every other item of the list came".to_owned(),
            _ => format!("; {count} items in all did not decode, and every other one came"),
        };
        self.message += " (to be told of each, and go on: `on_bad_item`, `stream_results`)";
        self.into_error(200)
    }

    pub(crate) fn into_error(self, status: u16) -> Error {
        let error = Error::decode(status, self.path, self.message, self.raw.into());
        match self.operation {
            Some(operation) => error.of(operation, 1, Duration::ZERO),
            None => error,
        }
    }
}

impl<T> Page<T> {
    /// The items, if every one decoded.
    ///
    /// # Errors
    /// The first item that did not.
    pub fn into_strict(mut self) -> Result<Vec<T>, Error> {
        if self.errors.is_empty() {
            Ok(self.results)
        } else {
            Err(self.errors.swap_remove(0).into_error(200))
        }
    }

    pub(crate) fn empty() -> Self {
        let (results, errors, extra) = (Vec::new(), Vec::new(), Map::new());
        Self {
            count: None,
            next: None,
            previous: None,
            results,
            errors,
            extra,
            says_next: false,
            says_count: false,
            cursor: None,
        }
    }

    /// The place behind this page, to go on from later; none behind the last one, and on a page that was not read as one of several.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// How many items came, those that did not decode included.
    pub(crate) fn received(&self) -> u64 {
        (self.results.len() + self.errors.len()) as u64
    }
}

impl Page<Raw> {
    /// The same page of another type.
    pub(crate) fn retyped<T: DeserializeOwned>(self) -> Page<T> {
        let Self {
            count,
            next,
            previous,
            extra,
            says_next,
            says_count,
            cursor,
            ..
        } = self;
        let mut page = Page {
            count,
            next,
            previous,
            results: Vec::new(),
            errors: Vec::new(),
            extra,
            says_next,
            says_count,
            cursor,
        };
        self.results
            .into_iter()
            .for_each(|raw| page.add(raw, "results"));
        page
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;
    fn into_iter(self) -> Self::IntoIter {
        self.results.into_iter()
    }
}

impl<T: DeserializeOwned> Page<T> {
    /// One more item, good or bad.
    fn add(&mut self, raw: Raw, root: &str) {
        let index = self.results.len() + self.errors.len();
        match decode::read(&raw.0) {
            Ok(item) => self.results.push(item),
            Err(fault) => {
                let inside = match fault.path.as_str() {
                    "." => String::new(),
                    path => format!(".{path}"),
                };
                let path = format!("{root}[{index}]{inside}");
                self.errors.push(ItemError {
                    operation: None,
                    index,
                    message: shown::reason(&path, fault.message),
                    path,
                    raw: String::from_utf8_lossy(&raw.0).into_owned(),
                });
            }
        }
    }

    /// Every item, read straight from the text.
    fn strict<'de, A: SeqAccess<'de>>(&mut self, mut seq: A) -> Result<(), A::Error> {
        mode::expect_item(true);
        while let Some(item) = seq.next_element()? {
            self.results.push(item);
            mode::expect_item(true);
        }
        mode::expect_item(false);
        Ok(())
    }

    fn append(&mut self, mut other: Self) {
        self.results.append(&mut other.results);
        self.errors.append(&mut other.errors);
        (self.count, self.next, self.previous) = (other.count, other.next, other.previous);
        (self.says_next, self.says_count) = (other.says_next, other.says_count);
        self.extra.append(&mut other.extra);
    }
}

/// A count: `25`, `25.0`, `"25"`. One of another form is no reason to lose the page.
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

/// A `next`, which some APIs give as the number of a page. What is no link at all is kept, so that the list does not end without a word.
fn link(next: Value) -> Option<String> {
    match next {
        Value::Null | Value::Bool(false) => None,
        Value::String(text) => Some(text).filter(|t| !t.trim().is_empty()),
        other => Some(other.to_string()),
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
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
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
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a page: an object with `results`, or an array")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Page<T>, A::Error> {
                let mut page = Page::empty();
                let mut found = false;
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "results" => {
                            found = true;
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
                        _ if mode::is_strict() => drop(page.extra.insert(key, map.next_value()?)),
                        _ => drop(
                            page.extra
                                .insert(key, decode::lossless(&map.next_value::<Raw>()?.0)),
                        ),
                    }
                }
                if !found {
                    // One object where the document has a list: its one item.
                    mode::expect_item(true);
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
                while let Some(raw) = seq.next_element::<Raw>()? {
                    // A view that lists envelopes sends its one page in an array.
                    let listed = pieces::member(&raw.0, "results");
                    let envelope = listed.is_some_and(|list| list.starts_with(b"["))
                        && decode::read::<T>(&raw.0).is_err();
                    match envelope.then(|| decode::read::<Self::Value>(&raw.0)) {
                        Some(Ok(inner)) => page.append(inner),
                        _ => page.add(raw, ""),
                    }
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
        let page: Page<i64> =
            serde_json::from_str(r#"[{"count":9,"results":[1,"2",[]]}]"#).unwrap();
        assert_eq!(
            (page.count, page.results.as_slice(), page.errors.len()),
            (Some(9), [1, 2].as_slice(), 1),
            "an envelope in an array"
        );
        let page: Page<BTreeMap<String, i64>> = serde_json::from_str(r#"{"a":1}"#).unwrap();
        assert_eq!(page.results[0]["a"], 1, "one object");
    }
}
