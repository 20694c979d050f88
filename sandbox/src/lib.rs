//! An embedded stand-in for the AutoPi cloud API, driven by its document: for tests, demos, and trying the client without an account.
//!
//! First form: it serves the document, knows both token schemes and the login, pages its lists, keeps what is created in memory, and answers every operation
//! with data made from the document's schemas, the same for the same seed.
//!
//! ```no_run
//! # async fn f(document: serde_json::Value) -> Result<(), autopi_sandbox::Error> {
//! let api = autopi_sandbox::Sandbox::builder().spec(document).start().await?;
//! println!("{}", api.url());
//! # Ok(()) }
//! ```

mod auth;
mod data;
mod pattern;
mod portal;
mod router;
mod server;

use std::{
    fmt,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

/// The e-mail address that can log in.
pub const EMAIL: &str = "demo@autopi.io";
/// Its password.
pub const PASSWORD: &str = "demo";
/// The API token of the account.
pub const API_TOKEN: &str = "0123456789abcdef0123456789abcdef01234567";

/// Why the sandbox could not start.
#[derive(Debug)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// A request that the sandbox answered. Headers and bodies are not kept: they hold secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The HTTP method.
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// The status that was answered.
    pub status: u16,
}

/// A running sandbox; it stops when dropped.
#[derive(Debug)]
pub struct Sandbox {
    url: String,
    task: JoinHandle<()>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// What a sandbox is made of.
#[derive(Debug, Default)]
#[must_use]
pub struct Builder {
    spec: Option<Value>,
    answers: Option<Value>,
    port: u16,
    seed: u64,
    any_id: bool,
}

/// A valid instance of a schema of `document`, always the same for the same seed.
pub fn sample(document: &Value, schema: &Value, seed: u64) -> Value {
    data::value(document, schema, "", &mut data::Rng::of(seed, ""))
}

impl Sandbox {
    /// On a free port of loopback, with seed 0.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Every request since the start.
    pub fn requests(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Serves until the task ends.
    pub async fn wait(mut self) {
        let _ = (&mut self.task).await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Builder {
    /// The document: Swagger 2.0 or OpenAPI 3.0.
    pub fn spec(mut self, document: Value) -> Self {
        self.spec = Some(document);
        self
    }

    /// Answers come from this document instead, and [`spec`](Self::spec) is only served: give the normalised document with its overlay here, and the sandbox
    /// departs from the served document where the real API does.
    pub fn answers(mut self, document: Value) -> Self {
        self.answers = Some(document);
        self
    }

    /// A port of loopback; 0, the default, is any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The same seed gives the same data.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Every id exists until it is deleted: for tests that call every operation without looking for ids first.
    pub fn any_id(mut self) -> Self {
        self.any_id = true;
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// No document, one without `paths`, or a port in use.
    pub async fn start(self) -> Result<Sandbox, Error> {
        let spec = self.spec.ok_or_else(|| Error("the sandbox needs a document: give one with spec()".into()))?;
        if !spec.get("paths").is_some_and(Value::is_object) {
            return Err(Error("the document has no `paths`: is it a Swagger 2.0 or OpenAPI 3.0 document?".into()));
        }
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        let listener = TcpListener::bind(address).await.map_err(|e| Error(format!("cannot listen on {address}: {e}")))?;
        let address = listener.local_addr().map_err(|e| Error(format!("cannot listen on {address}: {e}")))?;
        let seen = Arc::new(Mutex::new(Vec::new()));
        let answers = self.answers.unwrap_or_else(|| spec.clone());
        let app = server::app(answers, &spec, self.seed, self.any_id, seen.clone());
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, app).await;
        });
        Ok(Sandbox { url: format!("http://{address}"), task, seen })
    }
}
