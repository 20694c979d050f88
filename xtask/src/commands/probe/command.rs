//! `cargo xtask probe`: its arguments, the token in the environment, and its output.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use super::{Outcome, Target, probe, recorded};
use crate::{
    out::{aside, print},
    pipeline::{Proof, fetch, normalize_file, write},
    say,
};

#[derive(clap::Args)]
pub struct Args {
    /// The URL of the API [default: `https://api.autopi.io`]; with `--from`, only what its host
    /// sent is judged, and its path is the prefix of the recorded paths
    #[arg(long)]
    url: Option<String>,
    /// A recording instead of an account: HAR 1.2, or JSON objects of {"method", "url", "status",
    /// "body"}, a line each, over several lines or in a list; `-` is stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["rate", "max_calls", "timeout", "skip", "parameters", "resume"])]
    from: Option<PathBuf>,
    /// The document, without our overlay [default: spec/openapi.json, with it]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// Requests per second
    #[arg(long, default_value_t = 1.0)]
    rate: f64,
    /// The maximum number of requests
    #[arg(long, value_name = "N")]
    max_calls: Option<usize>,
    /// The timeout for one response, in seconds
    #[arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
    /// Leave out paths with this prefix; repeatable
    #[arg(long, value_name = "PATH")]
    skip: Vec<String>,
    /// NAME=VALUE: a parameter that no response gives, such as a time; repeatable
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    parameters: Vec<(String, String)>,
    /// Continue where the last probe stopped
    #[arg(long)]
    resume: bool,
    /// The file for the progress, with ids of the account; removed at the end
    #[arg(long, default_value = "target/probe/state.json", value_name = "FILE")]
    state: PathBuf,
    /// text or json
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    format: String,
    /// The file for the proposed actions
    #[arg(long, default_value = "target/probe/overlay.yaml", value_name = "FILE")]
    out: PathBuf,
}

/// Probes the account or the recording, prints the findings and writes the proposals.
///
/// # Errors
/// Returns an error if there is no token, or if a document or a recording cannot be read.
pub async fn run(args: Args, root: &Path) -> Result<ExitCode> {
    let Args {
        url,
        from,
        spec,
        rate,
        max_calls,
        timeout,
        skip,
        parameters,
        resume,
        state,
        format,
        out,
    } = args;
    writable(&out)?;
    let stdin = |file: &Option<PathBuf>| file.as_deref() == Some(Path::new(fetch::STDIN));
    if stdin(&from) && stdin(&spec) {
        bail!("--from and --spec are both stdin: give a file for one of them");
    }
    let doc = match &spec {
        Some(file) => normalize_file(file, Proof::Unwanted)?.doc,
        None => fetch::parse(&fetch::read(&root.join("spec/openapi.json"))?)?,
    };
    let outcome = if let Some(file) = from {
        let base = url.map(|url| fetch::url(&url)).transpose()?;
        recorded(&doc, &file, base.as_ref())?
    } else {
        let target = Target {
            authorization: authorization()?,
            url: url.unwrap_or_else(|| "https://api.autopi.io".into()),
            rate,
            max_calls,
            timeout: Duration::from_secs(timeout),
            skip,
            parameters,
            state: Some(state),
            resume,
        };
        probe(&doc, &target).await?
    };
    probed(&outcome, &format, &out)
}

/// Makes the folder of the proposals before the first request: without it, what a probe found would
/// be lost.
fn writable(out: &Path) -> Result<()> {
    let place = out.display();
    if out == Path::new("-") || out.is_dir() {
        bail!("--out {place}: not the name of a file; stdout is for the report");
    }
    let folder = out.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder).with_context(|| format!("--out {place}: its folder"))
}

fn pair(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| "not NAME=VALUE".into())
}

/// Returns the `Authorization` header from the environment.
fn authorization() -> Result<String> {
    let of = |name: &str, scheme: &str| {
        env::var(name)
            .ok()
            .map(|secret| format!("{scheme} {}", secret.trim()))
    };
    of("AUTOPI_API_TOKEN", "APIToken")
        .or_else(|| of("AUTOPI_JWT", "Bearer"))
        .context("no token: set AUTOPI_API_TOKEN or AUTOPI_JWT")
}

fn probed(outcome: &Outcome, format: &str, out: &Path) -> Result<ExitCode> {
    let json = format == "json";
    print(&if json {
        outcome.json()?
    } else {
        outcome.text()
    })?;
    if outcome.findings.is_empty() {
        return Ok(ExitCode::from(if outcome.stopped.is_some() {
            2
        } else {
            0
        }));
    }
    let overlay = outcome.overlay()?;
    if let Err(e) = write::write_file(out, &overlay) {
        // What was found took requests: it is printed where it could not be written.
        aside(&format!(
            "the proposals, which could not be written:\n{overlay}"
        ));
        return Err(e.into());
    }
    if !json {
        say!(
            "written: {}: move the correct actions into spec/overlay.yaml, then run `cargo xtask \
             normalize`",
            out.display()
        )?;
    }
    Ok(ExitCode::from(1))
}
