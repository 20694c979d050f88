//! `--sandbox`: the embedded API, which runs as long as the command.

#[cfg(feature = "sandbox")]
use std::time::SystemTime;

#[cfg(feature = "sandbox")]
use jiff::{Timestamp, tz::TimeZone};

#[cfg(feature = "sandbox")]
use crate::credentials::variable;
use crate::{Failure, Result};

/// A running sandbox.
#[derive(Debug)]
pub struct Sandbox {
    #[cfg(feature = "sandbox")]
    inner: autopi_sandbox::Sandbox,
    #[cfg(feature = "sandbox")]
    since: SystemTime,
}

#[cfg(feature = "sandbox")]
impl Sandbox {
    pub async fn start() -> Result<Self> {
        let since = since()?;
        let started = autopi_sandbox::Sandbox::builder().since(since).start();
        let inner = started
            .await
            .map_err(|e| Failure::failed(format!("cannot start the sandbox: {e}")))?;
        Ok(Self { inner, since })
    }

    /// Returns the name of the sandbox: the setting that gives the same data on another day.
    pub fn name(&self) -> String {
        let day = Timestamp::try_from(self.since).unwrap_or_default();
        format!("the sandbox of {SINCE}={}", day.strftime("%F"))
    }

    pub fn url(&self) -> &str {
        self.inner.url()
    }

    pub fn token(&self) -> &'static str {
        autopi_sandbox::API_TOKEN
    }
}

#[cfg(feature = "sandbox")]
const SINCE: &str = "AUTOPI_SANDBOX_SINCE";

/// Returns when the data begins: yesterday, so that it is recent, and the same all day.
#[cfg(feature = "sandbox")]
fn since() -> Result<SystemTime> {
    let wrong = |e: &dyn std::fmt::Display| Failure::usage(format!("{SINCE}: {e}"));
    if let Some(text) = variable(SINCE) {
        return autopi_sandbox::day(&text).map_err(|e| wrong(&e));
    }
    let today = Timestamp::now().to_zoned_datetime(TimeZone::UTC).date();
    let start = today
        .yesterday()
        .and_then(|day| day.to_zoned_datetime(TimeZone::UTC));
    let start = start.and_then(|start| start.timestamp().try_into());
    start.map_err(|e| wrong(&e))
}

#[cfg(not(feature = "sandbox"))]
impl Sandbox {
    pub async fn start() -> Result<Self> {
        Err(Failure::not_built("the sandbox", "sandbox"))
    }

    pub fn url(&self) -> &str {
        ""
    }

    pub fn token(&self) -> &'static str {
        ""
    }

    pub fn name(&self) -> String {
        String::new()
    }
}
