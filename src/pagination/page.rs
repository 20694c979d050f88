//! The page type, for every envelope that DRF and this API use.

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
    privacy::{
        escape::{Shown, short},
        repeated::Repeated,
        shown,
    },
};

/// A page of a list: `{count, next, previous, results}`, `{count, results, page_size}`, or a plain
/// array.
///
/// An item that does not decode does not lose the page: it is in [`errors`](Self::errors), with the
/// reason and its raw JSON. [`into_strict`](Self::into_strict) turns it into an error.
#[derive(Clone, PartialEq, Serialize)]
pub struct Page<T> {
    /// The number of items on all pages, as the API counted them when it sent this page. If a list
    /// changes while it is read, later pages have another count; items may then come twice
    /// (see [`dedup_by_id`](crate::CallOptions::dedup_by_id)) or, if others were deleted, be
    /// missed.
    pub count: Option<u64>,
    /// The link to the next page, if the API sent one; while a list is read, also that of a `Link`
    /// header.
    pub next: Option<String>,
    /// The link to the previous page, if the API sent one.
    pub previous: Option<String>,
    /// The items.
    pub results: Vec<T>,
    /// The items that did not decode.
    #[serde(skip)]
    pub errors: Vec<ItemError>,
    /// All other members of the envelope. A value that `serde_json` cannot hold (`NaN`, a number
    /// of more than 64 bits) is kept as a string.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
    /// Whether there was a `next`, even if it was null.
    #[serde(skip)]
    pub(crate) says_next: bool,
    /// Whether there was a `count`, in any form.
    #[serde(skip)]
    pub(crate) says_count: bool,
    /// Whether the page was an object in place of a list.
    #[serde(skip)]
    pub(crate) is_item: bool,
    #[serde(skip)]
    pub(crate) cursor: Option<Cursor>,
}

/// An item that did not decode. `Debug` shows no value of it.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ItemError {
    /// The id of the operation that listed it; `None` on a page that was read with a plain `send`.
    pub operation: Option<&'static str>,
    /// The index of the item on its page.
    pub index: usize,
    /// The path of the fault, from the root of the page: `results[3].id`.
    pub path: String,
    /// The reason.
    pub message: String,
    /// The unchanged text of the item, but for secrets of the request, which are masked. It may not
    /// be valid JSON: Python writes `NaN`.
    pub raw: String,
}

/// Shows no links with secrets in their queries, and no values of types that cannot hide secrets.
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

impl std::error::Error for ItemError {}

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
            short(&self.path).escape_debug(),
            self.message.escape_debug()
        )
    }
}

impl ItemError {
    /// Masks secrets that the server has repeated.
    pub(crate) fn hide(&mut self, secrets: &Repeated) {
        for text in [&mut self.path, &mut self.message, &mut self.raw] {
            secrets.hide(text);
        }
    }

    /// Returns the error of a list with `count` items that did not decode, of which this is the
    /// first.
    pub(crate) fn first_of(mut self, count: usize) -> Error {
        self.message += &match count {
            1 => "; every other item of the list came".to_owned(),
            _ => format!("; {count} items in all did not decode, and every other one came"),
        };
        self.into_error(200)
            .advise(" (`on_bad_item` and `stream_results` report each and continue)")
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
    /// Returns the items if all of them decoded.
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
            is_item: false,
            cursor: None,
        }
    }

    /// Returns the place after this page, from which the list can be resumed later. `None` after
    /// the last page, and on a page that was read with a plain `send`.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// Returns the number of items received, including those that did not decode.
    pub(crate) fn received(&self) -> u64 {
        (self.results.len() + self.errors.len()) as u64
    }
}

impl Page<Raw> {
    /// Returns the page with items of another type.
    pub(crate) fn retyped<T: DeserializeOwned>(self) -> Page<T> {
        let Self {
            count,
            next,
            previous,
            extra,
            says_next,
            says_count,
            is_item,
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
            is_item,
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
