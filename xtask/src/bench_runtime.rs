//! `bench-runtime`: the client beside reqwest and serde by hand, in release: `benches/ratios.rs`.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, bail};

/// Builds the bench and runs it; it prints a Markdown table. `only`: a part of it, `get` for example.
///
/// # Errors
/// It does not build, or a call fails.
pub fn run(root: &Path, only: &[String]) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let bench = [
        "bench",
        "--quiet",
        "--package",
        "autopi",
        "--bench",
        "ratios",
        "--",
    ];
    let status = Command::new(cargo)
        .args(bench)
        .args(only)
        .current_dir(root)
        .status()
        .context("cargo does not start")?;
    if !status.success() {
        bail!("the bench failed: its output above says where");
    }
    Ok(())
}
