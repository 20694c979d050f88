//! Page after page of a list operation: by `next` links, or by counting; ahead of who reads, and from where a reader stopped.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    marker::PhantomData,
};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

#[cfg(not(target_family = "wasm"))]
use super::prefetch as ahead;
use super::{
    link::{self, Link},
    repeats::Repeats,
};
use crate::{
    Client, Error, ErrorKind, Page, Response,
    call::builder::{PageParams, Streaming},
    codec::lenient::{self, Raw},
    privacy::shown,
    transport::{
        address,
        send::{self, Outgoing},
        trace::Trace,
    },
};

/// So many pages without an item, each with a `next`, are a list without an end.
const EMPTY_PAGES: u32 = 10;

/// Parameters, other than those that are known to choose a page, with which a list need not be read from its start.
const CHOOSE_A_PART: [&str; 14] = [
    "page",
    "page_num",
    "page_number",
    "p",
    "offset",
    "skip",
    "start",
    "cursor",
    "after",
    "limit",
    "size",
    "page_size",
    "page_hits",
    "per_page",
];

/// A place in a list, between two pages. It can be stored, and given to the same call later: [`CallOptions::resume`](crate::CallOptions::resume).
///
/// It holds the call's path and query, and no credentials. Only the call that it comes from can be resumed with it: the same operation, path, query and header
/// parameters, those that choose the page aside.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    operation: String,
    path: String,
    query: Vec<(String, String)>,
    index: u64,
    seen: u64,
    size: Option<u64>,
    linked: bool,
    #[serde(default)]
    whole: bool,
    #[serde(default)]
    promised: bool,
    /// What the call asks for. Cursors of older versions have none.
    #[serde(default)]
    asked: Option<Asked>,
}

/// Without the values of the query.
impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor")
            .field("operation", &self.operation)
            .field("path", &self.path)
            .field("query", &shown::Query(&self.query))
            .field("index", &self.index)
            .field("seen", &self.seen)
            .finish_non_exhaustive()
    }
}

/// The name of each parameter of a call, with a digest of its values: a stored cursor can be compared and tells nothing.
type Asked = BTreeMap<String, String>;

/// All parameters but those that choose the page.
fn asked(params: Option<PageParams>, out: &Outgoing) -> Asked {
    let is_page = |name: &str| params.is_some_and(|p| p.page == name || p.size == name);
    let mut values = BTreeMap::<&str, Sha256>::new();
    let mut add = |name, value: &[u8]| {
        let digest: &mut Sha256 = values.entry(name).or_default();
        digest.update((value.len() as u64).to_be_bytes());
        digest.update(value);
    };
    for (name, value) in out.query.iter().filter(|(name, _)| !is_page(name)) {
        add(name, value.as_bytes());
    }
    for (name, value) in &out.styled {
        add(name, value.as_bytes());
    }
    for (name, value) in &out.headers {
        add(name.as_str(), value.as_bytes());
    }
    let short = |digest: Sha256| {
        digest
            .finalize()
            .iter()
            .take(8)
            .map(|b| format!("{b:02x}"))
            .collect()
    };
    values
        .into_iter()
        .map(|(name, digest)| (name.to_owned(), short(digest)))
        .collect()
}

impl Cursor {
    /// Is it one of this call?
    fn fits(&self, out: &Outgoing, now: &Asked) -> Result<(), Error> {
        if self.operation != out.operation || self.path != out.path {
            return Err(Error::invalid(format!(
                "the cursor is one of `{}` {}, not of this call",
                self.operation.escape_debug(),
                self.path.escape_debug()
            )));
        }
        let Some(then) = &self.asked else {
            return Err(Error::invalid(
                "the cursor was stored by an older version, which did not keep what the call asked for: read the list from its start",
            ));
        };
        let differs = then
            .keys()
            .chain(now.keys())
            .find(|name| then.get(*name) != now.get(*name));
        differs.map_or(Ok(()), |name| {
            Err(Error::invalid(format!(
                "the cursor is one of a call with another `{}`: resume the call that it comes from",
                name.escape_debug()
            )))
        })
    }
}

/// The pages as a stream. With pages to be fetched ahead, a task of its own does so; it ends with the stream.
pub(crate) fn read<T: DeserializeOwned + Send + 'static>(
    client: Client,
    params: Option<PageParams>,
    out: Outgoing,
) -> Streaming<'static, Page<T>> {
    #[cfg(not(target_family = "wasm"))]
    let wanted = out.options.prefetch.unwrap_or(1);
    let pages = match Pages::new(client, params, out) {
        Ok(pages) => pages,
        Err(e) => return Box::pin(stream::iter([Err(e)])),
    };
    let all = stream::unfold(
        State::Waiting(Box::new(pages)),
        move |state: State<T>| async move {
            match state {
                #[cfg(not(target_family = "wasm"))]
                State::Waiting(pages)
                    if wanted > 0 && tokio::runtime::Handle::try_current().is_ok() =>
                {
                    ahead::Ahead::start(*pages, wanted).next().await
                }
                State::Waiting(mut pages) => match pages.next().await {
                    Err(e) => Some((Err(e), State::Over(PhantomData))),
                    Ok((page, more)) => Some((
                        Ok(page),
                        if more {
                            State::Waiting(pages)
                        } else {
                            State::Over(PhantomData)
                        },
                    )),
                },
                #[cfg(not(target_family = "wasm"))]
                State::Running(ahead) => ahead.next().await,
                State::Over(_) => None,
            }
        },
    );
    Box::pin(all.fuse())
}

pub(super) enum State<T> {
    Waiting(Box<Pages>),
    #[cfg(not(target_family = "wasm"))]
    Running(ahead::Ahead<T>),
    Over(PhantomData<T>),
}

/// Reads page after page.
pub(super) struct Pages {
    pub(super) client: Client,
    pub(super) params: Option<PageParams>,
    pub(super) out: Outgoing,
    /// The page to come: its number, or its offset.
    pub(super) index: u64,
    /// Items so far.
    pub(super) seen: u64,
    /// Of the first page.
    pub(super) size: Option<u64>,
    /// The query is that of a `next` link.
    pub(super) linked: bool,
    pub(super) asked: Asked,
    /// The list is read from its start: `seen` can be compared with its count.
    pub(super) whole: bool,
    /// The last page says that there is another one.
    pub(super) promised: bool,
    /// Pages without items, up to here.
    pub(super) empty: u32,
    /// The queries so far, and some pages: a list that comes back to itself would never end.
    pub(super) queries: HashSet<u64>,
    pub(super) repeats: Repeats,
    /// What comes after the last page that could be read.
    pub(super) error: Option<Error>,
    /// The ids so far, if no item shall come twice.
    pub(super) ids: Option<HashSet<(u64, u64)>>,
    #[cfg(not(target_family = "wasm"))]
    pub(super) early: ahead::Early,
}

fn hash(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

impl Pages {
    fn new(client: Client, params: Option<PageParams>, mut out: Outgoing) -> Result<Self, Error> {
        let given =
            params.and_then(|p| out.query.iter().find(|(k, _)| k == p.page)?.1.parse().ok());
        let first = u64::from(params.is_some_and(|p| p.page == "page"));
        let index = given.unwrap_or(first);
        let whole = index == first
            && !out.query.iter().any(|(name, _)| {
                let own = params.is_some_and(|p| p.page == name || p.size == name);
                !own && CHOOSE_A_PART.contains(&&**name)
            });
        let ids = out.options.dedup.then(HashSet::new);
        let cursor = out.options.resume.take();
        let mut pages = Self {
            client,
            params,
            out,
            index,
            seen: 0,
            size: None,
            linked: false,
            asked: Asked::new(),
            whole,
            promised: false,
            empty: 0,
            queries: HashSet::new(),
            repeats: Repeats::default(),
            error: None,
            ids,
            #[cfg(not(target_family = "wasm"))]
            early: ahead::Early::default(),
        };
        pages.asked = asked(params, &pages.out);
        if let Some(cursor) = cursor {
            cursor.fits(&pages.out, &pages.asked)?;
            (pages.index, pages.seen, pages.size) = (cursor.index, cursor.seen, cursor.size);
            (pages.linked, pages.whole) = (cursor.linked, cursor.whole);
            pages.promised = cursor.promised;
            // The query of a link has all of it.
            if cursor.linked {
                pages.out.styled.clear();
            }
            pages.out.query = cursor
                .query
                .into_iter()
                .map(|(k, v)| (Cow::Owned(k), v))
                .collect();
        }
        Ok(pages)
    }

    fn cursor(&self) -> Cursor {
        let query = self
            .out
            .query
            .iter()
            .map(|(k, v)| (k.to_string(), v.clone()))
            .collect();
        let (operation, path) = (self.out.operation.to_owned(), self.out.path.clone());
        Cursor {
            operation,
            path,
            query,
            index: self.index,
            seen: self.seen,
            size: self.size,
            linked: self.linked,
            whole: self.whole,
            promised: self.promised,
            asked: Some(self.asked.clone()),
        }
    }

    /// The request of a page; the query of a `next` link is in `out` already.
    pub(super) fn request(&self, index: u64) -> Outgoing {
        let mut out = self.out.clone();
        if let Some(params) = self.params.filter(|_| !self.linked) {
            out.query.retain(|(k, _)| k != params.page);
            out.query.push((params.page.into(), index.to_string()));
        }
        out
    }

    /// The page after this one in a list that is counted, `received` items being on this one.
    pub(super) fn after(&self, params: PageParams, received: u64) -> u64 {
        self.index
            .saturating_add(if params.page == "offset" { received } else { 1 })
    }

    /// The next page, and whether there are more.
    pub(super) async fn next<T: DeserializeOwned>(&mut self) -> Result<(Page<T>, bool), Error> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        let out = self.request(self.index);
        self.queries.insert(query_hash(&out.query));
        #[cfg(not(target_family = "wasm"))]
        let got = match self.early.take(self.index) {
            Some(task) => ahead::joined(task).await,
            None => fetch(&self.client, out).await,
        };
        #[cfg(target_family = "wasm")]
        let got = fetch(&self.client, out).await;
        let (response, trace) = match got {
            // DRF responds with 404 to the page behind the last one.
            Err(e) if e.is_not_found() && self.seen > 0 && !self.promised => {
                return Ok((Page::empty(), false));
            }
            Err(e) if e.is_not_found() && self.seen > 0 => {
                let text = format!(
                    "the page after {} items is not there (404), though the one before said so: was the list changed while it was read?",
                    self.seen
                );
                return Err(e.explained(ErrorKind::Pagination, text));
            }
            other => other?,
        };
        #[cfg(not(target_family = "wasm"))]
        self.start_early().await;
        let body = response.value.clone();
        let (mut page, received) = self.decode::<T>(response).map_err(|e| trace.fail(e))?;
        for bad in &mut page.errors {
            bad.operation = Some(self.out.operation);
        }
        if received > 0 && self.repeats.again(&body) {
            if !self.linked && !page.says_count && page.extra.is_empty() {
                // Nothing says that this is a page: it is the whole list, whatever the number.
                return Ok((Page::empty(), false));
            }
            return Err(trace.fail(Error::pagination(
                "the same items came again as on a page before: does the server ignore the page number?",
            )));
        }
        self.seen = self.seen.saturating_add(received);
        let more = match self.advance(&page, received) {
            Ok(more) => more,
            // The items of this page are good: the error comes after them.
            Err(e) => {
                self.error = Some(trace.fail(e));
                return Ok((page, true));
            }
        };
        page.cursor = more.then(|| self.cursor());
        Ok((page, more))
    }

    /// The page, and how many items came, those that were there before included.
    fn decode<T: DeserializeOwned>(
        &mut self,
        response: Response<Bytes>,
    ) -> Result<(Page<T>, u64), Error> {
        let Some(ids) = &mut self.ids else {
            let page: Page<T> = send::decode(response.status, response.value)?;
            let received = page.received();
            return Ok((page, received));
        };
        let mut page: Page<Raw> = send::decode(response.status, response.value)?;
        let received = page.received();
        page.results.retain(|item| {
            let id = lenient::member(&item.0, "id");
            id.is_none_or(|id| ids.insert((hash((0, &id)), hash((1, &id)))))
        });
        Ok((page.retyped(), received))
    }

    /// Goes on to the page after this one; false if there is none.
    fn advance<T>(&mut self, page: &Page<T>, received: u64) -> Result<bool, Error> {
        self.size.get_or_insert(received);
        self.empty = if received == 0 { self.empty + 1 } else { 0 };
        if let Some(next) = &page.next {
            if self.empty == EMPTY_PAGES {
                return Err(Error::pagination(format!(
                    "{EMPTY_PAGES} pages in a row had no items and a `next` link: does the list have an end?"
                )));
            }
            self.promised = true;
            return self.follow(next).map(|()| true);
        }
        if self.linked || page.says_next || received == 0 {
            return self.over(page);
        }
        let Some(params) = self.params else {
            return self.over(page);
        };
        self.index = self.after(params, received);
        let Some(count) = page.count else {
            // Only a page without items is known to be the last one: a server may filter what it has cut into pages.
            return Ok(true);
        };
        #[cfg(not(target_family = "wasm"))]
        self.early.counts(count);
        self.promised = self.whole && self.seen < count;
        // A count that is too small is none.
        Ok(self.seen < count || self.whole && self.seen > count)
    }

    /// Goes on to where a `next` link leads.
    fn follow(&mut self, next: &str) -> Result<(), Error> {
        let first = address::join(&self.client.0.base, &self.out.path).map_err(Error::invalid)?;
        match link::follow(next, &first)? {
            Link::Query(query) => {
                (self.out.query, self.linked) = (query, true);
                self.out.styled.clear();
            }
            Link::Page(index) => self.index = index,
        }
        if self
            .queries
            .contains(&query_hash(&self.request(self.index).query))
        {
            return Err(Error::pagination(
                "the `next` link of a page leads to a page that was read before",
            ));
        }
        Ok(())
    }

    /// The end, unless the count says that there are more items.
    fn over<T>(&self, page: &Page<T>) -> Result<bool, Error> {
        match page.count.filter(|count| self.whole && *count > self.seen) {
            None => Ok(false),
            Some(count) => Err(Error::pagination(format!(
                "the list ended after {} items, and the server counts {count}",
                self.seen
            ))),
        }
    }
}

/// A page that was not decoded yet.
pub(super) type Fetched = Result<(Response<Bytes>, Trace), Error>;

pub(super) async fn fetch(client: &Client, out: Outgoing) -> Fetched {
    let mut trace = Trace::new(&out);
    let response = send::whole(client, Box::new(out), None, &mut trace).await?;
    Ok((response, trace))
}

/// Whatever the order.
fn query_hash(query: &[(Cow<'static, str>, String)]) -> u64 {
    let mut pairs: Vec<_> = query.iter().collect();
    pairs.sort();
    hash(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_call_asks_for_is_told_from_what_looks_alike() {
        let of = |values: &[&str]| {
            let mut out = Outgoing::new("x", reqwest::Method::GET, "/".into());
            let pairs = values.iter().map(|v| ("a".into(), (*v).to_owned()));
            out.query = pairs.collect();
            asked(None, &out)
        };
        assert_eq!(of(&["ab", "c"]), of(&["ab", "c"]));
        for other in [&["a", "bc"] as &[_], &["abc"], &["c", "ab"], &["ab"]] {
            assert_ne!(of(&["ab", "c"]), of(other), "{other:?}");
        }
    }
}
