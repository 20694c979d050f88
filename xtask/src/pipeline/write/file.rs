//! Replaces a file as a whole.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::failure;
use crate::report::Failure;

/// Writes `text` and returns whether anything changed.
///
/// A regular file is replaced by a rename and keeps its mode; a symbolic link is followed. Anything
/// else (a device, a pipe) is written to and never replaced.
///
/// # Errors
/// Returns the error of the file system; a regular file is then unchanged.
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

/// Opens a device or a pipe. A pipe without a reader is an error, while a plain open would block.
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
        // The probe keeps the pipe open, so this open cannot block.
        let file = OpenOptions::new().write(true).open(path);
        drop(probe);
        file
    }
    #[cfg(not(unix))]
    OpenOptions::new().write(true).open(path)
}

/// Returns the regular file that a path means, following links; it need not exist.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, Failure> {
    let refuse = |why: &str| Err(failure(path, io::Error::other(why.to_owned())));
    match fs::metadata(path) {
        Ok(found) if found.is_file() => fs::canonicalize(path).map_err(|e| failure(path, e)),
        Ok(_) => refuse("not a regular file"),
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(failure(path, e)),
        Err(_) if path.is_symlink() => refuse("a symbolic link to nothing"),
        Err(_) if !folder(path).is_dir() => refuse("its folder does not exist"),
        Err(_) => match path.file_name() {
            Some(_) => Ok(path.to_owned()),
            None => refuse("not the name of a file"),
        },
    }
}

/// Replaces or creates a file: writes a temporary file beside it, under an unpredictable name, and
/// renames it.
pub(super) fn replace(target: &Path, text: &str) -> Result<(), Failure> {
    replaced(target, text).map_err(|e| failure(target, e))
}

fn replaced(target: &Path, text: &str) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    // Subject to the umask, as for any program.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder.tempfile_in(folder(target))?;
    fill(file.as_file(), text, target)?;
    file.persist(target).map_err(|e| e.error)?;
    sync(folder(target))
}

/// Writes the new content of `target`, with its mode, and syncs it to disk.
pub(super) fn fill(mut file: &File, text: &str, target: &Path) -> io::Result<()> {
    if let Ok(old) = fs::metadata(target) {
        // Only root may give a file away.
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt, fchown};
            let _ = fchown(file, Some(old.uid()), Some(old.gid()));
        }
        file.set_permissions(old.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Moves a file that is complete to its place, which may be on another file system.
pub(super) fn put(staged: &Path, target: &Path) -> io::Result<()> {
    match fs::rename(staged, target) {
        Err(e) if e.kind() == io::ErrorKind::CrossesDevices => {
            replaced(target, &fs::read_to_string(staged)?)?;
            fs::remove_file(staged)
        }
        done => done,
    }
}

/// Makes the renames in a folder durable.
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
