//! One contract for the output of every command: docs/cli.md.

pub mod columns;
pub mod csv;
mod escape;
mod file;
mod jq;
mod rows;
mod single;
mod table;
mod yaml;

use std::{
    io::{self, IsTerminal, Write},
    path::PathBuf,
};

use serde_json::Value;

use crate::{Failure, Result};

pub use escape::{json, line};
pub use file::Target;
pub use rows::Rows;

/// How data is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Table,
    /// One JSON text.
    Json,
    /// A JSON text a line.
    Ndjson,
    /// RFC 4180, a line feed behind each row.
    Csv,
    /// YAML 1.2.
    Yaml,
}

impl Format {
    /// Their names.
    pub const NAMES: [&str; 5] = ["table", "json", "ndjson", "csv", "yaml"];

    fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "table" => Self::Table,
            "json" => Self::Json,
            "ndjson" => Self::Ndjson,
            "csv" => Self::Csv,
            "yaml" => Self::Yaml,
            _ => return None,
        })
    }

    /// By the end of a file's name.
    fn of_file(path: &std::path::Path) -> Option<Self> {
        let end = path.extension()?.to_str()?.to_ascii_lowercase();
        Self::of_name(match end.as_str() {
            "jsonl" => "ndjson",
            "yml" => "yaml",
            "txt" => "table",
            other => other,
        })
    }
}

/// What was said about the output.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// Said by name.
    pub format: Option<Format>,
    /// Where data goes, if not to stdout.
    pub file: Option<PathBuf>,
    /// Overwrite the file?
    pub force: bool,
    /// Only these, in this order.
    pub columns: Vec<String>,
    /// By these; one behind `-` from the largest.
    pub sort: Vec<String>,
    /// A filter.
    pub jq: Option<String>,
    /// So many items.
    pub limit: Option<u64>,
    /// All pages.
    pub all: bool,
    /// No notices.
    pub quiet: bool,
}

/// What a command knows of its data.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The columns of a table, if none are asked for.
    pub table: Vec<String>,
    /// All members that are known beforehand: the columns of CSV.
    pub known: Vec<String>,
}

impl Output {
    /// `-o`: a format or a file. A file's name has a dot or a slash in it, so that a slip in a format makes no file.
    ///
    /// # Errors
    /// It is neither.
    pub fn to(mut self, said: &str) -> Result<Self> {
        match Format::of_name(said) {
            Some(format) => self.format = Some(format),
            None if said == "-" => self.file = None,
            None if said.contains(['.', '/', '\\']) => self.file = Some(said.into()),
            None => {
                return Err(Failure::usage(format!(
                    "{}: no format of the output, and no file",
                    line(said)
                ))
                .hint(format!(
                    "formats are {}; a file has a dot or a slash in its name: ./{}",
                    Format::NAMES.join(", "),
                    line(said)
                )));
            }
        }
        Ok(self)
    }

    /// Does the data go to a terminal?
    pub fn is_terminal(&self) -> bool {
        self.file.is_none() && io::stdout().is_terminal()
    }

    /// As asked for; else by the file's name, or as AUTOPI_OUTPUT says; else a table on a terminal, and JSON elsewhere.
    pub fn format(&self) -> Format {
        let of_file = |file| Format::of_file(file).unwrap_or(Format::Json);
        let usual = || {
            let said = std::env::var("AUTOPI_OUTPUT").ok();
            said.and_then(|said| Format::of_name(&said)).unwrap_or(
                match io::stdout().is_terminal() {
                    true => Format::Table,
                    false => Format::Json,
                },
            )
        };
        let file = || self.file.as_deref().map(of_file);
        self.format.or_else(file).unwrap_or_else(usual)
    }

    /// Are errors for programs?
    pub fn is_for_programs(&self) -> bool {
        matches!(self.format, Some(Format::Json | Format::Ndjson))
    }

    /// Checks what can be checked before anything is sent: the filter, and the file.
    ///
    /// # Errors
    /// The filter is none; the file is there, or can't be.
    pub fn check(&self) -> Result<()> {
        if let Some(filter) = &self.jq {
            jq::compile(filter)?;
        }
        if let Some(file) = &self.file {
            file::check(file, self.force)?;
        }
        Ok(())
    }

    /// A line for people, beside the data.
    pub fn notice(&self, text: &str) {
        if !self.quiet {
            // Who has closed stderr wants no notices.
            let _ = writeln!(anstream::stderr(), "note: {}", line(text));
        }
    }

    /// Writes one value: an object, a list, whatever a command has.
    ///
    /// # Errors
    /// It can't be written, or the filter fails.
    pub fn value(&self, value: Value, view: &View) -> Result<()> {
        match value {
            Value::Array(items) => {
                let mut rows = Rows::new(self, view)?;
                let limit = self.limit.and_then(|n| usize::try_from(n).ok());
                for item in items.into_iter().take(limit.unwrap_or(usize::MAX)) {
                    rows.item(item)?;
                }
                rows.end()
            }
            one => single::single(self, one, view),
        }
    }

    /// Writes text that is the data itself: a script, a page of a manual.
    ///
    /// # Errors
    /// It can't be written.
    pub fn text(&self, text: &str) -> Result<()> {
        let mut target = Target::open(self)?;
        target.write(text.as_bytes())?;
        target.end()
    }
}
