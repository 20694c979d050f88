//! drf-yasg renders callables: `default=timezone.now` comes out as the time of the download, so two downloads differ.

use serde_json::Value;

use super::walk;
use crate::report::Failure;

/// Drops a `default` of a `date-time` or `date`: no caller may rely on it.
pub fn rendering_time_defaults(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    walk::document_schemas(doc, &mut |map| {
        let timed = matches!(map.get("format").and_then(Value::as_str), Some("date-time" | "date"));
        if timed && map.get("default").is_some_and(Value::is_string) {
            map.shift_remove("default");
            n += 1;
        }
    });
    Ok(n)
}
