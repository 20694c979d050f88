//! Tables for people, as wide as the terminal.

use anstream::ColorChoice;
use comfy_table::{ContentArrangement, Row, Table, presets};
use serde_json::Value;

use super::{Output, View, columns, escape, rows::members};

/// Characters of a cell that are shown.
const CELL: usize = 60;
/// Columns that are shown if nobody says which.
const USUAL: usize = 8;

/// As wide as COLUMNS says, else as the terminal is; no limit elsewhere.
fn width(output: &Output) -> Option<usize> {
    let said = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let size = || terminal_size::terminal_size().map_or(80, |(w, _)| usize::from(w.0));
    said.or_else(|| output.is_terminal().then(size))
        .filter(|w| *w > 0)
}

fn bold(text: &str, output: &Output) -> String {
    let colours = anstream::AutoStream::choice(&std::io::stdout()) != ColorChoice::Never;
    match colours && output.is_terminal() {
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
    match text.char_indices().nth(CELL) {
        Some((at, _)) => text.get(..at).unwrap_or_default().to_owned() + "…",
        None => text,
    }
}

/// A row an item; where the terminal is too narrow for that, a block an item.
pub fn rows(items: &[Value], output: &Output, view: &View) -> String {
    let names = match (output.columns.as_slice(), view.table.as_slice()) {
        ([], []) => usual(items),
        ([], known) => known.to_vec(),
        (asked, _) => asked.to_vec(),
    };
    let cell = |item: &Value, name: &String| match item {
        Value::Object(_) => columns::get(item, name).map_or_else(String::new, short),
        other => short(other),
    };
    let width = width(output);
    if items.is_empty() {
        return String::new();
    }
    if width.is_some_and(|width| width < names.len() * 10) {
        let blocks = items.iter().map(|item| {
            let pairs = names
                .iter()
                .map(|name| (escape::line(name), cell(item, name)));
            block(pairs.collect(), output)
        });
        return blocks.collect::<Vec<_>>().join("\n");
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if let Some(width) = width {
        let width = u16::try_from(width).unwrap_or(u16::MAX);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(width);
    }
    table.set_header(names.iter().map(|name| escape::line(name)));
    for item in items {
        let mut row = Row::from(
            names
                .iter()
                .map(|name| cell(item, name))
                .collect::<Vec<_>>(),
        );
        row.max_height(1);
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
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

/// Members of plain values before others.
fn usual(items: &[Value]) -> Vec<String> {
    let names = members(&[], items);
    let plain = |name: &String| {
        let mut values = items.iter().filter_map(|item| item.get(name));
        values.all(|v| !v.is_object() && !v.is_array())
    };
    let (plain, nested): (Vec<_>, Vec<_>) = names.into_iter().partition(plain);
    plain.into_iter().chain(nested).take(USUAL).collect()
}

/// One value: a line a member.
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

/// Names in a column, values behind them, or below where it is too narrow.
fn block(pairs: Vec<(String, String)>, output: &Output) -> String {
    let longest = pairs
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    let narrow = width(output).is_some_and(|width| width < longest + 12);
    let lines = pairs.into_iter().map(|(name, value)| {
        let gap = " ".repeat(longest - name.chars().count());
        match narrow {
            true => format!("{}\n  {value}\n", bold(&name, output)),
            false => format!("{}{gap}  {value}\n", bold(&name, output)),
        }
    });
    lines.collect()
}
