//! `cargo xtask`: the development commands. Thin: the work is in the library.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Result;
use clap::{Parser, Subcommand};
use xtask::{
    commands::{
        compare, coverage,
        expand::expand,
        lab::{InLab, in_lab},
        normalize::normalize,
        probe,
        try_document::try_document,
        update::{Mode, Source, check, update},
    },
    out::error,
    pipeline::write,
};

/// A document consists of many small objects: with mimalloc, `normalize` takes 0.6 of the time that it takes with glibc's allocator.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(
    about = "The pipeline from the live document to spec/openapi.json, and the development commands"
)]
struct Cli {
    /// Another checkout to work on [default: the one this was built in]
    #[arg(long, global = true)]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Download, convert, correct, verify, write spec/; reports the drift
    Update {
        #[command(flatten)]
        source: Source,
        /// Report only
        #[arg(long)]
        dry_run: bool,
        /// Write even if actions of spec/overlay.yaml are stale: they are left out
        #[arg(long, conflicts_with = "dry_run")]
        allow_stale: bool,
    },
    /// The report of `update`. Exit code 0: no drift, 1: drift, or spec/overlay.yaml has a stale action or does not fit, 2: could not tell
    Check {
        #[command(flatten)]
        source: Source,
        /// json: one document on stdout (docs/schemas/check.json), also where it could not tell
        #[arg(long, default_value = "text", value_parser = ["text", "json"])]
        format: String,
    },
    /// spec/upstream.json (or FILE) → spec/openapi.json, offline
    Normalize {
        /// Another document, without our overlay; `-` is stdin
        #[arg(long)]
        from: Option<PathBuf>,
        /// Take out what another generator cannot read, and list each place: for a client that is built by it (docs/progenitor.md)
        #[arg(long = "for", value_name = "GENERATOR", value_parser = ["progenitor"], requires = "out")]
        reader: Option<String>,
        /// `-` is stdout [default: spec/openapi.json]
        #[arg(long)]
        out: Option<PathBuf>,
        /// Fail if the committed one is stale
        #[arg(long)]
        check: bool,
    },
    /// What is typed, corrected by the overlay, untyped and why, area by area
    Coverage {
        /// Another document, without our overlay; `-` is stdin
        #[arg(long)]
        from: Option<PathBuf>,
        #[arg(long, default_value = "text", value_parser = ["text", "json"])]
        format: String,
        /// Also write docs/coverage.md
        #[arg(long, conflicts_with = "from")]
        write: bool,
    },
    /// What NEW means to callers of the client made from OLD, change by change: breaking, unclassified, additive, cosmetic, on the wire and in Rust
    /// (docs/drift.md). Two documents, 2.0 or 3.x, without our overlay.
    /// Exit code 0: compared, 1: something that `--fail-on` names, 2: could not tell
    Diff(compare::Args),
    /// The GET operations of a real account, one after the other, or a recording, against the document; proposes overlay actions (docs/probe.md).
    /// The token is AUTOPI_API_TOKEN or AUTOPI_JWT. Exit code 0: as documented, 1: proposals are left, 2: could not tell, or stopped before the end
    Probe(probe::command::Args),
    /// Documents through the pipeline and `cargo check`, one after the other, leaving the repository alone
    Try {
        /// `-` is stdin
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// With progenitor's client as well
        #[arg(long)]
        progenitor: bool,
    },
    /// The generated code, to read
    Expand {
        #[arg(long)]
        area: Option<String>,
    },
    /// The embedded API on loopback
    #[command(disable_help_flag = true)]
    Sandbox(InLab),
    /// What the client costs to compile, beside plain progenitor
    #[command(disable_help_flag = true)]
    BenchBuild(InLab),
    /// What a program of one area costs to compile, dependencies included, beside the same by hand and octocrab
    #[command(disable_help_flag = true)]
    BenchConsumer(InLab),
    /// What the client costs at run time, beside reqwest and serde by hand
    #[command(disable_help_flag = true)]
    BenchRuntime(InLab),
    /// The sandbox beside prism's mock: requests a second, peak memory, start-up time
    #[command(disable_help_flag = true)]
    BenchSandbox(InLab),
    /// The command line: how long it takes to start, and its size
    #[command(disable_help_flag = true)]
    BenchCli(InLab),
    /// The sandbox judged by schemathesis and prism; writes docs/conformance.md
    #[command(disable_help_flag = true)]
    Conformance(InLab),
    /// The sandbox's portal in a browser
    #[command(disable_help_flag = true)]
    PortalCheck(InLab),
    /// The main job, end to end, on the sandbox
    #[command(disable_help_flag = true)]
    Demo(InLab),
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let tells = matches!(
        cli.command,
        Task::Check { .. } | Task::Diff(_) | Task::Probe(_)
    );
    match run(cli.root.as_deref(), cli.command).await {
        Ok(code) => code,
        Err(e) => {
            error(&e);
            ExitCode::from(if tells { 2 } else { 1 })
        }
    }
}

async fn run(given: Option<&Path>, task: Task) -> Result<ExitCode> {
    let built = || Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let root = given.or_else(built).unwrap_or(Path::new("."));
    let spec = root.join("spec");
    // Whatever reads spec/: an update that was cut off is finished first. `check` does it itself, as its report says what failed.
    if !matches!(task, Task::Check { .. }) {
        write::recover(&spec)?;
    }
    match task {
        Task::Update {
            source,
            dry_run,
            allow_stale,
        } => {
            let mode = match (dry_run, allow_stale) {
                (true, _) => Mode::Report,
                (false, true) => Mode::WriteWithoutStale,
                (false, false) => Mode::Write,
            };
            update(&source, mode, &spec)
                .await
                .map(|_| ExitCode::SUCCESS)
        }
        Task::Check { source, format } => check(&source, format == "json", &spec)
            .await
            .map(|drift| ExitCode::from(u8::from(drift))),
        Task::Normalize {
            from,
            reader,
            out,
            check,
        } => {
            let reader = reader.is_some();
            normalize(root, from.as_deref(), reader, out.as_deref(), check)
                .map(|()| ExitCode::SUCCESS)
        }
        Task::Coverage {
            from,
            format,
            write,
        } => coverage::run(root, from, &format, write),
        Task::Diff(args) => compare::run(args),
        Task::Probe(args) => probe::command::run(args, root).await,
        Task::Try { files, progenitor } => files
            .iter()
            .try_for_each(|f| try_document(root, f, progenitor))
            .map(|()| ExitCode::SUCCESS),
        Task::Expand { area } => expand(root, area),
        Task::Sandbox(args) => in_lab(given, "sandbox", args),
        Task::BenchBuild(args) => in_lab(given, "bench-build", args),
        Task::BenchConsumer(args) => in_lab(given, "bench-consumer", args),
        Task::BenchRuntime(args) => in_lab(given, "bench-runtime", args),
        Task::BenchSandbox(args) => in_lab(given, "bench-sandbox", args),
        Task::BenchCli(args) => in_lab(given, "bench-cli", args),
        Task::Conformance(args) => in_lab(given, "conformance", args),
        Task::PortalCheck(args) => in_lab(given, "portal-check", args),
        Task::Demo(args) => in_lab(given, "demo", args),
    }
}
