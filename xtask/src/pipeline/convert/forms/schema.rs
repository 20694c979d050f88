//! `type` and `required` of a schema.

use serde_json::{Map, Value};

use super::{Forms, wrong};
use crate::document::members::At;
use crate::report::Failure;

impl Forms {
    /// Converts a list of types, which belongs to 3.1; before that it can only mean "or null", or any JSON.
    pub(super) fn types(
        &mut self,
        map: &mut Map<String, Value>,
        at: &At<'_>,
    ) -> Result<(), Failure> {
        let Some(value) = map.get_mut("type") else {
            return Ok(());
        };
        let at = At::Member(at, "type");
        let Value::Array(list) = value else {
            self.text(value, &at)?;
            let lower = value.as_str().unwrap_or_default().to_ascii_lowercase();
            let known = ["string", "integer", "number", "boolean", "array", "object"];
            if value.as_str() != Some(&lower) && known.contains(&lower.as_str()) {
                self.warn(&at, &format!("{value} is not a type: read as `{lower}`"));
                *value = lower.into();
            }
            return Ok(());
        };
        if !list.iter().all(Value::is_string) {
            return Err(wrong(&at, "a text, or a list of texts"));
        }
        if self.lists_of_types {
            return Ok(());
        }
        let mut rest = std::mem::take(list);
        let all = rest.len();
        rest.retain(|t| t != "null");
        let null = rest.len() < all;
        match rest.as_slice() {
            [one] => *value = one.clone(),
            _ => drop(map.shift_remove("type")),
        }
        if null {
            map.insert(self.nullable.into(), true.into());
        }
        let meaning = match (rest.as_slice(), null) {
            ([Value::String(one)], true) => format!("`{one}` that may be null"),
            ([Value::String(one)], false) => format!("`{one}`"),
            _ => "any JSON".into(),
        };
        self.warn(
            &at,
            &format!("lists of types need OpenAPI 3.1: read as {meaning}"),
        );
        Ok(())
    }

    /// Handles a `required` of JSON Schema draft 3, a flag instead of a list, which drf-yasg accepts in hand-written schemas.
    pub(super) fn required(
        &mut self,
        map: &mut Map<String, Value>,
        at: &At<'_>,
    ) -> Result<(), Failure> {
        let at = At::Member(at, "required");
        match map.get_mut("required") {
            None => Ok(()),
            Some(Value::Bool(_)) => {
                self.warn(&at, "must be a list of names: left out");
                map.shift_remove("required");
                Ok(())
            }
            Some(Value::String(text)) if ["true", "false"].contains(&text.as_str()) => {
                self.warn(&at, "must be a list of names: left out");
                map.shift_remove("required");
                Ok(())
            }
            Some(value) => self.texts(value, &at),
        }
    }
}
