//! The commands of the package `lab`, which contains everything that compiles slowly.

use std::{ffi::OsString, path::Path, process::ExitCode};

use anyhow::Result;

use crate::cargo;

/// The arguments that are passed on.
#[derive(clap::Args)]
pub struct InLab {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    args: Vec<OsString>,
}

/// Builds `lab` if it is stale, and runs it in place of this process.
///
/// # Errors
/// Returns an error if Cargo cannot be run.
pub fn in_lab(root: Option<&Path>, name: &str, InLab { args }: InLab) -> Result<ExitCode> {
    let mut command = cargo::command();
    command
        .args(["run", "--quiet", "--package", "lab", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .arg("--");
    if let Some(root) = root {
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
