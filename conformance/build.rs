//! Turns `spec/openapi.json` into a table of calls, one for each operation, and the example of
//! each; also makes the types of a document with unions.

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let spec = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../spec/openapi.json");
    let out = env::var("OUT_DIR")?;
    println!("cargo::rerun-if-changed={}", spec.display());
    let spec = autopi_codegen::read(&spec)?;
    let out = Path::new(&out);
    fs::write(out.join("calls.rs"), autopi_codegen::calls(&spec)?)?;
    #[cfg(feature = "progenitor")]
    fs::write(
        out.join("progenitor.rs"),
        autopi_codegen::progenitor_calls(&spec)?,
    )?;
    // The document of one quirk a line.
    println!("cargo::rerun-if-changed=../wire/openapi.json");
    fs::write(
        out.join("quirks.rs"),
        autopi_codegen::requests(&fs::read_to_string("../wire/openapi.json")?)?,
    )?;
    fs::write(out.join("examples.rs"), autopi_codegen::examples(&spec)?)?;
    // Our document has no unions, so these types come from one that has.
    println!("cargo::rerun-if-changed=tests/unions.json");
    fs::write(
        out.join("unions.rs"),
        autopi_codegen::types(&fs::read_to_string("tests/unions.json")?)?,
    )?;
    Ok(())
}
