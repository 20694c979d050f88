//! The sandbox's modules import one another in one direction.

#[path = "../../tests/support/layers.rs"]
mod layers;

use std::path::Path;

/// Each row may import the rows that it lists, which are above it.
const LAYERS: layers::Table<'_> = &[
    ("util", &[]),
    ("spec", &["util"]),
    ("sample", &["util", "spec"]),
    ("state", &["util", "spec", "sample"]),
    ("handlers", &["util", "spec", "sample", "state"]),
    ("http", &["util", "spec", "sample", "state", "handlers"]),
    ("documents", &["spec"]),
    (
        "builder",
        &[
            "util",
            "spec",
            "sample",
            "state",
            "handlers",
            "http",
            "documents",
        ],
    ),
];

#[test]
fn layers_import_only_those_below() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    assert_eq!(layers::violations(&src, LAYERS), [""; 0]);
    assert_eq!(layers::circles(&src), [[""; 0]; 0]);
}
