//! What the document says about rows: which of their members are times, and their columns.

use serde_json::Value;

use super::{
    Moment,
    format::{Column, Kind},
};
use crate::{
    Context,
    index::{Operation, type_name},
};

/// Converts the members of a row that the document calls times to UTC.
pub fn in_utc(row: &mut Value, times: &[String]) {
    for name in times {
        let Some(Value::String(text)) = row.get_mut(name) else {
            continue;
        };
        if let Ok(time) = text.parse::<autopi::Timestamp>() {
            *text = time.to_string();
        }
    }
}

/// Returns the columns of a list's items, of which a table without rows has no others. Objects are
/// left out: their columns are those of their members.
pub fn columns(context: &Context, operation: &Operation) -> Vec<Column> {
    let item = operation.item().map(|item| context.index.resolved(item));
    let properties = item
        .as_ref()
        .and_then(|i| i.get("properties"))
        .and_then(Value::as_object);
    let column = |(name, of): (&String, &Value)| {
        let kind = match type_name(context.index, of).as_str() {
            "object" | "any" => return None,
            "time" => Kind::Time,
            "boolean" => Kind::Boolean,
            "integer" => Kind::Integer,
            "number" => Kind::Number,
            _ => Kind::Text,
        };
        let name = name.clone();
        Some(Column { name, kind })
    };
    properties
        .into_iter()
        .flatten()
        .filter_map(column)
        .collect()
}

/// Returns the columns that are times.
pub fn times(columns: &[Column]) -> Vec<String> {
    let times = columns.iter().filter(|c| c.kind == Kind::Time);
    times.map(|c| c.name.clone()).collect()
}

pub fn moment(row: &Value, name: &str) -> Moment {
    row.get(name)?.as_str()?.parse().ok()
}
