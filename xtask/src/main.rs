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

/// A document consists of many small objects: with mimalloc, `normalize` takes 0.6 of the time that
/// it takes with glibc's allocator.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(
    about = "The pipeline from the live document to spec/openapi.json, and the development \
             commands"
)]
struct Cli {
    /// Work on another checkout [default: the one this was built in]
    #[arg(long, global = true)]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Download, convert, correct and verify the document, write spec/, and report the drift
    Update {
        #[command(flatten)]
        source: Source,
        /// Report only
        #[arg(long)]
        dry_run: bool,
        /// Write even if actions of spec/overlay.yaml are stale, leaving them out
        #[arg(long, conflicts_with = "dry_run")]
        allow_stale: bool,
        /// json: one document on stdout (docs/schemas/update.json), even if nothing could be
        /// written
        #[arg(long, default_value = "text", value_parser = ["text", "json"])]
        format: String,
    },
    /// Print the report of `update` only. Exit code 0: no drift, 1: drift, or spec/overlay.yaml has
    /// a stale action or does not fit, 2: could not tell
    Check {
        #[command(flatten)]
        source: Source,
        /// json: one document on stdout (docs/schemas/check.json), even if it could not tell
        #[arg(long, default_value = "text", value_parser = ["text", "json"])]
        format: String,
    },
    /// Normalise spec/upstream.json (or FILE) to spec/openapi.json, offline
    Normalize {
        /// Another document, without our overlay; `-` is stdin
        #[arg(long)]
        from: Option<PathBuf>,
        /// Remove everything that another generator cannot read, and list each place: for a client
        /// that it builds (docs/progenitor.md)
        #[arg(long = "for", value_name = "GENERATOR", value_parser = ["progenitor"], requires = "out")]
        reader: Option<String>,
        /// `-` is stdout [default: spec/openapi.json]
        #[arg(long)]
        out: Option<PathBuf>,
        /// Fail if the committed document is stale
        #[arg(long)]
        check: bool,
    },
    /// Count what is typed, what the overlay corrected, and what is untyped and why, for each area
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
    /// Print what NEW means to callers of the client made from OLD, change by change: breaking,
    /// unclassified, additive or cosmetic, on the wire and in Rust (docs/drift.md). Both are
    /// Swagger 2.0 or OpenAPI 3.x, without our overlay. Exit code 0: compared, 1: something that
    /// `--fail-on` names, 2: could not tell
    Diff(compare::Args),
    /// Compare responses to GET operations, of a real account or a recording, with the document,
    /// and propose overlay actions (docs/probe.md). The token is AUTOPI_API_TOKEN or
    /// AUTOPI_JWT. Exit code 0: as documented, 1: proposals are left, 2: could not tell, or stopped
    /// before the end
    Probe(probe::command::Args),
    /// Run documents through the pipeline and `cargo check`, one after the other, without changing
    /// the repository
    Try {
        /// `-` is stdin
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Check progenitor's client as well
        #[arg(long)]
        progenitor: bool,
    },
    /// Print the generated code
    Expand {
        #[arg(long)]
        area: Option<String>,
    },
    /// Serve the embedded API on loopback
    #[command(disable_help_flag = true)]
    Sandbox(InLab),
    /// Measure what the client costs to compile, beside plain progenitor
    #[command(disable_help_flag = true)]
    BenchBuild(InLab),
    /// Measure what a program with one area costs to compile, dependencies included, beside the
    /// same by hand and octocrab
    #[command(disable_help_flag = true)]
    BenchConsumer(InLab),
    /// Measure what the client costs at run time, beside hand-written reqwest and serde
    #[command(disable_help_flag = true)]
    BenchRuntime(InLab),
    /// Measure the sandbox beside prism's mock: requests per second, peak memory, start-up time
    #[command(disable_help_flag = true)]
    BenchSandbox(InLab),
    /// Measure the start-up time and the size of the command line
    #[command(disable_help_flag = true)]
    BenchCli(InLab),
    /// Validate the sandbox with schemathesis and prism; writes docs/conformance.md
    #[command(disable_help_flag = true)]
    Conformance(InLab),
    /// Check the sandbox's portal in a browser
    #[command(disable_help_flag = true)]
    PortalCheck(InLab),
    /// Run the main job, end to end, against the sandbox
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
    // Whatever reads spec/: an update that was cut off is finished first. `check` does it itself,
    // as its report says what failed.
    if !matches!(task, Task::Check { .. }) {
        write::recover(&spec)?;
    }
    match task {
        Task::Update {
            source,
            dry_run,
            allow_stale,
            format,
        } => {
            let mode = match (dry_run, allow_stale) {
                (true, _) => Mode::Report,
                (false, true) => Mode::WriteWithoutStale,
                (false, false) => Mode::Write,
            };
            update(&source, mode, format == "json", &spec)
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
