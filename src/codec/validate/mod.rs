//! Checks the limits of the document (JSON Schema validation keywords) before a request is sent.
//! All violations are reported at once.

mod apart;
mod members;

pub use members::members;

use std::{
    collections::{BTreeMap, HashSet},
    fmt::{self, Write},
};

use regex_lite::{Regex, RegexBuilder};
use serde::Serialize;

use crate::privacy::secret;

/// A value in a request that the API would refuse.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// The path of the value, from the body or the name of a parameter: `points[2].name`.
    pub field: String,
    /// What is wrong with the value.
    pub fault: String,
}

impl Violation {
    pub(crate) fn not_set(field: &str) -> Self {
        Self {
            field: field.into(),
            fault: "required, not set".into(),
        }
    }
}

/// A type that checks its own values and those inside it.
pub trait Check {
    fn check(&self, v: &mut Violations);
}

impl<T: Check> Check for Box<T> {
    fn check(&self, v: &mut Violations) {
        (**self).check(v);
    }
}

impl<T: Check> Check for Option<T> {
    fn check(&self, v: &mut Violations) {
        if let Some(value) = self {
            value.check(v);
        }
    }
}

impl<T: Check> Check for Vec<T> {
    fn check(&self, v: &mut Violations) {
        v.items("", self, |v, item| item.check(v));
    }
}

impl<T: Check> Check for BTreeMap<String, T> {
    fn check(&self, v: &mut Violations) {
        v.values("", self, |v, item| item.check(v));
    }
}

/// The violations that were found so far, and the current path.
#[derive(Debug, Default)]
pub struct Violations {
    at: String,
    /// Whether the current value is inside a secret, which no error may show.
    secret: bool,
    found: Vec<Violation>,
    /// The last pattern, compiled unless that failed: the items of a list share one.
    pattern: Option<(&'static str, Option<Regex>)>,
}

/// How many violations are kept: a list with a million bad items is no more wrong than one with a
/// thousand.
const MOST: usize = 1000;
/// How many characters of a value are shown.
const SHOWN: usize = 60;

/// A larger pattern (compiled) or a longer text is left to the server, because the time grows with
/// their product. In bytes.
const PATTERN_BYTES: usize = 1 << 16;
const TEXT_BYTES: usize = 1 << 14;

impl Violations {
    pub fn into_found(self) -> Vec<Violation> {
        self.found
    }

    pub fn within(&mut self, step: impl FnOnce(&mut String), check: impl FnOnce(&mut Self)) {
        let before = self.at.len();
        step(&mut self.at);
        check(self);
        self.at.truncate(before);
    }

    /// Extends a path by a field; an empty name leaves it as it is.
    pub fn step(at: &mut String, field: &str) {
        if !at.is_empty() && !field.is_empty() {
            at.push('.');
        }
        at.push_str(field);
    }

    /// Adds a violation at the current path.
    #[cold]
    pub fn fault(&mut self, fault: impl Into<String>) {
        if self.found.len() < MOST {
            self.found.push(Violation {
                field: self.at.clone(),
                fault: fault.into(),
            });
        }
    }

    #[cold]
    fn must(&mut self, field: &str, rule: fmt::Arguments<'_>, value: impl fmt::Display) {
        self.within(
            |at| Self::step(at, field),
            |v| {
                let value = if v.secret {
                    "not shown".into()
                } else {
                    shown(&value.to_string())
                };
                v.fault(format!("must be {rule}, is {value}"));
            },
        );
    }

    /// Runs a check of a secret, whose value no error may show.
    pub fn secret(&mut self, check: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.secret, true);
        check(self);
        self.secret = before;
    }

    /// Checks the value inside a field.
    pub fn nested(&mut self, field: &str, value: &impl Check) {
        self.within(|at| Self::step(at, field), |v| value.check(v));
    }

    /// Checks the number of characters, counted as DRF does.
    pub fn min_length(&mut self, field: &str, value: &str, n: usize) {
        if value.chars().count() < n {
            self.must(field, format_args!("at least {n} characters"), value);
        }
    }

    /// Checks the number of characters, counted as DRF does.
    pub fn max_length(&mut self, field: &str, value: &str, n: usize) {
        if value.len() > n && value.chars().count() > n {
            self.must(field, format_args!("at most {n} characters"), value);
        }
    }

    /// Checks each item of a list.
    pub fn items<T>(&mut self, field: &str, items: &[T], check: impl Fn(&mut Self, &T)) {
        let each = |v: &mut Self| {
            for (i, item) in items.iter().enumerate() {
                let step = |at: &mut String| {
                    let _ = write!(at, "[{i}]");
                };
                v.within(step, |v| check(v, item));
            }
        };
        self.within(|at| Self::step(at, field), each);
    }

    /// Checks each value of a map.
    pub fn values<T>(
        &mut self,
        field: &str,
        map: &BTreeMap<String, T>,
        check: impl Fn(&mut Self, &T),
    ) {
        let each = |v: &mut Self| {
            for (key, value) in map {
                let before = v.secret;
                v.secret |= secret::by_name(key);
                v.within(|at| Self::step(at, key), |v| check(v, value));
                v.secret = before;
            }
        };
        self.within(|at| Self::step(at, field), each);
    }

    /// Checks that the pattern matches somewhere in the value, as JSON Schema defines it. A pattern
    /// that Rust's regex does not support (Python's look-ahead, for example) is left to the
    /// server.
    pub fn pattern(&mut self, field: &str, value: &str, pattern: &'static str) {
        if value.len() > TEXT_BYTES {
            return;
        }
        if self
            .pattern
            .as_ref()
            .is_none_or(|(last, _)| *last != pattern)
        {
            let regex = RegexBuilder::new(pattern).size_limit(PATTERN_BYTES).build();
            self.pattern = Some((pattern, regex.ok()));
        }
        let regex = self.pattern.as_ref().and_then(|(_, regex)| regex.as_ref());
        if regex.is_some_and(|regex| !regex.is_match(value)) {
            self.must(field, format_args!("of the form {pattern}"), value);
        }
    }

    pub fn minimum(&mut self, field: &str, value: f64, n: f64, strictly: bool) {
        match strictly {
            true if value <= n => self.must(field, format_args!("more than {n}"), value),
            false if value < n => self.must(field, format_args!("at least {n}"), value),
            _ => {}
        }
    }

    pub fn maximum(&mut self, field: &str, value: f64, n: f64, strictly: bool) {
        match strictly {
            true if value >= n => self.must(field, format_args!("less than {n}"), value),
            false if value > n => self.must(field, format_args!("at most {n}"), value),
            _ => {}
        }
    }

    pub fn min_items(&mut self, field: &str, len: usize, n: usize) {
        if len < n {
            self.must(field, format_args!("at least {n} items"), len);
        }
    }

    pub fn max_items(&mut self, field: &str, len: usize, n: usize) {
        if len > n {
            self.must(field, format_args!("at most {n} items"), len);
        }
    }

    /// Checks that no two items have the same JSON.
    pub fn unique<T: Serialize>(&mut self, field: &str, items: &[T]) {
        let texts = items
            .iter()
            .map(|item| serde_json::to_string(item).unwrap_or_default());
        let mut seen = HashSet::new();
        let twice = texts
            .enumerate()
            .find(|(_, text)| !seen.insert(text.clone()));
        if let Some((i, text)) = twice {
            let at = |at: &mut String| {
                Self::step(at, field);
                at.push_str(&format!("[{i}]"));
            };
            let rule = format_args!("different from the items before it");
            self.within(at, |v| v.must("", rule, text.trim_matches('"')));
        }
    }

    /// Checks that the value is a multiple of `n`, within the precision of `f64`: 0.3 is a multiple
    /// of 0.1.
    pub fn multiple_of(&mut self, field: &str, value: f64, n: f64) {
        let times = value / n;
        let precision = (4.0 * f64::EPSILON * times.abs()).max(1e-9);
        if (times - times.round()).abs() > precision {
            self.must(field, format_args!("a multiple of {n}"), value);
        }
    }

    /// Checks that the value is a JSON number, so neither NaN nor an infinity.
    pub fn finite(&mut self, field: &str, value: f64) {
        if !value.is_finite() {
            self.must(field, format_args!("a finite number"), value);
        }
    }
}

/// Returns the beginning of a value, on one line.
fn shown(value: &str) -> String {
    let length = value.chars().count();
    let start: String = value.chars().take(SHOWN).collect();
    let start = start.escape_debug();
    if length > SHOWN {
        format!("`{start}…` ({length} characters)")
    } else {
        format!("`{start}`")
    }
}

#[cfg(test)]
mod tests;
