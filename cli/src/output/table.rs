//! Tables for people, as wide as the terminal.

use anstream::ColorChoice;
use comfy_table::{ColumnConstraint, ContentArrangement, Row, Table, Width, presets};
use serde_json::Value;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{
    Output, View, escape,
    rows::{cell, members},
};

/// How many characters of a cell are shown.
const CELL: usize = 60;
/// How many characters of an id are shown at least, which distinguish it from others.
const ID: usize = 14;
/// The space between columns.
const GAP: usize = 2;
/// How many columns are shown if none are named.
const USUAL: usize = 8;

/// Returns the width from COLUMNS, or else that of the terminal; no limit elsewhere.
fn width(output: &Output) -> Option<usize> {
    let said = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let size = || terminal_size::terminal_size().map_or(80, |(w, _)| usize::from(w.0));
    said.or_else(|| output.is_terminal().then(size))
        .filter(|w| *w > 0)
}

fn bold(text: &str, output: &Output) -> String {
    let colours = anstream::AutoStream::choice(&std::io::stdout()) != ColorChoice::Never;
    match colours && output.file.is_none() {
        true => format!("\u{1b}[1m{text}\u{1b}[0m"),
        false => text.to_owned(),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => escape::line(text),
        other => escape::line(&other.to_string()),
    }
}

fn short(value: &Value) -> String {
    let text = text(value);
    let mut cells = 0;
    let end = text.char_indices().find(|(_, c)| {
        cells += c.width().unwrap_or(0);
        cells > CELL
    });
    match end {
        Some((at, _)) => text.get(..at).unwrap_or_default().to_owned() + "…",
        None => text,
    }
}

/// Returns a table with one row for each item, or one block for each item if the terminal is too
/// narrow.
pub fn rows(items: &[Value], output: &Output, view: &View) -> String {
    let names = match (output.columns.as_slice(), view.table.as_slice()) {
        ([], []) => usual(items),
        ([], known) => known.to_vec(),
        (asked, _) => asked.to_vec(),
    };
    let cell = |item: &Value, name: &String| short(cell(item, name));
    let width = width(output);
    if items.is_empty() {
        return String::new();
    }
    let mut names = names;
    if let Some(width) = width {
        let floors: Vec<usize> = names.iter().map(|name| floor(items, name, &cell)).collect();
        let fitting =
            |n: usize| floors.iter().take(n).map(|f| f + GAP).sum::<usize>() <= width + GAP;
        // Columns that nobody asked for are dropped first.
        while output.columns.is_empty() && names.len() > 3 && !fitting(names.len()) {
            names.pop();
        }
        if !fitting(names.len()) {
            let blocks = items.iter().map(|item| {
                let pairs = names
                    .iter()
                    .map(|name| (escape::line(name), cell(item, name)));
                block(pairs.collect(), output)
            });
            return blocks.collect::<Vec<_>>().join("\n");
        }
    }
    let row = |cells: Vec<String>| {
        let mut row = Row::from(cells);
        row.max_height(1);
        row
    };
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_truncation_indicator("…");
    if let Some(width) = width {
        let width = u16::try_from(width + GAP).unwrap_or(u16::MAX);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(width);
    }
    table.set_header(row(names.iter().map(|name| escape::line(name)).collect()));
    for item in items {
        table.add_row(row(names.iter().map(|name| cell(item, name)).collect()));
    }
    for (column, name) in table.column_iter_mut().zip(&names) {
        column.set_padding((0, GAP as u16));
        if floor(items, name, &cell) > ID {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(
                u16::try_from(floor(items, name, &cell) + GAP).unwrap_or(u16::MAX),
            )));
        }
    }
    let lines = table.lines().enumerate().map(|(i, line)| {
        let line = line.trim_end();
        if i == 0 {
            bold(line, output)
        } else {
            line.to_owned()
        }
    });
    lines.map(|line| line + "\n").collect()
}

/// Returns the least useful width of a column: the start of an id is enough to name it, and a
/// longer text is read by its start.
fn floor(items: &[Value], name: &str, cell: &dyn Fn(&Value, &String) -> String) -> usize {
    let name = name.to_owned();
    let widest = items.iter().map(|item| cell(item, &name).width()).max();
    let is_id = items
        .iter()
        .all(|item| matches!(cell(item, &name).len(), 0 | 36));
    match widest.unwrap_or(0).max(name.width()) {
        36 if is_id => ID,
        wide => wide.min(20),
    }
}

/// Returns the members, those with plain values first.
fn usual(items: &[Value]) -> Vec<String> {
    let names = members(&[], items);
    let plain = |name: &String| {
        let mut values = items.iter().filter_map(|item| item.get(name));
        values.all(|v| !v.is_object() && !v.is_array())
    };
    let (plain, nested): (Vec<_>, Vec<_>) = names.into_iter().partition(plain);
    plain.into_iter().chain(nested).take(USUAL).collect()
}

/// Returns a single value with one line for each member.
pub fn single(value: &Value, output: &Output) -> String {
    match value {
        Value::Null => String::new(),
        Value::Object(map) => {
            let pairs = map
                .iter()
                .map(|(key, value)| (escape::line(key), text(value)));
            block(pairs.collect(), output)
        }
        other => text(other) + "\n",
    }
}

/// Returns names in a column with their values beside them; an id for which there is no room stands
/// below its name, on one line.
fn block(pairs: Vec<(String, String)>, output: &Output) -> String {
    let longest = pairs.iter().map(|(name, _)| name.width()).max();
    let longest = longest.unwrap_or(0);
    let room = width(output).unwrap_or(usize::MAX);
    let lines = pairs.into_iter().map(|(name, value)| {
        let gap = " ".repeat(longest - name.width());
        match room < longest + GAP + value.width().min(36) {
            true => format!("{}\n  {value}\n", bold(&name, output)),
            false => format!("{}{gap}  {value}\n", bold(&name, output)),
        }
    });
    lines.collect()
}
