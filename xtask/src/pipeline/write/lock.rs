//! The lock of a folder, for those who read or write its files.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{Seek, Write},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use super::failure;
use crate::report::Failure;

const NAME: &str = ".update-lock";
/// The timeout for the lock; files are read and written in milliseconds.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Takes a shared lock; `None` in a folder that is not writable, where nobody writes.
pub(super) fn shared(folder: &Path) -> Result<Option<File>, Failure> {
    match open(folder) {
        Ok(file) => wait(folder, file, File::try_lock_shared).map(Some),
        Err(_) => Ok(None),
    }
}

/// Takes the exclusive lock, and writes its owner into the file.
pub(super) fn exclusive(folder: &Path) -> Result<File, Failure> {
    let file = open(folder).map_err(|e| failure(folder, e))?;
    let mut file = wait(folder, file, File::try_lock)?;
    let command: Vec<_> = std::env::args().skip(1).take(1).collect();
    let owner = format!("process {} ({})\n", std::process::id(), command.join(" "));
    // Only for the text of an error: a failure here does no harm.
    let _ = file.set_len(0);
    let _ = file.rewind();
    let _ = file.write_all(owner.as_bytes());
    Ok(file)
}

fn open(folder: &Path) -> std::io::Result<File> {
    let path = folder.join(NAME);
    let odd = || std::io::Error::other(format!("{NAME} is not a regular file: remove it"));
    // A FIFO would be waited for, and the owner's line would go where a link leads.
    if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
        return Err(odd());
    }
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        libc::O_NOFOLLOW | libc::O_NONBLOCK,
    );
    let file = options.open(&path)?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(odd())
}

fn wait(
    folder: &Path,
    file: File,
    take: fn(&File) -> Result<(), TryLockError>,
) -> Result<File, Failure> {
    let start = Instant::now();
    loop {
        match take(&file) {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(e)) => return Err(failure(folder, e)),
            Err(TryLockError::WouldBlock) if start.elapsed() < TIMEOUT => {
                thread::sleep(Duration::from_millis(5));
            }
            Err(TryLockError::WouldBlock) => {
                let owner = fs::read_to_string(folder.join(NAME)).unwrap_or_default();
                return Err(
                    Failure::new("write", "", format!("locked by {}", owner.trim()))
                        .at(folder.display())
                        .help("wait for it to end, then run the command again"),
                );
            }
        }
    }
}
