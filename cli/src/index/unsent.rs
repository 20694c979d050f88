//! Parameters that a document has and no request carries.

use serde_json::Value;

/// A parameter that is not sent.
#[derive(Debug)]
pub struct Unsent {
    /// The name of the parameter, and its place as the document calls it.
    pub name: String,
    pub place: String,
    /// Whether the document requires the parameter.
    pub required: bool,
}

impl Unsent {
    pub(super) fn new(value: &Value) -> Self {
        let text = |key: &str| {
            value
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        Self {
            name: text("name"),
            place: text("in"),
            required: value.get("required") == Some(&Value::Bool(true)),
        }
    }

    /// Returns which parameter this is, and why it is not sent.
    pub fn why(&self) -> String {
        match self.place.to_ascii_lowercase().starts_with("cookie") {
            true => format!(
                "the cookie {} is not sent: it belongs to a browser's session; `autopi api METHOD \
                 PATH -H 'Cookie: NAME=VALUE'` sends one",
                self.name
            ),
            false => format!(
                "the parameter {} is not sent: no request can have it in `{}`",
                self.name, self.place
            ),
        }
    }
}
