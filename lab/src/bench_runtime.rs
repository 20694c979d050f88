//! `bench-runtime`: the client beside reqwest and serde by hand, in release: `benches/ratios.rs`.

use std::path::Path;

use anyhow::{Context, Result, bail};
use xtask::cargo;

/// Builds the bench and runs it; it prints a Markdown table. `only`: a part of it, `get` for example.
///
/// # Errors
/// It does not build, or a call fails.
pub fn run(root: &Path, only: &[String]) -> Result<()> {
    let bench = [
        "bench",
        "--quiet",
        "--package",
        "autopi",
        "--bench",
        "ratios",
        "--",
    ];
    let status = cargo::command()
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
