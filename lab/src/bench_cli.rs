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
    block_in_place(|| {
        tools::run(
            cargo::command()
                .args(["build", "--quiet", "--release", "--package", "autopi-cli"])
                .current_dir(root),
        )
    })?;
    // Its own crate once more, with all dependencies built.
    let own = block_in_place(|| {
        tools::run(
            cargo::command()
                .args(["clean", "--quiet", "--release", "--package", "autopi-cli"])
                .current_dir(root),
        )?;
        let start = Instant::now();
        tools::run(
            cargo::command()
                .args(["build", "--quiet", "--release", "--package", "autopi-cli"])
                .current_dir(root),
        )?;
        anyhow::Ok(start.elapsed())
    })?;
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
    let mut rows: Vec<(String, Command)> = OURS
        .iter()
        .map(|(name, arguments, _)| ((*name).to_owned(), command(&program, arguments)))
        .collect();
    for other in OTHERS {
        if found(other) {
            rows.push((
                format!("{other} --version"),
                command(Path::new(other), &["--version"]),
            ));
        }
    }
    let starts = block_in_place(|| medians(&mut rows))?;
    println!("| start | median of {STARTS} | aim |\n| --- | --- | --- |");
    for ((name, _), time) in rows.iter().zip(&starts) {
        let aim = OURS
            .iter()
            .find(|(ours, ..)| ours == name)
            .and_then(|(.., aim)| *aim);
        let aim = aim.map_or_else(String::new, |ms| format!("{ms} ms"));
        println!(
            "| `{name}` | {:.1} ms | {aim} |",
            time.as_secs_f64() * 1000.0
        );
    }
    let url = format!("{}/dongle/devices/", api.url());
    let header = format!("Authorization: APIToken {API_TOKEN}");
    let mut pair = vec![
        (
            "autopi".to_owned(),
            command(&program, &["devices", "-o", "json", "--quiet"]),
        ),
        (
            "curl".to_owned(),
            command(Path::new("curl"), &["-s", "-H", &header, &url]),
        ),
    ];
    let loopback = block_in_place(|| medians(&mut pair))?;
    let [ours, theirs] = loopback.as_slice() else {
        anyhow::bail!("two programs were measured");
    };
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!(
        "\n| `autopi devices -o json` over loopback | curl | ratio (aim: 1.3) |\n| --- | --- | \
         --- |"
    );
    let ms = |time: &Duration| time.as_secs_f64() * 1000.0;
    println!("| {:.1} ms | {:.1} ms | {ratio:.2} |", ms(ours), ms(theirs));
    let tree = cargo::command()
        .args([
            "tree",
            "--package",
            "autopi-cli",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .current_dir(root)
        .output()?;
    let tree = String::from_utf8_lossy(&tree.stdout).into_owned();
    let crates: BTreeSet<&str> = tree.lines().map(|l| l.trim_end_matches(" (*)")).collect();
    let size = fs::metadata(&program)?.len() as f64 / f64::from(1 << 20);
    println!(
        "\nThe program is {size:.1} MiB, of {} crates; its own crate compiles in {:.0} s, the \
         others being there.",
        crates.len(),
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
