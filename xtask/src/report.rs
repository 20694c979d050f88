//! Reports of the pipeline: what it did, and why it failed.

use std::{collections::HashMap, fmt};

use autopi_codegen::escape::{line, lines};
use serde::{Serialize, Serializer};

/// The counts of the rules, and warnings about what could not be expressed.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Report {
    /// How often each rule applied.
    #[serde(rename = "rules", serialize_with = "map")]
    #[cfg_attr(
        feature = "schemas",
        schemars(with = "std::collections::BTreeMap<String, usize>")
    )]
    pub counters: Vec<(String, usize)>,
    /// The warnings: JSON pointer and message.
    #[serde(serialize_with = "warnings")]
    #[cfg_attr(feature = "schemas", schemars(with = "Vec<Warning<'static>>"))]
    pub warnings: Vec<(String, String)>,
    /// All places of each warning that is said once for several.
    #[serde(skip)]
    pub alike: HashMap<String, Vec<String>>,
}

/// A part of the document that was interpreted by a guess, or could not be expressed.
#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
struct Warning<'a> {
    /// The JSON pointer in the user's file.
    pointer: &'a str,
    message: &'a str,
}

fn map<S: Serializer>(counters: &[(String, usize)], s: S) -> Result<S::Ok, S::Error> {
    s.collect_map(counters.iter().map(|(rule, n)| (rule, n)))
}

fn warnings<S: Serializer>(warnings: &[(String, String)], s: S) -> Result<S::Ok, S::Error> {
    s.collect_seq(
        warnings
            .iter()
            .map(|(pointer, message)| Warning { pointer, message }),
    )
}

impl Report {
    pub fn count(&mut self, rule: &str, n: usize) {
        self.counters.push((rule.to_owned(), n));
    }

    pub fn warn(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.warnings.push((pointer.into(), message.into()));
    }
}

/// Warnings that many places may have alike: each is said once, with the first place and how many
/// there are.
#[derive(Default)]
pub struct RepeatedWarnings {
    /// The index of each message.
    known: HashMap<String, usize>,
    /// Message and places.
    said: Vec<(String, Vec<String>)>,
}

impl RepeatedWarnings {
    pub fn warn(&mut self, pointer: impl fmt::Display, message: &str) {
        match self.known.get(message) {
            Some(i) => self.said[*i].1.push(pointer.to_string()),
            None => {
                self.known.insert(message.to_owned(), self.said.len());
                self.said
                    .push((message.to_owned(), vec![pointer.to_string()]));
            }
        }
    }

    pub fn say(self, report: &mut Report) {
        for (message, places) in self.said {
            let first = places.first().cloned().unwrap_or_default();
            match places.len() {
                1 => report.warn(first, message),
                n => {
                    let message = format!("{message} ({n} times)");
                    report.warn(first, message.as_str());
                    report.alike.insert(message, places);
                }
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (rule, n) in &self.counters {
            writeln!(f, "  {n:>5}  {rule}")?;
        }
        for (pointer, message) in &self.warnings {
            writeln!(f, "  warning: #{}: {}", line(pointer), line(message))?;
        }
        Ok(())
    }
}

/// The failure of a stage: what, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub struct Failure {
    stage: &'static str,
    place: String,
    pointer: String,
    line: Option<u32>,
    message: String,
    help: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed to {}: {}", self.stage, line(&self.place))?;
        match self.line {
            Some(n) if self.place.is_empty() => write!(f, "line {n}, ")?,
            Some(n) => write!(f, ":{n}")?,
            None => {}
        }
        let (message, help) = (lines(&self.message), lines(&self.help));
        write!(f, "#{}: {message}; {help}", line(&self.pointer))
    }
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
            line: None,
            message: message.into(),
            help: "correct it there and run the command again".into(),
        }
    }

    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Returns where it is and why, without what to do.
    pub fn reason(&self) -> String {
        format!("#{}: {}", self.pointer, self.message)
    }

    /// Returns the failure at another place.
    #[must_use]
    pub fn moved(mut self, pointer: String) -> Self {
        self.pointer = pointer;
        self
    }

    /// Adds the file or URL.
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        self.place = place.to_string();
        self
    }

    /// Adds the file or URL, unless it is known already.
    #[must_use]
    pub fn or_at(self, place: impl fmt::Display) -> Self {
        if self.place.is_empty() {
            self.at(place)
        } else {
            self
        }
    }

    /// Adds the line of the pointer in `text`.
    #[must_use]
    pub fn line_in(mut self, text: &str) -> Self {
        if !self.pointer.is_empty() {
            self.line = u32::try_from(crate::locate::line(text, &self.pointer)).ok();
        }
        self
    }

    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = text.into();
        self
    }
}
