//! Generates the client for the areas whose features are on: `spec/openapi.json` (or
//! `$AUTOPI_SPEC`) → `$OUT_DIR/generated.rs`.

use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=AUTOPI_SPEC");
    let committed = || {
        PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default())
            .join("spec/openapi.json")
    };
    // An empty value counts as unset.
    let own = env::var_os("AUTOPI_SPEC").filter(|path| !path.is_empty());
    // A customer's own document has its own areas: all of them are built.
    let all = own.is_some() || env::var_os("CARGO_FEATURE_FULL").is_some();
    let spec = own.map_or_else(committed, PathBuf::from);
    println!("cargo::rerun-if-changed={}", spec.display());
    let text = autopi_codegen::read(&spec)?;
    let on = |area: &str| {
        all || env::var_os(format!(
            "CARGO_FEATURE_{}",
            area.to_uppercase().replace('-', "_")
        ))
        .is_some()
    };
    let code =
        autopi_codegen::generate(&text, &on).map_err(|e| format!("{}: {e}", spec.display()))?;
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set: run by cargo")?);
    #[cfg(feature = "progenitor")]
    fs::write(
        out.join("progenitor.rs"),
        autopi_codegen::progenitor::generate(&text, &on)
            .map_err(|e| format!("{}: {e}", spec.display()))?,
    )?;
    #[cfg(feature = "schemars")]
    fs::write(
        out.join("json_schemas.rs"),
        autopi_codegen::json_schemas(&text, &on).map_err(|e| format!("{}: {e}", spec.display()))?,
    )?;
    Ok(fs::write(out.join("generated.rs"), code)?)
}
