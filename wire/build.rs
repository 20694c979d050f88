//! `openapi.json`, which is `document.yaml` through the pipeline → the generated half of the
//! client; the guide's example of unions → code of a test.

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let spec = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("openapi.json");
    println!("cargo::rerun-if-changed={}", spec.display());
    let code = autopi_codegen::generate(&fs::read_to_string(spec)?, &|_| true)?;
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("generated.rs"), code)?;

    println!("cargo::rerun-if-changed=../docs/guide.md");
    let guide = fs::read_to_string("../docs/guide.md")?;
    let unions = guide.split_once("\n## Unions\n").and_then(|(_, rest)| {
        let (_, code) = rest.split_once("```rust,ignore\n")?;
        Some(code.split_once("```")?.0)
    });
    let example = unions.ok_or("docs/guide.md has no example of unions")?;
    Ok(fs::write(
        Path::new(&out).join("guide_unions.rs"),
        format!("{{\n{example}}}\n"),
    )?)
}
