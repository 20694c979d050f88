//! What one call may do differently from the client.

use std::{fmt, time::Duration};

use reqwest::header::{HeaderName, HeaderValue};

use crate::{
    Cursor, Error, ItemError, RetryPolicy,
    pagination::options::{ListOptions, OnBadItem},
    privacy::shown,
    transport::request::SendOptions,
};

/// Options of one call, in place of the client's.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use autopi::{CallOptions, RetryPolicy};
///
/// let patient = CallOptions::new().timeout(Duration::from_secs(300)).retry(RetryPolicy::none());
/// ```
#[derive(Clone, Default)]
pub struct CallOptions {
    pub(crate) send: SendOptions,
    pub(crate) list: Option<Box<ListOptions>>,
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (send, list) = (&self.send, self.list.as_deref());
        f.debug_struct("CallOptions")
            .field("timeout", &send.timeout)
            .field("attempt_timeout", &send.attempt_timeout)
            .field("retry", &send.retry)
            .field("headers", &shown::Headers(&send.headers))
            .field("idempotent", &send.idempotent)
            .field("prefetch", &list.and_then(|l| l.prefetch.as_ref()))
            .field("dedup_by_id", &list.is_some_and(|l| l.dedup_by_id))
            .field("resume", &list.and_then(|l| l.resume.as_ref()))
            .finish_non_exhaustive()
    }
}

impl CallOptions {
    /// Returns the options of the client.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the timeout of all attempts together.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.send.timeout = Some(timeout);
        self
    }

    /// Sets the timeout of one attempt, in place of the client's, and of the half of a short [`timeout`](Self::timeout).
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.send.attempt_timeout = Some(timeout);
        self
    }

    /// Sets the retry policy.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.send.retry = Some(policy);
        self
    }

    /// Sets whether the call may be sent again, though the server may have acted on it. By default the method decides: GET, HEAD, OPTIONS, PUT, DELETE.
    pub fn idempotent(mut self, yes: bool) -> Self {
        self.send.idempotent = Some(yes);
        self
    }

    /// Sets how many pages a stream may fetch before they are asked for. Default 1; 0 fetches each when it is asked for.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.list.get_or_insert_default().prefetch = Some(pages);
        self
    }

    /// Sets whether items are left out whose `id` came before: items that are added while a list is read push others to the next page, where they come once more. Off by
    /// default; it keeps some 32 bytes an item.
    pub fn dedup_by_id(mut self, yes: bool) -> Self {
        self.list.get_or_insert_default().dedup_by_id = yes;
        self
    }

    /// Sets where a list is gone on with: at a [`Page::cursor`](crate::Page::cursor), with `stream` or `pages` of the call that the cursor comes from: the same operation, path,
    /// query and headers, those that choose the page aside. Any other call, and `send`, is an error that says what differs.
    pub fn resume(mut self, cursor: Cursor) -> Self {
        self.list.get_or_insert_default().resume = Some(cursor);
        self
    }

    /// Sets what is told of each item that did not decode: [`ClientBuilder::on_bad_item`](crate::ClientBuilder::on_bad_item), for this call.
    pub fn on_bad_item(mut self, handler: impl Fn(&ItemError) + Send + Sync + 'static) -> Self {
        self.list.get_or_insert_default().on_bad_item = Some(OnBadItem::new(handler));
        self
    }

    /// Adds a header.
    ///
    /// # Errors
    /// Returns an error if HTTP does not allow the name or the value.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        let bad = |what: &str| {
            Error::configuration(format!(
                "the header {what} of a call is not allowed in HTTP"
            ))
        };
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("name"))?;
        let mut value = HeaderValue::from_str(value).map_err(|_| bad("value"))?;
        value.set_sensitive(true);
        self.send.headers.insert(name, value);
        Ok(self)
    }
}

/// Returns the error of a call that gives one response and was given a cursor.
pub(crate) fn refuse_cursor(list: Option<&ListOptions>) -> Option<Error> {
    let is_given = list.is_some_and(|list| list.resume.is_some());
    let text = "a cursor is resumed with `stream` or `pages`: this gives one page only";
    is_given.then(|| Error::invalid(text))
}
