//! Helpers for JSON values.

use serde_json::Value;

/// Returns a string unchanged, and anything else as JSON.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
