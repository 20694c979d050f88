//! The index of the committed document, compiled into the command.

use std::{env, error::Error, fs, path::Path};

#[path = "src/index/build.rs"]
mod index;
mod read;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=src/index");
    // A link to the repository's document; in the package, a copy.
    println!("cargo::rerun-if-changed=spec/openapi.json");
    let document = serde_json::from_str(&read::read(Path::new("spec/openapi.json"))?)?;
    let out = Path::new(&env::var("OUT_DIR")?).join("index");
    fs::write(out, index::build(&document)?)?;
    Ok(())
}
