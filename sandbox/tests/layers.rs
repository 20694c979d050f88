//! The sandbox's modules import one another in one direction.

#[path = "../../tests/support/layers.rs"]
#[allow(dead_code)]
mod layers;

use std::path::Path;

/// Each row may import the rows that it names, all of them above it.
const LAYERS: layers::Table<'_> = &[
    ("util", &[]),
    ("spec", &["util"]),
    ("sample", &["util", "spec"]),
    ("state", &["util", "spec", "sample"]),
    ("handlers", &["util", "spec", "sample", "state"]),
    ("http", &["util", "spec", "sample", "state", "handlers"]),
    ("builder", &["util", "spec", "state", "handlers", "http"]),
];

#[test]
fn layers_import_only_those_below() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    assert_eq!(layers::violations(&src, LAYERS), [""; 0]);
}
