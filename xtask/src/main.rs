//! `cargo xtask`: the development commands. Thin: the work is in the library.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::OnceLock,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use autopi_codegen::escape;
use clap::{Parser, Subcommand};
use xtask::{
    coverage,
    diff::{self, Change, Class, Format},
    fetch,
    normalize::normalize,
    out::print,
    pipeline::{Proof, of_file},
    probe::{Outcome, Target},
    sandbox_args::{self, SandboxArgs},
    say,
    update::{Mode, Source, update},
    verify, write,
};

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
    /// The report of `update`. Exit code 0: no drift, 1: drift or a stale action of spec/overlay.yaml, 2: could not tell
    Check {
        #[command(flatten)]
        source: Source,
    },
    /// spec/upstream.json (or FILE) → spec/openapi.json, offline
    Normalize {
        #[arg(long)]
        from: Option<PathBuf>,
        /// `-` is stdout [default: spec/openapi.json]
        #[arg(long)]
        out: Option<PathBuf>,
        /// Fail if the committed one is stale
        #[arg(long)]
        check: bool,
    },
    /// What is typed, corrected by the overlay, untyped and why, area by area
    Coverage {
        /// Another document, without our overlay
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
    Diff {
        old: PathBuf,
        new: PathBuf,
        #[arg(long, default_value = "text")]
        format: Format,
        /// Exit with 1 if a change is of this class or a worse one; what no rule claims counts as breaking
        #[arg(long)]
        fail_on: Option<Class>,
        /// What no rule claims does not count for `--fail-on`
        #[arg(long, requires = "fail_on")]
        allow_unclassified: bool,
    },
    /// The GET operations of a real account, one after the other, or a recording, against the document; proposes overlay actions (docs/probe.md).
    /// The token is AUTOPI_API_TOKEN or AUTOPI_JWT. Exit code 0: as documented, 1: proposals are left, 2: could not tell, or stopped before the end
    Probe {
        /// Where the API is [default: https://api.autopi.io]; with `--from`, its path is what the recorded paths begin with
        #[arg(long)]
        url: Option<String>,
        /// A recording instead of an account: HAR 1.2, or JSON lines of {"method", "url", "status", "body"}
        #[arg(long, value_name = "FILE", conflicts_with_all = ["rate", "max_calls", "timeout", "skip", "parameters", "resume"])]
        from: Option<PathBuf>,
        /// The document, without our overlay [default: spec/openapi.json, with it]
        #[arg(long, value_name = "FILE")]
        spec: Option<PathBuf>,
        /// Requests a second
        #[arg(long, default_value_t = 1.0)]
        rate: f64,
        /// As many requests at most
        #[arg(long, value_name = "N")]
        max_calls: Option<usize>,
        /// Seconds for one response
        #[arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=600))]
        timeout: u64,
        /// Leave out the paths that begin so; repeatable
        #[arg(long, value_name = "PATH")]
        skip: Vec<String>,
        /// NAME=VALUE: a parameter that no response gives, such as a time; repeatable
        #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
        parameters: Vec<(String, String)>,
        /// Go on where the last one stopped
        #[arg(long)]
        resume: bool,
        /// Where it is kept how far it came, with ids of the account; removed at the end
        #[arg(long, default_value = "target/probe/state.json", value_name = "FILE")]
        state: PathBuf,
        /// text or json
        #[arg(long, default_value = "text", value_parser = ["text", "json"])]
        format: String,
        /// Where the proposed actions go
        #[arg(long, default_value = "target/probe/overlay.yaml", value_name = "FILE")]
        out: PathBuf,
    },
    /// Documents through the pipeline and `cargo check`, one after the other, leaving the repository alone
    Try {
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// The generated code, to read
    Expand {
        #[arg(long)]
        area: Option<String>,
    },
    /// The embedded API on loopback
    Sandbox(SandboxArgs),
    /// What the client costs to compile, beside plain progenitor: check, build and release time, rustc's peak memory, lines
    BenchBuild {
        /// Sets of features, each a comma-separated list
        #[arg(default_values_t = ["full".to_owned(), "dongle,fleet,logbook,vehicle".to_owned(), "tasks".to_owned()])]
        sets: Vec<String>,
    },
    /// The sandbox (release build) beside prism's mock: requests a second, peak memory, start-up time. Installs wrk and prism where they are missing
    BenchSandbox {
        /// For how long each load lasts
        #[arg(long, default_value_t = 5)]
        seconds: u32,
    },
    /// The sandbox judged by schemathesis and by prism, a validating proxy before every call of the generated client; writes docs/conformance.md.
    /// Installs both below target/ (needs Python, npm, the network). Exit code 0: every finding has a reason, 1: some are open
    Conformance {
        /// For how long schemathesis makes requests
        #[arg(long, default_value_t = 120)]
        seconds: u32,
        /// Requests that it makes up for each operation in a round
        #[arg(long, default_value_t = 5)]
        examples: u32,
    },
    /// The sandbox's portal in Debian's chromium: log in, authorize, list devices; screenshots go to target/portal-check/. Installs chromium and its
    /// driver where they are missing
    PortalCheck,
    /// What the client costs at run time, beside reqwest and serde by hand: ratios of one run
    BenchRuntime {
        /// A part only: get, decode, memory, stream, flight
        only: Option<String>,
    },
    /// The main job, end to end, on the sandbox
    Demo,
}

static ROOT: OnceLock<PathBuf> = OnceLock::new();

fn root() -> PathBuf {
    let built = || Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let here = || built().map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    ROOT.get_or_init(here).clone()
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Some(root) = cli.root {
        ROOT.get_or_init(|| root);
    }
    let tells = matches!(
        cli.command,
        Task::Check { .. } | Task::Diff { .. } | Task::Probe { .. }
    );
    match run(cli.command).await {
        Ok(code) => code,
        Err(e) => {
            eprintln!("error: {}", escape::lines(&format!("{e:#}")));
            ExitCode::from(if tells { 2 } else { 1 })
        }
    }
}

async fn run(task: Task) -> Result<ExitCode> {
    // Whatever reads spec/: an update that was cut off is finished first.
    write::recover(&root().join("spec"))?;
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
            update(&source, mode, &root().join("spec"))
                .await
                .map(|_| ExitCode::SUCCESS)
        }
        Task::Check { source } => update(&source, Mode::Report, &root().join("spec"))
            .await
            .map(|drift| ExitCode::from(u8::from(drift))),
        Task::Normalize { from, out, check } => {
            normalize(&root(), from.as_deref(), out.as_deref(), check).map(|()| ExitCode::SUCCESS)
        }
        Task::Coverage {
            from,
            format,
            write,
        } => coverage(from, &format, write),
        Task::Diff {
            old,
            new,
            format,
            fail_on,
            allow_unclassified,
        } => {
            let (old, new) = thread::scope(|s| {
                let other = s.spawn(|| of_file(&old, Proof::Unwanted));
                let new = of_file(&new, Proof::Unwanted);
                (other.join(), new)
            });
            let old = old.map_err(|_| anyhow!("the old document made the pipeline panic"))??;
            let changes = diff::compare((&old).into(), (&new?).into())?;
            print(&format.render(&changes))?;
            let counts = |c: &Change| match c.class {
                Class::Unclassified if !allow_unclassified => fail_on.is_some(),
                class => {
                    fail_on.is_some_and(|worst| class <= worst && class != Class::Unclassified)
                }
            };
            Ok(ExitCode::from(u8::from(changes.iter().any(counts))))
        }
        Task::Probe {
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
        } => {
            let doc = match &spec {
                Some(file) => of_file(file, Proof::Unwanted)?.doc,
                None => fetch::parse(&fetch::read(&root().join("spec/openapi.json"))?)?,
            };
            let outcome = if let Some(file) = from {
                let base = url.map(|url| fetch::url(&url)).transpose()?;
                xtask::probe::recorded(&doc, &file, base.as_ref())?
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
                xtask::probe::probe(&doc, &target).await?
            };
            probed(&outcome, &format, &out)
        }
        Task::Try { files } => files
            .iter()
            .try_for_each(|f| try_document(f))
            .map(|()| ExitCode::SUCCESS),
        Task::Expand { area } => {
            let text = fetch::read(&root().join("spec/openapi.json"))?;
            let areas = autopi_codegen::areas(&text)?;
            if let Some(area) = area.as_ref().filter(|a| !areas.contains(a)) {
                bail!("no area `{area}`: there are {}", areas.join(", "));
            }
            print(&autopi_codegen::generate(&text, &|a| {
                area.as_deref().is_none_or(|wanted| a == wanted)
            })?)?;
            Ok(ExitCode::SUCCESS)
        }
        Task::Sandbox(args) => {
            sandbox_args::serve(args.start(&root()).await?).await;
            Ok(ExitCode::SUCCESS)
        }
        Task::BenchBuild { sets } => {
            xtask::bench::build(&root(), &sets).map(|()| ExitCode::SUCCESS)
        }
        Task::BenchSandbox { seconds } => xtask::bench_sandbox::run(&root(), seconds)
            .await
            .map(|()| ExitCode::SUCCESS),
        Task::Conformance { seconds, examples } => {
            xtask::conformance::run(&root(), seconds, examples)
                .await
                .map(|open| ExitCode::from(u8::from(open > 0)))
        }
        Task::PortalCheck => {
            xtask::portal_check::check(&root(), &SandboxArgs::default().start(&root()).await?)
                .await
                .map(|()| ExitCode::SUCCESS)
        }
        Task::BenchRuntime { only } => {
            xtask::bench_runtime::run(&root(), only.as_slice()).map(|()| ExitCode::SUCCESS)
        }
        Task::Demo => demo().await,
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| "not NAME=VALUE".into())
}

/// The header that the environment gives.
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
    if let Some(folder) = out.parent() {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    write::write_file(out, &outcome.overlay()?)?;
    if !json {
        say!(
            "written: {}: move what is right into spec/overlay.yaml, then run `cargo xtask normalize`",
            out.display()
        )?;
    }
    Ok(ExitCode::from(1))
}

fn coverage(from: Option<PathBuf>, format: &str, write: bool) -> Result<ExitCode> {
    let spec = root().join("spec");
    let overlay = match &from {
        None if spec.join("overlay.yaml").exists() => {
            Some(fetch::read(&spec.join("overlay.yaml"))?)
        }
        _ => None,
    };
    let from = from.unwrap_or_else(|| spec.join("upstream.json"));
    let coverage = coverage::coverage(&fetch::read(&from)?, Some(&from), overlay.as_deref())
        .map_err(|e| e.or_at(from.display()))?;
    print(&if format == "json" {
        escape::json(&serde_json::to_string_pretty(&coverage)?).into_owned() + "\n"
    } else {
        coverage.table()
    })?;
    if write {
        write::write_file(&root().join("docs/coverage.md"), &coverage.page())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn try_document(file: &Path) -> Result<()> {
    let new = of_file(file, Proof::Wanted)?;
    print(&new.report.to_string())?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("openapi.json");
    fs::write(&path, new.text)?;
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "check",
            "--quiet",
            "--package",
            "autopi",
            "--lib",
            "--features",
            "blocking",
            "--target-dir",
        ])
        .arg(root().join("target/try"))
        .current_dir(root())
        .env("AUTOPI_SPEC", &path)
        .status()?;
    if !status.success() {
        bail!(
            "the code generated from {} does not compile: please report the document",
            file.display()
        );
    }
    say!(
        "{}: {} operations compile",
        file.display(),
        verify::operations(&new.doc).len()
    )?;
    Ok(())
}

async fn demo() -> Result<ExitCode> {
    let api = SandboxArgs::default().start(&root()).await?;
    say!(
        "the sandbox runs at {}\n\n$ cargo xtask update --url {}/?format=openapi   (into a scratch folder)",
        api.url(),
        api.url()
    )?;
    let scratch = tempfile::tempdir()?;
    for name in ["upstream.json", "openapi.json", "overlay.yaml"] {
        fs::copy(root().join("spec").join(name), scratch.path().join(name))
            .with_context(|| format!("spec/{name}"))?;
    }
    let source = Source {
        url: Some(format!("{}/?format=openapi", api.url())),
        from: None,
        no_overlay: false,
    };
    if update(&source, Mode::Write, scratch.path()).await? {
        bail!(
            "the sandbox serves spec/upstream.json, and yet there is drift: run `cargo xtask normalize`"
        );
    }
    say!("\n$ cargo run --example demo")?;
    let url = api.url().to_owned();
    let status = tokio::task::spawn_blocking(move || {
        Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["run", "--quiet", "--package", "autopi", "--example", "demo"])
            .current_dir(root())
            .env("AUTOPI_BASE_URL", url)
            .env("AUTOPI_EMAIL", autopi_sandbox::EMAIL)
            .env("AUTOPI_PASSWORD", autopi_sandbox::PASSWORD)
            .env("AUTOPI_API_TOKEN", autopi_sandbox::API_TOKEN)
            .status()
    })
    .await??;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
