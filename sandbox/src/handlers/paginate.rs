//! The part of a list that is asked for, in all families of page parameters.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    handlers::{error::ApiError, query::Query},
    spec::{Location, Operation},
    util::python,
};

const DEFAULT_PAGE_SIZE: u64 = 20;
const MAX_PAGE_SIZE: u64 = 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    /// `page`, which counts from 1.
    Page,
    /// `page_num`, which counts from 0.
    Number,
    Offset,
    Cursor,
    /// No pages: everything at once.
    Whole,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    family: Family,
    pub start: u64,
    pub size: u64,
    /// Whether the last page is asked for.
    last: bool,
    /// How far before the end or this item the part ends, if a cursor leads backwards.
    back: Option<(u64, u64)>,
}

impl Paging {
    /// Returns the part that a query asks for. `enveloped` lists have pages even if no parameters
    /// are documented for them.
    pub fn of(operation: &Operation, enveloped: bool, query: &Query) -> Result<Self, ApiError> {
        let documented = |name: &str| {
            operation
                .parameters
                .iter()
                .find(|p| p.location == Location::Query && p.name == name)
        };
        let sizes = ["page_size", "page_hits", "limit"];
        let family = match () {
            () if documented("page_num").is_some() => Family::Number,
            () if documented("page").is_some() => Family::Page,
            () if documented("offset").is_some() => Family::Offset,
            () if documented("cursor").is_some() => Family::Cursor,
            () if enveloped => Family::Page,
            () => {
                return Ok(Self {
                    family: Family::Whole,
                    start: 0,
                    size: u64::MAX,
                    last: false,
                    back: None,
                });
            }
        };
        let default = sizes
            .iter()
            .find_map(|s| documented(s)?.default)
            .filter(|n| *n > 0);
        let undocumented = family == Family::Page && documented("page").is_none();
        let asked = sizes
            .iter()
            .filter(|s| undocumented || documented(s).is_some())
            .find_map(|s| query.number(s).filter(|n| *n > 0));
        let size = asked.or(default).unwrap_or(DEFAULT_PAGE_SIZE);
        let size = size.min(MAX_PAGE_SIZE);
        let mut back = None;
        let start = match family {
            Family::Page => match query.get("page").filter(|p| !p.is_empty()).unwrap_or("1") {
                "last" => 0,
                text => python::int(text)
                    .and_then(|digits| digits.parse::<u64>().ok()?.checked_sub(1))
                    .ok_or_else(ApiError::invalid_page)?
                    .saturating_mul(size),
            },
            Family::Number => query.number("page_num").unwrap_or(0).saturating_mul(size),
            Family::Offset => query.number("offset").unwrap_or(0),
            _ => {
                let cursor = query.get("cursor").map_or(Some((0, None)), read_cursor);
                let (start, end) = cursor.ok_or_else(ApiError::invalid_cursor)?;
                back = end;
                start
            }
        };
        Ok(Self {
            family,
            start,
            size,
            last: family == Family::Page && query.get("page") == Some("last"),
            back,
        })
    }

    /// Limits the part to a list of `total` items.
    pub fn bounded_by(mut self, total: u64) -> Result<Self, ApiError> {
        if self.last {
            self.start = total.saturating_sub(1) / self.size * self.size;
        }
        if let Some((item, offset)) = self.back {
            let end = item.min(total).saturating_sub(offset);
            self.start = end.saturating_sub(self.size);
            self.size = end - self.start;
        }
        let exists = self.family != Family::Page || self.start == 0 || self.start < total;
        exists.then_some(self).ok_or_else(ApiError::invalid_page)
    }

    pub fn is_whole(self) -> bool {
        self.family == Family::Whole
    }

    /// Returns the page number that the API's own envelopes contain.
    pub fn number(self) -> u64 {
        self.start / self.size.max(1) + u64::from(self.family == Family::Page)
    }

    /// Returns the queries of the next and the previous page.
    pub fn links(self, query: &Query, total: u64) -> (Option<String>, Option<String>) {
        let after = self.start.saturating_add(self.size);
        let link = |start: u64| match self.family {
            // DRF leaves the parameter out for the first page.
            Family::Page => {
                let page = (start > 0).then(|| (start / self.size + 1).to_string());
                query.with(&[("page", page)])
            }
            Family::Number => query.with(&[("page_num", Some((start / self.size).to_string()))]),
            Family::Offset => {
                let offset = (start > 0).then(|| start.to_string());
                query.with(&[("limit", Some(self.size.to_string())), ("offset", offset)])
            }
            Family::Cursor => {
                // The position of an item is its place in the list. Before an empty page DRF leaves
                // out the item behind which it was.
                let cursor = match start == after {
                    true => format!("p={}", start.saturating_sub(1)),
                    false if self.start < total => format!("r=1&p={}", self.start),
                    false => format!("r=1&p={}", self.start - 1),
                };
                query.with(&[("cursor", Some(STANDARD.encode(cursor)))])
            }
            Family::Whole => String::new(),
        };
        (
            (after < total && self.size > 0).then(|| link(after)),
            (self.start > 0).then(|| link(self.start.saturating_sub(self.size))),
        )
    }
}

/// Reads a cursor as DRF does: an offset (`o`, up to 1000) from behind an item (`p`), forwards, or
/// from before it, backwards (`r`). Returns the start of the part, or of which item and how far
/// before it the part ends.
fn read_cursor(text: &str) -> Option<(u64, Option<(u64, u64)>)> {
    // Python's base64 skips other characters, and wants at least the padding.
    let is_part = |c: &char| c.is_ascii_alphanumeric() || "+/=".contains(*c);
    let kept: String = text.chars().filter(is_part).collect();
    let digits = kept.trim_end_matches('=');
    let needed = digits.len().next_multiple_of(4);
    if !text.is_ascii() || kept.len() < needed {
        return None;
    }
    let decoded = STANDARD.decode(format!("{digits:=<needed$}")).ok()?;
    let pairs = Query::parse(std::str::from_utf8(&decoded).ok()?);
    let number = |name: &str| python::int(pairs.all(name).next().unwrap_or("0"));
    let offset = number("o").filter(|digits| !digits.starts_with('-'))?;
    let offset = offset.parse().unwrap_or(u64::MAX).min(1000);
    let item = match pairs.all("p").next() {
        Some(position) => Some(position.parse().ok()?),
        None => None,
    };
    Some(match number("r")?.as_str() {
        "0" => (
            item.map_or(0, |item: u64| item.saturating_add(1))
                .saturating_add(offset),
            None,
        ),
        _ => (0, Some((item.unwrap_or(u64::MAX), offset))),
    })
}
