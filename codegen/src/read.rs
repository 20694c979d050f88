//! Reads a document for a build script. Those of the command line and the sandbox compile this file
//! too.

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
    let fail = |e| format!("cannot read {shown}: {e}");
    // The packages have links to the document of the repository, which has the journal beside it.
    let target = spec.canonicalize().map_err(fail)?;
    let is_mixed = |path: &Path| path.with_file_name(JOURNAL).exists();
    if is_mixed(spec) || is_mixed(&target) {
        return Err(format!(
            "{shown}: an update was cut off, and its files may be mixed: any `cargo xtask` command \
             finishes it, such as `cargo xtask normalize --check`"
        ));
    }
    fs::read_to_string(spec).map_err(fail)
}
