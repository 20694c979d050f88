//! The options of `cargo xtask sandbox`.

use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result};
use autopi_sandbox::{API_TOKEN, Builder, EMAIL, PASSWORD, Sandbox, Wire};
use xtask::pipeline::{self, Proof, convert, fetch};

/// The embedded API on loopback.
#[derive(clap::Args, Debug, Default)]
pub struct SandboxArgs {
    /// The port; any free one if left out
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Another upstream document, Swagger 2.0 or OpenAPI 3.x, JSON or YAML: it goes through the
    /// pipeline. Ours is served unchanged, with responses as the overlay corrects them
    #[arg(long)]
    spec: Option<PathBuf>,
    /// How responses look: as the live API's, or exactly as documented
    #[arg(long, default_value = "real", value_parser = ["real", "spec"])]
    wire: String,
    /// Store everything that is created and changed in this SQLite file
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
    /// The day at which the data begins [default: 2026-01-01]
    #[arg(long, value_name = "DAY", value_parser = autopi_sandbox::day)]
    since: Option<SystemTime>,
    /// `NAME[=VALUE][:RATE][@PATH]`, repeatable: latency=200ms, stall, reset, truncate,
    /// status=503:0.2, bad-json, html, clock-skew=1h, token-expiry
    #[arg(long)]
    fault: Vec<String>,
    /// Append a JSON line for each request to this file
    #[arg(long)]
    log: Option<PathBuf>,
    /// Play this recording of `autopi::testing::Recorder`; the sandbox itself responds to requests
    /// that were not recorded
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,
    /// Make the login ask for a second factor with this code
    #[arg(long)]
    mfa: Option<String>,
    /// The lifetime of a JWT in seconds
    #[arg(long)]
    token_lifetime: Option<u64>,
    /// Respond with 429 to more requests in this time: 100/1m
    #[arg(long, value_name = "REQUESTS/TIME", value_parser = rate)]
    rate_limit: Option<(u32, Duration)>,
    /// The result of a function on a device, as JSON, repeatable: obd.query={"value":7}
    #[arg(long, value_name = "FUNCTION=JSON", value_parser = result)]
    command_result: Vec<(String, serde_json::Value)>,
    /// A path prefix that the account may not see (403), repeatable
    #[arg(long, value_name = "PATH")]
    forbidden: Vec<String>,
    /// A name that requests may have in their Host in addition to those of loopback, repeatable:
    /// host.docker.internal
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// Refuse bodies that refer to objects that do not exist, as the real API does;
    /// `--strict=false` accepts them
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = true, default_missing_value = "true", action = clap::ArgAction::Set)]
    strict: bool,
}

/// Parses a rate: `100/1m`.
fn rate(text: &str) -> Result<(u32, Duration), String> {
    let wrong = || {
        format!(
            "`{text}` is not a rate: give requests and a time, such as 100/1m, 5/1s or 20/500ms"
        )
    };
    let (requests, time) = text.split_once('/').ok_or_else(wrong)?;
    let digits = time
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(time.len());
    let (number, unit) = time.split_at_checked(digits).ok_or_else(wrong)?;
    let unit = match unit {
        "ms" => 1,
        "" | "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(wrong()),
    };
    let number: u64 = if number.is_empty() {
        1
    } else {
        number.parse().map_err(|_| wrong())?
    };
    let time = number
        .checked_mul(unit)
        .filter(|ms| *ms > 0)
        .ok_or_else(wrong)?;
    Ok((
        requests.parse().map_err(|_| wrong())?,
        Duration::from_millis(time),
    ))
}

/// Parses a result: `obd.query={"value":7}`.
fn result(text: &str) -> Result<(String, serde_json::Value), String> {
    let (function, json) = text.split_once('=').ok_or_else(|| {
        format!("`{text}` has no `=`: give FUNCTION=JSON, such as obd.query={{\"value\":7}}")
    })?;
    let value = serde_json::from_str(json)
        .map_err(|e| format!("`{json}` is not JSON: {e}; a text needs its quotes, \"x\""))?;
    Ok((function.to_owned(), value))
}

impl SandboxArgs {
    /// Starts the sandbox that the arguments describe.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read or is not a document, and the errors of
    /// [`Builder::start`].
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
            Some(path) => {
                let new = pipeline::normalize_file(&path, Proof::Unwanted)?;
                // Exactly as documented, but in the version that the sandbox reads.
                let served = match self.wire.as_str() {
                    "spec" => convert::convert_file(new.upstream, &path)?,
                    _ => new.upstream,
                };
                builder.spec(served).response_spec(new.doc)
            }
            None => builder
                .spec(read(&root.join("spec/upstream.json"))?)
                .response_spec(read(&root.join("spec/openapi.json"))?),
        };
        builder = self.fault.into_iter().fold(builder, Builder::fault);
        builder = given(builder, self.size, Builder::size);
        builder = given(builder, self.telemetry_rows, Builder::telemetry_rows);
        builder = given(builder, self.since, Builder::since);
        builder = given(builder, self.db, Builder::db);
        builder = given(builder, self.log, Builder::log);
        builder = given(builder, self.replay, Builder::replay);
        builder = given(builder, self.mfa, Builder::mfa);
        builder = given(
            builder,
            self.token_lifetime.map(Duration::from_secs),
            Builder::token_lifetime,
        );
        builder = given(builder, self.rate_limit, |b, (n, time)| {
            b.rate_limit(n, time)
        });
        builder = self.forbidden.into_iter().fold(builder, Builder::forbidden);
        builder = self
            .allow_host
            .into_iter()
            .fold(builder, Builder::allow_host);
        let results = self.command_result.into_iter();
        builder = results.fold(builder, |b, (function, value)| {
            b.command_result(function, value)
        });
        builder = builder.strict(self.strict);
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

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        args: SandboxArgs,
    }

    fn read(line: &[&str]) -> Result<SandboxArgs, String> {
        let line = Line::try_parse_from([&["sandbox"], line].concat());
        line.map(|l| l.args).map_err(|e| e.to_string())
    }

    #[test]
    fn every_option_of_the_builder_has_a_flag() {
        let args = read(&[
            "--rate-limit",
            "20/500ms",
            "--forbidden",
            "/billing/",
            "--forbidden",
            "/hub/",
            "--command-result",
            "obd.query={\"value\":7}",
            "--allow-host",
            "sandbox.test",
        ])
        .unwrap();
        assert_eq!(args.allow_host, ["sandbox.test"]);
        assert_eq!(args.rate_limit, Some((20, Duration::from_millis(500))));
        assert_eq!(args.forbidden, ["/billing/", "/hub/"]);
        let result = serde_json::json!({"value": 7});
        assert_eq!(args.command_result, [("obd.query".to_owned(), result)]);
        assert!(args.strict && read(&["--strict"]).unwrap().strict);
        assert!(!read(&["--strict=false"]).unwrap().strict);
        for (line, words) in [
            (["--rate-limit", "20"], "100/1m"),
            (["--rate-limit", "20/0s"], "100/1m"),
            (["--rate-limit", "x/1s"], "100/1m"),
            (["--command-result", "x"], "FUNCTION=JSON"),
            (["--command-result", "x=y"], "not JSON"),
        ] {
            let error = read(&line).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }

    #[tokio::test]
    async fn the_sandbox_obeys_the_flags() {
        let line = "--rate-limit 2/1h --forbidden /billing/ --allow-host sandbox.test";
        let line: Vec<&str> = line.split(' ').collect();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let sandbox = read(&line).unwrap().start(&root).await.unwrap();
        let http = crate::tools::http().unwrap().build().unwrap();
        let get = async |path: &str| {
            let request = http.get(format!("{}{path}", sandbox.url()));
            let token = format!("APIToken {API_TOKEN}");
            request
                .header("Authorization", token)
                .send()
                .await
                .unwrap()
                .status()
        };
        assert_eq!(get("/billing/settlements/").await, 403);
        assert_eq!(get("/vehicle/makes/").await, 200);
        assert_eq!(get("/vehicle/makes/").await, 200);
        assert_eq!(get("/vehicle/makes/").await, 429);
        for (host, status) in [("sandbox.test:80", 429), ("other.test", 421)] {
            let request = http.get(format!("{}/vehicle/makes/", sandbox.url()));
            let token = format!("APIToken {API_TOKEN}");
            let request = request.header("Authorization", token).header("Host", host);
            assert_eq!(request.send().await.unwrap().status(), status, "{host}");
        }
    }
}
