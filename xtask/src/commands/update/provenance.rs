//! The provenance of the upstream document: `spec/source.toml`.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::pipeline::{fetch::Validators, verify, write};

/// The origin and the size of `spec/upstream.json`, stored in `spec/source.toml`.
#[derive(Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Provenance {
    pub url: String,
    pub sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    pub paths: usize,
    pub operations: usize,
    pub schemas: usize,
}

impl Provenance {
    /// Reads `spec/source.toml`.
    pub fn read(text: &str) -> Result<Self> {
        toml_edit::de::from_str(text).context("spec/source.toml")
    }

    pub fn text(&self) -> Result<String> {
        Ok(toml_edit::ser::to_string(self)?)
    }

    /// Returns the validators for the next download from this URL: they belong to one URL.
    pub fn validators(&self, url: &str) -> Validators {
        let known = self.url == url;
        Validators {
            etag: self.etag.clone().filter(|_| known),
            last_modified: self.last_modified.clone().filter(|_| known),
        }
    }

    /// Returns whether the hash and the counts are those of this document.
    pub fn is_of(&self, text: &str, doc: &Value) -> bool {
        let validators = self.validators(&self.url);
        *self == Self::of(self.url.clone(), validators, text, doc)
    }

    pub fn of(url: String, validators: Validators, text: &str, doc: &Value) -> Self {
        Self {
            url,
            sha256: write::hash(text.as_bytes()),
            etag: validators.etag,
            last_modified: validators.last_modified,
            paths: doc
                .get("paths")
                .and_then(Value::as_object)
                .map_or(0, Map::len),
            operations: verify::operations(doc).len(),
            schemas: verify::schemas(doc).count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::pipeline::fetch;

    #[test]
    fn source_toml_counts_what_is_in_the_committed_upstream_document() {
        let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
        let read = |name| fs::read_to_string(spec.join(name)).unwrap();
        let said = Provenance::read(&read("source.toml")).unwrap();
        let text = read("upstream.json");
        assert!(said.is_of(&text, &fetch::parse(&text).unwrap()));
        assert!(!said.is_of(&format!("{text}\n"), &fetch::parse(&text).unwrap()));
    }
}
