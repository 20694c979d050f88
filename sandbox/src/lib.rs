//! An embedded stand-in for the AutoPi cloud API, for tests, demos, and trying the client without
//! an account.
//!
//! It is a real HTTP server on loopback, driven by the API's document. It validates requests and
//! returns errors as Django REST framework does, stores what is created and changed, paginates,
//! filters and sorts its lists, signs its JWTs, runs commands, sends webhooks, and fails on demand.
//!
//! ```
//! use autopi_sandbox::{API_TOKEN, Sandbox};
//!
//! # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Three devices, and every fifth request of the logbook fails.
//! let api = Sandbox::builder().size(3).fault("status=503:0.2@/logbook/").start().await?;
//!
//! # rustls::crypto::ring::default_provider().install_default().ok();
//! // The program under test gets `api.url()` and one of the credentials.
//! let devices = reqwest::Client::new()
//!     .get(format!("{}/dongle/devices/", api.url()))
//!     .header("Authorization", format!("APIToken {API_TOKEN}"))
//!     .send()
//!     .await?;
//! assert_eq!(devices.json::<serde_json::Value>().await?["count"], 3);
//!
//! // What did it ask for?
//! assert_eq!(api.count("GET", "/dongle/devices/"), 1);
//! api.expect("GET", "/dongle/devices/", 1)?;
//! # Ok(()) }
//! ```
//!
//! The credentials are [`EMAIL`] with [`PASSWORD`], and [`API_TOKEN`]. Data begins on 2026-01-01
//! and is the same for the same seed.

mod builder;
mod documents;
mod handlers;
mod http;
mod sample;
mod spec;
mod state;
mod util;

use std::{fmt, sync::Arc, time::Duration};

use serde_json::Value;
use tokio::task::JoinHandle;

pub use builder::{Builder, day};
pub use documents::embedded;
pub use http::log::RecordedRequest;

/// The e-mail address that can log in.
pub const EMAIL: &str = "demo@autopi.io";
/// The password of the account.
pub const PASSWORD: &str = "demo";
/// The API token of the account.
pub const API_TOKEN: &str = "0123456789abcdef0123456789abcdef01234567";

/// An error of the sandbox itself: it could not start, or could not do what was asked.
#[derive(Debug)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// The form of responses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wire {
    /// That of the live API, also where it departs from its document: a login responds 200 with
    /// `{token, user}`, pages have `page_size` and no links, and fields that the document calls
    /// strings are booleans, numbers or objects.
    #[default]
    Real,
    /// Exactly as the served document says: its statuses, its envelopes with links, its strings
    /// (which hold the JSON text of the real value). Members that a client needs are added:
    /// `token` and `user` to the response to a login, and `jid`, `return` and `success` to the
    /// result of a command.
    Spec,
}

/// A running sandbox; it stops when dropped.
pub struct Sandbox {
    url: String,
    task: JoinHandle<()>,
    api: Arc<http::Api>,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// Returns a valid instance of a schema of `document`, always the same for the same seed.
pub fn sample(document: &Value, schema: &Value, seed: u64) -> Value {
    sample::sample(document, schema, seed)
}

impl Sandbox {
    /// Starts a sandbox of the AutoPi API on a free port of loopback.
    ///
    /// # Errors
    /// Returns an error if no port is free.
    pub async fn start() -> Result<Self, Error> {
        Self::builder().start().await
    }

    /// Returns a builder, to configure a sandbox before it starts.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Returns the base URL: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the last 10,000 requests since the start, without those to `/__sandbox/`.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.api.log.requests()
    }

    /// Returns how many requests with a method and a path there were. A `*` in the path matches one
    /// segment: `/dongle/devices/*/`.
    pub fn count(&self, method: &str, path: &str) -> usize {
        self.requests()
            .iter()
            .filter(|r| r.method.eq_ignore_ascii_case(method) && matches(path, &r.path))
            .count()
    }

    /// Checks in a test that there were exactly `times` such requests.
    ///
    /// # Errors
    /// Returns an error that lists all requests if there were not.
    pub fn expect(&self, method: &str, path: &str, times: usize) -> Result<(), Error> {
        let count = self.count(method, path);
        if count == times {
            return Ok(());
        }
        let all: Vec<String> = self.requests().iter().map(|r| format!("  {r}")).collect();
        let all = if all.is_empty() {
            "  (none)".to_owned()
        } else {
            all.join("\n")
        };
        Err(Error(format!(
            "expected {times} requests {method} {path}, seen {count}. All requests:\n{all}"
        )))
    }

    /// Replaces the faults, each in the form of [`Builder::fault`]; an empty list removes them all.
    ///
    /// # Errors
    /// Returns an error if a fault is unknown or malformed.
    pub fn set_faults(&self, faults: &[&str]) -> Result<(), Error> {
        let faults = faults
            .iter()
            .map(|f| f.parse())
            .collect::<Result<_, _>>()
            .map_err(Error)?;
        self.api.faults.set(faults);
        Ok(())
    }

    /// Moves the sandbox's clock forward: tokens expire, commands finish.
    pub fn advance(&self, by: Duration) {
        self.api.clock.advance(by);
    }

    /// Serves until the process ends or the returned future is dropped.
    pub async fn wait(mut self) {
        let _ = (&mut self.task).await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn matches(pattern: &str, path: &str) -> bool {
    let (wanted, got) = (pattern.split('/'), path.split('/'));
    wanted.clone().count() == got.clone().count()
        && wanted
            .zip(got)
            .all(|(w, g)| w == g || (w == "*" && !g.is_empty()))
}
