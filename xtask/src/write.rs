//! The `write` stage: all files or none.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use crate::report::Failure;

const JOURNAL: &str = ".update-journal";

/// Writes `files` below `folder`. Everything is on the disk before the first rename; a journal lets the next run finish what a crash cut off.
/// Files that are equal already are not touched. Answers the names that changed.
///
/// # Errors
/// What the file system says; the old files are as they were.
pub fn write(folder: &Path, files: &[(&str, String)]) -> Result<Vec<String>, Failure> {
    recover(folder)?;
    let changed: Vec<_> = files
        .iter()
        .filter(|(name, text)| fs::read(folder.join(name)).ok().as_deref() != Some(text.as_bytes()))
        .collect();
    let staged = |name: &str| staged(folder, name);
    let stage = || -> std::io::Result<()> {
        for (name, text) in &changed {
            let mut file = File::create(staged(name))?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
        }
        Ok(())
    };
    let fail = |e: std::io::Error| {
        Failure::new("write", "", format!("{e}: nothing was changed"))
            .at(folder.display())
            .way_out("free space or fix the permissions, then run the command again")
    };
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    if let Err(e) = stage() {
        changed
            .iter()
            .for_each(|(name, _)| drop(fs::remove_file(staged(name))));
        return Err(fail(e));
    }
    // From here on the update counts as made: the journal's own rename is the moment.
    let names: Vec<String> = changed.iter().map(|(n, _)| (*n).to_owned()).collect();
    let journal = folder.join(format!("{JOURNAL}.new"));
    let commit = || {
        let mut file = File::create(&journal)?;
        file.write_all(names.join("\n").as_bytes())?;
        file.sync_all()?;
        fs::rename(&journal, folder.join(JOURNAL))
    };
    if let Err(e) = commit() {
        changed
            .iter()
            .for_each(|(name, _)| drop(fs::remove_file(staged(name))));
        let _ = fs::remove_file(&journal);
        return Err(fail(e));
    }
    recover(folder)?;
    Ok(names)
}

/// Beside the file itself, so that the rename stays on one file system.
fn staged(folder: &Path, name: &str) -> PathBuf {
    let target = folder.join(name);
    target.with_file_name(format!(
        ".{}.new",
        target.file_name().unwrap_or_default().to_string_lossy()
    ))
}

/// Finishes an update that was cut off after its journal was written; clears the rest of one that was cut off before.
///
/// # Errors
/// What the file system says.
pub fn recover(folder: &Path) -> Result<(), Failure> {
    let fail = |path: PathBuf, e: std::io::Error| {
        Failure::new("write", "", e.to_string())
            .at(path.display())
            .way_out("run the command again: it goes on from here")
    };
    let journal = folder.join(JOURNAL);
    let Ok(names) = fs::read_to_string(&journal) else {
        return Ok(());
    };
    for name in names.lines() {
        let staged = staged(folder, name);
        if staged.exists() {
            fs::rename(&staged, folder.join(name)).map_err(|e| fail(staged, e))?;
        }
    }
    fs::remove_file(&journal).map_err(|e| fail(journal, e))
}
