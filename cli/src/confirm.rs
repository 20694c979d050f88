//! Questions on the terminal.

use std::io::IsTerminal;

use autopi::rt;

use crate::{Context, Failure, Result};

impl Context {
    /// Asks for confirmation before something that cannot be undone.
    ///
    /// # Errors
    /// Returns an error if there is no terminal to ask on, or if the user declines.
    pub fn confirm(&self, what: &str) -> Result<()> {
        if self.yes || self.dry_run {
            return Ok(());
        }
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Err(Failure::usage(format!(
                "{what}: confirmation is required, and there is no terminal to ask on"
            ))
            .hint("--yes runs it without asking, --dry-run shows the request"));
        }
        let said = ask(&format!("{what}: continue? [y/N] "))?;
        match said.trim().to_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => Err(Failure::failed("nothing was done")),
        }
    }
}

/// Asks for a line on the terminal.
///
/// # Errors
/// Returns an error if the terminal cannot be read.
pub fn ask(prompt: &str) -> Result<String> {
    use std::io::Write;
    let fail = |e| Failure::io("the terminal", &e);
    let mut err = std::io::stderr();
    write!(err, "{}", rt::shown(prompt))
        .and_then(|()| err.flush())
        .map_err(fail)?;
    let mut said = String::new();
    match std::io::stdin().read_line(&mut said).map_err(fail)? {
        0 => Err(Failure::failed("the input ended: nothing was done")),
        _ => Ok(said),
    }
}
