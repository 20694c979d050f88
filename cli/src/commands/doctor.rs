//! `autopi doctor`: checks everything between this command and the API, one line each, with what to
//! do about faults.

use std::{
    net::ToSocketAddrs,
    time::{Duration, Instant},
};

use autopi::{Json, Method, jiff::Timestamp};
use clap::Command;
use serde_json::{Value, json};
use url::Url;

use crate::{
    Context, Failure, Result,
    credentials::{self, Credential},
    error::{Exit, WRONG_HOST},
    output::View,
};

/// A clock that is off by more makes sessions end early.
const SKEW: Duration = Duration::from_secs(60);

const OTHER_HOST: &str = "is the base URL the API's? --base-url names another";

pub const COLUMNS: [&str; 4] = ["check", "state", "found", "todo"];

pub fn command() -> Command {
    Command::new("doctor")
        .about("Checks document, host, network, clock and credential, and says what to do")
}

/// The lines, and the exit code of the first bad one.
#[derive(Default)]
struct Lines {
    all: Vec<Value>,
    bad: Option<Exit>,
}

impl Lines {
    fn good(&mut self, check: &str, found: impl Into<String>) {
        self.all.push(
            json!({ "check": check, "state": "ok", "found": found.into(), "todo": Value::Null }),
        );
    }

    fn bad(&mut self, check: &str, exit: Exit, found: impl Into<String>, todo: &str) {
        self.bad.get_or_insert(exit);
        self.all
            .push(json!({ "check": check, "state": "bad", "found": found.into(), "todo": todo }));
    }

    fn skipped(&mut self, check: &str, why: &str) {
        self.all.push(
            json!({ "check": check, "state": "not checked", "found": why, "todo": Value::Null }),
        );
    }
}

pub fn run(context: &Context) -> Result<()> {
    let mut lines = Lines::default();
    lines.good("version", format!("autopi {}", env!("CARGO_PKG_VERSION")));
    let index = context.index;
    let mut document = format!(
        "{} {}: {} operations",
        index.title,
        index.version,
        index.entries().count()
    );
    if let Some(server) = index.server {
        document += &format!(", served at {server}");
    }
    if !index.left_out.is_empty() {
        let odd = index.left_out.join(", ");
        document += &format!("; left out, as no request has such a method: {odd}");
    }
    lines.good("document", document);
    match context.credential() {
        Ok(credential) => network(context, credential, &mut lines),
        Err(e) => {
            let todo = e
                .hint
                .clone()
                .unwrap_or_else(|| "correct what it reports".into());
            lines.bad("credential", e.exit, e.message, &todo);
        }
    }
    let columns = COLUMNS.map(str::to_owned);
    let view = View {
        table: columns.to_vec(),
        known: columns.to_vec(),
        ..View::default()
    };
    let count = lines.all.iter().filter(|l| l["state"] == "bad").count();
    // A table may cut off what its columns have no room for.
    let of = |line: &Value| {
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        format!("\n  {}: {}: {}", text("check"), text("found"), text("todo"))
    };
    let bad: String = lines
        .all
        .iter()
        .filter(|l| l["state"] == "bad")
        .map(of)
        .collect();
    context.output.value(Value::Array(lines.all), &view)?;
    match lines.bad {
        None => Ok(()),
        Some(exit) => {
            let mut failure = Failure::failed(format!("{count} of the checks failed{bad}"));
            failure.exit = exit;
            Err(failure)
        }
    }
}

fn network(context: &Context, credential: &Credential, lines: &mut Lines) {
    let Some(url) = base_url(credential, lines) else {
        return;
    };
    state(credential, lines);
    if context.dry_run {
        return lines.skipped("network", "--dry-run sends nothing");
    }
    if !is_found(&url, lines) {
        return;
    }
    let Some(date) = connection(context, &url, lines) else {
        return;
    };
    clock(date, lines);
    match credential.credentials {
        Some(_) => first_call(context, lines),
        None => lines.skipped("first call", "not logged in"),
    }
}

fn base_url(credential: &Credential, lines: &mut Lines) -> Option<Url> {
    let base = credential.base_url.as_deref().unwrap_or(credentials::USUAL);
    match Url::parse(base) {
        Ok(url) if url.host_str().is_some() => {
            lines.good("base URL", url.origin().ascii_serialization());
            Some(url)
        }
        _ => {
            lines.bad(
                "base URL",
                Exit::Usage,
                "it is not a URL",
                "give one like https://api.autopi.io with --base-url",
            );
            None
        }
    }
}

/// Looks up the addresses of the host.
fn is_found(url: &Url, lines: &mut Lines) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    match (host, url.port_or_known_default().unwrap_or(443)).to_socket_addrs() {
        Ok(addresses) => {
            let shown: Vec<_> = addresses.take(2).map(|a| a.ip().to_string()).collect();
            lines.good("DNS", shown.join(", "));
            true
        }
        Err(e) => {
            lines.bad(
                "DNS",
                Exit::Unavailable,
                format!("{host} is not found ({e})"),
                "check the name of the host, the network and its DNS server",
            );
            false
        }
    }
}

/// Connects to the host. Returns the time that it reported, if it could be reached.
fn connection(context: &Context, url: &Url, lines: &mut Lines) -> Option<Option<Timestamp>> {
    match context.block_on(async { reach(url).await }) {
        Ok((took, date)) => {
            let what = if url.scheme() == "https" {
                "connected, its certificate is trusted"
            } else {
                "connected, without TLS"
            };
            lines.good("connection", format!("{what}, {took:.0?}"));
            Some(date)
        }
        Err(e) => {
            lines.bad(
                "connection",
                Exit::Unavailable,
                e.message,
                "check proxy, firewall and certificates between here and the host",
            );
            None
        }
    }
}

/// Asks who is logged in.
fn first_call(context: &Context, lines: &mut Lines) {
    let call = || -> Result<String> {
        let client = context.client()?;
        let started = Instant::now();
        let path = if context.index.at("GET", "/auth/user/").is_some() {
            "/auth/user/"
        } else {
            "/"
        };
        let user = context.block_on(async {
            Ok(client
                .request(Method::GET, path)
                .send_json::<Json>()
                .await?)
        })?;
        let email = user
            .value
            .get("email")
            .and_then(Value::as_str)
            .unwrap_or("ok")
            .to_owned();
        Ok(format!("{email}, {:.0?}", started.elapsed()))
    };
    match call() {
        Ok(found) => lines.good("first call", found),
        Err(e) => {
            // One of the hints leads here.
            let is_other = e.hint.as_deref() == Some(WRONG_HOST);
            let hint = e.hint.as_deref().filter(|_| !is_other);
            let todo = hint.unwrap_or(match e.exit {
                Exit::NotFound => OTHER_HOST,
                _ if is_other => OTHER_HOST,
                Exit::Usage => "`autopi login` anew, or set AUTOPI_API_TOKEN anew",
                Exit::Unavailable => "call it later; `--verbose` shows the request",
                _ => "`--verbose` shows the request",
            });
            lines.bad("first call", e.exit, e.message.as_str(), todo);
        }
    }
}

fn state(credential: &Credential, lines: &mut Lines) {
    if credential.credentials.is_none() {
        return lines.bad("credential", Exit::Refused, "none", &credentials::hint());
    }
    let what = format!("{} of {}", credential.kind(), credential.source);
    match credential.expires() {
        Some(end) if end < Timestamp::now() => lines.bad(
            "credential",
            Exit::Refused,
            format!("{what}, expired {end}"),
            "`autopi login`",
        ),
        Some(end) => lines.good("credential", format!("{what}, until {end}")),
        None => lines.good("credential", what),
    }
}

/// Sends a request without credentials: returns how long the host took, and the time that it
/// reported.
async fn reach(url: &Url) -> Result<(Duration, Option<Timestamp>)> {
    let fail = |e: reqwest::Error| {
        let causes = std::iter::successors(std::error::Error::source(&e), |e| e.source());
        let cause = causes.last().map(ToString::to_string);
        Failure::failed(cause.unwrap_or_else(|| e.without_url().to_string()))
    };
    let builder = autopi::Client::builder().base_url(url.as_str());
    let builder = builder.http_client_builder()?;
    let client = builder.timeout(Duration::from_secs(10)).build();
    let client = client.map_err(fail)?;
    let started = Instant::now();
    let response = client.head(url.clone()).send().await.map_err(fail)?;
    let date = response.headers().get("date").and_then(|d| d.to_str().ok());
    let date = date.and_then(|d| autopi::jiff::fmt::rfc2822::parse(d).ok());
    Ok((started.elapsed(), date.map(|d| d.timestamp())))
}

fn clock(date: Option<Timestamp>, lines: &mut Lines) {
    let Some(date) = date else {
        return lines.skipped("clock", "the host's response has no time");
    };
    let skew = Timestamp::now().as_second() - date.as_second();
    let found = match skew {
        0 => "the same as the host's".into(),
        n if n > 0 => format!("{n} s ahead of the host's"),
        n => format!("{} s behind the host's", -n),
    };
    match skew.unsigned_abs() > SKEW.as_secs() {
        true => lines.bad(
            "clock",
            Exit::Failed,
            found,
            "set the clock of this machine: sessions would seem to expire early or late",
        ),
        false => lines.good("clock", found),
    }
}
