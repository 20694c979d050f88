//! Helpers for JSON values.

use serde_json::Value;

use crate::util::python::NUMBER;

/// Returns a string unchanged, and anything else as JSON.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Writes a value; marked numbers with their digits.
pub fn write(value: &Value) -> String {
    let text = value.to_string();
    let begin = format!("{{{}:\"", Value::from(NUMBER));
    if !text.contains(&begin) {
        return text;
    }
    let mut parts = text.split(&begin);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.split_once("\"}");
        let digits =
            digits.filter(|(n, _)| serde_json::from_str::<serde::de::IgnoredAny>(n).is_ok());
        match digits {
            Some((digits, rest)) => out.extend([digits, rest]),
            None => out.extend([begin.as_str(), part]),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_our_own_marker_is_a_number() {
        let sent = json!({ NUMBER: "1,\"x\":2" });
        assert_eq!(write(&sent), sent.to_string());
    }
}
