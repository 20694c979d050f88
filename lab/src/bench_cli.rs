//! `bench-cli`: measures the start-up time of the command line beside well-known programs, a list
//! over loopback beside curl, and its size.
//!
//! The programs are started in turns; the median counts.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use autopi_sandbox::{API_TOKEN, Sandbox};
use tokio::task::block_in_place;
use xtask::cargo;

use crate::tools;

/// The number of starts of each program.
const STARTS: usize = 41;

/// Our own commands, with their aims in milliseconds.
const OURS: [(&str, &[&str], Option<u32>); 5] = [
    ("autopi --help", &["--help"], Some(30)),
    (
        "autopi dongle devices-list --help",
        &["dongle", "devices-list", "--help"],
        Some(50),
    ),
    (
        "TAB: autopi dongle dev",
        &["__complete", "--", "dongle", "dev"],
        None,
    ),
    (
        "autopi dongle devices-list --dry-run",
        &["dongle", "devices-list", "--dry-run"],
        None,
    ),
    ("autopi --sandbox whoami", &["--sandbox", "whoami"], None),
];

/// Other programs that may be installed.
const OTHERS: [&str; 6] = ["gh", "aws", "git", "cargo", "curl", "python3"];

/// Builds the command in release mode, measures it, and prints Markdown.
///
/// # Errors
/// Returns an error if the build or a start fails, or if a start of ours misses its aim.
pub async fn run(root: &Path) -> Result<()> {
    let own = block_in_place(|| compile(root))?;
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let program = target.join("release/autopi");
    let home = tempfile::tempdir()?;
    let api = Sandbox::builder()
        .start()
        .await
        .map_err(|e| anyhow::anyhow!("{e}"))?;
    let command = |program: &Path, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).env("HOME", home.path());
        command
            .env("AUTOPI_BASE_URL", api.url())
            .env("AUTOPI_API_TOKEN", API_TOKEN);
        command
    };
    let starts = block_in_place(|| starts(&program, &command))?;
    block_in_place(|| loopback(&program, api.url(), &command))?;
    let size = fs::metadata(&program)?.len() as f64 / f64::from(1 << 20);
    println!(
        "\nThe program is {size:.1} MiB, of {} crates; its own crate compiles in {:.0} s, the \
         others being there.",
        crates(root)?,
        own.as_secs_f64()
    );
    for ((name, _, aim), time) in OURS.iter().zip(&starts) {
        if let Some(aim) = aim {
            ensure!(
                time.as_millis() < u128::from(*aim),
                "`{name}` takes {time:.1?}, more than {aim} ms"
            );
        }
    }
    Ok(())
}

/// Compiles the program, and its own crate once more; returns how long the latter took.
fn compile(root: &Path) -> Result<Duration> {
    let cargo = |command: &str| {
        tools::run(
            cargo::command()
                .args([command, "--quiet", "--release", "--package", "autopi-cli"])
                .current_dir(root),
        )
    };
    cargo("build")?;
    cargo("clean")?;
    let start = Instant::now();
    cargo("build")?;
    Ok(start.elapsed())
}

/// Prints how long our commands and other programs take to start; returns the times of ours.
fn starts(program: &Path, command: &dyn Fn(&Path, &[&str]) -> Command) -> Result<Vec<Duration>> {
    let ours = OURS
        .iter()
        .map(|(name, arguments, aim)| ((*name).to_owned(), command(program, arguments), *aim));
    let others = OTHERS.iter().filter(|other| found(other)).map(|other| {
        let command = command(Path::new(other), &["--version"]);
        (format!("{other} --version"), command, None)
    });
    let (mut rows, mut aims) = (Vec::new(), Vec::new());
    for (name, command, aim) in ours.chain(others) {
        rows.push((name, command));
        aims.push(aim);
    }
    let mut times = medians(&mut rows)?;
    println!("| start | median of {STARTS} | aim |\n| --- | --- | --- |");
    for (((name, _), time), aim) in rows.iter().zip(&times).zip(aims) {
        let aim = aim.map_or_else(String::new, |ms| format!("{ms} ms"));
        println!("| `{name}` | {:.1} ms | {aim} |", milliseconds(*time));
    }
    times.truncate(OURS.len());
    Ok(times)
}

/// Prints how long a list over loopback takes, beside curl.
fn loopback(program: &Path, url: &str, command: &dyn Fn(&Path, &[&str]) -> Command) -> Result<()> {
    let url = format!("{url}/dongle/devices/");
    let header = format!("Authorization: APIToken {API_TOKEN}");
    let ours = command(program, &["devices", "-o", "json", "--quiet"]);
    let theirs = command(Path::new("curl"), &["-s", "-H", &header, &url]);
    let mut pair = [("autopi".to_owned(), ours), ("curl".to_owned(), theirs)];
    let times = medians(&mut pair)?;
    let [ours, theirs] = times.as_slice() else {
        anyhow::bail!("two programs were measured");
    };
    let (ours, theirs) = (milliseconds(*ours), milliseconds(*theirs));
    println!(
        "\n| `autopi devices -o json` over loopback | curl | ratio (aim: 1.3) |\n| --- | --- | \
         --- |\n| {ours:.1} ms | {theirs:.1} ms | {:.2} |",
        ours / theirs
    );
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Returns the number of crates that the program consists of.
fn crates(root: &Path) -> Result<usize> {
    let output = cargo::command()
        .args(["tree", "--package", "autopi-cli", "--edges", "normal"])
        .args(["--prefix", "none", "--format", "{p}"])
        .current_dir(root)
        .output()?;
    let tree = String::from_utf8_lossy(&output.stdout);
    let crates: BTreeSet<&str> = tree.lines().map(|l| l.trim_end_matches(" (*)")).collect();
    Ok(crates.len())
}

fn found(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Runs them in turns, so that other load on the machine affects all of them.
fn medians(rows: &mut [(String, Command)]) -> Result<Vec<Duration>> {
    let mut times = vec![Vec::new(); rows.len()];
    for _ in 0..STARTS {
        for ((name, command), times) in rows.iter_mut().zip(&mut times) {
            command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            let start = Instant::now();
            let status = command.status().with_context(|| format!("`{name}`"))?;
            times.push(start.elapsed());
            ensure!(status.success(), "`{name}` fails: {status}");
        }
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times.get(times.len() / 2).copied().unwrap_or_default()
    };
    Ok(times.iter_mut().map(median).collect())
}
