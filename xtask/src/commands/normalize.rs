//! `cargo xtask normalize`: runs the pipeline offline, or checks that its result is committed.

use std::path::Path;

use anyhow::{Result, bail};

use crate::{
    commands::update::{self, features, provenance::Provenance},
    out::{aside, is_stdout, print},
    pipeline::{
        self, Input, Normalized, Proof, fetch,
        write::{Folder, write_file},
    },
    say,
};

const UPSTREAM: &str = "upstream.json";
const OPENAPI: &str = "openapi.json";

/// Writes the normalised form of `from` to `out`, or only compares them with `check`. With
/// `projected` it is reduced to what progenitor can read.
///
/// # Errors
/// Returns the error of the stage that failed or, with `check`, an error if a file is stale.
pub fn normalize(
    root: &Path,
    from: Option<&Path>,
    projected: bool,
    out: Option<&Path>,
    check: bool,
) -> Result<()> {
    let folder = Folder::open(&root.join("spec"), &update::FILES)?;
    let (place, text) = match from {
        Some(file) => (file.display().to_string(), fetch::read(file)?),
        None => (UPSTREAM.into(), folder.required(UPSTREAM)?.to_owned()),
    };
    // The overlay only corrects our own document; others have their own faults.
    let overlay = match from {
        Some(_) => None,
        None => folder.text("overlay.yaml"),
    };
    let text = text.as_str();
    let proof = match from {
        Some(_) => Proof::Wanted,
        None => Proof::Unless(folder.text(OPENAPI)),
    };
    let new = pipeline::run(Input {
        text,
        file: from,
        overlay,
        proof,
    })
    .and_then(Normalized::strict);
    let mut new = new.map_err(|e| e.or_at(&place))?;
    if projected {
        for (pointer, what) in autopi_codegen::projection::project(&mut new.doc) {
            new.report.warn(pointer, format!("removed: {what}"));
        }
        new.text = serde_json::to_string_pretty(&new.doc)? + "\n";
    }
    if check {
        let committed = match out {
            Some(out) => fetch::read(out).unwrap_or_default(),
            None => folder.text(OPENAPI).unwrap_or_default().to_owned(),
        };
        if committed != new.text {
            let out = out.map_or(OPENAPI.into(), |out| out.display().to_string());
            bail!("{out} is not what the pipeline makes of {place}: run this without --check");
        }
        if from.is_none() && !projected {
            check_source(&folder, &new)?;
        }
        return Ok(say!("fresh: what the pipeline makes of {place}")?);
    }
    if out.is_some_and(is_stdout) {
        aside(&new.report.to_string());
        return print(&autopi_codegen::escape::json(&new.text));
    }
    print(&new.report.to_string())?;
    let changed = match out {
        Some(out) => write_file(out, &new.text)?,
        None => !folder.write(&[(OPENAPI, new.text)])?.is_empty(),
    };
    let out = out.map_or_else(|| root.join("spec").join(OPENAPI), Path::to_path_buf);
    say!(
        "written: {}",
        if changed {
            out.display().to_string()
        } else {
            "nothing".into()
        }
    )
}

/// Checks the other files that an update writes: the features must be the areas with operations.
fn check_source(folder: &Folder, new: &Normalized) -> Result<()> {
    let update = "run `cargo xtask update`, or bring it back from git";
    let manifest = folder.required(update::MANIFEST)?;
    if features::update(manifest, &autopi_codegen::areas_of(&new.doc)?)? != manifest {
        bail!("the [features] of Cargo.toml are not the areas of the document: {update}");
    }
    let source = Provenance::read(folder.required("source.toml")?)?;
    if !source.is_of(folder.required(UPSTREAM)?, &new.upstream) {
        bail!("spec/source.toml is not about spec/upstream.json (hash or counts differ): {update}");
    }
    Ok(())
}
