//! `cargo xtask try`: runs a document through the pipeline, and compiles the client that is
//! generated from it.

use std::{fs, path::Path};

use anyhow::{Result, bail};

use crate::{
    cargo,
    out::print,
    pipeline::{Proof, normalize_file, verify},
    say,
};

/// Compiles the client of a document, and with `progenitor` also progenitor's. The repository stays
/// as it is.
///
/// # Errors
/// Returns an error if a stage fails, or if the code does not compile.
pub fn try_document(root: &Path, file: &Path, progenitor: bool) -> Result<()> {
    let new = normalize_file(file, Proof::Wanted)?;
    print(&new.report.to_string())?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("openapi.json");
    fs::write(&path, new.text)?;
    let status = cargo::command()
        .args([
            "check",
            "--quiet",
            "--package",
            "autopi",
            "--lib",
            "--features",
            if progenitor {
                "blocking,progenitor"
            } else {
                "blocking"
            },
            "--target-dir",
        ])
        .arg(root.join("target/try"))
        .current_dir(root)
        .env("AUTOPI_SPEC", &path)
        .status()?;
    if !status.success() {
        bail!(
            "the code generated from {} does not compile: please report the document",
            file.display()
        );
    }
    say!(
        "{}: {} operations compile",
        file.display(),
        verify::operations(&new.doc).len()
    )?;
    Ok(())
}
