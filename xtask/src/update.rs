//! `cargo xtask update` and `check`: the stages in a row, and the report of the drift.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::{
    changelog,
    diff::{self, Change, Class, Format},
    features,
    fetch::{self, Fetched, Limits, Validators},
    out::print,
    pipeline, say, verify, write,
};

const URL: &str = "https://api.autopi.io/?format=openapi";

/// Where a document comes from.
#[derive(clap::Args)]
pub struct Source {
    /// The document's URL [default: the live one]
    #[arg(long, conflicts_with = "from")]
    pub url: Option<String>,
    /// A downloaded document instead
    #[arg(long)]
    pub from: Option<PathBuf>,
}

/// Where `spec/upstream.json` came from, and how much is in it: `spec/source.toml`.
#[derive(Default, Serialize, Deserialize)]
struct Provenance {
    url: String,
    sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_modified: Option<String>,
    paths: usize,
    operations: usize,
    schemas: usize,
}

impl Provenance {
    fn of(url: String, validators: Validators, text: &str, doc: &Value) -> Self {
        Self {
            url,
            sha256: format!("{:x}", Sha256::digest(text.as_bytes())),
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

/// The whole pipeline into `spec`, or with `dry_run` the report only. Answers whether there is drift.
///
/// # Errors
/// The stage that failed; `spec` is as it was.
pub async fn update(source: &Source, dry_run: bool, spec: &Path) -> Result<bool> {
    write::recover(spec)?;
    let place = source.from.as_ref().map_or_else(
        || source.url.clone().unwrap_or_else(|| URL.into()),
        |f| f.display().to_string(),
    );
    let toml = fs::read_to_string(spec.join("source.toml")).unwrap_or_default();
    let last: Provenance = toml_edit::de::from_str(&toml).unwrap_or_default();
    let (text, validators) = match &source.from {
        Some(file) => (fetch::read(file)?, Validators::default()),
        None => {
            // Validators belong to one URL.
            let known = if last.url == place {
                Validators {
                    etag: last.etag.clone(),
                    last_modified: last.last_modified.clone(),
                }
            } else {
                Validators::default()
            };
            match fetch::download(&place, &known, &Limits::default()).await? {
                Fetched::New { text, validators } => (text, validators),
                Fetched::NotModified => (fetch::read(&spec.join("upstream.json"))?, known),
            }
        }
    };
    let overlay = fetch::read(&spec.join("overlay.yaml"))?;
    let new = pipeline::normalize(&text, Some(&overlay)).with_context(|| place.clone())?;
    print(&new.report.to_string())?;
    let old = fs::read_to_string(spec.join("openapi.json")).unwrap_or_default();
    let drift = old != new.text;
    say!(
        "{}: {} operations; {}",
        place,
        verify::operations(&new.doc).len(),
        if drift { "drift" } else { "no drift" }
    )?;
    let mut changes = if drift && !old.is_empty() {
        changes(&old, &new.doc)?
    } else {
        Vec::new()
    };
    let all = changes.len();
    changes.retain(|c| c.class != Class::Cosmetic);
    if drift {
        print(&if changes.is_empty() {
            "nothing that callers see\n".into()
        } else {
            Format::Text.render(&changes)
        })?;
        say!("{} cosmetic", all - changes.len())?;
    }
    if dry_run {
        return Ok(drift);
    }
    // Formatting of the same document is no change: the committed bytes stay.
    if !drift && spec.join("upstream.json").exists() {
        say!("nothing written")?;
        return Ok(false);
    }
    let provenance = Provenance::of(place, validators, &text, &new.upstream);
    let areas = autopi_codegen::areas(&new.text)?;
    let mut files = vec![
        ("upstream.json", text),
        ("openapi.json", new.text),
        ("source.toml", toml_edit::ser::to_string(&provenance)?),
    ];
    let manifest = spec.join("../Cargo.toml");
    if let Ok(old) = fs::read_to_string(&manifest) {
        files.push(("../Cargo.toml", features::update(&old, &areas)?));
    }
    if let Ok(old) = fs::read_to_string(spec.join("../CHANGELOG.md")) {
        files.push(("../CHANGELOG.md", changelog::update(&old, &changes)));
    }
    let changed = write::write(spec, &files)?;
    say!(
        "written: {}",
        if changed.is_empty() {
            "nothing".into()
        } else {
            changed.join(", ")
        }
    )?;
    Ok(drift)
}

/// From the committed document, which is normalised already, to a new one.
fn changes(old: &str, new: &Value) -> Result<Vec<Change>> {
    let old =
        serde_json::from_str(old).context("spec/openapi.json: run `cargo xtask normalize`")?;
    Ok(diff::compare(&old, new)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_toml_counts_what_is_in_the_committed_upstream_document() {
        let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
        let read = |name| fs::read_to_string(spec.join(name)).unwrap();
        let said: Provenance = toml_edit::de::from_str(&read("source.toml")).unwrap();
        let text = read("upstream.json");
        let doc = fetch::parse(&text).unwrap();
        let validators = Validators {
            etag: said.etag.clone(),
            last_modified: said.last_modified.clone(),
        };
        let right = Provenance::of(said.url.clone(), validators, &text, &doc);
        let text = |p: &Provenance| toml_edit::ser::to_string(p).unwrap();
        assert_eq!(text(&said), text(&right));
    }
}
