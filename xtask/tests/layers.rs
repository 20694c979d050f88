//! The layers of the pipeline: shared modules, the stages, the module that runs them, the commands.
//! A stage knows no command.

#[path = "../../tests/support/layers.rs"]
#[allow(dead_code)]
mod layers;

use std::path::Path;

/// Each row may import the rows that it lists, which are above it.
const LAYERS: layers::Table<'_> = &[
    ("body", &[]),
    ("cargo", &[]),
    ("out", &[]),
    ("locate", &[]),
    ("report", &["locate"]),
    ("document", &["report"]),
    ("pipeline::fetch", &["body", "locate", "report"]),
    ("pipeline::write", &["report"]),
    (
        "pipeline::convert",
        &["document", "locate", "report", "pipeline::fetch"],
    ),
    ("pipeline::shape", &["document", "report"]),
    ("pipeline::overlay", &["document", "locate", "report"]),
    ("pipeline::verify", &["document", "report"]),
    (
        "pipeline",
        &[
            "document",
            "report",
            "pipeline::fetch",
            "pipeline::convert",
            "pipeline::shape",
            "pipeline::overlay",
            "pipeline::verify",
        ],
    ),
    (
        "pipeline::diff",
        &[
            "document",
            "report",
            "pipeline",
            "pipeline::convert",
            "pipeline::shape",
            "pipeline::overlay",
        ],
    ),
    (
        "commands",
        &[
            "body",
            "cargo",
            "document",
            "locate",
            "out",
            "report",
            "pipeline",
            "pipeline::fetch",
            "pipeline::overlay",
            "pipeline::verify",
            "pipeline::diff",
            "pipeline::write",
        ],
    ),
];

fn src() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

#[test]
fn a_stage_imports_no_command() {
    let broken = layers::violations(&src(), LAYERS);
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_modules_import_each_other() {
    let circles = layers::circles(&src());
    assert!(circles.is_empty(), "{circles:#?}");
}
