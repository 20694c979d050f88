//! Reads the pages of a list: by `next` links, or by counting.

use std::{
    borrow::Cow,
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use bytes::Bytes;
use serde::de::DeserializeOwned;

#[cfg(not(target_family = "wasm"))]
use crate::pagination::prefetch::EarlyRequest;
use crate::{
    Error, ErrorKind, Page, Response,
    codec::{pieces, raw::Raw},
    pagination::{
        cursor::{Cursor, Digests, digests},
        link,
        options::ListOptions,
        params::{CHOOSE_A_PART, PageParams},
        repeats::Repeats,
    },
    transport::{
        core::Core, future::CallFuture, request::RequestSpec, response::decode, send, trace::Trace,
    },
};

/// The state of a list that is read page by page.
pub(super) struct Paginator {
    pub(super) core: Arc<Core>,
    pub(super) params: Option<PageParams>,
    pub(super) spec: RequestSpec,
    /// The next page: its number or its offset.
    pub(super) index: u64,
    /// The number of items so far.
    pub(super) seen: u64,
    /// The number of items on the first page.
    pub(super) size: Option<u64>,
    /// Whether the query comes from a `next` link.
    pub(super) linked: bool,
    asked: Digests,
    /// Whether the list is read from its start, so that `seen` can be compared with its count.
    pub(super) whole: bool,
    /// Whether the last page announced another one.
    pub(super) promised: bool,
    /// The number of pages without items in a row.
    pub(super) empty: u32,
    /// The hashes of the queries so far: a list that returns to one of them would never end.
    pub(super) queries: HashSet<u64>,
    repeats: Repeats,
    /// The error that follows the last good page.
    error: Option<Error>,
    /// The ids so far, if duplicates are left out.
    ids: Option<HashSet<(u64, u64)>>,
    #[cfg(not(target_family = "wasm"))]
    pub(super) early: EarlyRequest<Result<Fetched, Error>>,
}

/// Pages would be counted from another number than the one that was given.
fn unusable(name: &str, text: &str) -> Error {
    Error::invalid(format!(
        "{name}: must be a whole number, 0 or more, is `{text}`"
    ))
}

fn hash(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

impl Paginator {
    pub fn new(
        core: Arc<Core>,
        params: Option<PageParams>,
        spec: RequestSpec,
        list: ListOptions,
    ) -> Result<Self, Error> {
        let given = params.and_then(|p| spec.query.iter().find(|(k, _)| k == p.page));
        let given = given.map(|(name, text)| text.parse().map_err(|_| unusable(name, text)));
        let given = given.transpose()?;
        let first = u64::from(params.is_some_and(|p| p.page == "page"));
        let index = given.unwrap_or(first);
        let whole = index == first
            && !spec.query.iter().any(|(name, _)| {
                let own = params.is_some_and(|p| p.page == name || p.size == name);
                !own && CHOOSE_A_PART.contains(&&**name)
            });
        let ids = list.dedup_by_id.then(HashSet::new);
        let cursor = list.resume;
        let mut pages = Self {
            core,
            params,
            spec,
            index,
            seen: 0,
            size: None,
            linked: false,
            asked: Digests::new(),
            whole,
            promised: false,
            empty: 0,
            queries: HashSet::new(),
            repeats: Repeats::default(),
            error: None,
            ids,
            #[cfg(not(target_family = "wasm"))]
            early: EarlyRequest::default(),
        };
        pages.asked = digests(params, &pages.spec, &pages.core.base);
        if let Some(cursor) = cursor {
            cursor.fits(&pages.spec, &pages.asked)?;
            (pages.index, pages.seen, pages.size) = (cursor.index, cursor.seen, cursor.size);
            (pages.linked, pages.whole) = (cursor.linked, cursor.whole);
            pages.promised = cursor.promised;
            // The query of a link is complete.
            if cursor.linked {
                pages.spec.encoded_query.clear();
            }
            pages.spec.query = cursor
                .query
                .into_iter()
                .map(|(k, v)| (Cow::Owned(k), v))
                .collect();
        }
        Ok(pages)
    }

    fn cursor(&self) -> Cursor {
        let query = self
            .spec
            .query
            .iter()
            .map(|(k, v)| (k.to_string(), v.clone()))
            .collect();
        let (operation, path) = (self.spec.operation.to_owned(), self.spec.path.clone());
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

    /// Returns the request of a page. With a `next` link, the query is set already.
    pub(super) fn request(&self, index: u64) -> Box<RequestSpec> {
        let mut spec = Box::new(self.spec.clone());
        if let Some(params) = self.params.filter(|_| !self.linked) {
            spec.query.retain(|(k, _)| k != params.page);
            spec.query.push((params.page.into(), index.to_string()));
        }
        spec
    }

    /// Requests the next page before this one is decoded, if there is one and a permit for it.
    #[cfg(not(target_family = "wasm"))]
    async fn request_early(&mut self) {
        let (Some(params), Some(size)) = (self.params.filter(|_| !self.linked), self.size) else {
            return;
        };
        if self.early.reserve(self.seen.saturating_add(size)) {
            let index = self.after(params, size);
            let request = fetch(self.core.clone(), self.request(index));
            self.early.start(index, request).await;
        }
    }

    /// Returns the next page, and whether there are more.
    pub(super) async fn next<T: DeserializeOwned>(&mut self) -> Result<(Page<T>, bool), Error> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        let spec = self.request(self.index);
        self.queries.insert(query_hash(&spec.query));
        #[cfg(not(target_family = "wasm"))]
        let fetched = match self.early.take(self.index) {
            Some(task) => task.join().await.and_then(|fetched| fetched),
            None => fetch(self.core.clone(), spec).await,
        };
        #[cfg(target_family = "wasm")]
        let fetched = fetch(self.core.clone(), spec).await;
        let (response, trace) = match fetched {
            // DRF responds with 404 to a request for the page after the last one.
            Err(e) if e.is_not_found() && self.seen > 0 && !self.promised => {
                return Ok((Page::empty(), false));
            }
            Err(e) if e.is_not_found() && self.seen > 0 => {
                let text = format!(
                    "the page after {} items does not exist (404), though the page before \
                     announced it: did the list change while it was read?",
                    self.seen
                );
                return Err(e.explained(ErrorKind::Pagination, text));
            }
            other => other?,
        };
        #[cfg(not(target_family = "wasm"))]
        self.request_early().await;
        let body = response.value.clone();
        let link = link::in_headers(&response.headers);
        let (mut page, received) = self.decode::<T>(response).map_err(|e| trace.fail(e))?;
        if !page.says_next {
            page.next = link;
        }
        if !page.errors.is_empty() {
            let secrets = trace.repeated();
            for bad in &mut page.errors {
                bad.operation = Some(self.spec.operation);
                bad.hide(&secrets);
            }
        }
        if received > 0 && self.repeats.is_repeat(&body) {
            if !self.linked && !page.says_count && page.extra.is_empty() {
                // Nothing marks this as one page of several: it is the whole list, whatever the
                // page number.
                return Ok((Page::empty(), false));
            }
            return Err(trace.fail(Error::pagination(
                "the page repeats the items of an earlier one: does the server ignore the page \
                 number?",
            )));
        }
        self.seen = self.seen.saturating_add(received);
        let more = match self.advance(&page, received, &trace) {
            Ok(more) => more,
            // The items of this page are good, so the error comes after them.
            Err(e) => {
                self.error = Some(trace.fail(e));
                return Ok((page, true));
            }
        };
        page.cursor = more.then(|| self.cursor());
        Ok((page, more))
    }

    /// Returns the page and the number of items received, including duplicates that are left out.
    fn decode<T: DeserializeOwned>(
        &mut self,
        response: Response<Bytes>,
    ) -> Result<(Page<T>, u64), Error> {
        let Some(ids) = &mut self.ids else {
            let page: Page<T> = decode(response.status, response.value, None)?;
            let received = page.received();
            return Ok((page, received));
        };
        let mut page: Page<Raw> = decode(response.status, response.value, None)?;
        let received = page.received();
        page.results.retain(|item| {
            let id = pieces::member(&item.0, "id");
            id.is_none_or(|id| ids.insert((hash((0, &id)), hash((1, &id)))))
        });
        Ok((page.retyped(), received))
    }
}

/// A page that is not decoded yet.
type Fetched = (Response<Bytes>, Trace);

fn fetch(core: Arc<Core>, spec: Box<RequestSpec>) -> CallFuture<'static, Fetched> {
    Box::pin(async move { send::whole(&core, spec, None).await })
}

/// Returns a hash of the query that does not depend on its order.
pub(super) fn query_hash(query: &[(Cow<'static, str>, String)]) -> u64 {
    let mut pairs: Vec<_> = query.iter().collect();
    pairs.sort();
    hash(pairs)
}
