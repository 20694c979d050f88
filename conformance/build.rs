//! `spec/openapi.json` → a table of calls, one for each operation.

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let spec = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../spec/openapi.json");
    println!("cargo::rerun-if-changed={}", spec.display());
    fs::write(
        Path::new(&env::var("OUT_DIR")?).join("calls.rs"),
        autopi_codegen::calls(&fs::read_to_string(spec)?)?,
    )?;
    Ok(())
}
