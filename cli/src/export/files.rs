//! The files of an export, and their hashes.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::shown;
use crate::{Failure, Result};

/// The files of an export.
#[derive(Clone, Debug)]
pub struct Paths {
    pub file: PathBuf,
    pub part: PathBuf,
    pub manifest: PathBuf,
}

impl Paths {
    /// Returns the files of an export to this path.
    ///
    /// # Errors
    /// Returns an error if the path cannot be replaced by a temporary file.
    pub fn new(path: &Path) -> Result<Self> {
        match fs::metadata(path) {
            Ok(about) if about.is_dir() => {
                return Err(Failure::usage(format!(
                    "{} is a folder: name a file in it",
                    shown(path)
                )));
            }
            Ok(about) if !about.is_file() => {
                return Err(Failure::usage(format!(
                    "{} is not a regular file: an export continues from its content",
                    shown(path)
                )));
            }
            Err(_) if fs::symlink_metadata(path).is_ok() => {
                return Err(Failure::usage(format!(
                    "{} is a symbolic link to a file that does not exist",
                    shown(path)
                ))
                .hint("name the file itself, or remove the link"));
            }
            _ => {}
        }
        // A symbolic link is kept: its target is written.
        let file = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let beside = |end: &str| {
            let mut name = file.clone().into_os_string();
            name.push(end);
            PathBuf::from(name)
        };
        Ok(Self {
            part: beside(".part"),
            manifest: beside(".manifest"),
            file,
        })
    }
}

pub fn open(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    options.open(path).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => Failure::usage(format!(
            "cannot write {}: there is no such folder",
            shown(path)
        )),
        _ => io_failure(path, &e),
    })
}

pub fn io_failure(path: &Path, e: &io::Error) -> Failure {
    Failure::failed(format!("cannot write {}: {e}", shown(path)))
}

pub fn hash_of(path: &Path) -> io::Result<String> {
    let mut file = BufReader::new(File::open(path)?);
    hash_from(&mut file, u64::MAX).map(|(hash, _)| hash)
}

pub fn hash_from(reader: &mut impl Read, length: u64) -> io::Result<(String, u64)> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    let (mut reader, mut all) = (reader.take(length), 0);
    loop {
        let read = reader.read(&mut buffer)?;
        if read == 0 {
            return Ok((hex(&hash.finalize()), all));
        }
        hash.update(buffer.get(..read).unwrap_or_default());
        all += read as u64;
    }
}

/// Returns the bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
