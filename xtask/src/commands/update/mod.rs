//! `cargo xtask update` and `check`: report the drift, and write the update.

pub mod baseline;
pub mod changelog;
mod compare;
pub mod features;
pub(crate) mod provenance;
pub mod report;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde_json::Value;

use self::{
    baseline::Baseline,
    compare::{Compared, compare},
    provenance::Provenance,
    report::{Outcome, Report},
};
use crate::{out::print, pipeline::fetch, report::Failure, say};

const URL: &str = "https://api.autopi.io/?format=openapi";
pub(crate) const MANIFEST: &str = "../Cargo.toml";
const CHANGELOG: &str = "../CHANGELOG.md";
/// The files that an update reads and writes, relative to `spec/`.
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
    /// A downloaded document instead; `-` is stdin
    #[arg(long)]
    pub from: Option<PathBuf>,
    /// Leave spec/overlay.yaml out: for a document that it does not belong to
    #[arg(long)]
    pub no_overlay: bool,
}

/// The mode of [`update`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Report,
    Write,
    /// Writes even if actions of the overlay are stale, which are left out.
    WriteWithoutStale,
}

/// Prints the report as text or JSON. Returns whether there is anything to do: drift, or an overlay
/// that is stale or does not fit.
///
/// # Errors
/// Returns the error of the stage that failed; everything that is known by then is printed first.
pub async fn check(source: &Source, json: bool, spec: &Path) -> Result<bool> {
    let mut report = Report::default();
    let found = compare(source, Mode::Report, spec, &mut report).await;
    report.conclude(found.as_ref().err());
    print(&if json {
        report.json()?
    } else {
        report.to_string()
    })?;
    found.map(|_| report.outcome == Outcome::Changed)
}

/// Runs the whole pipeline and writes the result to `spec`, or only reports. Returns whether there
/// is drift or, for a report, what [`check`] returns.
///
/// # Errors
/// Returns the error of the stage that failed, or one that names the stale actions if they prevent
/// writing; `spec` is then unchanged.
pub async fn update(source: &Source, mode: Mode, json: bool, spec: &Path) -> Result<bool> {
    if mode == Mode::Report {
        return check(source, json, spec).await;
    }
    let mut report = Report::default();
    let compared = compare(source, mode, spec, &mut report).await;
    if !json {
        print(&report.to_string())?;
    }
    let written = compared.and_then(|compared| write(compared, mode, &report));
    if json {
        report.updated(written.as_deref());
        print(&report.json()?)?;
        written?;
    } else {
        let list = written?.join(", ");
        let list = if list.is_empty() { "nothing" } else { &list };
        say!("written: {list}")?;
    }
    Ok(report.drift == Some(true))
}

/// Writes what was found, and returns the names of the files that changed.
fn write(compared: Compared, mode: Mode, report: &Report) -> Result<Vec<String>> {
    let Compared {
        folder,
        last,
        text,
        validators,
        new,
        known,
        corrections,
        since,
    } = compared;
    if let Some(e) = new.broken {
        bail!("{e}; nothing was written");
    }
    let stale = report.stale.len();
    if stale > 0 && mode != Mode::WriteWithoutStale {
        bail!(
            "{stale} stale actions in spec/overlay.yaml, named above; nothing was written: \
             correct or remove them, or run with --allow-stale"
        );
    }
    let drift = report.drift == Some(true);
    let found = report.changes.as_deref().unwrap_or_default();
    let unreleased = since.as_ref().map_or(found, |(_, all)| all);
    let log = folder.text(CHANGELOG);
    let mut files = Vec::new();
    if let Some(log) = log {
        let text = changelog::update(log, unreleased);
        if changelog::has_block(&text) {
            let first = |known: &Value| Baseline {
                upstream: known.clone(),
                overlay: corrections.clone().unwrap_or_default(),
            };
            let baseline = since.as_ref().map(|(b, _)| b.text(&new.upstream));
            let baseline =
                baseline.or_else(|| known.as_ref().map(|k| first(k).text(&new.upstream)));
            files.extend(baseline.transpose()?.map(|text| (baseline::FILE, text)));
        }
        files.push((CHANGELOG, text));
    }
    // Other formatting of the same document is not a change: the committed bytes stay.
    let kept = folder.text("upstream.json");
    let sound = |text| Ok::<_, Failure>(last.is_of(text, &fetch::parse(text)?));
    if drift || kept.map(sound).transpose()? != Some(true) {
        let place = report.source.clone().unwrap_or_default();
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
    Ok(folder.write(&files)?)
}
