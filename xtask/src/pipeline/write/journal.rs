//! The journal of an update: what it is about to rename, so that the next command can finish it.

use std::{collections::BTreeSet, fs, io, path::Path};

use autopi_codegen::JOURNAL;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::{failure, file, hash, lock};
use crate::report::Failure;

/// The prefix of folders with files that are written but not yet in place.
const STAGE: &str = ".update-stage-";

#[derive(Serialize, Deserialize)]
struct Journal {
    stage: String,
    files: Vec<Entry>,
}

/// One file of an update, whose new content is in the stage under its number.
#[derive(Serialize, Deserialize)]
pub(super) struct Entry {
    pub name: String,
    pub old: Option<String>,
    pub new: String,
}

impl Journal {
    /// Checks that a journal only names files in its folder and in the one above.
    fn check(&self, place: &Path) -> Result<(), Failure> {
        let plain =
            |name: &str| !matches!(name, "" | "." | "..") && !name.contains(['/', '\\', '\0']);
        let ours = |e: &Entry| plain(e.name.strip_prefix("../").unwrap_or(&e.name));
        if plain(&self.stage) && self.stage.starts_with(STAGE) && self.files.iter().all(ours) {
            return Ok(());
        }
        Err(not_ours(place, "it names files elsewhere"))
    }
}

fn not_ours(place: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::new("read", "", format!("no journal of ours: {why}"))
        .at(place.display())
        .help("remove it")
}

/// Creates a folder for the new files. Its name is unpredictable, and nobody else can write into
/// it.
pub(super) fn stage(folder: &Path) -> Result<TempDir, Failure> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(STAGE);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir_in(folder).map_err(|e| failure(folder, e))
}

/// Returns the hash of a regular file; `None` if there is none.
pub(super) fn hash_of(path: &Path) -> Result<Option<String>, Failure> {
    match fs::symlink_metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Ok(found) if !found.is_file() => {
            return Err(failure(path, io::Error::other("not a regular file")));
        }
        _ => {}
    }
    fs::read(path)
        .map(|bytes| Some(hash(&bytes)))
        .map_err(|e| failure(path, e))
}

/// Writes the journal. Until then the stage is removed when it is dropped.
pub(super) fn commit(folder: &Path, stage: TempDir, files: Vec<Entry>) -> Result<(), Failure> {
    let place = folder.join(JOURNAL);
    let fail = |e: io::Error| failure(&place, e);
    let name = stage
        .path()
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let journal = Journal {
        stage: name.into_owned(),
        files,
    };
    let text = serde_json::to_string_pretty(&journal).map_err(|e| fail(e.into()))?;
    file::sync(stage.path()).map_err(fail)?;
    file::replace(&place, &text)?;
    let _ = stage.keep();
    Ok(())
}

/// Finishes an update that was interrupted after its journal was written, and removes the remains
/// of one that was interrupted before.
///
/// # Errors
/// Returns the error of the file system. An update of files that were edited since is dropped,
/// which is reported as an error once.
pub fn recover(folder: &Path) -> Result<(), Failure> {
    if fs::symlink_metadata(folder.join(JOURNAL)).is_err() {
        return Ok(());
    }
    let _lock = lock::exclusive(folder)?;
    recover_locked(folder)
}

pub(super) fn recover_locked(folder: &Path) -> Result<(), Failure> {
    let place = folder.join(JOURNAL);
    let fail = |e: io::Error| {
        Failure::new("finish an update", "", e.to_string())
            .at(place.display())
            .help("run the command again: it continues from here")
    };
    if hash_of(&place)?.is_none() {
        return sweep(folder);
    }
    let text = fs::read_to_string(&place).map_err(fail)?;
    let journal: Journal = serde_json::from_str(&text).map_err(|e| not_ours(&place, e))?;
    journal.check(&place)?;
    let stage = folder.join(&journal.stage);
    let (mut pending, mut new, mut old, mut edited) = (vec![], vec![], vec![], vec![]);
    for (i, entry) in journal.files.iter().enumerate() {
        let target = file::resolve(&folder.join(&entry.name))?;
        let staged = stage.join(i.to_string());
        let now = hash_of(&target)?;
        if now.as_ref() == Some(&entry.new) {
            new.push(entry.name.as_str());
        } else if now == entry.old && hash_of(&staged)?.as_ref() == Some(&entry.new) {
            old.push(entry.name.as_str());
            pending.push((staged, target));
        } else {
            edited.push(entry.name.as_str());
        }
    }
    if edited.is_empty() {
        for (staged, target) in &pending {
            file::put(staged, target).map_err(fail)?;
        }
        let folders: BTreeSet<_> = pending.iter().map(|(_, at)| file::folder(at)).collect();
        for folder in folders {
            file::sync(folder).map_err(fail)?;
        }
    }
    fs::remove_file(&place).map_err(fail)?;
    sweep(folder)?;
    if edited.is_empty() {
        return Ok(());
    }
    let list = |names: &[&str]| match names {
        [] => "none".to_owned(),
        names => names.join(", "),
    };
    Err(Failure::new(
        "finish an update",
        "",
        format!(
            "it was cut off, and these were changed since: {}; what it had not yet written is \
             dropped (of the new document: {}; of the old: {})",
            list(&edited),
            list(&new),
            list(&old)
        ),
    )
    .at(folder.display())
    .help("look at `git status`, then run `cargo xtask update` again"))
}

/// Removes the stages of processes that were killed before their journal was written. The lock
/// guarantees that nobody else has one.
fn sweep(folder: &Path) -> Result<(), Failure> {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(STAGE) {
            fs::remove_dir_all(entry.path()).map_err(|e| failure(entry.path(), e))?;
        }
    }
    Ok(())
}
