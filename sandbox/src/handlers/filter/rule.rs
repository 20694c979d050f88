//! One condition on the items of a list, and how values compare.

use std::cmp::Ordering;

use serde_json::Value;

use crate::{spec::times, util::python};

#[derive(Debug, PartialEq)]
pub struct Rule {
    pub field: String,
    pub test: Test,
    /// The accepted values.
    pub wanted: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    Is,
    IsNot,
    AtLeast,
    Above,
    AtMost,
    Below,
    Contains,
    Starts,
    Ends,
    /// Equal but for the case of letters.
    IsLike,
    /// Between two values, both included.
    Range,
    IsNull,
}

impl Rule {
    pub fn matches(&self, value: &Value) -> bool {
        match value {
            Value::Array(list) if self.test == Test::Is => list.iter().any(|v| self.matches(v)),
            Value::Object(map) => map
                .get("id")
                .or_else(|| map.get("name"))
                .is_some_and(|v| self.matches(v)),
            value if self.test == Test::Range => match self.wanted.as_slice() {
                [low, high] => at(value, low, Ordering::is_ge) && at(value, high, Ordering::is_le),
                _ => false,
            },
            value => self
                .wanted
                .iter()
                .any(|wanted| self.matches_one(value, wanted)),
        }
    }

    fn matches_one(&self, value: &Value, wanted: &str) -> bool {
        let order = || order(value, wanted);
        let lower = |v: &Value| {
            v.as_str()
                .map_or_else(|| v.to_string(), str::to_owned)
                .to_lowercase()
        };
        match self.test {
            Test::Is => order() == Some(Ordering::Equal) || (value.is_null() && wanted == "null"),
            Test::IsNot => order() != Some(Ordering::Equal),
            Test::AtLeast => order().is_some_and(Ordering::is_ge),
            Test::Above => order().is_some_and(Ordering::is_gt),
            Test::AtMost => order().is_some_and(Ordering::is_le),
            Test::Below => order().is_some_and(Ordering::is_lt),
            Test::Contains => lower(value).contains(&wanted.to_lowercase()),
            Test::Starts => lower(value).starts_with(&wanted.to_lowercase()),
            Test::Ends => lower(value).ends_with(&wanted.to_lowercase()),
            Test::IsLike => lower(value) == wanted.to_lowercase(),
            Test::Range => false,
            Test::IsNull => match wanted.to_lowercase().as_str() {
                "true" | "1" => value.is_null(),
                "false" | "0" => !value.is_null(),
                _ => true,
            },
        }
    }
}

/// Returns how a value compares with a text; null does not. Django drops the fraction of a number
/// that it compares an integer with.
fn order(value: &Value, wanted: &str) -> Option<Ordering> {
    let like = Some(value).filter(|v| !v.is_null())?;
    let wanted = read(like, wanted)?;
    let fraction = value.is_i64() && wanted.is_f64();
    let whole = wanted.as_f64().filter(|_| fraction).map(f64::trunc);
    Some(compare(value, &whole.map_or(wanted, Value::from)))
}

fn at(value: &Value, wanted: &str, is: fn(Ordering) -> bool) -> bool {
    order(value, wanted).is_some_and(is)
}

/// Reads a text as a value of the same type as `like`.
pub fn read(like: &Value, text: &str) -> Option<Value> {
    match like {
        Value::Number(_) => {
            let whole = python::int(text).and_then(|n| n.parse::<i64>().ok());
            let number = || python::decimal(text)?.parse::<f64>().ok();
            whole.map(Value::from).or_else(|| number().map(Value::from))
        }
        Value::Bool(_) => match text.to_lowercase().as_str() {
            "true" | "1" => Some(true.into()),
            "false" | "0" => Some(false.into()),
            _ => None,
        },
        _ => Some(text.into()),
    }
}

/// Compares numbers by size, times by time, strings by letters; null comes first.
pub fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => a
                .as_f64()
                .partial_cmp(&b.as_f64())
                .unwrap_or(Ordering::Equal),
        },
        (Value::String(a), Value::String(b)) => {
            let time = |t: &str| {
                if t.get(4..5) == Some("-") {
                    times::time(t)
                } else {
                    None
                }
            };
            match (time(a), time(b)) {
                (Some(a), Some(b)) => a.cmp(&b),
                _ => a.cmp(b),
            }
        }
        (a, b) => a.to_string().cmp(&b.to_string()),
    }
}

pub fn mentions(value: &Value, word: &str) -> bool {
    match value {
        Value::String(text) => text.to_lowercase().contains(word),
        Value::Number(n) => n.to_string() == word,
        Value::Array(list) => list.iter().any(|v| mentions(v, word)),
        Value::Object(map) => map.values().any(|v| mentions(v, word)),
        _ => false,
    }
}
