//! `demo`: runs an update from a sandbox into a scratch folder, then the example `demo` against the
//! sandbox.

use std::{fs, path::Path, process::ExitCode};

use anyhow::{Context, Result, bail};
use xtask::{
    cargo,
    commands::update::{Mode, Source, update},
    say,
};

use crate::sandbox::SandboxArgs;

/// Runs the update, then the example.
///
/// # Errors
/// Returns an error if the update fails or finds drift, or if the example does not start.
pub async fn run(root: &Path) -> Result<ExitCode> {
    let api = SandboxArgs::default().start(root).await?;
    say!(
        "the sandbox runs at {}\n\n$ cargo xtask update --url {}/?format=openapi   (into a \
         scratch folder)",
        api.url(),
        api.url()
    )?;
    let scratch = tempfile::tempdir()?;
    for name in ["upstream.json", "openapi.json", "overlay.yaml"] {
        fs::copy(root.join("spec").join(name), scratch.path().join(name))
            .with_context(|| format!("spec/{name}"))?;
    }
    let source = Source {
        url: Some(format!("{}/?format=openapi", api.url())),
        from: None,
        no_overlay: false,
    };
    if update(&source, Mode::Write, false, scratch.path()).await? {
        bail!(
            "the sandbox serves spec/upstream.json, and yet there is drift: run `cargo xtask \
             normalize`"
        );
    }
    say!("\n$ cargo run --example demo")?;
    let mut example = cargo::command();
    example
        .args(["run", "--quiet", "--package", "autopi", "--example", "demo"])
        .current_dir(root)
        .env("AUTOPI_BASE_URL", api.url())
        .env("AUTOPI_EMAIL", autopi_sandbox::EMAIL)
        .env("AUTOPI_PASSWORD", autopi_sandbox::PASSWORD)
        .env("AUTOPI_API_TOKEN", autopi_sandbox::API_TOKEN);
    let status = tokio::task::spawn_blocking(move || example.status()).await??;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
