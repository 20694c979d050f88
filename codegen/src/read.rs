//! Reads a document for a build script.

use std::{fs, path::Path};

/// The file that `cargo xtask update` has beside a document while it replaces it and what belongs
/// to it.
pub const JOURNAL: &str = ".update-journal";

/// Returns the text of a document.
///
/// # Errors
/// Returns an error if it cannot be read, or if an update was cut off while it replaced files.
pub fn read(spec: &Path) -> Result<String, String> {
    let shown = spec.display();
    if spec.with_file_name(JOURNAL).exists() {
        return Err(format!(
            "{shown}: an update was cut off, and its files may be mixed: any `cargo xtask` command \
             finishes it, such as `cargo xtask normalize --check`"
        ));
    }
    fs::read_to_string(spec).map_err(|e| format!("cannot read {shown}: {e}"))
}
