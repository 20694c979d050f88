//! What an update says and writes about the changes of the API.

use std::{fs, path::Path};

use serde_json::{Value, json};
use xtask::{
    pipeline::normalize,
    update::{Mode, Source, update},
};

fn document(count: &str) -> Value {
    let schema = json!({ "$ref": "#/components/schemas/Thing" });
    let response =
        json!({ "description": "", "content": { "application/json": { "schema": schema } } });
    json!({
        "openapi": "3.0.3",
        "info": { "title": "x", "version": "1" },
        "paths": {
            "/a/": { "get": { "operationId": "a_read", "tags": ["a"], "responses": { "200": response } } },
        },
        "components": { "schemas": { "Thing": {
            "type": "object", "properties": { "count": { "type": count }, "name": { "type": "string" } },
        } } },
    })
}

const OVERLAY: &str = "overlay: 1.0.0\ninfo: { title: x, version: '1' }\nactions:\n- { target: \"$.paths['/a/'].get\", update: { summary: Corrected. } }\n";

fn folder(root: &Path) -> std::path::PathBuf {
    let spec = root.join("spec");
    fs::create_dir(&spec).unwrap();
    let old = document("integer").to_string();
    fs::write(
        spec.join("openapi.json"),
        normalize(&old, Some(OVERLAY)).unwrap().text,
    )
    .unwrap();
    fs::write(spec.join("upstream.json"), old).unwrap();
    fs::write(spec.join("overlay.yaml"), OVERLAY).unwrap();
    fs::write(
        root.join("CHANGELOG.md"),
        "# Changelog\n\n## Unreleased\n\n- FEATURE: mine.\n",
    )
    .unwrap();
    fs::write(root.join("new.json"), document("string").to_string()).unwrap();
    spec
}

#[tokio::test]
async fn a_second_update_after_a_correction_rewrites_its_own_lines() {
    let root = tempfile::tempdir().unwrap();
    let spec = folder(root.path());
    let from = |name: &str| Source {
        url: None,
        from: Some(root.path().join(name)),
        no_overlay: false,
    };
    let log = || fs::read_to_string(root.path().join("CHANGELOG.md")).unwrap();
    assert!(update(&from("new.json"), Mode::Write, &spec).await.unwrap());
    let first = log();
    assert!(
        first.contains("- BREAKING: the API: `Thing.count`: `integer` → `string`\n")
            && first.contains("- FEATURE: mine."),
        "{first}"
    );
    // A correction of another member: what the first update wrote is still true, and the new line stands beside it.
    let action = |member: &str, ty: &str| {
        format!(
            "{OVERLAY}- {{ target: \"$.components.schemas.Thing.properties.{member}\", update: {{ type: {ty} }} }}\n"
        )
    };
    fs::write(spec.join("overlay.yaml"), action("name", "boolean")).unwrap();
    assert!(update(&from("new.json"), Mode::Write, &spec).await.unwrap());
    let second = log();
    assert!(
        second.contains("`Thing.count`: `integer` → `string`")
            && second.contains("`Thing.name`: `string` → `boolean`"),
        "{second}"
    );
    // A correction of what changed: on the wire nothing did, so the line was a lie.
    fs::write(spec.join("overlay.yaml"), action("count", "integer")).unwrap();
    assert!(update(&from("new.json"), Mode::Write, &spec).await.unwrap());
    assert_eq!(log(), "# Changelog\n\n## Unreleased\n\n- FEATURE: mine.\n");
    // The correction is taken back, and the API as well: nothing is left to say.
    fs::write(spec.join("overlay.yaml"), OVERLAY).unwrap();
    fs::write(
        root.path().join("old.json"),
        document("integer").to_string(),
    )
    .unwrap();
    update(&from("old.json"), Mode::Write, &spec).await.unwrap();
    assert_eq!(log(), "# Changelog\n\n## Unreleased\n\n- FEATURE: mine.\n");
    // And once more: nothing is written.
    assert!(!update(&from("old.json"), Mode::Write, &spec).await.unwrap());
}

#[tokio::test]
async fn a_block_without_what_it_was_made_from_is_an_error_and_nothing_is_written() {
    let root = tempfile::tempdir().unwrap();
    let spec = folder(root.path());
    let source = Source {
        url: None,
        from: Some(root.path().join("new.json")),
        no_overlay: false,
    };
    update(&source, Mode::Write, &spec).await.unwrap();
    fs::write(spec.join("unreleased.json"), "{}").unwrap();
    let before = fs::read_to_string(root.path().join("CHANGELOG.md")).unwrap();
    let error = format!(
        "{:#}",
        update(&source, Mode::Write, &spec).await.unwrap_err()
    );
    assert!(error.contains("spec/unreleased.json"), "{error}");
    assert_eq!(
        fs::read_to_string(root.path().join("CHANGELOG.md")).unwrap(),
        before
    );
}
