//! The options of `cargo xtask sandbox`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use autopi_sandbox::{API_TOKEN, Builder, EMAIL, PASSWORD, Sandbox, Wire};

use crate::fetch;

/// The embedded API on loopback.
#[derive(clap::Args, Debug, Default)]
pub struct SandboxArgs {
    /// The port; any free one if left out
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Another document, JSON or YAML; ours is served as it came, and answered as the overlay knows it from the wire
    #[arg(long)]
    spec: Option<PathBuf>,
    /// How answers look: as the live API's, or by the letter of the document
    #[arg(long, default_value = "real", value_parser = ["real", "spec"])]
    wire: String,
    /// Keep what is created and changed in this SQLite file
    #[arg(long)]
    db: Option<PathBuf>,
    /// The same seed gives the same data
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many items each collection begins with
    #[arg(long)]
    size: Option<u64>,
    /// How many rows of telemetry each device has
    #[arg(long)]
    telemetry_rows: Option<u64>,
    /// NAME[=VALUE][:RATE][@PATH], again and again: latency=200ms, stall, reset, truncate, status=503:0.2, bad-json, html, clock-skew=1h, token-expiry
    #[arg(long)]
    fault: Vec<String>,
    /// Append a JSON line for each request to this file
    #[arg(long)]
    log: Option<PathBuf>,
    /// The login asks for a second factor: this code
    #[arg(long)]
    mfa: Option<String>,
    /// Seconds that a JWT is good
    #[arg(long)]
    token_lifetime: Option<u64>,
}

impl SandboxArgs {
    /// # Errors
    /// A file that can't be read or is no document, and whatever [`Builder::start`] refuses.
    pub async fn start(self, root: &Path) -> Result<Sandbox> {
        let read = |path: &Path| -> Result<serde_json::Value> {
            fetch::parse(&fetch::read(path)?).with_context(|| path.display().to_string())
        };
        let mut builder =
            Sandbox::builder()
                .port(self.port)
                .seed(self.seed)
                .wire(if self.wire == "spec" {
                    Wire::Spec
                } else {
                    Wire::Real
                });
        builder = match self.spec {
            Some(path) => builder.spec(read(&path)?),
            None => builder
                .spec(read(&root.join("spec/upstream.json"))?)
                .answers(read(&root.join("spec/openapi.json"))?),
        };
        builder = self.fault.into_iter().fold(builder, Builder::fault);
        builder = given(builder, self.size, Builder::size);
        builder = given(builder, self.telemetry_rows, Builder::telemetry_rows);
        builder = given(builder, self.db, Builder::db);
        builder = given(builder, self.log, Builder::log);
        builder = given(builder, self.mfa, Builder::mfa);
        builder = given(
            builder,
            self.token_lifetime.map(Duration::from_secs),
            Builder::token_lifetime,
        );
        Ok(builder.start().await?)
    }
}

fn given<T>(builder: Builder, value: Option<T>, set: impl Fn(Builder, T) -> Builder) -> Builder {
    match value {
        Some(value) => set(builder, value),
        None => builder,
    }
}

/// Serves until it is interrupted.
pub async fn serve(sandbox: Sandbox) {
    println!(
        "{}  (e-mail {EMAIL}, password {PASSWORD}, API token {API_TOKEN})",
        sandbox.url()
    );
    sandbox.wait().await;
}
