//! `cargo xtask expand`: prints the generated code.

use std::{path::Path, process::ExitCode};

use anyhow::{Result, bail};

use crate::{out::print, pipeline::fetch};

/// Prints the code of all areas, or of one.
///
/// # Errors
/// Returns an error if there is no such area.
pub fn expand(root: &Path, area: Option<String>) -> Result<ExitCode> {
    let text = fetch::read(&root.join("spec/openapi.json"))?;
    let areas = autopi_codegen::areas(&text)?;
    if let Some(area) = area.as_ref().filter(|a| !areas.contains(a)) {
        bail!("no area `{area}`: there are {}", areas.join(", "));
    }
    print(&autopi_codegen::generate(&text, &|a| {
        area.as_deref().is_none_or(|wanted| a == wanted)
    })?)?;
    Ok(ExitCode::SUCCESS)
}
