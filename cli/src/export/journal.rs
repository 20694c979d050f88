//! The rows of an export on disk: in `FILE.part`, and beside it `FILE.manifest`, which says how
//! many of them are valid.
//!
//! The manifest has one line for the export, one for each window, written after its rows, and one
//! for the whole file; each is JSON. An incomplete line, and rows after the last valid line, come
//! from a process that was killed; they are removed at the next start.

use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::Path,
};

use fs4::fs_std::FileExt;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    files::{Paths, hash_from, hash_of, hex, io_failure, open},
    format::{Column, Format},
    manifest::{Manifest, differs},
    missing::{Missing, Names, add},
    plan::Range,
    shown,
};
use crate::{Failure, Result};

/// The state of an export at its start.
pub enum Opened {
    /// The export is complete, with this number of rows, and without these fields.
    Complete(u64, Missing),
    /// There are windows left to fetch.
    Going(Journal),
}

/// An export in progress, locked against other processes.
pub struct Journal {
    paths: Paths,
    manifest: File,
    part: File,
    range: Range,
    windows: usize,
    rows: u64,
    /// The names of records that were not asked for.
    others: Names,
    /// The end of the valid rows.
    end: u64,
}

impl Journal {
    /// Opens an existing export or starts one.
    ///
    /// # Errors
    /// Returns an error if another process is running the export, if the files belong to another
    /// export, or if the target exists or cannot be written.
    pub fn open(paths: Paths, said: Value, range: Range, force: bool) -> Result<Opened> {
        let exists = paths.file.exists();
        let there = || {
            let what = format!("{} is there already", shown(&paths.file));
            Err(Failure::usage(what).hint("--force replaces it"))
        };
        if exists && !force && !paths.manifest.exists() {
            return there();
        }
        let mut manifest = open(&paths.manifest)?;
        let failed = |e: io::Error| io_failure(&paths.manifest, &e);
        if !manifest.try_lock_exclusive().map_err(failed)? {
            return Err(Failure::failed(format!(
                "another export is writing {} at this moment",
                shown(&paths.file)
            ))
            .hint("wait for it, or name another file"));
        }
        let mut text = Vec::new();
        manifest.read_to_end(&mut text).map_err(failed)?;
        let mut known = Manifest::read(&text);
        let header = known.header.take();
        let same = header
            .as_ref()
            .is_some_and(|h| h.get("export") == Some(&said));
        let foreign = match &header {
            Some(_) => !same,
            // An incomplete first line belongs to an export; any other content does not.
            None => !text.is_empty() && !text.starts_with(b"{\"export\":"),
        };
        if foreign && !force {
            return Err(Failure::usage(format!(
                "{} is of another export{}",
                shown(&paths.manifest),
                differs(header.as_ref(), &said)
            ))
            .hint("name another file; --force starts anew"));
        }
        let made = known.done.as_ref().filter(|_| same && exists && !force);
        let made = made.filter(|(hash, ..)| hash_of(&paths.file).is_ok_and(|h| h == *hash));
        if let Some((_, rows, missing)) = made {
            // Left by a process that was killed between the last two steps.
            let _ = fs::remove_file(&paths.part);
            return Ok(Opened::Complete(*rows, missing.clone()));
        }
        if exists && !force {
            return there();
        }
        let time = |name: &str| header.as_ref()?.get(name)?.as_str()?.parse().ok();
        let kept = (time("from"), time("to"));
        let (range, is_new) = match kept {
            (Some(from), Some(to)) if same && !(known.done.is_some() && force && exists) => {
                (range.at(from, to), false)
            }
            _ => (range, true),
        };
        let mut journal = Self {
            part: open(&paths.part)?,
            paths: paths.clone(),
            manifest,
            range,
            windows: 0,
            rows: 0,
            others: Names::new(),
            end: 0,
        };
        if is_new {
            journal.cut(0)?;
            let header = json!({
                "export": said, "from": range.from.to_string(), "to": range.to.to_string(),
            });
            journal.line(&header)?;
        } else {
            journal.recover(&known)?;
        }
        Ok(Opened::Going(journal))
    }

    /// Moves behind the last window whose rows match its line.
    fn recover(&mut self, known: &Manifest) -> Result<()> {
        let failed = |e: io::Error| io_failure(&self.paths.part, &e);
        let mut line = known.first;
        let mut part = BufReader::new(&self.part);
        for window in &known.windows {
            let Some(length) = window.end.checked_sub(self.end) else {
                break;
            };
            let (hash, read) = hash_from(&mut part, length).map_err(failed)?;
            if read != length || hash != window.hash {
                break;
            }
            self.windows += 1;
            self.rows += window.rows;
            self.others.extend(window.others.iter().cloned());
            (self.end, line) = (window.end, window.line);
        }
        self.cut(line)
    }

    /// Removes everything after the valid rows, and after this position in the manifest.
    fn cut(&mut self, line: u64) -> Result<()> {
        for (file, path, end) in [
            (&mut self.part, &self.paths.part, self.end),
            (&mut self.manifest, &self.paths.manifest, line),
        ] {
            let cut = file
                .set_len(end)
                .and_then(|()| file.seek(SeekFrom::Start(end)));
            cut.map_err(|e| io_failure(path, &e))?;
        }
        Ok(())
    }

    fn line(&mut self, value: &Value) -> Result<()> {
        let written = self.manifest.write_all(format!("{value}\n").as_bytes());
        written.map_err(|e| io_failure(&self.paths.manifest, &e))
    }

    /// Stores the rows of the next window: first the rows, then their line in the manifest.
    ///
    /// # Errors
    /// Returns an error if the disk is full or gone.
    pub fn append(&mut self, text: &[u8], rows: u64, others: &Names) -> Result<()> {
        let written = self
            .part
            .write_all(text)
            .and_then(|()| self.part.sync_data());
        written.map_err(|e| io_failure(&self.paths.part, &e))?;
        self.end += text.len() as u64;
        let mut line = json!({
            "window": self.windows, "rows": rows, "end": self.end, "sha256": hex(&Sha256::digest(text)),
        });
        let new = add(&mut self.others, others);
        if !new.is_empty() {
            line["others"] = json!(new);
        }
        self.line(&line)?;
        self.windows += 1;
        self.rows += rows;
        Ok(())
    }

    /// Writes the final file, once all windows are there. Returns how many positions of tracks are
    /// left out.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written, or if it exists by now.
    pub fn finish(
        &mut self,
        format: Format,
        columns: &[Column],
        missing: &Missing,
        force: bool,
    ) -> Result<u64> {
        let file = self.paths.file.clone();
        let failed = |e: io::Error| io_failure(&file, &e);
        let folder = file.parent().filter(|p| !p.as_os_str().is_empty());
        let mut left_out = 0;
        let made = match format {
            // The file of rows is the final file.
            Format::Ndjson => None,
            _ => {
                let mut builder = tempfile::Builder::new();
                builder.prefix(".autopi-");
                #[cfg(unix)]
                builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
                let made = builder
                    .tempfile_in(folder.unwrap_or(Path::new(".")))
                    .map_err(failed)?;
                let mut writer = BufWriter::new(made);
                left_out = format.write(&self.paths.part, columns, &mut writer)?;
                let made = writer.into_inner().map_err(|e| failed(e.into_error()))?;
                made.as_file().sync_data().map_err(failed)?;
                Some(made)
            }
        };
        let path = made
            .as_ref()
            .map_or(self.paths.part.as_path(), |made| made.path());
        let hash = hash_of(path).map_err(failed)?;
        let mut line = json!({"rows": self.rows, "sha256": hash});
        if !missing.fields.is_empty() {
            line["missing"] = json!(missing);
        }
        self.line(&line)?;
        self.manifest.sync_data().map_err(failed)?;
        if !force && file.exists() {
            return Err(Failure::usage(format!("{} is there by now", shown(&file))));
        }
        match made {
            None => fs::rename(&self.paths.part, &file).map_err(failed)?,
            Some(made) => {
                let kept = match force {
                    true => made.persist(&file),
                    false => made.persist_noclobber(&file),
                };
                kept.map_err(|e| failed(e.error))?;
                fs::remove_file(&self.paths.part).map_err(failed)?;
            }
        }
        Ok(left_out)
    }

    /// Returns the file of rows, and the names of records that were not asked for.
    pub fn found(&self) -> (&Path, &Names) {
        (&self.paths.part, &self.others)
    }

    /// Returns the number of windows that are complete.
    pub fn windows(&self) -> usize {
        self.windows
    }

    /// Returns the number of rows so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Returns the range that was given at the first start.
    pub fn range(&self) -> Range {
        self.range
    }
}
