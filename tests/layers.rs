//! The layers of the client: docs/decisions/0008-layers.md.

#[path = "support/layers.rs"]
#[allow(dead_code)]
mod layers;

use std::path::Path;

/// Each row may import the rows that it lists, which are above it.
const LAYERS: layers::Table<'_> = &[
    ("privacy", &[]),
    ("codec", &["privacy"]),
    ("error", &["privacy", "codec"]),
    ("transport", &["privacy", "codec", "error"]),
    ("auth", &["privacy", "codec", "error", "transport"]),
    ("pagination", &["privacy", "codec", "error", "transport"]),
    ("client", &["error", "transport", "auth", "pagination"]),
    (
        "call",
        &[
            "privacy",
            "codec",
            "error",
            "transport",
            "pagination",
            "client",
        ],
    ),
    (
        "device",
        &["privacy", "codec", "error", "transport", "client", "call"],
    ),
    (
        "blocking",
        &["error", "transport", "client", "call", "device"],
    ),
    (
        "rt",
        &[
            "privacy",
            "codec",
            "error",
            "transport",
            "auth",
            "pagination",
            "client",
            "call",
            "blocking",
        ],
    ),
    (
        "progenitor",
        &["privacy", "error", "transport", "client", "call", "rt"],
    ),
    ("json_schema", &["codec", "pagination"]),
    ("testing", &["privacy", "codec", "error", "transport", "rt"]),
];

#[test]
fn modules_import_only_layers_below_them() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let broken = layers::violations(&src, LAYERS);
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_modules_import_each_other() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let circles = layers::circles(&src);
    assert!(circles.is_empty(), "{circles:#?}");
}
