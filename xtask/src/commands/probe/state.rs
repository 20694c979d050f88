//! The progress of a probe, so that `--resume` continues there. It holds ids of the account, which
//! fill paths, and is readable by its owner only.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::{judge::Place, plan::KnownValues};
use crate::pipeline::{fetch, write};

#[derive(Default, Serialize, Deserialize)]
pub struct State {
    /// The SHA-256 of the document, and the base URL: with another one the probe starts anew.
    pub of: String,
    /// The paths of operations that gave a response.
    pub done: BTreeSet<String>,
    pub judged: usize,
    /// The operations that were not judged, by reason.
    pub others: BTreeMap<String, Vec<String>>,
    pub known: KnownValues,
    pub places: BTreeMap<String, Place>,
}

impl State {
    /// Reads the state that an earlier probe of the same document and host saved.
    ///
    /// # Errors
    /// Returns an error if there is no such file, or if it is of another document or host.
    pub fn load(path: &Path, of: &str) -> Result<Self> {
        let shown = path.display();
        let is_file = fs::metadata(path).is_ok_and(|found| found.is_file());
        let text = is_file.then(|| fetch::read(path)).transpose()?;
        let text =
            text.with_context(|| format!("{shown}: nothing to resume; run it without `--resume`"))?;
        let mut state: Self = serde_json::from_str(&text).map_err(|_| {
            anyhow::anyhow!("{shown}: is not the state of a probe; run it without `--resume`")
        })?;
        if state.of != of {
            bail!("{shown}: is of another document or host; run it without `--resume`");
        }
        // Operations without a response are called again.
        for paths in state.others.values_mut() {
            paths.retain(|path| state.done.contains(path));
        }
        state.others.retain(|_, paths| !paths.is_empty());
        Ok(state)
    }

    /// Removes the file of a probe that is complete, but no device that it was written to.
    pub fn remove(path: &Path) {
        if fs::symlink_metadata(path).is_ok_and(|found| found.is_file()) {
            let _ = fs::remove_file(path);
        }
    }

    /// Writes the state to a file that only its owner can read.
    ///
    /// # Errors
    /// Returns the error of the file system.
    pub fn save(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            // An existing file keeps its mode when it is replaced.
            let made = fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(path);
            drop(made);
        }
        write::write_file(path, &serde_json::to_string(self)?)?;
        Ok(())
    }
}
