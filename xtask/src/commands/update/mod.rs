//! `cargo xtask update` and `check`: the stages in a row, and the report of the drift.

pub mod baseline;
pub mod changelog;
pub mod features;
pub(crate) mod provenance;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use self::{baseline::Baseline, provenance::Provenance};
use crate::{
    out::print,
    pipeline::{
        self, Input, Normalized, Proof,
        diff::{self, Change, Class, Documents, Format},
        fetch::{self, Fetched, Limits, Validators},
        overlay, verify,
        write::Folder,
    },
    report::Failure,
    say,
};

const URL: &str = "https://api.autopi.io/?format=openapi";
pub(crate) const MANIFEST: &str = "../Cargo.toml";
const CHANGELOG: &str = "../CHANGELOG.md";
/// What an update reads and writes, from `spec/`.
pub(crate) const FILES: [&str; 7] = [
    baseline::FILE,
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
    /// Leave spec/overlay.yaml out: for a document that it does not belong to
    #[arg(long)]
    pub no_overlay: bool,
}

/// What [`update`] does besides reporting.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Report,
    Write,
    /// Also where actions of the overlay are stale: they are left out.
    WriteWithoutStale,
}

/// The whole pipeline into `spec`, or the report only. Returns whether there is drift, or an action of the overlay is stale.
///
/// # Errors
/// Returns the stage that failed, or the stale actions if they forbid to write; `spec` is as it was.
pub async fn update(source: &Source, mode: Mode, spec: &Path) -> Result<bool> {
    let folder = Folder::open(spec, &FILES)?;
    let url = source.url.as_deref().unwrap_or(URL);
    // What is printed and stored: a token in the query is neither.
    let place = match &source.from {
        Some(file) => file.display().to_string(),
        None => fetch::shown(&fetch::url(url)?),
    };
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
            match fetch::download(url, &known, &Limits::default()).await? {
                Fetched::New { text, validators } => (text, validators),
                Fetched::NotModified => (folder.required("upstream.json")?.to_owned(), known),
            }
        }
    };
    let run = |overlay: Option<&str>| {
        // What is committed stands for itself: no files beside it.
        let (text, file) = (text.as_str(), None);
        let input = Input {
            text,
            file,
            overlay,
            proof: Proof::Unless(folder.text("openapi.json")),
        };
        pipeline::run(input).map_err(|e| e.or_at(&place))
    };
    let mut corrections = folder.text("overlay.yaml").filter(|_| !source.no_overlay);
    let mut new = run(corrections)?;
    let missing = new.stale.iter().filter(|s| !s.matched).count();
    if missing * 2 > new.actions && mode != Mode::WriteWithoutStale {
        let what = format!(
            "{place} is another document: {missing} of {} actions of spec/overlay.yaml match nothing there",
            new.actions
        );
        if mode != Mode::Report {
            bail!("{what}; nothing was written: run with --no-overlay if you mean this document");
        }
        say!("{what}; what follows is without the overlay, as with --no-overlay")?;
        corrections = None;
        new = run(None)?;
    }
    print(&new.report.to_string())?;
    if !new.stale.is_empty() {
        say!("spec/overlay.yaml: {}", overlay::list(&new.stale))?;
    }
    let broken = new.broken.take();
    if let Some(e) = &broken {
        say!("spec/overlay.yaml does not fit, what follows is without it: {e}")?;
    }
    let old = folder.text("openapi.json").unwrap_or_default();
    let drift = old != new.text;
    say!(
        "{}: {} operations; {}",
        place,
        verify::operations(&new.doc).len(),
        if drift { "drift" } else { "no drift" }
    )?;
    let known = folder.text("upstream.json");
    let known = known.map(fetch::parse).transpose()?;
    let mut changes = match &known {
        Some(known) if drift && !old.is_empty() => {
            let doc = serde_json::from_str(old)
                .context("spec/openapi.json: run `cargo xtask normalize`")?;
            changes(known, &doc, corrections, &new)?
        }
        _ => Vec::new(),
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
    let log = folder.text(CHANGELOG);
    let since = since_release(&folder, known.as_ref(), corrections, &new)?;
    let unreleased = since.as_ref().map_or(&changes, |(_, all)| all);
    if let Some(next) = folder
        .text(MANIFEST)
        .and_then(|m| changelog::version(m, unreleased))
    {
        say!("the next version of the crate: {next}")?;
    }
    let stale = new.stale.len();
    if mode == Mode::Report {
        return Ok(drift || stale > 0 || broken.is_some());
    }
    if let Some(e) = broken {
        bail!("{e}; nothing was written");
    }
    if stale > 0 && mode != Mode::WriteWithoutStale {
        bail!(
            "{stale} stale actions in spec/overlay.yaml, named above; nothing was written: correct or remove them, or run with --allow-stale"
        );
    }
    let mut files = Vec::new();
    if let Some(log) = log {
        let text = changelog::update(log, unreleased);
        if changelog::has_block(&text) {
            let first = |known: &Value| Baseline {
                upstream: known.clone(),
                overlay: corrections.unwrap_or_default().to_owned(),
            };
            let baseline = since.as_ref().map(|(b, _)| b.text(&new.upstream));
            let baseline =
                baseline.or_else(|| known.as_ref().map(|k| first(k).text(&new.upstream)));
            files.extend(baseline.transpose()?.map(|text| (baseline::FILE, text)));
        }
        files.push((CHANGELOG, text));
    }
    // Formatting of the same document is no change: the committed bytes stay.
    let kept = folder.text("upstream.json");
    let sound = |text| Ok::<_, Failure>(last.is_of(text, &fetch::parse(text)?));
    if drift || kept.map(sound).transpose()? != Some(true) {
        let provenance = Provenance::of(place, validators, &text, &new.upstream);
        let areas = autopi_codegen::areas(&new.text)?;
        files.extend([
            ("upstream.json", text),
            ("openapi.json", new.text),
            ("source.toml", provenance.text()?),
        ]);
        if let Some(old) = folder.text(MANIFEST) {
            files.push((MANIFEST, features::update(old, &areas)?));
        }
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

/// From one pair of documents to the new ones; where the corrections changed as well, what they do is part of it.
fn changes(
    upstream: &Value,
    doc: &Value,
    corrections: Option<&str>,
    new: &Normalized,
) -> Result<Vec<Change>> {
    // The same document by the same corrections is what we have.
    let other = upstream != &new.upstream;
    let recorrected = other.then(|| again(upstream, corrections)).transpose()?;
    let recorrected = recorrected.as_ref().map_or(&new.doc, |n| &n.doc);
    let before = Documents { upstream, doc };
    let mut changes = diff::compare_corrected(before, new.into(), recorrected)?;
    let only_said = |c: &Change| c.class < Class::Cosmetic && c.rust.is_none();
    if other && corrections.is_some() && changes.iter().any(only_said) {
        let plain = again(&new.upstream, None)?.doc;
        diff::corrected(&mut changes, &plain, recorrected, &new.doc);
    }
    Ok(changes)
}

/// A committed document through the pipeline; actions that have no effect on it are left out.
fn again(upstream: &Value, overlay: Option<&str>) -> Result<Normalized, Failure> {
    let (text, file) = (&upstream.to_string(), None);
    pipeline::run(Input {
        text,
        file,
        overlay,
        proof: Proof::Unwanted,
    })
}

/// What the last release was made from, and every change since, if CHANGELOG.md has a block on them.
fn since_release(
    folder: &Folder,
    known: Option<&Value>,
    corrections: Option<&str>,
    new: &Normalized,
) -> Result<Option<(Baseline, Vec<Change>)>> {
    if !folder.text(CHANGELOG).is_some_and(changelog::has_block) {
        return Ok(None);
    }
    let stored = folder.text(baseline::FILE).zip(known);
    let baseline = stored.and_then(|(text, known)| Baseline::read(text, known));
    let baseline = baseline.with_context(|| {
        format!(
            "spec/{}: not what an update wrote beside spec/upstream.json: restore both, or remove the file and the block in CHANGELOG.md",
            baseline::FILE
        )
    })?;
    let overlay = Some(baseline.overlay.as_str()).filter(|o| !o.is_empty());
    let released = again(&baseline.upstream, overlay).map_err(|e| e.or_at(baseline::FILE))?;
    let all = changes(&released.upstream, &released.doc, corrections, new)?;
    Ok(Some((baseline, all)))
}
