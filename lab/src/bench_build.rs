//! `bench-build`: measures what the generated client costs to compile, and the clients that other
//! generators make of the same document.
//!
//! Only the crate itself is timed (a check: the median of three runs); its dependencies and its
//! build script are built before. Peak memory is that of rustc, read from `/proc` (Linux).

use std::{
    fs, io,
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

/// Prints a Markdown table for the sets of features, for plain progenitor, and for the other
/// generators that are installed.
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
    for (name, version) in [("ploidy", "0.15"), ("openapi-to-rust", "0.23")] {
        match peer(root, name)? {
            Some(subject) => subjects.push(subject),
            None => eprintln!("not measured: `cargo install {name} --version ^{version}` first"),
        }
    }
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

/// Returns the crate that an installed generator makes of the document, or `None` if it is not
/// installed.
fn peer(root: &Path, name: &'static str) -> Result<Option<Subject>> {
    let folder = root.join("target").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(folder.join("src"))?;
    let mut command = Command::new(name);
    command.arg("generate");
    match name {
        "ploidy" => command
            .args(["rust", "spec/openapi.json", "--name", "client", "-o"])
            .arg(&folder),
        _ => command
            .args(["spec/openapi.json", "--output-dir"])
            .arg(folder.join("src/client")),
    };
    let status = command.current_dir(root).stdout(Stdio::null()).status();
    if status
        .as_ref()
        .is_err_and(|e| e.kind() == io::ErrorKind::NotFound)
    {
        return Ok(None);
    }
    if !status?.success() {
        bail!("`{name} generate` failed");
    }
    let manifest = folder.join("Cargo.toml");
    let mut text = match fs::read_to_string(&manifest) {
        Ok(text) => text,
        // It writes modules and the dependencies that they need.
        Err(_) => {
            fs::write(
                folder.join("src/lib.rs"),
                "#![allow(warnings)]\npub mod client;\n",
            )?;
            let needed = fs::read_to_string(folder.join("src/client/REQUIRED_DEPS.toml"))?;
            format!(
                "[package]\nname = \"client\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n{needed}"
            )
        }
    };
    text += "\n[workspace]\n\n[profile.dev]\ndebug = \"line-tables-only\"\n";
    fs::write(manifest, text)?;
    Ok(Some(Subject {
        label: name.to_owned(),
        lines: lines(&folder.join("src"))?,
        folder,
        package: "client",
        features: Vec::new(),
    }))
}

/// Returns the number of lines of the Rust files in a folder.
fn lines(folder: &Path) -> Result<usize> {
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            count += lines(&path)?;
        } else if path.extension().is_some_and(|e| e == "rs") {
            count += fs::read_to_string(&path)?.lines().count();
        }
    }
    Ok(count)
}

fn cargo(subject: &Subject, mode: &[&str], target: &Path) -> Command {
    let mut command = cargo::command();
    command
        .args(mode)
        .args(["--quiet", "--lib", "--package", subject.package]);
    if !subject.features.is_empty() {
        let features = subject.features.join(",");
        command.args(["--no-default-features", "--features", &features]);
    }
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
    let mut figures = Vec::new();
    for _ in 0..if mode == ["check"] { 3 } else { 1 } {
        figures.push(run()?);
    }
    figures.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let middle = figures.len() / 2;
    figures.into_iter().nth(middle).context("nothing was run")
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
