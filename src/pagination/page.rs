//! One page type for every envelope that DRF and this API use.

use std::{
    fmt::{self, Write as _},
    time::Duration,
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    Cursor, Error,
    codec::{
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
    /// Whether there was a `next`, be it null.
    #[serde(skip)]
    pub(crate) says_next: bool,
    /// Whether there was a `count`, of whatever form.
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
    /// Returns the items, if every one decoded.
    ///
    /// # Errors
    /// Returns the error of the first item that did not decode.
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

    /// Returns the place behind this page, to go on from later; none behind the last one, and on a page that was not read as one of several.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// Returns how many items came, those that did not decode included.
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
