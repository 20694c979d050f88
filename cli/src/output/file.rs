//! Where data goes: stdout, or a file that is written beside its place and renamed.

use std::{
    fs::{self, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::{Output, line};
use crate::{Failure, Result};

fn name(path: &Path) -> String {
    line(&path.display().to_string())
}

/// Can a file be written here?
pub fn check(path: &Path, force: bool) -> Result<()> {
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

/// Where data goes.
#[derive(Debug)]
pub struct Target {
    to: To,
    /// In errors.
    name: String,
}

#[derive(Debug)]
enum To {
    Stdout(BufWriter<io::Stdout>),
    /// Whole or not at all.
    New(Box<BufWriter<NamedTempFile>>, PathBuf, bool),
    /// A device, a pipe: written to as it is.
    Special(BufWriter<fs::File>),
}

impl Target {
    /// Opens what `-o` says.
    ///
    /// # Errors
    /// The file is there already, or can't be written.
    pub fn open(output: &Output) -> Result<Self> {
        let Some(path) = &output.file else {
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
            // A link stays one: what it leads to is replaced.
            let path = path.canonicalize().unwrap_or_else(|_| path.clone());
            let mut builder = tempfile::Builder::new();
            builder.prefix(".autopi-");
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
            let file = builder.tempfile_in(folder(&path)).map_err(fail)?;
            To::New(Box::new(BufWriter::new(file)), path, output.force)
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

    /// # Errors
    /// It can't be written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.writer().write_all(bytes);
        written.map_err(|e| Failure::io(&self.name, &e))
    }

    /// What is buffered goes out.
    ///
    /// # Errors
    /// It can't be written.
    pub fn flush(&mut self) -> Result<()> {
        let flushed = self.writer().flush();
        flushed.map_err(|e| Failure::io(&self.name, &e))
    }

    /// All was written: a file gets its name.
    ///
    /// # Errors
    /// It can't be written, or another file has the name by now.
    pub fn end(mut self) -> Result<()> {
        self.flush()?;
        let To::New(writer, path, force) = self.to else {
            return Ok(());
        };
        let fail = |e: io::Error| Failure::io(&self.name, &e);
        let file = writer.into_inner().map_err(|e| fail(e.into_error()))?;
        file.as_file().sync_data().map_err(fail)?;
        let kept = match force {
            true => file.persist(&path),
            false => file.persist_noclobber(&path),
        };
        kept.map(drop).map_err(|e| fail(e.error))
    }
}
