//! Files that only their owner may read, because their content comes from requests.

use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
};

/// Opens a regular file for appending. A new file is created private, an existing one is made so.
pub fn append(path: &Path) -> io::Result<File> {
    let refused = |what: &str| io::Error::new(io::ErrorKind::InvalidInput, what.to_owned());
    // Checked before the file is opened: opening a FIFO would block.
    match path.metadata() {
        Ok(metadata) if !metadata.is_file() => return Err(refused("it is not a regular file")),
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        let file = options.mode(0o600).open(path)?;
        let mut permissions = file.metadata()?.permissions();
        if permissions.mode() & 0o077 != 0 {
            permissions.set_mode(permissions.mode() & 0o700);
            file.set_permissions(permissions).map_err(|e| {
                refused(&format!(
                    "others may read it, and that can't be changed: {e}"
                ))
            })?;
        }
        Ok(file)
    }
    #[cfg(not(unix))]
    options.open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn a_private_file_is_regular_and_readable_by_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let (new, old) = (folder.path().join("new"), folder.path().join("old"));
        fs::write(&old, "kept").unwrap();
        fs::set_permissions(&old, fs::Permissions::from_mode(0o644)).unwrap();
        for path in [&new, &old, &new] {
            append(path).unwrap();
            let mode = path.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{path:?}");
        }
        assert_eq!(fs::read(&old).unwrap(), b"kept");
        let fifo = folder.path().join("fifo");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status();
        assert!(made.unwrap().success());
        for path in [fifo.as_path(), folder.path(), Path::new("/dev/null")] {
            let error = append(path).unwrap_err();
            assert!(error.to_string().contains("regular"), "{error}");
        }
    }
}
