//! The report of `check` and `update`: filled in step by step, then printed as text or as JSON
//! (`docs/schemas/check.json`, `update.json`), even if a step failed.

use std::fmt;

use autopi_codegen::escape;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::changelog::Next;
use crate::{
    pipeline::{
        diff::{Change, Class, Counted, Format},
        overlay::{self, Stale},
        verify, write,
    },
    report,
};

/// The outcome of `check` or `update`.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// There is nothing to do: exit code 0.
    UpToDate,
    /// Drift, a stale action of the overlay, or an overlay that does not fit: exit code 1.
    Changed,
    /// `update` is done, and `written` says what it wrote: exit code 0.
    Updated,
    /// The comparison failed; `error` says why, and the other members have what was known by then:
    /// exit code 2, for `update` 1.
    #[default]
    Failed,
}

/// An upstream document.
#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Document {
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// Its `info.version`.
    pub version: Option<String>,
    pub operations: usize,
}

impl Document {
    pub fn of(text: &str, doc: &Value) -> Self {
        let version = doc.pointer("/info/version");
        Self {
            sha256: write::hash(text.as_bytes()),
            version: version.map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)),
            operations: verify::operations(doc).len(),
        }
    }
}

/// What happened to spec/overlay.yaml.
#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Overlay {
    /// Its actions were applied, apart from the stale ones.
    Applied,
    /// There is none, or `--no-overlay` was given.
    None,
    /// Most of its actions match nothing: it was left out.
    AnotherDocument { missing: usize, actions: usize },
    /// Its result is not a valid document, or cannot be generated from: it was left out.
    DoesNotFit { error: String },
}

/// The findings of `check` or `update`.
#[derive(Default, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Report {
    pub outcome: Outcome,
    /// The reason why it could not tell, and what to do.
    pub error: Option<String>,
    /// The steps to take; after a failure, `error` says what to do.
    pub to_do: Vec<String>,
    /// The URL that the document came from, without secrets, or the file.
    pub source: Option<String>,
    /// The document from that source.
    pub fetched: Option<Document>,
    /// spec/upstream.json.
    pub committed: Option<Document>,
    #[serde(flatten)]
    pub pipeline: report::Report,
    pub overlay: Option<Overlay>,
    /// The actions of the overlay that have no effect.
    pub stale: Vec<Stale>,
    /// Whether spec/openapi.json is not what the pipeline makes of the document.
    pub drift: Option<bool>,
    /// What the drift means to callers.
    #[serde(serialize_with = "counted")]
    #[cfg_attr(feature = "schemas", schemars(with = "Option<Counted<'static>>"))]
    pub changes: Option<Vec<Change>>,
    /// The version of the crate that follows from all changes since the last release.
    pub next_version: Option<Next>,
    /// The reason why no version can follow, whatever changed.
    pub no_version: Option<String>,
    /// The files of spec/ and beside it that `update` wrote; null if it wrote nothing because it
    /// failed, and for `check`.
    pub written: Option<Vec<String>>,
}

fn counted<S: Serializer>(changes: &Option<Vec<Change>>, s: S) -> Result<S::Ok, S::Error> {
    changes.as_deref().map(Counted::of).serialize(s)
}

impl Report {
    /// Sets the outcome.
    pub fn conclude(&mut self, error: Option<&anyhow::Error>) {
        self.error = error.map(|e| format!("{e:#}"));
        let mut to_do = Vec::new();
        if !self.stale.is_empty() {
            to_do.push(
                "correct the stale actions of spec/overlay.yaml, or remove them if the API was \
                 corrected; until then `cargo xtask update` needs --allow-stale",
            );
        }
        match self.overlay {
            Some(Overlay::DoesNotFit { .. }) => {
                to_do.push(
                    "correct spec/overlay.yaml: until then `cargo xtask update` writes nothing",
                );
            }
            Some(Overlay::AnotherDocument { .. }) => {
                to_do.push("if you mean this document, give --no-overlay");
            }
            _ => {}
        }
        if self.drift == Some(true) {
            to_do.push(
                "run `cargo xtask update` with the same --url, --from and --no-overlay, then read \
                 CHANGELOG.md",
            );
        }
        self.outcome = match (error, to_do.as_slice()) {
            (Some(_), _) => Outcome::Failed,
            (None, []) => Outcome::UpToDate,
            (None, _) => Outcome::Changed,
        };
        if error.is_none() {
            self.to_do = to_do.into_iter().map(str::to_owned).collect();
        }
    }

    /// Sets the outcome of `update`.
    pub fn updated(&mut self, written: Result<&[String], &anyhow::Error>) {
        match written {
            Ok(files) => {
                self.outcome = Outcome::Updated;
                self.written = Some(files.to_vec());
            }
            Err(e) => self.error = Some(format!("{e:#}")),
        }
    }

    /// Returns the report as one JSON document, with a newline at the end.
    ///
    /// # Errors
    /// Returns an error if it does not serialise; no such case is known.
    pub fn json(&self) -> serde_json::Result<String> {
        Ok(escape::json(&serde_json::to_string_pretty(self)?).into_owned() + "\n")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = self.source.as_deref().unwrap_or_default();
        if let Some(Overlay::AnotherDocument { missing, actions }) = self.overlay {
            let what = another(source, missing, actions);
            writeln!(
                f,
                "{what}; what follows is without the overlay, as with --no-overlay"
            )?;
        }
        write!(f, "{}", self.pipeline)?;
        if !self.stale.is_empty() {
            writeln!(f, "spec/overlay.yaml: {}", overlay::list(&self.stale))?;
        }
        if let Some(Overlay::DoesNotFit { error }) = &self.overlay {
            writeln!(
                f,
                "spec/overlay.yaml does not fit, what follows is without it: {error}"
            )?;
        }
        if let (Some(drift), Some(fetched)) = (self.drift, &self.fetched) {
            let drift = if drift { "drift" } else { "no drift" };
            writeln!(f, "{source}: {} operations; {drift}", fetched.operations)?;
        }
        if let (Some(true), Some(changes)) = (self.drift, &self.changes) {
            let seen = changes.iter().filter(|c| c.class != Class::Cosmetic);
            let seen: Vec<Change> = seen.cloned().collect();
            if seen.is_empty() {
                writeln!(f, "nothing that callers see")?;
            } else {
                f.write_str(&Format::Text.render(&seen))?;
            }
            writeln!(f, "{} cosmetic", changes.len() - seen.len())?;
        }
        if let Some(next) = &self.next_version {
            writeln!(f, "the next version of the crate: {next}")?;
        }
        if let Some(why) = &self.no_version {
            writeln!(f, "{why}")?;
        }
        Ok(())
    }
}

/// Returns the message that the overlay belongs to another document.
pub fn another(source: &str, missing: usize, actions: usize) -> String {
    format!(
        "{source} is another document: {missing} of {actions} actions of spec/overlay.yaml match \
         nothing there"
    )
}
