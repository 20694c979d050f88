//! What the pipeline did, and why it stopped.

use std::fmt;

/// Counters of the rules, and what could not be expressed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Report {
    pub counters: Vec<(String, usize)>,
    /// JSON pointer and message.
    pub warnings: Vec<(String, String)>,
}

impl Report {
    pub fn count(&mut self, rule: &str, n: usize) {
        self.counters.push((rule.to_owned(), n));
    }

    pub fn warn(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.warnings.push((pointer.into(), message.into()));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (rule, n) in &self.counters {
            writeln!(f, "  {n:>5}  {rule}")?;
        }
        for (pointer, message) in &self.warnings {
            writeln!(f, "  warning: #{pointer}: {message}")?;
        }
        Ok(())
    }
}

/// A stage failed: what, where, and the way out.
#[derive(Debug, thiserror::Error)]
#[error("failed to {stage}: {place}#{pointer}: {message}; {way_out}")]
pub struct Failure {
    stage: &'static str,
    place: String,
    pointer: String,
    message: String,
    way_out: String,
}

impl Failure {
    pub fn new(
        stage: &'static str,
        pointer: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            stage,
            place: String::new(),
            pointer: pointer.into(),
            message: message.into(),
            way_out: "correct it there and run the command again".into(),
        }
    }

    /// The file or URL.
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        self.place = place.to_string();
        self
    }

    #[must_use]
    pub fn way_out(mut self, text: impl Into<String>) -> Self {
        self.way_out = text.into();
        self
    }
}
