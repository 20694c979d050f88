//! What generated code calls. No part of the public interface: it may change with any release.

pub use serde;

pub use crate::{
    call::{Call, Operation, PageParams, Sending, Streaming},
    record::{Blank, Record, put_some, read, write},
};

/// A limit of the document that a value does not keep.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    pub(crate) field: &'static str,
    pub(crate) rule: String,
    pub(crate) value: String,
}

fn violation(field: &'static str, rule: String, value: impl std::fmt::Display) -> Result<(), Violation> {
    Err(Violation { field, rule, value: value.to_string() })
}

/// Counts characters, as DRF does.
pub fn min_length(field: &'static str, value: &str, n: usize) -> Result<(), Violation> {
    if value.chars().count() >= n { Ok(()) } else { violation(field, format!("at least {n} characters"), value) }
}

/// Counts characters, as DRF does.
pub fn max_length(field: &'static str, value: &str, n: usize) -> Result<(), Violation> {
    if value.chars().count() <= n { Ok(()) } else { violation(field, format!("at most {n} characters"), value) }
}

pub fn minimum(field: &'static str, value: f64, n: f64) -> Result<(), Violation> {
    if value >= n { Ok(()) } else { violation(field, format!("at least {n}"), value) }
}

pub fn maximum(field: &'static str, value: f64, n: f64) -> Result<(), Violation> {
    if value <= n { Ok(()) } else { violation(field, format!("at most {n}"), value) }
}
