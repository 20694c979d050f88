//! Options of a single call.

use std::{fmt, time::Duration};

use reqwest::header::HeaderName;

use crate::{
    Cursor, Error, ItemError, RetryPolicy,
    pagination::options::{ListOptions, OnBadItem},
    privacy::shown,
    transport::{
        framing::FRAMING,
        request::{SendOptions, header_value},
    },
};

/// Options of a single call, which take precedence over those of the client.
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
#[must_use]
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
    /// Returns options that change nothing: the client's apply.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the timeout of the call: of all attempts together, with the waits between them.
    /// Defaults to the client's.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.send.timeout = Some(timeout);
        self
    }

    /// Sets the timeout of each attempt. Defaults to the client's, or to half of
    /// [`timeout`](Self::timeout) if that is shorter and the call may be retried.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.send.attempt_timeout = Some(timeout);
        self
    }

    /// Sets the retry policy. Defaults to the client's.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.send.retry = Some(policy);
        self
    }

    /// Sets whether the call may be sent again even if the server may have acted on it. By default
    /// the method decides: GET, HEAD, OPTIONS, TRACE, QUERY, PUT and DELETE may.
    pub fn idempotent(mut self, yes: bool) -> Self {
        self.send.idempotent = Some(yes);
        self
    }

    /// Sets how many pages a stream fetches before they are asked for. Defaults to 1; with 0 each
    /// page is fetched when it is asked for.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.list.get_or_insert_default().prefetch = Some(pages);
        self
    }

    /// Sets whether items whose `id` came before are left out. Items that are added while a list is
    /// read push others to the next page, where they come a second time. Off by default; costs
    /// about 32 bytes of memory for each item.
    pub fn dedup_by_id(mut self, yes: bool) -> Self {
        self.list.get_or_insert_default().dedup_by_id = yes;
        self
    }

    /// Resumes a list at a [`Page::cursor`](crate::Page::cursor). The call must be a `stream` or
    /// `pages` with the base URL, operation, path, query and headers of the call that the
    /// cursor comes from, apart from the parameters that choose the page. Any other call, and
    /// `send`, returns an error that says what differs.
    pub fn resume(mut self, cursor: Cursor) -> Self {
        self.list.get_or_insert_default().resume = Some(cursor);
        self
    }

    /// Sets a handler for items that do not decode, for this call: see
    /// [`ClientBuilder::on_bad_item`](crate::ClientBuilder::on_bad_item).
    pub fn on_bad_item(mut self, handler: impl Fn(&ItemError) + Send + Sync + 'static) -> Self {
        self.list.get_or_insert_default().on_bad_item = Some(OnBadItem::new(handler));
        self
    }

    /// Sets a header of every attempt of the call, in place of an earlier value.
    ///
    /// # Errors
    /// Returns an error if the name or the value is not allowed in HTTP, or if it is not the
    /// caller's to set: `Authorization` comes from the client's credentials,
    /// `Proxy-Authorization` from the URL of the proxy, and those of the connection (`Host`,
    /// `Content-Length`) from HTTP itself.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        let bad = |what: &str| {
            Error::configuration(format!(
                "the header {what} of a call is not allowed in HTTP"
            ))
        };
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("name"))?;
        let own = match name.as_str() {
            "authorization" => "comes from the client's credentials",
            "proxy-authorization" => "comes from the URL of the proxy",
            framing if FRAMING.contains(&framing) => "is written by HTTP itself",
            _ => "",
        };
        if !own.is_empty() {
            let text = format!("the header `{name}` of a call {own}: leave it out");
            return Err(Error::configuration(text));
        }
        let value = header_value(value).ok_or_else(|| bad("value"))?;
        self.send.headers.insert(name, value);
        Ok(self)
    }
}

/// Returns an error if a call that returns a single response was given a cursor.
pub(crate) fn refuse_cursor(list: Option<&ListOptions>) -> Option<Error> {
    let is_given = list.is_some_and(|list| list.resume.is_some());
    let text = "a cursor is resumed with `stream` or `pages`: this gives one page only";
    is_given.then(|| Error::invalid(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_the_connection_and_of_credentials_are_not_the_callers() {
        for name in [
            "Authorization",
            "PROXY-AUTHORIZATION",
            "Host",
            "content-length",
            "Transfer-Encoding",
            "TE",
        ] {
            let error = CallOptions::new().header(name, "canary").unwrap_err();
            let text = error.to_string();
            assert!(
                text.contains(&name.to_lowercase()) && !text.contains("canary"),
                "{text}"
            );
        }
        for name in ["Accept", "Content-Type", "If-None-Match", "X-Host"] {
            let _ = CallOptions::new().header(name, "x").unwrap();
        }
    }
}
