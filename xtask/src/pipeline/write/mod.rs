//! The `write` stage: replaces files as a whole, and files that belong together all or none.

mod file;
mod journal;
mod lock;

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

pub use file::write_file;
pub use journal::recover;

use crate::report::Failure;
use journal::Entry;

/// Files of one folder that are read and replaced together.
///
/// No lock is held in between; but a file that somebody changed after it was read is never
/// replaced.
pub struct Folder {
    path: PathBuf,
    read: BTreeMap<String, String>,
}

impl Folder {
    /// Finishes an interrupted update, then reads the existing files of `names`, all at one moment.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read or is not UTF-8, or if an interrupted update
    /// cannot be finished.
    pub fn open(path: &Path, names: &[&str]) -> Result<Self, Failure> {
        recover(path)?;
        let _lock = lock::shared(path)?;
        let mut read = BTreeMap::new();
        for name in names {
            let place = path.join(name);
            match fs::metadata(&place) {
                // A FIFO would be waited for, a device has no end.
                Ok(file) if !file.is_file() => {
                    return Err(unreadable(&place, "is not a regular file"));
                }
                Ok(_) => {
                    let text = fs::read_to_string(&place)
                        .map_err(|e| unreadable(&place, &e.to_string()))?;
                    read.insert((*name).to_owned(), text);
                }
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(unreadable(&place, &e.to_string())),
            }
        }
        Ok(Self {
            path: path.to_owned(),
            read,
        })
    }

    /// Returns a file as it was read; `None` if there was none.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.read.get(name).map(String::as_str)
    }

    /// Returns a file that must exist.
    ///
    /// # Errors
    /// Returns an error if it does not exist.
    pub fn required(&self, name: &str) -> Result<&str, Failure> {
        self.text(name).ok_or_else(|| {
            Failure::new("read", "", "there is no such file")
                .at(self.path.join(name).display())
                .help("`git checkout` brings it back")
        })
    }

    /// Replaces `files`, all or none, and returns the names of those that changed.
    ///
    /// Everything is on disk before the first rename, and a journal lets the next command finish
    /// what a crash interrupted. Existing files keep their modes.
    ///
    /// # Errors
    /// Returns the error of the file system, or an error if a file changed after it was read; the
    /// old files are then unchanged.
    pub fn write(&self, files: &[(&str, String)]) -> Result<Vec<String>, Failure> {
        let lock = lock::exclusive(&self.path)?;
        journal::recover_locked(&self.path)?;
        let stage = journal::stage(&self.path)?;
        let mut changed: Vec<Entry> = Vec::new();
        for (name, text) in files {
            let target = file::resolve(&self.path.join(name))?;
            let old = journal::hash_of(&target)?;
            let new = hash(text.as_bytes());
            if old.as_ref() == Some(&new) {
                continue;
            }
            if old != self.text(name).map(|text| hash(text.as_bytes())) {
                let why = "changed after it was read: nothing was written";
                return Err(Failure::new("write", "", why)
                    .at(target.display())
                    .help("run the command again"));
            }
            let path = stage.path().join(changed.len().to_string());
            let written = fs::File::create_new(path).and_then(|f| file::fill(&f, text, &target));
            written.map_err(|e| failure(&target, e))?;
            changed.push(Entry {
                name: (*name).to_owned(),
                old,
                new,
            });
        }
        let names: Vec<_> = changed.iter().map(|e| e.name.clone()).collect();
        if !names.is_empty() {
            // From here on the update counts as done: the rename of the journal is the moment.
            journal::commit(&self.path, stage, changed)?;
            journal::recover_locked(&self.path)?;
        }
        drop(lock);
        Ok(names)
    }
}

/// Returns the SHA-256 in hexadecimal digits.
pub(crate) fn hash(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unreadable(place: &Path, why: &str) -> Failure {
    Failure::new("read", "", why)
        .at(place.display())
        .help("`git checkout` brings it back; --root names another checkout")
}

fn failure(place: impl AsRef<Path>, e: io::Error) -> Failure {
    use io::ErrorKind::{IsADirectory, NotADirectory, NotFound, Other};
    let help = match e.kind() {
        NotFound | NotADirectory | IsADirectory | Other => {
            "give a file, or a new file in an existing folder"
        }
        _ => "free space or fix the permissions, then run the command again",
    };
    Failure::new("write", "", format!("{e}: nothing was changed"))
        .at(place.as_ref().display())
        .help(help)
}
