//! The committed documents, compressed into the crate: from the repository, or from the copies in
//! the package.

use std::{env, error::Error, fs, io::Write, path::Path};

mod read;

fn main() -> Result<(), Box<dyn Error>> {
    let (here, out) = (env::var("CARGO_MANIFEST_DIR")?, env::var("OUT_DIR")?);
    for name in ["upstream.json", "openapi.json"] {
        let places = [
            format!("{here}/../spec/{name}"),
            format!("{here}/spec/{name}"),
        ];
        let from = places
            .iter()
            .find(|p| Path::new(p).is_file())
            .ok_or_else(|| format!("there is neither {} nor {}", places[0], places[1]))?;
        println!("cargo::rerun-if-changed={from}");
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(read::read(Path::new(from))?.as_bytes())?;
        fs::write(Path::new(&out).join(format!("{name}.gz")), packed.finish()?)?;
    }
    Ok(())
}
