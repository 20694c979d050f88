//! The times of rows.

use serde_json::{Value, json};

use super::Moment;
use crate::{Context, index::Operation};

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

/// Returns the members of a list's items that are times.
pub fn times(context: &Context, operation: &Operation) -> Vec<String> {
    let item = operation.item().map(|item| context.index.resolved(item));
    let properties = item
        .as_ref()
        .and_then(|i| i.get("properties"))
        .and_then(Value::as_object);
    let is_time =
        |of: &Value| context.index.resolved(of).get("format") == Some(&json!("date-time"));
    properties
        .into_iter()
        .flatten()
        .filter(|(_, of)| is_time(of))
        .map(|(name, _)| name.clone())
        .collect()
}

pub fn moment(row: &Value, name: &str) -> Moment {
    row.get(name)?.as_str()?.parse().ok()
}
