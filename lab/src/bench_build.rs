//! `bench-build`: measures what the generated client costs to compile, and plain progenitor's
//! client of the same document.
//!
//! Only the crate itself is timed; its dependencies and its build script are built before. Peak
//! memory is that of rustc, read from `/proc` (Linux).

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use xtask::cargo;

/// A crate to time.
struct Subject {
    label: String,
    folder: PathBuf,
    package: &'static str,
    features: Vec<String>,
    lines: usize,
}

struct Figure {
    seconds: f64,
    mib: u64,
}

/// Prints a Markdown table for the sets of features and for plain progenitor.
///
/// # Errors
/// Returns an error if a build fails, or if a file cannot be written.
pub fn build(root: &Path, sets: &[String]) -> Result<()> {
    let text = fs::read_to_string(root.join("spec/openapi.json"))?;
    let mut subjects = Vec::new();
    for set in sets {
        let areas: Vec<&str> = set.split(',').collect();
        let code =
            autopi_codegen::generate(&text, &|a| areas.contains(&"full") || areas.contains(&a))?;
        let features = areas.iter().map(|a| (*a).to_owned()).collect();
        subjects.push(Subject {
            label: format!("autopi, {set}"),
            folder: root.to_owned(),
            package: "autopi",
            features,
            lines: code.lines().count(),
        });
    }
    subjects.push(plain(root, &text)?);
    let target = root.join("target/bench-build");
    println!("| crate | lines | check | build | release |\n| --- | --- | --- | --- | --- |");
    for subject in &subjects {
        let mut cells = vec![subject.label.clone(), subject.lines.to_string()];
        for mode in [&["check"][..], &["build"], &["build", "--release"]] {
            let figure = measure(subject, mode, &target)?;
            cells.push(format!("{:.1} s, {} MiB", figure.seconds, figure.mib));
        }
        println!("| {} |", cells.join(" | "));
    }
    Ok(())
}

fn cargo(subject: &Subject, mode: &[&str], target: &Path) -> Command {
    let mut command = cargo::command();
    command.args(mode).args([
        "--quiet",
        "--lib",
        "--package",
        subject.package,
        "--no-default-features",
        "--features",
        &subject.features.join(","),
    ]);
    command
        .arg("--target-dir")
        .arg(target)
        .current_dir(&subject.folder)
        .env("CARGO_INCREMENTAL", "0")
        .stdout(Stdio::null());
    command
}

fn measure(subject: &Subject, mode: &[&str], target: &Path) -> Result<Figure> {
    let run = || -> Result<Figure> {
        // A file that is newer than its artefact is built again.
        let source = subject.folder.join("src/lib.rs");
        let text = fs::read(&source)?;
        fs::write(&source, text)?;
        let start = Instant::now();
        let mut child = cargo(subject, mode, target).spawn()?;
        let mut mib = 0;
        let status = loop {
            mib = mib.max(peak(subject.package));
            if let Some(status) = child.try_wait()? {
                break status;
            }
            thread::sleep(Duration::from_millis(50));
        };
        if !status.success() {
            bail!("`cargo {}` of {} failed", mode.join(" "), subject.label);
        }
        Ok(Figure {
            seconds: start.elapsed().as_secs_f64(),
            mib,
        })
    };
    run()?; // the dependencies
    run()
}

/// Returns the peak resident memory of the rustc that compiles this crate, in MiB.
fn peak(package: &str) -> u64 {
    let marker = format!("--crate-name\0{}\0", package.replace('-', "_"));
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let of = |folder: PathBuf| -> Option<u64> {
        if !fs::read_to_string(folder.join("cmdline"))
            .ok()?
            .contains(&marker)
        {
            return None;
        }
        let status = fs::read_to_string(folder.join("status")).ok()?;
        let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
        line.split_whitespace()
            .nth(1)?
            .parse::<u64>()
            .ok()
            .map(|kib| kib / 1024)
    };
    processes.filter_map(|p| of(p.path())).max().unwrap_or(0)
}

/// Returns a crate that consists of progenitor's output, in builder style.
fn plain(root: &Path, text: &str) -> Result<Subject> {
    let folder = root.join("target/plain-progenitor");
    fs::create_dir_all(folder.join("src"))?;
    let mut doc: Value = serde_json::from_str(text)?;
    autopi_codegen::projection::project(&mut doc);
    fs::write(folder.join("openapi.json"), doc.to_string())?;
    fs::write(
        folder.join("Cargo.toml"),
        include_str!("plain/Cargo.toml.txt"),
    )?;
    fs::write(folder.join("build.rs"), include_str!("plain/build.rs.txt"))?;
    fs::write(
        folder.join("src/lib.rs"),
        "#![allow(warnings)]\ninclude!(concat!(env!(\"OUT_DIR\"), \"/generated.rs\"));\n",
    )?;
    let subject = Subject {
        label: "plain progenitor 0.15, builder".into(),
        folder: folder.clone(),
        package: "plain-progenitor",
        features: Vec::new(),
        lines: 0,
    };
    let target = root.join("target/bench-build");
    if !cargo(&subject, &["check"], &target).status()?.success() {
        bail!("plain progenitor's code does not compile");
    }
    let lines =
        fs::read_to_string(folder.join("lines")).context("the build script left no count")?;
    Ok(Subject {
        lines: lines.trim().parse()?,
        ..subject
    })
}
