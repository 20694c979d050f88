//! The development commands that need a sandbox, a browser or third-party tools. They are a package
//! of their own, so that `cargo xtask normalize` does not compile what compiles slowly.
//! `cargo xtask` runs them by their names.

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Result;
use clap::{Parser, Subcommand};

mod bench_build;
mod bench_cli;
mod bench_consumer;
mod bench_runtime;
mod bench_sandbox;
mod conformance;
mod demo;
mod portal_check;
mod sandbox;
mod tools;

use sandbox::SandboxArgs;

#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Cli {
    /// Work on another checkout [default: the one this was built in]
    #[arg(long, global = true)]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Serve the embedded API on loopback
    Sandbox(Box<SandboxArgs>),
    /// Run the main job, end to end, against the sandbox
    Demo,
    /// Measure what the client costs to compile, beside plain progenitor: check, build and release
    /// time, rustc's peak memory, lines
    BenchBuild {
        /// Sets of features, each a comma-separated list
        #[arg(default_values_t = ["full".to_owned(), "dongle,fleet,logbook,vehicle".to_owned(), "tasks".to_owned()])]
        sets: Vec<String>,
    },
    /// Measure what a program with one area costs to compile, dependencies included, beside the
    /// same by hand and octocrab: a clean check and a clean release build
    BenchConsumer,
    /// Measure what the client costs at run time, beside hand-written reqwest and serde: ratios
    /// within one run
    BenchRuntime {
        /// Only these parts: get, decode, memory, stream, flight
        only: Option<String>,
    },
    /// Measure the sandbox (release build) beside prism's mock: requests per second, peak memory,
    /// start-up time. Installs wrk and prism if they are missing
    BenchSandbox {
        /// The length of each load in seconds
        #[arg(long, default_value_t = 5)]
        seconds: u32,
    },
    /// Measure the command line (release build): its start-up time, beside other programs and curl,
    /// and its size
    BenchCli,
    /// Validate the sandbox with schemathesis, and with prism as a proxy before every call of the
    /// generated client; writes docs/conformance.md. Installs both below target/ (needs Python,
    /// npm and the network). Exit code 0: every finding has a reason, 1: some are open
    Conformance {
        /// How many seconds schemathesis makes requests
        #[arg(long, default_value_t = 120)]
        seconds: u32,
        /// How many requests it generates for each operation in a round
        #[arg(long, default_value_t = 5)]
        examples: u32,
    },
    /// Check the sandbox's portal in Debian's chromium: log in, authorize, list devices;
    /// screenshots go to target/portal-check/. Installs chromium and its driver if they are
    /// missing
    PortalCheck,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let root = cli
        .root
        .unwrap_or_else(|| built.map_or_else(|| PathBuf::from("."), Path::to_path_buf));
    match run(cli.command, &root).await {
        Ok(code) => code,
        Err(e) => {
            xtask::out::error(&e);
            ExitCode::FAILURE
        }
    }
}

async fn run(task: Task, root: &Path) -> Result<ExitCode> {
    // Before anything reads spec/, an interrupted update is finished.
    xtask::pipeline::write::recover(&root.join("spec"))?;
    match task {
        Task::Sandbox(args) => sandbox::serve(args.start(root).await?).await,
        Task::Demo => return demo::run(root).await,
        Task::BenchBuild { sets } => bench_build::build(root, &sets)?,
        Task::BenchConsumer => bench_consumer::run(root)?,
        Task::BenchRuntime { only } => bench_runtime::run(root, only.as_slice())?,
        Task::BenchSandbox { seconds } => bench_sandbox::run(root, seconds).await?,
        Task::BenchCli => bench_cli::run(root).await?,
        Task::Conformance { seconds, examples } => {
            let open = conformance::run(root, seconds, examples).await?;
            return Ok(ExitCode::from(u8::from(open > 0)));
        }
        Task::PortalCheck => {
            let sandbox = SandboxArgs::default().start(root).await?;
            portal_check::check(root, &sandbox).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
