//! One file, replaced whole.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::failure;
use crate::report::Failure;

/// Writes `text` and returns whether anything changed.
///
/// A regular file is replaced by a rename and keeps its mode; a symbolic link is followed. What is no
/// regular file (a device, a pipe) is written to and never replaced.
///
/// # Errors
/// What the file system says; a regular file is as it was.
pub fn write_file(path: &Path, text: &str) -> Result<bool, Failure> {
    match fs::metadata(path) {
        Ok(found) if !found.is_file() && !found.is_dir() => {
            let written = open_special(path).and_then(|mut file| file.write_all(text.as_bytes()));
            return written.map(|()| true).map_err(|e| {
                Failure::new("write", "", e.to_string())
                    .at(path.display())
                    .help("a pipe needs a reader before the command starts")
            });
        }
        _ => {}
    }
    let target = resolve(path)?;
    if fs::read(&target).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(false);
    }
    replace(&target, text)?;
    Ok(true)
}

/// A pipe that nobody reads is an error, where a plain open would wait for ever.
fn open_special(path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let probe = OpenOptions::new()
            .write(true)
            .custom_flags(libc::O_NONBLOCK)
            .open(path)
            .map_err(|e| match e.raw_os_error() {
                Some(libc::ENXIO) => io::Error::new(e.kind(), "nobody reads this pipe"),
                _ => e,
            })?;
        // The probe keeps the pipe open, so this open can't wait.
        let file = OpenOptions::new().write(true).open(path);
        drop(probe);
        file
    }
    #[cfg(not(unix))]
    OpenOptions::new().write(true).open(path)
}

/// Returns the regular file that a path means, links followed; it need not be there.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, Failure> {
    let refuse = |why: &str| Err(failure(path, io::Error::other(why.to_owned())));
    match fs::metadata(path) {
        Ok(found) if found.is_file() => fs::canonicalize(path).map_err(|e| failure(path, e)),
        Ok(_) => refuse("not a regular file"),
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(failure(path, e)),
        Err(_) if path.is_symlink() => refuse("a symbolic link to nothing"),
        Err(_) => match path.file_name() {
            Some(_) => Ok(path.to_owned()),
            None => refuse("not the name of a file"),
        },
    }
}

/// Replaces a file, or makes it: written beside it under a name that nobody can guess, and renamed.
pub(super) fn replace(target: &Path, text: &str) -> Result<(), Failure> {
    let write = || -> io::Result<()> {
        let mut builder = tempfile::Builder::new();
        // As any program makes a file: by the umask.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.tempfile_in(folder(target))?;
        fill(file.as_file(), text, target)?;
        file.persist(target).map_err(|e| e.error)?;
        sync(folder(target))
    };
    write().map_err(|e| failure(target, e))
}

/// Writes the new form of `target`, with its mode, down to the disk.
pub(super) fn fill(mut file: &File, text: &str, target: &Path) -> io::Result<()> {
    if let Ok(old) = fs::metadata(target) {
        file.set_permissions(old.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Makes the renames in a folder last through a loss of power.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

pub(super) fn folder(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
