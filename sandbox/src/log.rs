//! What was asked: kept for tests, and written as JSON lines. No headers, no bodies, no secrets.

use std::{
    collections::VecDeque,
    fmt,
    fs::File,
    io::Write,
    path::Path,
    sync::{Mutex, PoisonError},
};

use serde_json::json;

/// A request that the sandbox answered. Headers and bodies are not kept: they hold secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// The HTTP method.
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// The query as it came, values that look secret as `***`.
    pub query: String,
    /// The status that was answered; 0 if the connection was reset or closed before.
    pub status: u16,
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        if !self.query.is_empty() {
            write!(f, "?{}", self.query)?;
        }
        write!(f, " → {}", self.status)
    }
}

/// How many requests are kept: who runs for long must not grow.
const KEPT: usize = 10_000;

#[derive(Debug, Default)]
pub struct Log {
    seen: Mutex<VecDeque<Seen>>,
    file: Option<Mutex<File>>,
}

impl Log {
    pub fn new(path: Option<&Path>) -> Result<Self, String> {
        let open = |p: &Path| {
            File::options()
                .create(true)
                .append(true)
                .open(p)
                .map_err(|e| format!("cannot write the log {}: {e}", p.display()))
        };
        Ok(Self {
            seen: Mutex::default(),
            file: path.map(open).transpose()?.map(Mutex::new),
        })
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }

    pub fn add(&self, seen: Seen, time: jiff::Timestamp, ms: f64, fault: Option<String>) {
        if let Some(file) = &self.file {
            let (path, query) = (mask_path(&seen.path), &seen.query);
            let line = json!({"time": time.to_string(), "method": seen.method, "path": path, "query": query, "status": seen.status, "ms": ms, "fault": fault});
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            // A full disk is no reason to stop serving.
            let _ = file.write_all(format!("{line}\n").as_bytes());
        }
        let mut kept = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back(seen);
    }
}

/// Long hexadecimal numbers and JWTs; UUIDs are none.
fn looks_secret(value: &str) -> bool {
    let hex = value.len() >= 32 && value.bytes().all(|b| b.is_ascii_hexdigit());
    hex || (value.len() > 40 && value.matches('.').count() == 2 && value.starts_with("ey"))
}

fn mask_path(path: &str) -> String {
    path.split('/')
        .map(|s| if looks_secret(s) { "***" } else { s })
        .collect::<Vec<_>>()
        .join("/")
}

/// The query without what looks secret, by name or form.
pub fn mask_query(query: &str) -> String {
    const NAMES: [&str; 8] = [
        "token",
        "password",
        "secret",
        "key",
        "auth",
        "code",
        "signature",
        "jwt",
    ];
    let masked = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value))
            if NAMES.iter().any(|n| name.to_ascii_lowercase().contains(n))
                || looks_secret(value) =>
        {
            format!("{name}=***")
        }
        _ => pair.to_owned(),
    });
    masked.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked() {
        assert_eq!(
            mask_query("a=1&api_token=x&Key=y&q=0123456789abcdef0123456789abcdef01234567"),
            "a=1&api_token=***&Key=***&q=***"
        );
        assert_eq!(
            mask_path("/a/0123456789abcdef0123456789abcdef/b/"),
            "/a/***/b/"
        );
        assert_eq!(
            mask_path("/dongle/devices/0189d7a5-0000-7000-8000-000000000001/"),
            "/dongle/devices/0189d7a5-0000-7000-8000-000000000001/"
        );
    }
}
