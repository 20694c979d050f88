//! Cargo, called from a command that Cargo runs.

use std::{env, process::Command};

/// Returns a call of the same Cargo. What `cargo run` says of the package that it runs is left out: build scripts ask for it, and would run again at each change
/// between calls from within and from without.
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
