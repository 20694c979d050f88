//! `bench-runtime`: the client beside reqwest and serde by hand, in release: `benches/ratios.rs`.

use std::path::Path;

use anyhow::{Context, Result, bail};
use xtask::cargo;

/// Builds and runs the bench, which prints a Markdown table. `only` selects parts, `get` for
/// example.
///
/// # Errors
/// Returns an error if it does not build, or if a call fails.
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
