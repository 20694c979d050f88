//! What a sandbox is made of.

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde_json::Value;
use tokio::net::TcpListener;

use crate::{
    Error, Sandbox, Wire,
    documents::Documents,
    handlers::Resources,
    http::{
        Api, Settings,
        faults::{Fault, Faults},
        host,
        log::Log,
        response::{self, CachedResponse},
        server,
    },
    state::{commands::Commands, sqlite::Db, store::Store},
    util::clock::Clock,
};

/// What a sandbox is made of; all of it may be left as it is.
#[derive(Debug)]
#[must_use]
pub struct Builder {
    spec: Option<Value>,
    answers: Option<Value>,
    wire: Wire,
    port: u16,
    seed: u64,
    size: u64,
    telemetry_rows: u64,
    any_id: bool,
    check_references: bool,
    faults: Vec<String>,
    fixed_time: Option<SystemTime>,
    clock_offset: i64,
    token_lifetime: Duration,
    mfa: Option<String>,
    rate_limit: Option<(u32, Duration)>,
    forbidden: Vec<String>,
    db: Option<PathBuf>,
    log: Option<PathBuf>,
    command_delay: Duration,
    command_results: HashMap<String, Value>,
    webhooks_anywhere: bool,
    body_timeout: Duration,
    allowed_hosts: Vec<String>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            spec: None,
            answers: None,
            wire: Wire::default(),
            port: 0,
            seed: 0,
            size: 25,
            telemetry_rows: 8640,
            any_id: false,
            check_references: true,
            faults: Vec::new(),
            fixed_time: None,
            clock_offset: 0,
            token_lifetime: Duration::from_secs(15 * 60),
            mfa: None,
            rate_limit: None,
            forbidden: Vec::new(),
            db: None,
            log: None,
            command_delay: Duration::from_millis(300),
            command_results: HashMap::new(),
            webhooks_anywhere: false,
            body_timeout: Duration::from_secs(20),
            allowed_hosts: Vec::new(),
        }
    }
}

impl Builder {
    /// Another document: Swagger 2.0 or OpenAPI 3.0. Left out, it is the AutoPi API's.
    pub fn spec(mut self, document: Value) -> Self {
        self.spec = Some(document);
        self
    }

    /// Answers come from this document, and [`spec`](Self::spec) is served: give the normalised document with its overlay here, and the sandbox departs from the
    /// served document where the real API does.
    pub fn answers(mut self, document: Value) -> Self {
        self.answers = Some(document);
        self
    }

    /// How answers look: as the live API's ([`Wire::Real`], the default), or by the letter of the document.
    pub fn wire(mut self, wire: Wire) -> Self {
        self.wire = wire;
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

    /// How many items each collection begins with; 25 unless said otherwise.
    pub fn size(mut self, items: u64) -> Self {
        self.size = items;
        self
    }

    /// How many rows of telemetry each device has, ten seconds from one to the next; a day unless said otherwise. They are made when asked for, never held.
    pub fn telemetry_rows(mut self, rows: u64) -> Self {
        self.telemetry_rows = rows;
        self
    }

    /// Every id exists, filters that fit nothing are left out, and a webhook that could not be sent is not: for tests that call every operation without
    /// looking first.
    pub fn any_id(mut self) -> Self {
        self.any_id = true;
        self
    }

    /// Whether a body that names a thing which is not there is refused: `Invalid pk "99" - object does not exist.` It is unless said otherwise, as the real API does
    /// it: a test that passes with made-up ids fails in production. Without it, or with [`any_id`](Self::any_id), such ids are kept as they are.
    pub fn strict(mut self, strict: bool) -> Self {
        self.check_references = strict;
        self
    }

    /// How long the body of a request may take to come; 20 seconds unless said otherwise. Then the answer is 408.
    pub fn body_timeout(mut self, time: Duration) -> Self {
        self.body_timeout = time;
        self
    }

    /// Something goes wrong: `NAME[=VALUE][:RATE][@PATH]`, with the names `latency=200ms`, `stall`, `reset`, `truncate`, `status=503`, `bad-json`, `html=502`,
    /// `clock-skew=1h`, `token-expiry`; a rate from 0 to 1; and the beginning of a path. A request can ask for itself with the header `X-Sandbox-Fault`.
    pub fn fault(mut self, fault: impl Into<String>) -> Self {
        self.faults.push(fault.into());
        self
    }

    /// The clock stands at this time until [`Sandbox::advance`] moves it.
    pub fn clock_at(mut self, time: SystemTime) -> Self {
        self.fixed_time = Some(time);
        self
    }

    /// The clock is so many seconds ahead of the system's, or behind.
    pub fn clock_offset(mut self, seconds: i64) -> Self {
        self.clock_offset = seconds;
        self
    }

    /// How long a JWT from the login is good; 15 minutes unless said otherwise.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// The login asks for a second factor, and this is the code, or the recovery code.
    pub fn mfa(mut self, code: impl Into<String>) -> Self {
        self.mfa = Some(code.into());
        self
    }

    /// More requests in this time get 429 with `Retry-After`.
    pub fn rate_limit(mut self, requests: u32, per: Duration) -> Self {
        self.rate_limit = Some((requests, per));
        self
    }

    /// The account may not see what begins with this path: 403.
    pub fn forbidden(mut self, path: impl Into<String>) -> Self {
        self.forbidden.push(path.into());
        self
    }

    /// What is created and changed stays in this SQLite file, which is made if it is not there, and which only its owner may read. Needs the feature `sqlite`.
    pub fn db(mut self, file: impl AsRef<Path>) -> Self {
        self.db = Some(file.as_ref().to_owned());
        self
    }

    /// A line of JSON for each request at the end of this file, which only its owner may read; without headers, bodies, and values that look secret.
    pub fn log(mut self, file: impl AsRef<Path>) -> Self {
        self.log = Some(file.as_ref().to_owned());
        self
    }

    /// How long a command runs; 300 milliseconds unless said otherwise.
    pub fn command_delay(mut self, delay: Duration) -> Self {
        self.command_delay = delay;
        self
    }

    /// What a function gives on a device: `command_result("obd.query", json!({"value": 7}))`.
    pub fn command_result(mut self, function: impl Into<String>, value: Value) -> Self {
        self.command_results.insert(function.into(), value);
        self
    }

    /// Webhooks may go to other machines than this one.
    pub fn webhooks_anywhere(mut self) -> Self {
        self.webhooks_anywhere = true;
        self
    }

    /// One more name or address that requests may have in their `Host`, without a port: `host.docker.internal`. Those of loopback (`localhost`, `*.localhost`,
    /// `127.0.0.0/8`, `[::1]`) always may; any other is 421, so that no page on the web reaches the sandbox by a name that leads to loopback.
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.allowed_hosts.push(name.into());
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// A document that is none, an unknown fault, a host to allow that is none, a port in use, a database that is damaged or of another version, a log that can't
    /// be written.
    pub async fn start(self) -> Result<Sandbox, Error> {
        let faults: Vec<Fault> = self
            .faults
            .iter()
            .map(|f| f.parse())
            .collect::<Result<_, _>>()
            .map_err(Error)?;
        let hosts = self.allowed_hosts.iter().map(|name| host::allow(name));
        let hosts = hosts.collect::<Result<_, _>>().map_err(Error)?;
        let documents = Documents::of(self.spec.as_ref(), self.answers.as_ref(), self.wire)?;
        let db = match &self.db {
            Some(path) => Some(
                Db::open(path, &format!("seed {} and {} items", self.seed, self.size))
                    .map_err(Error)?,
            ),
            None => None,
        };
        let log = Log::new(self.log.as_deref()).map_err(Error)?;
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        let listener = TcpListener::bind(address).await.map_err(|e| {
            Error(format!(
                "cannot listen on {address}: {e}; give another port, or none for a free one"
            ))
        })?;
        let address = listener
            .local_addr()
            .map_err(|e| Error(format!("cannot listen on {address}: {e}")))?;
        let api = Arc::new(Api {
            document: CachedResponse::new(response::new(
                http::StatusCode::OK,
                "application/openapi+json",
                documents.text,
            )),
            served: documents.served,
            backing: documents.backing,
            wire: self.wire,
            resources: Resources {
                store: Store::new(self.seed, self.size, db),
                seed: self.seed,
                size: self.size,
                rows: self.telemetry_rows,
                any_id: self.any_id,
                check_references: self.check_references && !self.any_id,
                strict: self.wire == Wire::Spec,
            },
            clock: Clock::new(self.fixed_time, self.clock_offset),
            faults: Faults::new(faults, self.seed),
            log,
            commands: Commands::new(
                self.command_delay,
                self.command_results,
                self.webhooks_anywhere,
                self.any_id,
            ),
            settings: Settings {
                token_lifetime: i64::try_from(self.token_lifetime.as_secs()).unwrap_or(i64::MAX),
                mfa: self.mfa,
                rate_limit: self.rate_limit,
                forbidden: self.forbidden,
                body_timeout: self.body_timeout,
                allowed_hosts: hosts,
            },
            cache: Default::default(),
            window: Default::default(),
        });
        let task = tokio::spawn(server::serve(listener, api.clone()));
        Ok(Sandbox {
            url: format!("http://{address}"),
            task,
            api,
        })
    }
}
