//! Writes items, one by one where the format allows it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Format, Output, Target, View, columns, csv, escape, single::filtered, table, yaml};
use crate::Result;

/// How many items are looked at before the columns of CSV are fixed.
const HEAD: usize = 1000;

/// A writer of items. It keeps items until the end only if a table, a sort order or a filter needs
/// them together.
#[derive(Debug)]
pub struct Rows<'a> {
    output: &'a Output,
    view: &'a View,
    format: Format,
    target: Target,
    kept: Vec<Value>,
    written: u64,
    /// Requested columns that no item had so far.
    missing: BTreeSet<String>,
    /// The members of the items, for an error.
    members: BTreeSet<String>,
    /// The columns of CSV, once they are fixed, and members that came later and have none.
    header: Option<Vec<String>>,
    late: BTreeSet<String>,
}

impl<'a> Rows<'a> {
    /// Returns a writer without items.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub fn new(output: &'a Output, view: &'a View) -> Result<Self> {
        output.is_named_well()?;
        let order = output.sort.iter().map(|path| columns::order(path).0);
        let wanted = output.columns.iter().map(String::as_str).chain(order);
        Ok(Self {
            output,
            view,
            format: output.format(),
            target: Target::open(output)?,
            kept: Vec::new(),
            written: 0,
            missing: wanted.map(str::to_owned).collect(),
            members: view.known.iter().cloned().collect(),
            header: None,
            late: BTreeSet::new(),
        })
    }

    fn keeps(&self) -> bool {
        self.format == Format::Table || !self.output.sort.is_empty() || self.output.jq.is_some()
    }

    /// Writes an item.
    ///
    /// # Errors
    /// Returns an error if it cannot be written.
    pub fn item(&mut self, item: Value) -> Result<()> {
        self.missing
            .retain(|path| columns::get(&item, path).is_none());
        if let (false, Value::Object(map)) = (self.missing.is_empty(), &item) {
            self.members.extend(map.keys().cloned());
        }
        if self.keeps() || self.settles() || self.waits_for_header() || !self.kept.is_empty() {
            self.kept.push(item);
            let settled = !self.settles() || self.kept.len() >= HEAD;
            return if settled && !self.keeps() {
                self.write_kept()
            } else {
                Ok(())
            };
        }
        self.write(item)
    }

    fn waits_for_header(&self) -> bool {
        self.format == Format::Csv && self.header.is_none()
    }

    /// Returns whether the columns are not fixed yet, or whether some of the requested ones have
    /// not been seen.
    fn settles(&self) -> bool {
        let unknown = || self.missing.iter().any(|path| !self.view.knows(path));
        let no_header = self.waits_for_header() && self.output.columns.is_empty();
        self.written == 0 && (no_header || unknown())
    }

    /// Writes out the buffer, before a wait for more.
    ///
    /// # Errors
    /// Returns an error if it cannot be written.
    pub fn flush(&mut self) -> Result<()> {
        self.target.flush()
    }

    fn write_kept(&mut self) -> Result<()> {
        let kept = std::mem::take(&mut self.kept);
        if self.waits_for_header() {
            let names = match self.output.columns.as_slice() {
                [] => members(&self.view.known, &kept),
                asked => asked.to_vec(),
            };
            self.target
                .write(self.shown(csv::header(&names)).as_bytes())?;
            self.header = Some(names);
        }
        kept.into_iter().try_for_each(|item| self.write(item))
    }

    /// Escapes what a terminal would obey, for which CSV has no form.
    fn shown(&self, text: String) -> String {
        match self.output.is_terminal() {
            true => text
                .split_inclusive('\n')
                .map(|l| escape::line(l.trim_end_matches('\n')) + "\n")
                .collect(),
            false => text,
        }
    }

    fn write(&mut self, item: Value) -> Result<()> {
        let item = match self.output.columns.as_slice() {
            [] => item,
            asked => columns::picked(&item, asked),
        };
        let text = match self.format {
            Format::Json => {
                let start = if self.written == 0 { "[\n  " } else { ",\n  " };
                format!(
                    "{start}{}",
                    escape::json(&pretty(&item).replace('\n', "\n  "))
                )
            }
            Format::Ndjson => escape::json(&item.to_string()) + "\n",
            Format::Yaml => {
                let mut text = String::new();
                yaml::write(&Value::Array(vec![item]), 0, &mut text);
                text
            }
            Format::Csv => {
                let names = self.header.as_deref().unwrap_or_default();
                let cells: Vec<_> = names.iter().map(|name| cell(&item, name)).collect();
                if let Value::Object(map) = &item {
                    self.late
                        .extend(map.keys().filter(|key| !names.contains(key)).cloned());
                }
                self.shown(csv::row(cells.into_iter()))
            }
            Format::Table => String::new(),
        };
        self.written += 1;
        self.target.write(text.as_bytes())
    }

    /// Completes the output.
    ///
    /// # Errors
    /// Returns an error if it cannot be written, if the filter fails, or if no item has a requested
    /// column.
    pub fn end(mut self) -> Result<()> {
        let came = self.written > 0 || !self.kept.is_empty();
        let unknown = self.missing.iter().find(|path| !self.view.knows(path));
        if let Some(path) = unknown.filter(|_| came) {
            let members = self.members.iter();
            return Err(columns::unknown("no item has a member", path, members));
        }
        columns::sort(&mut self.kept, &self.output.sort);
        if let Some(filter) = &self.output.jq {
            let picked = std::mem::take(&mut self.kept).into_iter();
            let picked = picked.map(|item| match self.output.columns.as_slice() {
                [] => item,
                asked => columns::picked(&item, asked),
            });
            return filtered(self.output, self.target, filter, picked.collect());
        }
        match self.format {
            Format::Table => {
                let text = table::rows(&self.kept, self.output, self.view);
                self.target.write(text.as_bytes())?;
            }
            _ => self.write_kept()?,
        }
        match self.format {
            Format::Json if self.written == 0 => self.target.write(b"[]\n")?,
            Format::Json => self.target.write(b"\n]\n")?,
            Format::Yaml if self.written == 0 => self.target.write(b"[]\n")?,
            _ => {}
        }
        self.target.end()?;
        if !came && self.format == Format::Table {
            self.output.notice("nothing found");
        }
        if !self.late.is_empty() {
            let late: Vec<_> = self.late.into_iter().collect();
            self.output.notice(&format!(
                "members without a column of their own: {}; --columns names columns",
                late.join(", ")
            ));
        }
        Ok(())
    }
}

/// Returns indented JSON.
pub fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Returns the value in a column. An item that is not an object is in the column `value`.
pub fn cell<'v>(item: &'v Value, column: &str) -> &'v Value {
    let inner = match item {
        Value::Object(_) => columns::get(item, column),
        _ => (column == "value").then_some(item),
    };
    inner.unwrap_or(&Value::Null)
}

/// Returns the known members, followed by all others.
pub fn members(known: &[String], items: &[Value]) -> Vec<String> {
    let mut names = known.to_vec();
    let mut seen: BTreeSet<String> = known.iter().cloned().collect();
    for item in items {
        match item {
            Value::Object(map) => {
                names.extend(
                    map.keys()
                        .filter(|key| seen.insert((*key).clone()))
                        .cloned(),
                );
            }
            Value::Null if !names.is_empty() => {}
            _ if seen.insert("value".into()) => names.push("value".into()),
            _ => {}
        }
    }
    names
}
