//! What one call may do differently from the client.

use std::{fmt, time::Duration};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::{Cursor, Error, ItemError, RetryPolicy, pagination::items::OnBadItem, privacy::shown};

/// Options of one call.
#[derive(Clone, Default)]
pub struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) headers: HeaderMap,
    pub(crate) idempotent: Option<bool>,
    pub(crate) prefetch: Option<usize>,
    pub(crate) dedup: bool,
    pub(crate) resume: Option<Cursor>,
    pub(crate) on_bad_item: Option<OnBadItem>,
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("retry", &self.retry)
            .field("headers", &shown::Headers(&self.headers))
            .field("idempotent", &self.idempotent)
            .field("prefetch", &self.prefetch)
            .field("dedup", &self.dedup)
            .field("resume", &self.resume)
            .finish_non_exhaustive()
    }
}

impl CallOptions {
    /// Those of the client.
    pub fn new() -> Self {
        Self::default()
    }

    /// For all attempts together.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// For one attempt, in place of the client's, and of the half of a short [`timeout`](Self::timeout).
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// In place of the client's policy.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Says whether the call may be repeated; without it the method decides.
    pub fn idempotent(mut self, yes: bool) -> Self {
        self.idempotent = Some(yes);
        self
    }

    /// How many pages a stream may fetch before they are asked for. Default 1; 0 fetches each when it is asked for.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.prefetch = Some(pages);
        self
    }

    /// Leaves out what has an `id` that came before: rows that are added while a list is read push others to the next page, where they come again. Off by
    /// default; it keeps some 32 bytes an item.
    pub fn dedup_by_id(mut self, yes: bool) -> Self {
        self.dedup = yes;
        self
    }

    /// Goes on where [`Page::cursor`](crate::Page::cursor) says, with `stream` or `pages` of the call that the cursor comes from: the same operation, path,
    /// query and headers, those that choose the page aside. Any other call, and `send`, is an error that says what differs.
    pub fn resume(mut self, cursor: Cursor) -> Self {
        self.resume = Some(cursor);
        self
    }

    /// As [`ClientBuilder::on_bad_item`](crate::ClientBuilder::on_bad_item), for this call.
    pub fn on_bad_item(mut self, handler: impl Fn(&ItemError) + Send + Sync + 'static) -> Self {
        self.on_bad_item = Some(OnBadItem::new(handler));
        self
    }

    /// One more header.
    ///
    /// # Errors
    /// A name or value that HTTP does not allow.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        let bad = |what: &str| {
            Error::configuration(format!(
                "the header {what} of a call is not allowed in HTTP"
            ))
        };
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("name"))?;
        let mut value = HeaderValue::from_str(value).map_err(|_| bad("value"))?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(self)
    }
}
