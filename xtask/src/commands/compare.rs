//! `cargo xtask diff`: compares two documents of the user's choice.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Result, bail};

use crate::{
    out::print,
    pipeline::{
        Proof, beside,
        diff::{self, Change, Class, Format},
        fetch, normalize_file,
    },
};

#[derive(clap::Args)]
pub struct Args {
    /// The document that the client was made from; `-` is stdin
    old: PathBuf,
    /// The document to compare with it; `-` is stdin
    new: PathBuf,
    #[arg(long, default_value = "text")]
    format: Format,
    /// Exit with 1 if a change is of this class or a worse one; what no rule claims counts as
    /// breaking
    #[arg(long)]
    fail_on: Option<Class>,
    /// What no rule claims does not count for `--fail-on`
    #[arg(long, requires = "fail_on")]
    allow_unclassified: bool,
}

/// Prints what the new document means to callers of the client that was made from the old one.
///
/// # Errors
/// Returns an error if a stage refuses a document.
pub fn run(args: Args) -> Result<ExitCode> {
    let Args {
        old,
        new,
        format,
        fail_on,
        allow_unclassified,
    } = args;
    if [&old, &new].iter().all(|f| *f == Path::new(fetch::STDIN)) {
        bail!("OLD and NEW are both stdin: give a file for one of them");
    }
    let (old, new) = beside(
        || normalize_file(&old, Proof::Unwanted),
        || normalize_file(&new, Proof::Unwanted),
    );
    let changes = diff::compare((&old?).into(), (&new?).into())?;
    print(&format.render(&changes))?;
    let counts = |c: &Change| match c.class {
        Class::Unclassified if !allow_unclassified => fail_on.is_some(),
        class => fail_on.is_some_and(|worst| class <= worst && class != Class::Unclassified),
    };
    Ok(ExitCode::from(u8::from(changes.iter().any(counts))))
}
