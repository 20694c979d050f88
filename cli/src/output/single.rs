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

/// Writes the results of a filter. If no format was asked for, strings are written as they are and
/// everything else as JSON, one line each.
pub fn filtered(output: &Output, mut target: Target, filter: &str, value: Value) -> Result<()> {
    let (mut results, format) = (Vec::new(), output.of_results());
    apart::run(filter, value, |result| {
        if format.is_some() {
            results.push(result);
            return Ok(());
        }
        let text = match result {
            Value::String(text) if output.is_terminal() => escape::line(&text),
            Value::String(text) => text,
            other => escape::json(&other.to_string()),
        };
        target.write((text + "\n").as_bytes())
    })?;
    if format.is_none() {
        return target.end();
    }
    drop(target);
    let mut plain = output.clone();
    // What chose the data has done so.
    (plain.jq, plain.columns, plain.sort, plain.limit) = (None, Vec::new(), Vec::new(), None);
    let view = View::default();
    match results.len() {
        1 => plain.value(results.swap_remove(0), &view),
        _ => plain.value(Value::Array(results), &view),
    }
}
