//! Runs all stages and compares the result with the committed files: `check` reports this, and
//! `update` writes it.

use std::{mem, path::Path};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{
    CHANGELOG, FILES, MANIFEST, Mode, Source, URL,
    baseline::{self, Baseline},
    changelog,
    provenance::Provenance,
    report::{self, Document, Overlay, Report},
};
use crate::{
    pipeline::{
        self, Input, Normalized, Proof,
        diff::{self, Change, Class, Documents},
        fetch::{self, Fetched, Limits, Validators},
        overlay::Reason,
        write::Folder,
    },
    report::Failure,
};

/// The parts of an update, besides its report.
pub struct Compared {
    pub folder: Folder,
    pub last: Provenance,
    /// The document, and the validators of its server for the next download.
    pub text: String,
    pub validators: Validators,
    pub new: Normalized,
    /// The committed upstream document.
    pub known: Option<Value>,
    pub corrections: Option<String>,
    /// What the last release was made from, and all changes since.
    pub since: Option<(Baseline, Vec<Change>)>,
}

/// Runs all stages, and finds the drift from the files in `spec`.
pub async fn compare(
    source: &Source,
    mode: Mode,
    spec: &Path,
    report: &mut Report,
) -> Result<Compared> {
    let folder = Folder::open(spec, &FILES)?;
    let url = source.url.as_deref().unwrap_or(URL);
    // The place that is printed and stored, without a token in its query.
    let place = match &source.from {
        Some(file) => file.display().to_string(),
        None => fetch::shown(&fetch::url(url)?),
    };
    report.source = Some(place.clone());
    let toml = folder.text("source.toml").unwrap_or_default();
    let last = Provenance::read(toml).unwrap_or_default();
    let (text, validators) = match &source.from {
        Some(file) => (fetch::read(file)?, Validators::default()),
        None => download(url, last.validators(&place), &folder).await?,
    };
    let mut corrections = folder.text("overlay.yaml").filter(|_| !source.no_overlay);
    let mut new = normalize(&text, corrections, &folder, &place)?;
    report.overlay = Some(corrections.map_or(Overlay::None, |_| Overlay::Applied));
    if let Some((missing, actions)) = another(&new)
        && mode != Mode::WriteWithoutStale
    {
        if mode != Mode::Report {
            let what = report::another(&place, missing, actions);
            bail!("{what}; nothing was written: run with --no-overlay if you mean this document");
        }
        report.overlay = Some(Overlay::AnotherDocument { missing, actions });
        corrections = None;
        new = normalize(&text, None, &folder, &place)?;
    }
    report.pipeline = mem::take(&mut new.report);
    report.stale = mem::take(&mut new.stale);
    if let Some(e) = &new.broken {
        let error = e.to_string();
        report.overlay = Some(Overlay::DoesNotFit { error });
    }
    report.fetched = Some(Document::of(&text, &new.doc));
    // The first update has nothing to compare with; a report needs it.
    if mode == Mode::Report {
        folder.required("openapi.json")?;
        folder.required("upstream.json")?;
    }
    report.drift = Some(folder.text("openapi.json") != Some(new.text.as_str()));
    let known = folder.text("upstream.json").map(committed).transpose()?;
    report.committed = known.as_ref().map(|(text, doc)| Document::of(text, doc));
    let known = known.map(|(_, doc)| doc);
    report.changes = drift(&folder, known.as_ref(), corrections, &new)?;
    let since = since_release(&folder, known.as_ref(), corrections, &new)?;
    let found = report.changes.as_deref().unwrap_or_default();
    let unreleased = since.as_ref().map_or(found, |(_, all)| all);
    let manifest = folder.text(MANIFEST);
    report.next_version = manifest.and_then(|m| changelog::version(m, unreleased));
    if manifest.is_none() {
        let why = "no Cargo.toml beside spec/: no next version of the crate is proposed";
        report.no_version = Some(why.into());
    }
    let corrections = corrections.map(str::to_owned);
    Ok(Compared {
        folder,
        last,
        text,
        validators,
        new,
        known,
        corrections,
        since,
    })
}

/// Downloads the document, or returns the committed one if the server says that it is the same.
async fn download(url: &str, known: Validators, folder: &Folder) -> Result<(String, Validators)> {
    Ok(
        match fetch::download(url, &known, &Limits::default()).await? {
            Fetched::New { text, validators } => (text, validators),
            Fetched::NotModified => (folder.required("upstream.json")?.to_owned(), known),
        },
    )
}

fn normalize(
    text: &str,
    overlay: Option<&str>,
    folder: &Folder,
    place: &str,
) -> Result<Normalized, Failure> {
    let input = Input {
        text,
        // The committed document is self-contained: there are no files beside it.
        file: None,
        overlay,
        proof: Proof::Unless(folder.text("openapi.json")),
    };
    pipeline::run(input).map_err(|e| e.or_at(place))
}

/// Returns the number of actions without a target and of all, if the overlay seems to belong to
/// another document.
fn another(new: &Normalized) -> Option<(usize, usize)> {
    let none = new
        .stale
        .iter()
        .filter(|s| s.reason == Reason::MatchesNothing);
    let missing = none.count();
    (missing * 2 > new.actions).then_some((missing, new.actions))
}

fn committed(text: &str) -> Result<(&str, Value), Failure> {
    let doc = fetch::parse(text).map_err(|e| e.at("spec/upstream.json"))?;
    Ok((text, doc))
}

/// Returns the changes from the committed documents: `None` if the first ones are still missing.
fn drift(
    folder: &Folder,
    known: Option<&Value>,
    corrections: Option<&str>,
    new: &Normalized,
) -> Result<Option<Vec<Change>>> {
    let old = folder.text("openapi.json").unwrap_or_default();
    match known {
        _ if old == new.text => Ok(Some(Vec::new())),
        Some(known) if !old.is_empty() => {
            let doc = serde_json::from_str(old)
                .context("spec/openapi.json: run `cargo xtask normalize`")?;
            changes(known, &doc, corrections, new).map(Some)
        }
        _ => Ok(None),
    }
}

/// Returns the changes between two pairs of documents; if the corrections changed too, their effect
/// is included.
fn changes(
    upstream: &Value,
    doc: &Value,
    corrections: Option<&str>,
    new: &Normalized,
) -> Result<Vec<Change>> {
    // The same document with the same corrections is what is committed.
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
    Ok(diff::grouped(changes))
}

/// Normalises a committed document; actions without an effect on it are left out.
fn again(upstream: &Value, overlay: Option<&str>) -> Result<Normalized, Failure> {
    let (text, file) = (&upstream.to_string(), None);
    pipeline::run(Input {
        text,
        file,
        overlay,
        proof: Proof::Unwanted,
    })
}

/// Returns what the last release was made from and all changes since, if CHANGELOG.md has a block
/// on them.
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
            "spec/{}: not what an update wrote beside spec/upstream.json: restore both, or remove \
             the file and the block in CHANGELOG.md",
            baseline::FILE
        )
    })?;
    let overlay = Some(baseline.overlay.as_str()).filter(|o| !o.is_empty());
    let released = again(&baseline.upstream, overlay).map_err(|e| e.or_at(baseline::FILE))?;
    let all = changes(&released.upstream, &released.doc, corrections, new)?;
    Ok(Some((baseline, all)))
}
