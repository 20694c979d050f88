//! The formats of data, and the endings of files that have them.

use std::path::Path;

use super::file::ending;

/// The format of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A table for people.
    Table,
    /// A single JSON text.
    Json,
    /// One JSON text on each line.
    Ndjson,
    /// CSV (RFC 4180), with a line feed after each row.
    Csv,
    /// YAML 1.2.
    Yaml,
}

impl Format {
    /// The names of the formats.
    pub const NAMES: [&str; 5] = ["table", "json", "ndjson", "csv", "yaml"];

    /// Returns the format of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "table" => Self::Table,
            "json" => Self::Json,
            "ndjson" => Self::Ndjson,
            "csv" => Self::Csv,
            "yaml" => Self::Yaml,
            _ => return None,
        })
    }

    /// Returns the format for the extension of a file.
    pub fn of_file(path: &Path) -> Option<Self> {
        let end = ending(path)?;
        let found = ENDINGS.iter().find(|(known, _)| *known == end);
        found.map(|(_, format)| *format)
    }
}

/// The endings of files, and their formats.
pub const ENDINGS: [(&str, Format); 7] = [
    ("json", Format::Json),
    ("ndjson", Format::Ndjson),
    ("jsonl", Format::Ndjson),
    ("csv", Format::Csv),
    ("yaml", Format::Yaml),
    ("yml", Format::Yaml),
    ("txt", Format::Table),
];
