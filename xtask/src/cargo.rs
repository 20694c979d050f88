//! Runs Cargo from a command that Cargo runs.

use std::{env, process::Command};

/// Returns a command for the same Cargo. Variables that `cargo run` sets for the package are
/// removed: build scripts depend on them, and would otherwise run again whenever calls from inside
/// and outside alternate.
pub fn command() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"]
            .iter()
            .any(|p| text.starts_with(p))
        {
            command.env_remove(&name);
        }
    }
    command
}
