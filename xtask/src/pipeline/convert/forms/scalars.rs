//! Strings, booleans, numbers, and lists of strings.

use serde_json::{Number, Value, json};

use super::{Forms, wrong};
use crate::document::members::At;
use crate::report::Failure;

impl Forms {
    pub(super) fn text(&mut self, value: &mut Value, at: &At<'_>) -> Result<(), Failure> {
        match value {
            Value::String(_) => Ok(()),
            Value::Number(_) | Value::Bool(_) => {
                let text = value.to_string();
                self.warn(at, &format!("`{text}` is not a string: read as \"{text}\""));
                *value = text.into();
                Ok(())
            }
            _ => Err(wrong(at, "a text")),
        }
    }

    pub(super) fn flag(&mut self, value: &mut Value, at: &At<'_>) -> Result<(), Failure> {
        if value.is_boolean() {
            return Ok(());
        }
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let flag = match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => true,
            "false" | "0" | "no" | "off" => false,
            // What to use instead, or since when.
            reason if matches!(at, At::Member(_, "deprecated")) && !reason.is_empty() => true,
            _ => return Err(wrong(at, &format!("true or false, not {}", short(value)))),
        };
        self.warn(at, &format!("{value} is not a boolean: read as {flag}"));
        *value = flag.into();
        Ok(())
    }

    pub(super) fn number(&mut self, value: &mut Value, at: &At<'_>) -> Result<(), Failure> {
        if value.is_number() {
            return Ok(());
        }
        let number = value
            .as_str()
            .and_then(|t| serde_json::from_str::<Number>(t.trim()).ok());
        let number = number.ok_or_else(|| wrong(at, &format!("a number, not {}", short(value))))?;
        self.warn(at, &format!("{value} is not a number: read as {number}"));
        *value = number.into();
        Ok(())
    }

    pub(super) fn count(&mut self, value: &mut Value, at: &At<'_>) -> Result<(), Failure> {
        self.number(value, at)?;
        if value.is_u64() {
            return Ok(());
        }
        let whole = value
            .as_f64()
            .filter(|n| n.fract() == 0.0 && (0.0..9e15).contains(n));
        let whole = whole.ok_or_else(|| {
            wrong(
                at,
                &format!("a whole number from 0 on, not {}", short(value)),
            )
        })?;
        *value = (whole as u64).into();
        Ok(())
    }

    pub(super) fn texts(&mut self, value: &mut Value, at: &At<'_>) -> Result<(), Failure> {
        if value.is_string() {
            self.warn(at, "a string: read as a list of it");
            *value = json!([value.take()]);
        }
        let list = value
            .as_array_mut()
            .ok_or_else(|| wrong(at, "a list of texts"))?;
        let before = list.len();
        list.retain(|entry| !entry.is_null());
        if list.len() < before {
            self.warn(at, "null in a list: left out");
        }
        for (i, entry) in list.iter_mut().enumerate() {
            self.text(entry, &At::Entry(at, i))?;
        }
        Ok(())
    }
}

/// Returns a value, short enough for a line.
pub(super) fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
