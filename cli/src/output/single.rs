//! Writes a single value, or the results of a filter.

use serde_json::Value;

use super::{
    Format, Output, Rows, Target, View, apart, columns, escape, rows::pretty, table, yaml,
};
use crate::Result;

/// Writes a value that is not a list.
pub fn single(output: &Output, value: Value, view: &View) -> Result<()> {
    let order = output.sort.iter().map(|path| columns::order(path).0);
    let mut asked = output.columns.iter().map(String::as_str).chain(order);
    let is_unknown = |path: &&str| columns::get(&value, path).is_none() && !view.knows(path);
    if let Some(path) = asked.find(is_unknown) {
        let members = value
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name);
        return Err(columns::unknown("there is no member", path, members));
    }
    output.is_named_well()?;
    let value = match (output.columns.as_slice(), &value) {
        ([], _) => value,
        (asked, Value::Object(_)) => columns::picked(&value, asked),
        _ => value,
    };
    let mut target = Target::open(output)?;
    if let Some(filter) = &output.jq {
        return filtered(output, target, filter, value);
    }
    let text = match output.format() {
        Format::Table => table::single(&value, output),
        Format::Json => escape::json(&pretty(&value)) + "\n",
        Format::Ndjson => escape::json(&value.to_string()) + "\n",
        Format::Yaml => {
            let mut text = String::new();
            yaml::write(&value, 0, &mut text);
            text
        }
        Format::Csv => {
            drop(target);
            let mut plain = output.clone();
            plain.sort.clear();
            if !value.is_object() {
                plain.columns.clear();
            }
            let mut rows = Rows::new(&plain, view)?;
            rows.item(value)?;
            return rows.end();
        }
    };
    target.write(text.as_bytes())?;
    target.end()
}

/// Writes the results of a filter as they come. If no format was asked for, strings are written as
/// they are and everything else as JSON, one line each.
pub fn filtered(output: &Output, mut target: Target, filter: &str, value: Value) -> Result<()> {
    if output.of_results().is_none() {
        apart::run(filter, value, |result, waits| {
            let text = match result {
                Value::String(text) if output.is_terminal() => escape::line(&text),
                Value::String(text) => text,
                other => escape::json(&other.to_string()),
            };
            target.write((text + "\n").as_bytes())?;
            if waits { target.flush() } else { Ok(()) }
        })?;
        return target.end();
    }
    drop(target);
    let mut plain = output.clone();
    // What chose the data has done so.
    (plain.jq, plain.columns, plain.sort, plain.limit) = (None, Vec::new(), Vec::new(), None);
    let view = View::default();
    // A single result is the data itself; several are the items of a list.
    let (mut first, mut rows) = (None, None);
    apart::run(filter, value, |result, waits| {
        let Some(before) = first.take() else {
            match &mut rows {
                None => first = Some(result),
                Some(rows) => add(rows, [result], waits)?,
            }
            return Ok(());
        };
        add(
            rows.insert(Rows::new(&plain, &view)?),
            [before, result],
            waits,
        )
    })?;
    match (rows, first) {
        (Some(rows), _) => rows.end(),
        (None, Some(one)) => plain.value(one, &view),
        (None, None) => Rows::new(&plain, &view)?.end(),
    }
}

/// Adds items, and writes them out if there may be a wait for the next one.
fn add<const N: usize>(rows: &mut Rows<'_>, items: [Value; N], waits: bool) -> Result<()> {
    items.into_iter().try_for_each(|item| rows.item(item))?;
    if waits { rows.flush() } else { Ok(()) }
}
