//! The transcripts of docs/cli.md are the real output. `UPDATE_TRANSCRIPTS=1` rewrites them.
// They are lines of sh.
#![cfg(unix)]

mod support;

use std::{
    env, fs,
    path::Path,
    process::{Command, Output},
};

use autopi_sandbox::{API_TOKEN, Sandbox};
use support::{Cli, sandbox};

fn shell(cli: &Cli, line: &str) -> Output {
    let folder = Path::new(env!("CARGO_BIN_EXE_autopi")).parent().unwrap();
    Command::new("sh")
        .args(["-c", line])
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
        .env("HOME", cli.home.path())
        .env("AUTOPI_OUTPUT", "table")
        .env("AUTOPI_SANDBOX_SINCE", "2026-01-01")
        .env("COLUMNS", "150")
        .envs(cli.variables.iter().map(|(k, v)| (k, v)))
        .current_dir(cli.home.path())
        .output()
        .unwrap()
}

/// Returns the output of a shell line: stdout, then stderr.
fn ran(cli: &Cli, url: &str, line: &str) -> String {
    let output = shell(cli, line);
    let text = [output.stdout, output.stderr]
        .map(|t| String::from_utf8(t).unwrap())
        .concat();
    text.replace(url, "https://api.autopi.io")
}

#[test]
fn the_transcripts_of_the_guide_are_true() {
    let api = sandbox(Sandbox::builder().token_lifetime(std::time::Duration::from_secs(900)));
    let cli = Cli::of(&api);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli.md");
    let text = fs::read_to_string(&path).unwrap();
    let (mut out, mut inside, mut count) = (String::new(), false, 0);
    for line in text.lines() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            _ => {}
        }
        match line.strip_prefix("$ ") {
            Some(command) if inside => {
                count += 1;
                assert!(!command.contains(API_TOKEN));
                out += &format!("{line}\n{}", ran(&cli, api.url(), command));
            }
            // The previous output.
            _ if inside && line != "```console" => {}
            _ => out += &format!("{line}\n"),
        }
    }
    assert!(count > 20, "{count} transcripts");
    if env::var_os("UPDATE_TRANSCRIPTS").is_some() {
        return fs::write(&path, &out).unwrap();
    }
    let differs = text.lines().zip(out.lines()).find(|(old, new)| old != new);
    assert!(
        text == out,
        "docs/cli.md is stale ({differs:?}): UPDATE_TRANSCRIPTS=1 cargo test -p autopi-cli --test \
         transcripts"
    );
}

#[test]
fn the_lines_of_the_readme_run() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::of(&api);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = fs::read_to_string(path).unwrap();
    let lines: Vec<_> = readme
        .lines()
        .filter(|l| l.starts_with("autopi "))
        .collect();
    assert!(lines.len() > 3, "{lines:?}");
    for line in lines {
        let output = shell(&cli, line);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}: {said}");
    }
}
