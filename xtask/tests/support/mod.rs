use std::{fs, path::Path};

use serde_json::{Value, json};

/// The files that an update reads and writes.
pub fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let to = |name: &str| folder.path().join(name);
    fs::create_dir(to("spec")).unwrap();
    fs::create_dir(to("docs")).unwrap();
    for file in fs::read_dir("../spec").unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            fs::copy(&path, to("spec").join(path.file_name().unwrap())).unwrap();
        }
    }
    for name in ["Cargo.toml", "CHANGELOG.md", "docs/coverage.md"] {
        fs::copy(Path::new("..").join(name), to(name)).unwrap();
    }
    folder
}

/// Our document with a deprecated operation and a new field.
pub fn drifted() -> String {
    let text = fs::read_to_string("../spec/upstream.json").unwrap();
    let mut doc: Value = serde_json::from_str(&text).unwrap();
    doc["paths"]["/dongle/devices/"]["get"]["deprecated"] = true.into();
    doc["definitions"]["Device"]["properties"]["colour"] = json!({"type": "string"});
    doc.to_string()
}
