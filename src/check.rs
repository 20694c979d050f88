//! The limits that the document sets for what is sent (JSON Schema validation keywords), checked before sending.

use std::{collections::BTreeMap, fmt};

/// A limit of the document that a value does not keep.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// From the body: `points[2].name`.
    pub(crate) field: String,
    pub(crate) rule: String,
    pub(crate) value: String,
}

/// A request that checks itself, and what holds some.
pub trait Check {
    fn check(&self) -> Result<(), Violation>;
}

impl<T: Check> Check for Box<T> {
    fn check(&self) -> Result<(), Violation> {
        (**self).check()
    }
}

impl<T: Check> Check for Option<T> {
    fn check(&self) -> Result<(), Violation> {
        self.as_ref().map_or(Ok(()), Check::check)
    }
}

impl<T: Check> Check for Vec<T> {
    fn check(&self) -> Result<(), Violation> {
        self.iter()
            .enumerate()
            .try_for_each(|(i, item)| item.check().map_err(|v| v.within(&format!("[{i}]"))))
    }
}

impl<T: Check> Check for BTreeMap<String, T> {
    fn check(&self) -> Result<(), Violation> {
        self.iter()
            .try_for_each(|(key, item)| item.check().map_err(|v| v.within(key)))
    }
}

impl Violation {
    fn within(mut self, outer: &str) -> Self {
        let dot = if self.field.starts_with('[') { "" } else { "." };
        self.field = format!("{outer}{dot}{}", self.field);
        self
    }
}

fn violation(field: &str, rule: String, value: impl fmt::Display) -> Result<(), Violation> {
    let lower = field.to_ascii_lowercase();
    let secret = ["password", "token", "secret", "key", "pin"]
        .iter()
        .any(|s| lower.contains(s));
    let value = if secret {
        "(not shown)".into()
    } else {
        value.to_string()
    };
    Err(Violation {
        field: field.into(),
        rule,
        value,
    })
}

/// What is inside a field.
pub fn nested(field: &'static str, value: &impl Check) -> Result<(), Violation> {
    value.check().map_err(|v| v.within(field))
}

/// Counts characters, as DRF does.
pub fn min_length(field: &'static str, value: &str, n: usize) -> Result<(), Violation> {
    if value.chars().count() >= n {
        Ok(())
    } else {
        violation(field, format!("at least {n} characters"), value)
    }
}

/// Counts characters, as DRF does.
pub fn max_length(field: &'static str, value: &str, n: usize) -> Result<(), Violation> {
    if value.chars().count() <= n {
        Ok(())
    } else {
        violation(field, format!("at most {n} characters"), value)
    }
}

/// A larger pattern (compiled), or a longer text, is left to the server: time grows with their product.
const PATTERN_BYTES: usize = 1 << 18;
const TEXT_BYTES: usize = 1 << 16;

/// Anywhere in the value, as JSON Schema says. A pattern that is none in Rust (Python's look-ahead, for one) is left to the server.
pub fn pattern(field: &'static str, value: &str, pattern: &'static str) -> Result<(), Violation> {
    let regex = regex_lite::RegexBuilder::new(pattern)
        .size_limit(PATTERN_BYTES)
        .build();
    match regex {
        Ok(regex) if value.len() <= TEXT_BYTES && !regex.is_match(value) => {
            violation(field, format!("of the form {pattern}"), value)
        }
        _ => Ok(()),
    }
}

pub fn minimum(field: &'static str, value: f64, n: f64, strictly: bool) -> Result<(), Violation> {
    match strictly {
        true if value <= n => violation(field, format!("more than {n}"), value),
        false if value < n => violation(field, format!("at least {n}"), value),
        _ => Ok(()),
    }
}

pub fn maximum(field: &'static str, value: f64, n: f64, strictly: bool) -> Result<(), Violation> {
    match strictly {
        true if value >= n => violation(field, format!("less than {n}"), value),
        false if value > n => violation(field, format!("at most {n}"), value),
        _ => Ok(()),
    }
}

pub fn min_items(field: &'static str, len: usize, n: usize) -> Result<(), Violation> {
    if len >= n {
        Ok(())
    } else {
        violation(field, format!("at least {n} items"), len)
    }
}

pub fn max_items(field: &'static str, len: usize, n: usize) -> Result<(), Violation> {
    if len <= n {
        Ok(())
    } else {
        violation(field, format!("at most {n} items"), len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Name(&'static str);
    impl Check for Name {
        fn check(&self) -> Result<(), Violation> {
            max_length("name", self.0, 3)
        }
    }

    #[test]
    fn the_error_says_where_what_and_which_value() {
        let inside = BTreeMap::from([(
            "a".to_owned(),
            vec![Some(Name("ok")), None, Some(Name("too long"))],
        )]);
        let v = nested("by_key", &inside).unwrap_err();
        assert_eq!(
            (v.field.as_str(), v.rule.as_str(), v.value.as_str()),
            ("by_key.a[2].name", "at most 3 characters", "too long")
        );
        assert_eq!(
            min_length("new_password", "canary", 8).unwrap_err().value,
            "(not shown)"
        );
    }

    #[test]
    fn limits() {
        assert!(
            min_length("f", "ü", 1).is_ok()
                && max_length("f", "üü", 2).is_ok()
                && min_length("f", "", 1).is_err()
        );
        assert!(
            minimum("f", 1.0, 1.0, false).is_ok()
                && minimum("f", 1.0, 1.0, true).is_err()
                && maximum("f", 2.0, 1.0, false).is_err()
        );
        assert!(
            pattern("f", "a-b_1", "^[-a-zA-Z0-9_]+$").is_ok()
                && pattern("f", "a b", "^[-a-zA-Z0-9_]+$").is_err()
        );
        assert!(pattern("f", "anything", "(?=no rust)").is_ok());
        let start = std::time::Instant::now();
        for bomb in [
            "((((a{64}){64}){64}){64})",
            "^(a{0,1000}){0,3}$",
            "(a*)*(a*)*(a|b|ab)*c",
        ] {
            assert!(pattern("f", &"a".repeat(TEXT_BYTES + 1), bomb).is_ok());
            let _ = pattern("f", &"a".repeat(TEXT_BYTES), bomb);
        }
        // Unoptimised, on a busy machine; without the limits it takes minutes.
        assert!(start.elapsed().as_secs() < 20);
        assert!(min_items("f", 0, 1).is_err() && max_items("f", 2, 1).is_err());
    }
}
