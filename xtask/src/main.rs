//! `cargo xtask`: the development commands. Thin: the work is in the library.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::OnceLock,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use clap::{Args, Parser, Subcommand};
use xtask::{
    cargo, coverage,
    diff::{self, Change, Class, Format},
    fetch,
    normalize::normalize,
    out::{error, print},
    pipeline::{Proof, of_file},
    probe::{Outcome, Target},
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
    #[command(disable_help_flag = true)]
    Sandbox(InLab),
    /// What the client costs to compile, beside plain progenitor
    #[command(disable_help_flag = true)]
    BenchBuild(InLab),
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

/// A command of the package `lab`, which has what compiles slowly.
#[derive(Args)]
struct InLab {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    args: Vec<OsString>,
}

/// What `--root` said.
static ROOT: OnceLock<PathBuf> = OnceLock::new();

fn root() -> PathBuf {
    let built = || Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let here = || built().map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    ROOT.get().cloned().unwrap_or_else(here)
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
            error(&e);
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
        Task::Sandbox(args) => in_lab("sandbox", args),
        Task::BenchBuild(args) => in_lab("bench-build", args),
        Task::BenchRuntime(args) => in_lab("bench-runtime", args),
        Task::BenchSandbox(args) => in_lab("bench-sandbox", args),
        Task::BenchCli(args) => in_lab("bench-cli", args),
        Task::Conformance(args) => in_lab("conformance", args),
        Task::PortalCheck(args) => in_lab("portal-check", args),
        Task::Demo(args) => in_lab("demo", args),
    }
}

/// Builds `lab` if it is stale and becomes it.
fn in_lab(name: &str, InLab { args }: InLab) -> Result<ExitCode> {
    let mut command = cargo::command();
    command
        .args(["run", "--quiet", "--package", "lab", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .arg("--");
    if let Some(root) = ROOT.get() {
        command.arg("--root").arg(root);
    }
    command.arg(name).args(args);
    #[cfg(unix)]
    return Err(std::os::unix::process::CommandExt::exec(&mut command).into());
    #[cfg(not(unix))]
    return Ok(match command.status()?.code() {
        Some(code) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        None => ExitCode::FAILURE,
    });
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
        autopi_codegen::escape::json(&serde_json::to_string_pretty(&coverage)?).into_owned() + "\n"
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
    let status = cargo::command()
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
