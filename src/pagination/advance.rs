//! Finds the page after the current one, and the end of a list.

use crate::{
    Error, Page,
    pagination::{
        link::{self, Link},
        paginator::{Paginator, query_hash},
        params::PageParams,
    },
    transport::{address, trace::Trace},
};

/// How many pages in a row without an item, each with a `next` link, make a list endless.
const EMPTY_PAGES: u32 = 10;

impl Paginator {
    /// Returns the index of the next page of a counted list, after `received` items.
    pub(super) fn after(&self, params: PageParams, received: u64) -> u64 {
        self.index
            .saturating_add(if params.page == "offset" { received } else { 1 })
    }

    /// Moves on to the next page; returns false if there is none.
    pub(super) fn advance<T>(
        &mut self,
        page: &Page<T>,
        received: u64,
        trace: &Trace,
    ) -> Result<bool, Error> {
        self.size.get_or_insert(received);
        self.empty = if received == 0 { self.empty + 1 } else { 0 };
        if let Some(next) = &page.next {
            if self.empty == EMPTY_PAGES {
                return Err(Error::pagination(format!(
                    "{EMPTY_PAGES} pages in a row had no items and a `next` link: does the list \
                     have an end?"
                )));
            }
            self.promised = true;
            return self.follow(next, trace).map(|()| true);
        }
        // A server that sends an object whatever the page number would do so for ever.
        if self.linked || page.says_next || page.is_item || received == 0 {
            return self.end_of_list(page);
        }
        let Some(params) = self.params else {
            return self.end_of_list(page);
        };
        self.index = self.after(params, received);
        let Some(count) = page.count else {
            // Only a page without items is certainly the last: a server may filter items after it
            // has divided the list into pages.
            return Ok(true);
        };
        #[cfg(not(target_family = "wasm"))]
        self.early.counted(count);
        self.promised = self.whole && self.seen < count;
        // A count that is too small is ignored.
        Ok(self.seen < count || self.whole && self.seen > count)
    }

    /// Moves on to the target of a `next` link.
    fn follow(&mut self, next: &str, trace: &Trace) -> Result<(), Error> {
        let first = address::join(&self.core.base, &self.spec.path).map_err(Error::invalid)?;
        match link::follow(next, &first)? {
            Link::Query(query) if query.iter().any(|pair| trace.sends(pair)) => {
                if !self.spec.query.iter().any(|pair| trace.sends(pair)) {
                    return Err(Error::pagination(
                        "the `next` link of a page holds the client's credentials: not followed",
                    ));
                }
            }
            Link::Query(query) => {
                (self.spec.query, self.linked) = (query, true);
                self.spec.encoded_query.clear();
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

    /// Returns false, the end of the list, or an error if the count says that there are more items.
    fn end_of_list<T>(&self, page: &Page<T>) -> Result<bool, Error> {
        match page.count.filter(|count| self.whole && *count > self.seen) {
            None => Ok(false),
            Some(count) => Err(Error::pagination(format!(
                "the list ended after {} items, and the server counts {count}",
                self.seen
            ))),
        }
    }
}
