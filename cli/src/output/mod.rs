//! The output of all commands, with one contract: docs/cli.md.

mod apart;
pub mod closed;
pub mod columns;
pub mod csv;
mod escape;
mod file;
mod format;
mod has;
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

use crate::{Failure, Result, index::Index};

pub use apart::{HIDDEN as FILTER, filter};
pub use escape::{json, line, quoted};
pub use file::{Target, ending, names_one_of};
use format::ENDINGS;
pub use format::Format;
pub use jq::LEVELS;
pub use rows::{Rows, members};

/// The options about output.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// The format, if it was named.
    pub format: Option<Format>,
    /// The file that data is written to; stdout without one.
    pub file: Option<PathBuf>,
    /// Whether an existing file is overwritten.
    pub force: bool,
    /// The columns to show, in this order.
    pub columns: Vec<String>,
    /// The columns to sort by; `-` in front of one sorts it from the largest.
    pub sort: Vec<String>,
    /// A filter of jq.
    pub jq: Option<String>,
    /// The maximum number of items.
    pub limit: Option<u64>,
    /// Whether all pages are fetched.
    pub all: bool,
    /// Whether notices are left out.
    pub quiet: bool,
}

/// What a command knows about its data beforehand.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The columns of a table, if none are asked for.
    pub table: Vec<String>,
    /// All known members: the columns of CSV.
    pub known: Vec<String>,
    /// The schema of an item.
    pub schema: Option<(&'static Index, Value)>,
}

impl View {
    /// Returns whether an item may have a value at this path, which none had so far.
    pub fn knows(&self, path: &str) -> bool {
        let schema = self.schema.as_ref();
        self.known.iter().any(|name| name == path)
            || schema.is_some_and(|(index, schema)| has::may_have(index, schema, path, &mut 1000))
    }
}

impl Output {
    /// Applies `-o`, a format or a file. The name of a file must have a dot or a slash, so that a
    /// misspelled format creates no file.
    ///
    /// # Errors
    /// Returns an error if it is neither.
    pub fn to(mut self, said: &str) -> Result<Self> {
        match Format::of_name(said) {
            Some(format) => self.format = Some(format),
            None if said == "-" => self.file = None,
            // `jsonpath={.id}` is a format of kubectl.
            None if said.contains(['/', '\\']) || (said.contains('.') && !said.contains('=')) => {
                self.file = Some(said.into());
            }
            None => {
                let choose = match said.contains('=') {
                    true => "; --columns and --jq choose from the data",
                    false => "",
                };
                return Err(Failure::usage(format!(
                    "{}: no format of the output, and no file",
                    line(said)
                ))
                .hint(format!(
                    "formats are {}; a file has a dot or a slash in its name: ./{}{choose}",
                    Format::NAMES.join(", "),
                    line(said)
                )));
            }
        }
        Ok(self)
    }

    /// Returns whether data goes to a terminal.
    pub fn is_terminal(&self) -> bool {
        self.file.is_none() && io::stdout().is_terminal()
    }

    /// Returns the format that was named, or else that of the file's name or of AUTOPI_OUTPUT, or
    /// else a table on a terminal and JSON elsewhere.
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

    /// Returns the format for the results of a filter, if one was asked for: a text file has lines.
    fn of_results(&self) -> Option<Format> {
        let of_file = || Format::of_file(self.file.as_deref()?);
        self.format
            .or_else(|| of_file().filter(|of| *of != Format::Table))
    }

    /// Checks what can be checked before anything is sent: the format, the filter, and the file.
    ///
    /// # Errors
    /// Returns an error if AUTOPI_OUTPUT is not a format, if the filter is malformed, or if the
    /// file exists or cannot be written.
    pub fn check(&self) -> Result<()> {
        let usual = std::env::var("AUTOPI_OUTPUT").unwrap_or_default();
        if !usual.is_empty() && Format::of_name(&usual).is_none() {
            return Err(Failure::usage(format!(
                "AUTOPI_OUTPUT: `{}` is not a format; there are {}",
                line(&usual),
                Format::NAMES.join(", ")
            )));
        }
        if let Some(filter) = &self.jq {
            jq::compile(filter)?;
        }
        if let Some(file) = &self.file {
            file::check(file, self.force)?;
        }
        Ok(())
    }

    /// Checks that the ending of the file is not that of another format.
    ///
    /// # Errors
    /// Returns an error if its ending is that of another format.
    pub fn is_named_well(&self) -> Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let mut ends = ENDINGS.map(|(end, _)| end).to_vec();
        let advice = match file::ending(file).as_deref() {
            Some("gpx" | "geojson" | "kml" | "parquet") => "`autopi export` writes it".to_owned(),
            Some("svg" | "png") => "`autopi trip show` draws trips".to_owned(),
            _ => format!(
                "the ending says the format: .{}; a name without one is JSON",
                ends.join(", .")
            ),
        };
        if self.jq.is_some() {
            // The lines that `@tsv`, `@html` and `@sh` make.
            ends.extend(["tsv", "html", "sh"]);
        }
        names_one_of(file, &ends, &advice)
    }

    /// Checks that the result of a change could be written, before the change is made.
    ///
    /// # Errors
    /// Returns an error if stdout is closed.
    pub fn reaches(&self) -> Result<()> {
        match self.file {
            Some(_) => Ok(()),
            None => closed::check(),
        }
    }

    /// Refuses the options that choose or order data, where there is none to choose from.
    ///
    /// # Errors
    /// Returns an error if one was given.
    pub fn no_choice(&self, why: &str) -> Result<()> {
        let options = [
            ("--columns", !self.columns.is_empty()),
            ("--sort", !self.sort.is_empty()),
            ("--jq", self.jq.is_some()),
            ("--limit", self.limit.is_some()),
            ("--all", self.all),
        ];
        match options.iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) => Err(Failure::usage(format!("{option}: {why}"))),
            None => Ok(()),
        }
    }

    /// Refuses these options, and a file, where nothing is written.
    ///
    /// # Errors
    /// Returns an error if one was given.
    pub fn no_data(&self, why: &str) -> Result<()> {
        self.no_choice(why)?;
        match self.file {
            Some(_) => Err(Failure::usage(format!("-o FILE: {why}"))),
            None => Ok(()),
        }
    }

    /// Writes a line for people to stderr.
    pub fn notice(&self, text: &str) {
        if !self.quiet {
            // stderr may be closed.
            let _ = writeln!(anstream::stderr(), "note: {}", line(text));
        }
    }

    /// Writes a single value: an object, a list, or anything else.
    ///
    /// # Errors
    /// Returns an error if it cannot be written, or if the filter fails.
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

    /// Writes text that is the data itself: a script, or a manual page.
    ///
    /// # Errors
    /// Returns an error if it cannot be written.
    pub fn text(&self, text: &str) -> Result<()> {
        let mut target = Target::open(self)?;
        target.write(text.as_bytes())?;
        target.end()
    }
}
