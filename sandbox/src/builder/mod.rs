//! The builder of a sandbox.

mod start;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use serde_json::Value;

use crate::{Error, Wire, sample::Span};

/// Configures a sandbox. Everything has a default.
#[derive(Debug)]
#[must_use]
pub struct Builder {
    spec: Option<Value>,
    response_spec: Option<Value>,
    wire: Wire,
    port: u16,
    seed: u64,
    size: u64,
    telemetry_rows: u64,
    since: i64,
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
    replay: Option<PathBuf>,
    command_delay: Duration,
    command_results: HashMap<String, Value>,
    webhooks_anywhere: bool,
    body_timeout: Duration,
    allowed_hosts: Vec<String>,
}

/// Returns when a day begins, in UTC.
///
/// # Errors
/// Returns an error if the text is not a day as in `2026-01-01`.
pub fn day(text: &str) -> Result<SystemTime, Error> {
    let day = text.parse::<jiff::civil::Date>();
    let start = day.and_then(|day| day.to_zoned_datetime(jiff::tz::TimeZone::UTC));
    let start = start.and_then(|start| start.timestamp().try_into());
    start.map_err(|_| {
        let text = text.escape_debug();
        Error(format!("`{text}` is not a day (expected e.g. 2026-01-01)"))
    })
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            spec: None,
            response_spec: None,
            wire: Wire::default(),
            port: 0,
            seed: 0,
            size: 25,
            telemetry_rows: 8640,
            since: Span::DEFAULT.since,
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
            replay: None,
            command_delay: Duration::from_millis(300),
            command_results: HashMap::new(),
            webhooks_anywhere: false,
            body_timeout: Duration::from_secs(20),
            allowed_hosts: Vec::new(),
        }
    }
}

impl Builder {
    /// Sets the document that is served: Swagger 2.0 or OpenAPI 3.0. Default: the AutoPi API's.
    pub fn spec(mut self, document: Value) -> Self {
        self.spec = Some(document);
        self
    }

    /// Sets the document that responses are made from, where the API departs from the served one
    /// ([`spec`](Self::spec)): the normalised document with its overlay.
    pub fn response_spec(mut self, document: Value) -> Self {
        self.response_spec = Some(document);
        self
    }

    /// Sets how responses look: as the live API's ([`Wire::Real`], the default), or exactly as
    /// documented.
    pub fn wire(mut self, wire: Wire) -> Self {
        self.wire = wire;
        self
    }

    /// Sets the port on loopback. Default: 0, any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the seed of the data. Default: 0. The same seed gives the same data.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets how many items each collection begins with. Default: 25.
    pub fn size(mut self, items: u64) -> Self {
        self.size = items;
        self
    }

    /// Sets how many rows of telemetry each device has, ten seconds apart. Default: 8640, one day.
    /// They are computed when asked for, never stored.
    pub fn telemetry_rows(mut self, rows: u64) -> Self {
        self.telemetry_rows = rows;
        self
    }

    /// Sets when the telemetry, the trips and the other times of the data begin. Default:
    /// 2026-01-01, so that two runs give the same.
    pub fn since(mut self, time: SystemTime) -> Self {
        let second = jiff::Timestamp::try_from(time).map(jiff::Timestamp::as_second);
        self.since = second.unwrap_or(self.since);
        self
    }

    /// Treats every id as existing, and ignores filters that would match nothing and webhooks that
    /// cannot be sent: for tests that call every operation without looking ids up first.
    pub fn any_id(mut self) -> Self {
        self.any_id = true;
        self
    }

    /// Sets whether a body that refers to an item that does not exist is refused, as the real API
    /// does (`Invalid pk "99" - object does not exist.`). Default: true, so that a test with
    /// invented ids fails here and not in production. With [`any_id`](Self::any_id), such ids are
    /// always accepted.
    pub fn strict(mut self, strict: bool) -> Self {
        self.check_references = strict;
        self
    }

    /// Sets how long the body of a request may take to arrive. Default: 20 seconds. After that the
    /// response is 408.
    pub fn body_timeout(mut self, time: Duration) -> Self {
        self.body_timeout = time;
        self
    }

    /// Adds a fault, written as `NAME[=VALUE][:RATE][@PATH]`. The faults are `latency=200ms`,
    /// `stall`, `reset`, `truncate`, `status=503`, `bad-json`, `html=502`, `clock-skew=1h` and
    /// `token-expiry`. `RATE` is the share of requests from 0 to 1 (default: 1), `PATH` a prefix of
    /// their paths (default: `/`). A client can ask for a fault of one request with the header
    /// `X-Sandbox-Fault`.
    ///
    /// # Examples
    /// ```
    /// # use autopi_sandbox::Sandbox;
    /// # #[tokio::main] async fn main() -> Result<(), autopi_sandbox::Error> {
    /// // Every second request below `/dongle/` is throttled, and all are slow.
    /// let builder = Sandbox::builder().fault("status=429:0.5@/dongle/").fault("latency=200ms");
    /// let api = builder.start().await?;
    /// # Ok(()) }
    /// ```
    pub fn fault(mut self, fault: impl Into<String>) -> Self {
        self.faults.push(fault.into());
        self
    }

    /// Stops the clock at this time; [`Sandbox::advance`](crate::Sandbox::advance) moves it. By
    /// default the clock is the system's.
    pub fn clock_at(mut self, time: SystemTime) -> Self {
        self.fixed_time = Some(time);
        self
    }

    /// Sets how many seconds the clock is ahead of the system's, or behind if negative. Default: 0.
    pub fn clock_offset(mut self, seconds: i64) -> Self {
        self.clock_offset = seconds;
        self
    }

    /// Sets how long a JWT from the login is valid. Default: 15 minutes.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// Makes the login ask for a second factor, and accepts this code as one-time or recovery code.
    /// Default: none.
    pub fn mfa(mut self, code: impl Into<String>) -> Self {
        self.mfa = Some(code.into());
        self
    }

    /// Limits the requests of each account to `requests` in any period of length `per`; further
    /// ones get 429 with `Retry-After`. Default: no limit.
    pub fn rate_limit(mut self, requests: u32, per: Duration) -> Self {
        self.rate_limit = Some((requests, per));
        self
    }

    /// Adds a path prefix that the account is not allowed to see: requests get 403.
    pub fn forbidden(mut self, path: impl Into<String>) -> Self {
        self.forbidden.push(path.into());
        self
    }

    /// Stores everything that is created and changed in this SQLite file, readable by its owner
    /// only; it is created if missing. Default: memory. Needs the feature `sqlite`.
    pub fn db(mut self, file: impl AsRef<Path>) -> Self {
        self.db = Some(file.as_ref().to_owned());
        self
    }

    /// Appends a JSON line for each request to this file, readable by its owner only, without
    /// headers, bodies and secrets. Default: no log.
    pub fn log(mut self, file: impl AsRef<Path>) -> Self {
        self.log = Some(file.as_ref().to_owned());
        self
    }

    /// Plays a recording of `autopi::testing::Recorder`. A request gets the first response that was
    /// recorded for its method, path and query and was not used yet, or else the last one,
    /// whatever its credentials and body. The sandbox itself responds to requests that were not
    /// recorded, and to logins and files. Default: none.
    pub fn replay(mut self, file: impl AsRef<Path>) -> Self {
        self.replay = Some(file.as_ref().to_owned());
        self
    }

    /// Sets how long a command on a device runs. Default: 300 milliseconds.
    pub fn command_delay(mut self, delay: Duration) -> Self {
        self.command_delay = delay;
        self
    }

    /// Sets the result of a function on a device.
    ///
    /// # Examples
    /// ```
    /// # use autopi_sandbox::Sandbox;
    /// let value = serde_json::json!({"value": 7});
    /// let builder = Sandbox::builder().command_result("obd.query", value);
    /// ```
    pub fn command_result(mut self, function: impl Into<String>, value: Value) -> Self {
        self.command_results.insert(function.into(), value);
        self
    }

    /// Allows webhooks to other machines. Default: loopback only.
    pub fn webhooks_anywhere(mut self) -> Self {
        self.webhooks_anywhere = true;
        self
    }

    /// Adds a name or address, without a port, that requests may have in their `Host` header, such
    /// as `host.docker.internal`. Those of loopback (`localhost`, `*.localhost`, `127.0.0.0/8`,
    /// `[::1]`) are always allowed; any other gets 421, so that no web page reaches the sandbox
    /// through a name that resolves to loopback.
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.allowed_hosts.push(name.into());
        self
    }
}
