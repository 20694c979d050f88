//! Plays a recording in place of a server.

use std::{
    fmt, fs,
    path::Path,
    sync::{Mutex, PoisonError},
};

use reqwest::{
    Request, Response,
    header::{HeaderName, HeaderValue},
};

use crate::{
    CallFuture, CallInfo, ClientHooks, Error, Next,
    testing::{
        exchange::{Exchange, Pending},
        stub::response,
    },
};

/// Hooks that give the responses that a [`Recorder`](crate::testing::Recorder) has recorded.
/// Nothing is ever sent.
///
/// A request gets the first response that was recorded for its method, path, query and body and was
/// not used yet; without one it is an error. The host and the credentials may differ.
pub struct Replay(Mutex<Vec<Option<Exchange>>>);

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay").finish_non_exhaustive()
    }
}

impl Replay {
    /// Reads a recording from a file.
    ///
    /// # Errors
    /// Returns an error with the path if the file cannot be read, and with the line if that is not
    /// one of a recording.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let fail = |what: String| {
            Error::configuration(format!("cannot replay {}: {what}", path.display()))
        };
        let text = fs::read_to_string(path).map_err(|e| fail(e.to_string()))?;
        let lines = text.lines().enumerate();
        let read = lines
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(n, line)| {
                let wrong = |e| fail(format!("line {} is not part of a recording: {e}", n + 1));
                serde_json::from_str(line).map(Some).map_err(wrong)
            });
        read.collect::<Result<_, _>>().map(Mutex::new).map(Self)
    }

    fn respond(
        &self,
        request: &Request,
        call: CallInfo,
        next: Next<'_>,
    ) -> Result<Response, Error> {
        let asked = Pending::new(request, call, next.base).asked;
        let mut exchanges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut left = exchanges.iter_mut();
        let found = left.find(|e| e.as_ref().is_some_and(|e| e.asked == asked));
        let Exchange {
            status,
            headers,
            response: body,
            ..
        } = found.and_then(Option::take).ok_or_else(|| {
            Error::other(format!(
                "the recording has no unused response to {} {}, with this query and body",
                asked.method, asked.path
            ))
        })?;
        let headers = headers.iter().filter_map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            Some((name, HeaderValue::from_str(value.as_str()?).ok()?))
        });
        Ok(response(status, headers, body.text()))
    }
}

impl ClientHooks for Replay {
    fn exec<'a>(
        &'a self,
        request: Request,
        call: CallInfo,
        next: Next<'a>,
    ) -> CallFuture<'a, Response> {
        Box::pin(std::future::ready(self.respond(&request, call, next)))
    }
}
