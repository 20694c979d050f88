//! `cargo xtask update` and `check`: the stages in a row, and the report of the drift.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{
    changelog,
    diff::{self, Change, Class, Format},
    features,
    fetch::{self, Fetched, Limits, Validators},
    out::print,
    pipeline,
    provenance::Provenance,
    report::Failure,
    say, verify,
    write::Folder,
};

const URL: &str = "https://api.autopi.io/?format=openapi";
pub(crate) const MANIFEST: &str = "../Cargo.toml";
const CHANGELOG: &str = "../CHANGELOG.md";
/// What an update reads and writes, from `spec/`.
pub(crate) const FILES: [&str; 6] = [
    "upstream.json",
    "overlay.yaml",
    "openapi.json",
    "source.toml",
    MANIFEST,
    CHANGELOG,
];

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

/// The whole pipeline into `spec`, or with `dry_run` the report only. Answers whether there is drift.
///
/// # Errors
/// The stage that failed; `spec` is as it was.
pub async fn update(source: &Source, dry_run: bool, spec: &Path) -> Result<bool> {
    let folder = Folder::open(spec, &FILES)?;
    let place = source.from.as_ref().map_or_else(
        || source.url.clone().unwrap_or_else(|| URL.into()),
        |f| f.display().to_string(),
    );
    let toml = folder.text("source.toml").unwrap_or_default();
    let last = Provenance::read(toml).unwrap_or_default();
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
                Fetched::NotModified => (folder.required("upstream.json")?.to_owned(), known),
            }
        }
    };
    let overlay = folder.required("overlay.yaml")?;
    let new = pipeline::normalize(&text, Some(overlay)).with_context(|| place.clone())?;
    print(&new.report.to_string())?;
    let old = folder.text("openapi.json").unwrap_or_default();
    let drift = old != new.text;
    say!(
        "{}: {} operations; {}",
        place,
        verify::operations(&new.doc).len(),
        if drift { "drift" } else { "no drift" }
    )?;
    let mut changes = if drift && !old.is_empty() {
        changes(old, &new.doc)?
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
    let kept = folder.text("upstream.json");
    let sound = |text| Ok::<_, Failure>(last.is_of(text, &fetch::parse(text)?));
    if !drift && kept.map(sound).transpose()? == Some(true) {
        say!("nothing written")?;
        return Ok(false);
    }
    let provenance = Provenance::of(place, validators, &text, &new.upstream);
    let areas = autopi_codegen::areas(&new.text)?;
    let mut files = vec![
        ("upstream.json", text),
        ("openapi.json", new.text),
        ("source.toml", provenance.text()?),
    ];
    if let Some(old) = folder.text(MANIFEST) {
        files.push((MANIFEST, features::update(old, &areas)?));
    }
    if let Some(old) = folder.text(CHANGELOG) {
        files.push((CHANGELOG, changelog::update(old, &changes)));
    }
    let changed = folder.write(&files)?;
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
