//! Page after page of a list operation: by `next` links, or by counting; ahead of who reads, and from where a reader stopped.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    marker::PhantomData,
};

use bytes::Bytes;
use futures_util::stream;
use reqwest::Url;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

#[cfg(not(target_family = "wasm"))]
mod ahead;

use crate::{
    Client, Error, Page, Response,
    call::{PageParams, Streaming},
    lenient::{self, Raw},
    send::{self, Outgoing},
};

/// A place in a list, between two pages. It can be stored, and given to the same call later: [`CallOptions::resume`](crate::CallOptions::resume).
///
/// It holds the call's path and query, and no credentials. Only the call that it comes from can be resumed with it: the same operation, path, query and header
/// parameters, those that choose the page aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    operation: String,
    path: String,
    query: Vec<(String, String)>,
    index: u64,
    seen: u64,
    size: Option<u64>,
    linked: bool,
    /// What the call asks for. Cursors of older versions have none.
    #[serde(default)]
    asked: Option<Asked>,
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
pub(crate) fn read<'a, T: DeserializeOwned + Send + 'static>(
    client: Client,
    params: Option<PageParams>,
    out: Outgoing,
) -> Streaming<'a, Page<T>> {
    #[cfg(not(target_family = "wasm"))]
    let wanted = out.options.prefetch.unwrap_or(1);
    let pages = match Pages::new(client, params, out) {
        Ok(pages) => pages,
        Err(e) => return Box::pin(stream::iter([Err(e)])),
    };
    Box::pin(stream::unfold(
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
    ))
}

enum State<T> {
    Waiting(Box<Pages>),
    #[cfg(not(target_family = "wasm"))]
    Running(ahead::Ahead<T>),
    Over(PhantomData<T>),
}

/// Reads page after page.
struct Pages {
    client: Client,
    params: Option<PageParams>,
    out: Outgoing,
    /// The page to come: its number, or its offset.
    index: u64,
    /// Items so far.
    seen: u64,
    /// Of the first page.
    size: Option<u64>,
    /// The query is that of a `next` link.
    linked: bool,
    asked: Asked,
    /// The queries so far, and the last page: a list that comes back to itself would never end.
    queries: HashSet<u64>,
    last: Option<u64>,
    /// The ids so far, if no item shall come twice.
    ids: Option<HashSet<(u64, u64)>>,
    #[cfg(not(target_family = "wasm"))]
    early: ahead::Early,
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
        let index = given.unwrap_or(u64::from(params.is_some_and(|p| p.page == "page")));
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
            queries: HashSet::new(),
            last: None,
            ids,
            #[cfg(not(target_family = "wasm"))]
            early: ahead::Early::default(),
        };
        pages.asked = asked(params, &pages.out);
        if let Some(cursor) = cursor {
            cursor.fits(&pages.out, &pages.asked)?;
            (pages.index, pages.seen, pages.size, pages.linked) =
                (cursor.index, cursor.seen, cursor.size, cursor.linked);
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
            asked: Some(self.asked.clone()),
        }
    }

    /// The request of a page; the query of a `next` link is in `out` already.
    fn request(&self, index: u64) -> Outgoing {
        let mut out = self.out.clone();
        if let Some(params) = self.params.filter(|_| !self.linked) {
            out.query.retain(|(k, _)| k != params.page);
            out.query.push((params.page.into(), index.to_string()));
        }
        out
    }

    /// The page after this one in a list that is counted, `received` items being on this one.
    fn after(&self, params: PageParams, received: u64) -> u64 {
        self.index
            .saturating_add(if params.page == "offset" { received } else { 1 })
    }

    /// The next page, and whether there are more.
    async fn next<T: DeserializeOwned>(&mut self) -> Result<(Page<T>, bool), Error> {
        let out = self.request(self.index);
        self.queries.insert(query_hash(&out.query));
        #[cfg(not(target_family = "wasm"))]
        let got = match self.early.take(self.index) {
            Some(task) => ahead::joined(task).await,
            None => send::whole(&self.client, Box::new(out), None).await,
        };
        #[cfg(target_family = "wasm")]
        let got = send::whole(&self.client, Box::new(out), None).await;
        let (response, trace) = match got {
            // DRF answers 404 for the page behind the last one.
            Err(e) if e.is_not_found() && self.seen > 0 => return Ok((Page::empty(), false)),
            other => other?,
        };
        #[cfg(not(target_family = "wasm"))]
        self.start_early().await;
        let body = response.value.clone();
        let (mut page, received) = self.decode::<T>(response).map_err(|e| trace.fail(e))?;
        self.seen = self.seen.saturating_add(received);
        let more = self
            .advance(&page, received, &body)
            .map_err(|e| trace.fail(e))?;
        page.cursor = more.then(|| self.cursor());
        Ok((page, more))
    }

    /// The page, and how many items came, those that were there before included.
    fn decode<T: DeserializeOwned>(
        &mut self,
        response: Response<Bytes>,
    ) -> Result<(Page<T>, u64), Error> {
        let Some(ids) = &mut self.ids else {
            let page: Page<T> = send::decode(response)?.value;
            let received = page.received();
            return Ok((page, received));
        };
        let mut page: Page<Raw> = send::decode(response)?.value;
        let received = page.received();
        page.results.retain(|item| {
            let id = lenient::member(&item.0, "id");
            id.is_none_or(|id| ids.insert((hash((0, &id)), hash((1, &id)))))
        });
        Ok((page.retyped(), received))
    }

    /// Goes on to the page after this one; false if there is none.
    fn advance<T>(&mut self, page: &Page<T>, received: u64, body: &Bytes) -> Result<bool, Error> {
        let size = *self.size.get_or_insert(received);
        if let Some(next) = &page.next {
            let base = &self.client.0.base;
            let next = Url::parse(next)
                .or_else(|_| base.join(next))
                .map_err(|_| Error::invalid("the `next` link of a page is no URL"))?;
            if next.host_str() != base.host_str() {
                return Err(Error::invalid(
                    "the `next` link of a page leads to another host: not followed",
                ));
            }
            let query: Vec<_> = next
                .query_pairs()
                .map(|(k, v)| (Cow::Owned(k.into_owned()), v.into_owned()))
                .collect();
            if self.queries.contains(&query_hash(&query)) {
                return Err(Error::invalid(
                    "the `next` link of a page leads to a page that was read before",
                ));
            }
            (self.out.query, self.linked) = (query, true);
            return Ok(true);
        }
        let Some(params) = self.params.filter(|_| !self.linked && !page.says_next) else {
            return Ok(false);
        };
        self.index = self.after(params, received);
        if received == 0 || (page.count.is_none() && page.extra.is_empty()) {
            return Ok(false); // an envelope that says nothing, or an array, ends with itself
        }
        if let Some(count) = page.count {
            #[cfg(not(target_family = "wasm"))]
            self.early.counts(count);
            return Ok(self.seen < count);
        }
        let this = hash(body);
        if self.last.replace(this) == Some(this) {
            return Err(Error::invalid(
                "the same page came twice: does the server ignore the page number?",
            ));
        }
        Ok(received >= size)
    }
}

/// Whatever the order.
fn query_hash(query: &[(Cow<'static, str>, String)]) -> u64 {
    let mut pairs: Vec<_> = query.iter().collect();
    pairs.sort();
    hash(pairs)
}
