//! Evidence for one place of the document: types, formats of strings and values of enums, never
//! data.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document::types::type_of;

/// The evidence for one place, from one response or several.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Evidence {
    /// The JSON types, and how often each came.
    pub kinds: BTreeMap<String, usize>,
    /// The formats of strings and the sizes of integers.
    pub forms: BTreeSet<String>,
    /// How often it was absent, although it is required.
    pub absent: usize,
    /// The values that an enum does not list, as JSON.
    pub values: BTreeSet<String>,
    /// The items of lists, if the document does not describe them.
    pub items: Option<Box<Evidence>>,
}

/// The longest value of an enum: a longer one may be somebody's data, and so may one of very many.
const LONGEST_VALUE: usize = 40;
const MOST_VALUES: usize = 50;
const DEEPEST: u8 = 32;

impl Evidence {
    /// Adds a value; with `deep`, also the items of lists.
    pub fn add(&mut self, value: &Value, listed: Option<&Vec<Value>>, deep: bool, depth: u8) {
        *self.kinds.entry(type_of(value).to_owned()).or_default() += 1;
        match value {
            Value::String(text) => drop(self.forms.insert(form(text).to_owned())),
            Value::Number(n) => drop(size(n).map(|size| self.forms.insert(size.to_owned()))),
            Value::Array(list) if deep && depth < DEEPEST => {
                for item in list {
                    let items = self.items.get_or_insert_default();
                    items.add(item, None, true, depth + 1);
                }
            }
            _ => {}
        }
        if listed.is_some_and(|listed| !listed.contains(value)) && !value.is_null() {
            let text = value.to_string();
            if text.len() <= LONGEST_VALUE && self.values.len() < MOST_VALUES {
                self.values.insert(text);
            }
        }
    }

    pub fn merge(&mut self, other: &Self) {
        for (kind, n) in &other.kinds {
            *self.kinds.entry(kind.clone()).or_default() += n;
        }
        self.forms.extend(other.forms.iter().cloned());
        self.values.extend(other.values.iter().cloned());
        self.absent += other.absent;
        if let Some(items) = &other.items {
            self.items.get_or_insert_default().merge(items);
        }
    }

    /// Returns the JSON types except null.
    pub fn types(&self) -> Vec<&str> {
        let types = self.kinds.keys().map(String::as_str);
        types.filter(|kind| *kind != "null").collect()
    }

    pub fn has(&self, kind: &str) -> bool {
        self.kinds.contains_key(kind)
    }

    /// Returns the formats of strings.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let forms = self.forms.iter().map(String::as_str);
        forms.filter(|form| !SIZES.contains(form))
    }
}

const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
pub const SIZES: [&str; 4] = ["32 bits", "53 bits", "64 bits", "more than 63 bits"];

/// Returns the size of an integer. One beyond 64 bits was parsed as a float.
fn size(n: &serde_json::Number) -> Option<&'static str> {
    Some(match n.as_i64() {
        Some(n) if i32::try_from(n).is_ok() => SIZES[0],
        Some(n) if n.unsigned_abs() <= 1 << 53 => SIZES[1],
        Some(_) => SIZES[2],
        None if n.as_f64().is_some_and(|n| n.abs() < TWO_TO_63) => return None,
        None => SIZES[3],
    })
}

/// Returns the format of a string.
pub fn form(text: &str) -> &'static str {
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    if let Some(rest) = shape.strip_prefix("0000-00-00") {
        let (time, offset) = match rest.strip_prefix(['T', 't', ' ']) {
            Some(rest) => match rest.find(['Z', 'z', '+', '-']) {
                Some(i) => (&rest[..i], &rest[i..]),
                None => (rest, ""),
            },
            None => ("", rest),
        };
        let is_offset = matches!(offset, "Z" | "z" | "+00:00" | "-00:00" | "+0000" | "-0000");
        let seconds = time.strip_prefix("00:00:00");
        let is_time =
            seconds.is_some_and(|s| s.trim_end_matches('0').trim_end_matches('.').is_empty());
        return match (time, offset) {
            ("", "") if rest.is_empty() => "date",
            ("", _) if is_offset => "date with an offset",
            (_, "") if is_time => "date-time without an offset",
            _ if is_time && is_offset => "date-time",
            _ => "text",
        };
    }
    let hyphens = [8, 13, 18, 23];
    let uuid = text.len() == 36
        && text
            .bytes()
            .enumerate()
            .all(|(i, b)| match hyphens.contains(&i) {
                true => b == b'-',
                false => b.is_ascii_hexdigit(),
            });
    let digits = text.trim_start_matches(['-', '+']);
    match text {
        "" => "empty text",
        _ if uuid => "uuid",
        _ if digits.starts_with(|c: char| c.is_ascii_digit()) && text.parse::<f64>().is_ok() => {
            "number"
        }
        _ => "text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_strings_are_recognised() {
        for (text, is) in [
            ("2026-01-01", "date"),
            ("2026-01-01Z", "date with an offset"),
            ("2026-01-01+02:00", "date with an offset"),
            ("2026-01-01T10:00:00Z", "date-time"),
            ("2026-01-01T10:00:00.125+0200", "date-time"),
            ("2026-01-01T10:00:00", "date-time without an offset"),
            ("2026-01-01T10:00:00.5", "date-time without an offset"),
            ("2026-01-01Tnow", "text"),
            ("2026-01-01x", "text"),
            ("6f1e1cbe-0f5c-4f77-9c1a-0123456789ab", "uuid"),
            ("-1.50", "number"),
            ("1e400", "number"),
            ("infinity", "text"),
            ("", "empty text"),
            ("é", "text"),
        ] {
            assert_eq!(form(text), is, "{text}");
        }
        for (number, is) in [
            ("0", Some(SIZES[0])),
            ("2147483648", Some(SIZES[1])),
            ("9007199254740992", Some(SIZES[1])),
            ("9007199254740993", Some(SIZES[2])),
            ("18446744073709551615", Some(SIZES[3])),
            ("10000000000000000000000000000000000000000", Some(SIZES[3])),
            ("-18446744073709551616", Some(SIZES[3])),
            ("0.5", None),
            ("-0.0", None),
        ] {
            assert_eq!(size(&serde_json::from_str(number).unwrap()), is, "{number}");
        }
    }
}
