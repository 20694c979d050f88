//! The log of requests: kept for tests, and written as JSON lines. It has no headers, bodies or
//! secrets.

use std::{
    borrow::Cow,
    collections::VecDeque,
    fmt,
    fs::File,
    io::Write,
    path::Path,
    sync::{Mutex, PoisonError},
};

use percent_encoding::percent_decode_str;
use serde_json::json;

use crate::util::{private, secret};

/// A request that the sandbox responded to. Headers and bodies, which may hold secrets, are not
/// kept.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The HTTP method.
    pub method: String,
    /// The unchanged path without the query; segments that look secret are shown as `***`.
    pub path: String,
    /// The unchanged query, with values that look secret as `***`.
    pub query: String,
    /// The status of the response; 0 if the connection was reset or closed before.
    pub status: u16,
}

impl fmt::Display for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, mask_path(&self.path))?;
        if !self.query.is_empty() {
            write!(f, "?{}", self.query)?;
        }
        write!(f, " → {}", self.status)
    }
}

impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seen({self})")
    }
}

/// How many requests are kept, so that memory does not grow without end.
const MAX_REQUESTS: usize = 10_000;

#[derive(Debug, Default)]
pub struct Log {
    requests: Mutex<VecDeque<RecordedRequest>>,
    file: Option<Mutex<File>>,
}

impl Log {
    pub fn new(path: Option<&Path>) -> Result<Self, String> {
        let open = |p: &Path| {
            private::append(p).map_err(|e| format!("cannot write the log {}: {e}", p.display()))
        };
        Ok(Self {
            requests: Mutex::default(),
            file: path.map(open).transpose()?.map(Mutex::new),
        })
    }

    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }

    pub fn add(
        &self,
        request: RecordedRequest,
        time: jiff::Timestamp,
        ms: f64,
        fault: Option<String>,
    ) {
        if let Some(file) = &self.file {
            let (path, query) = (mask_path(&request.path), &request.query);
            let line = json!({"time": time.to_string(), "method": request.method, "path": path, "query": query, "status": request.status, "ms": ms, "fault": fault});
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            // A full disk must not stop the server.
            let _ = file.write_all(format!("{line}\n").as_bytes());
        }
        let mut kept = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_REQUESTS {
            kept.pop_front();
        }
        kept.push_back(request);
    }
}

/// Returns a text in ASCII: a terminal may obey other characters, or show them in another
/// direction.
pub fn ascii(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::CONTROLS).to_string()
}

fn mask_path(path: &str) -> String {
    let masked = path.split('/').map(|segment| {
        // Matrix parameters: `/x;token=y/`.
        let is_secret = secret::by_value(&percent_decode_str(segment).decode_utf8_lossy())
            || segment.split(';').any(is_secret_pair);
        if is_secret { "***" } else { segment }
    });
    masked.collect::<Vec<_>>().join("/")
}

/// Returns the query with everything masked that looks secret by its name or form once it is
/// decoded.
pub fn mask_query(query: &str) -> String {
    let masked = query.split('&').map(|pair| match pair.split_once('=') {
        _ if !is_secret_pair(pair) => Cow::Borrowed(pair),
        Some((name, _)) => format!("{name}=***").into(),
        None => "***".into(),
    });
    masked.collect::<Vec<_>>().join("&")
}

fn is_secret_pair(pair: &str) -> bool {
    form_urlencoded::parse(pair.as_bytes()).any(|(name, value)| secret::in_query(&name, &value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_after_percent_decoding() {
        const HEX: &str = "0123456789abcdef0123456789abcdef";
        let encoded: String = HEX.bytes().map(|b| format!("%{b:02x}")).collect();
        for (query, shown) in [
            (
                "a=1&api_token=x&Key=y&b=%20".to_owned(),
                "a=1&api_token=***&Key=***&b=%20",
            ),
            (
                "p%61ssword=x&%74oken=y&wifi%5Fpass=z".into(),
                "p%61ssword=***&%74oken=***&wifi%5Fpass=***",
            ),
            (
                format!("q={encoded}&id={}", &HEX[1..]),
                &format!("q=***&id={}", &HEX[1..]),
            ),
            (format!("{encoded}&token"), "***&***"),
            (
                "next=%2Fx%2F%3Ftok%2565n%3Dy&n=%2F%3Fa%3D1".into(),
                "next=***&n=%2F%3Fa%3D1",
            ),
            (
                "monkey=1&token_type=x&page=2".into(),
                "monkey=1&token_type=x&page=2",
            ),
        ] {
            assert_eq!(mask_query(&query), shown);
        }
        let id = "0189d7a5-0000-7000-8000-000000000001";
        for (path, shown) in [
            (format!("/a/{HEX}/b/{encoded}/"), "/a/***/b/***/".to_owned()),
            ("/a;p%61ssword=x/".to_owned(), "/***/".to_owned()),
            (
                format!("/dongle/devices/{id}/"),
                format!("/dongle/devices/{id}/"),
            ),
        ] {
            assert_eq!(mask_path(&path), shown);
            let seen = RecordedRequest {
                method: "GET".into(),
                path,
                query: String::new(),
                status: 200,
            };
            assert_eq!(format!("{seen:?}"), format!("Seen(GET {shown} → 200)"));
        }
    }
}
