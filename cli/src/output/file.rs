//! The destination of data: stdout, or a file that is written to a temporary one and renamed.

use std::{
    fs::{self, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::{Output, line};
use crate::{Failure, Result, interrupt::Guard};

fn name(path: &Path) -> String {
    line(&path.display().to_string())
}

/// Returns what the name of a file says that it holds: its ending, if that may be a format's name.
/// `report.2026-01-31` and `tmp.Ab3dE9xYz0` say nothing.
pub fn ending(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    let (_, end) = name.rsplit_once('.')?;
    let is_name = end.len() <= 8
        && end.chars().all(char::is_alphanumeric)
        && end.contains(char::is_alphabetic);
    is_name.then(|| end.to_owned())
}

/// Checks that the name of a file is not that of another format than these.
///
/// # Errors
/// Returns an error if its ending is that of another one, with this advice.
pub fn names_one_of(path: &Path, formats: &[&str], advice: &str) -> Result<()> {
    match ending(path) {
        Some(end) if !formats.contains(&end.as_str()) => Err(Failure::usage(format!(
            "{}: its content would not be {}",
            name(path),
            line(&end)
        ))
        .hint(advice)),
        _ => Ok(()),
    }
}

/// Checks that a file can be written here.
pub fn check(path: &Path, force: bool) -> Result<()> {
    if path
        .as_os_str()
        .to_string_lossy()
        .ends_with(std::path::is_separator)
    {
        return Err(Failure::usage(format!(
            "{} is a folder: name a file in it",
            name(path)
        )));
    }
    match fs::metadata(path) {
        Ok(about) if about.is_dir() => Err(Failure::usage(format!(
            "{} is a folder: name a file in it",
            name(path)
        ))),
        Ok(about) if about.is_file() && !force => {
            Err(Failure::usage(format!("{} is there already", name(path)))
                .hint("--force replaces it"))
        }
        Ok(_) => Ok(()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => match fs::metadata(folder(path)) {
            Ok(_) if fs::symlink_metadata(path).is_ok() => Err(Failure::usage(format!(
                "{} is a symbolic link to a file that does not exist",
                name(path)
            ))
            .hint("name the file itself, or remove the link")),
            Ok(about) if about.is_dir() => Ok(()),
            _ => Err(Failure::usage(format!(
                "cannot write {}: there is no such folder",
                name(path)
            ))),
        },
        Err(e) => Err(Failure::io(format!("cannot write {}", name(path)), &e)),
    }
}

fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// The destination of data.
#[derive(Debug)]
pub struct Target {
    to: To,
    /// The name in error messages.
    name: String,
}

#[derive(Debug)]
enum To {
    Stdout(BufWriter<io::Stdout>),
    /// A file that appears as a whole or not at all.
    New(Box<BufWriter<NamedTempFile>>, PathBuf, bool, Guard),
    /// A device or a pipe, written to directly.
    Special(BufWriter<fs::File>),
}

impl Target {
    /// Opens the destination that `-o` names.
    ///
    /// # Errors
    /// Returns an error if the file exists already or cannot be written, or if stdout is closed.
    pub fn open(output: &Output) -> Result<Self> {
        let Some(path) = &output.file else {
            super::closed::check()?;
            return Ok(Self {
                to: To::Stdout(BufWriter::new(io::stdout())),
                name: "the output".into(),
            });
        };
        check(path, output.force)?;
        let named = name(path);
        let fail = |e: io::Error| Failure::io(format!("cannot write {named}"), &e);
        let is_special = fs::metadata(path).is_ok_and(|about| !about.is_file());
        let to = if is_special {
            let file = OpenOptions::new().write(true).open(path).map_err(fail)?;
            To::Special(BufWriter::new(file))
        } else {
            // A symbolic link is kept: its target is replaced.
            let path = path.canonicalize().unwrap_or_else(|_| path.clone());
            let mut builder = tempfile::Builder::new();
            builder.prefix(".autopi-");
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
            let made = Guard::file(|| builder.tempfile_in(folder(&path)));
            let (file, guard) = made.map_err(fail)?;
            // A file that only its owner can read stays so.
            if let Ok(replaced) = fs::metadata(&path) {
                let mode = replaced.permissions();
                file.as_file().set_permissions(mode).map_err(fail)?;
            }
            To::New(Box::new(BufWriter::new(file)), path, output.force, guard)
        };
        Ok(Self {
            to,
            name: format!("cannot write {named}"),
        })
    }

    fn writer(&mut self) -> &mut dyn Write {
        match &mut self.to {
            To::Stdout(w) => w,
            To::New(w, ..) => w,
            To::Special(w) => w,
        }
    }

    /// Writes to the file, through a buffer.
    ///
    /// # Errors
    /// Returns an error if it cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.writer().write_all(bytes);
        written.map_err(|e| Failure::io(&self.name, &e))
    }

    /// Writes out the buffer.
    ///
    /// # Errors
    /// Returns an error if it cannot be written.
    pub fn flush(&mut self) -> Result<()> {
        let flushed = self.writer().flush();
        flushed.map_err(|e| Failure::io(&self.name, &e))
    }

    /// Completes the output: a file gets its name.
    ///
    /// # Errors
    /// Returns an error if it cannot be written, or if another file has the name by now.
    pub fn end(mut self) -> Result<()> {
        self.flush()?;
        let To::New(writer, path, force, _guard) = self.to else {
            return Ok(());
        };
        let fail = |e: io::Error| Failure::io(&self.name, &e);
        let file = writer.into_inner().map_err(|e| fail(e.into_error()))?;
        file.as_file().sync_data().map_err(fail)?;
        let kept = match force {
            true => file.persist(&path),
            false => file.persist_noclobber(&path),
        };
        kept.map(drop).map_err(|e| match e.error.kind() {
            io::ErrorKind::AlreadyExists => Failure::failed(format!(
                "{}: another command has written it meanwhile",
                self.name
            ))
            .hint("--force replaces it"),
            _ => fail(e.error),
        })
    }
}
