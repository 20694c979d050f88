//! `spec/openapi.json` → a table of calls, one for each operation; and the types of a document with unions.

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let spec = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../spec/openapi.json");
    let out = env::var("OUT_DIR")?;
    println!("cargo::rerun-if-changed={}", spec.display());
    fs::write(
        Path::new(&out).join("calls.rs"),
        autopi_codegen::calls(&fs::read_to_string(spec)?)?,
    )?;
    // Our document has no unions: the types of one that has.
    println!("cargo::rerun-if-changed=tests/unions.json");
    fs::write(
        Path::new(&out).join("unions.rs"),
        autopi_codegen::types(&fs::read_to_string("tests/unions.json")?)?,
    )?;
    Ok(())
}
