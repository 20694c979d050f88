//! The JSON reports have the schemas of docs/schemas, which are made of their Rust types.
//! `UPDATE_SCHEMAS=1` writes them.

mod support;

use std::{env, fs, process::Command};

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;
use xtask::{
    commands::{coverage::Coverage, probe::Outcome, update::report::Report},
    pipeline::diff::Counted,
};

fn path(name: &str) -> String {
    format!("{}/../docs/schemas/{name}.json", env!("CARGO_MANIFEST_DIR"))
}

fn keep<T: JsonSchema>(name: &str) {
    let generator = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator();
    let schema = generator.into_root_schema_for::<T>();
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    // Where a comment is wrapped is no part of its text.
    let text = text.replace(r"\n", " ");
    if env::var_os("UPDATE_SCHEMAS").is_some() {
        fs::write(path(name), &text).unwrap();
    }
    let committed = fs::read_to_string(path(name)).unwrap_or_default();
    assert_eq!(
        committed, text,
        "{name}: run this test with UPDATE_SCHEMAS=1"
    );
}

#[test]
fn the_committed_schemas_are_those_of_the_reports() {
    keep::<Report>("check");
    keep::<Report>("update");
    keep::<Counted<'_>>("diff");
    keep::<Coverage>("coverage");
    keep::<Outcome>("probe");
}

/// Validates a command's output of `--format json` with a third-party validator.
fn judge(name: &str, arguments: &[&str]) -> Value {
    let run = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args([name, "--format", "json"])
        .args(arguments)
        .output()
        .unwrap();
    let report: Value =
        serde_json::from_slice(&run.stdout).unwrap_or_else(|e| panic!("{e}: {run:?}"));
    if name == "update" {
        let is_done = report["outcome"] == "updated";
        assert_eq!(run.status.code(), Some(i32::from(!is_done)), "{run:?}");
        assert_eq!(report["written"].is_null(), !is_done);
    } else if let Some(outcome) = report["outcome"].as_str() {
        let code = ["up_to_date", "changed", "failed"]
            .iter()
            .position(|o| *o == outcome);
        assert_eq!(run.status.code(), code.map(|c| c as i32), "{run:?}");
    }
    let schema = serde_json::from_str(&fs::read_to_string(path(name)).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    validator
        .validate(&report)
        .unwrap_or_else(|e| panic!("{name}: {}: {e}", e.instance_path()));
    assert!(
        !validator.is_valid(&serde_json::json!({})),
        "{name}: it refuses nothing"
    );
    report
}

#[test]
fn reports_are_valid_by_their_schemas() {
    judge("coverage", &[]);
    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("new.json");
    let old = format!("{}/../spec/upstream.json", env!("CARGO_MANIFEST_DIR"));
    let mut doc: Value = serde_json::from_str(&fs::read_to_string(&old).unwrap()).unwrap();
    let paths = doc["paths"].as_object_mut().unwrap();
    let first = paths.keys().next().unwrap().clone();
    paths.remove(&first);
    fs::write(&new, doc.to_string()).unwrap();
    let report = judge("diff", &[&old, new.to_str().unwrap()]);
    assert!(report["breaking"].as_u64().unwrap() > 0);
    // A recording of one response that differs from the document.
    let recording = folder.path().join("r.jsonl");
    let line = serde_json::json!({
        "method": "GET", "url": "https://api.autopi.io/dongle/devices/", "status": 200,
        "body": [{ "id": 1 }],
    });
    fs::write(&recording, format!("{line}\n")).unwrap();
    let out = folder.path().join("proposed.yaml");
    let report = judge(
        "probe",
        &[
            "--from",
            recording.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
        ],
    );
    assert!(
        !report["findings"].as_array().unwrap().is_empty(),
        "{report}"
    );
}

#[test]
fn each_outcome_of_check_is_one_document_that_its_schema_allows() {
    let copy = support::copy();
    let root = copy.path().display().to_string();
    let file = |name: &str, text: &str| {
        let path = copy.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let upstream = fs::read_to_string("../spec/upstream.json").unwrap();
    let check = |from: &str| judge("check", &["--root", &root, "--from", from]);
    let report = check(&file("same", &upstream));
    assert_eq!(
        (&report["outcome"], &report["drift"]),
        (&"up_to_date".into(), &false.into())
    );
    assert_eq!(report["fetched"], report["committed"]);
    assert_eq!(report["fetched"]["operations"], 620);

    let report = check(&file("drifted", &support::drifted()));
    assert_eq!(report["outcome"], "changed");
    assert_ne!(report["fetched"]["sha256"], report["committed"]["sha256"]);
    assert_eq!(
        report["changes"]["additive"],
        report["next_version"]["additive"]
    );
    assert_eq!(report["to_do"].as_array().unwrap().len(), 1, "{report}");

    // A stale action is reported beside the drift; for another document the overlay is left out.
    let text = upstream.replace("\"is_updated\":", "\"updated\":");
    let report = check(&file("stale", &text));
    let stale = report["stale"].as_array().unwrap();
    assert!(
        stale
            .iter()
            .any(|s| s["pointer"].as_str().unwrap().starts_with("/actions/"))
    );
    assert!(
        stale.iter().all(|s| s["reason"] == "matches_nothing"),
        "{report}"
    );
    assert_eq!(report["to_do"].as_array().unwrap().len(), 2, "{report}");
    let other = fs::read_to_string("tests/fixtures/other/library.yaml").unwrap();
    let report = check(&file("other", &other.replace("version: v2", "version: 2")));
    assert_eq!(report["overlay"]["state"], "another_document");
    assert_eq!(
        report["warnings"][0]["pointer"], "/info/version",
        "{report}"
    );

    let overlay = r##"{"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": [
        {"target": "$.components.schemas.Device", "update": {"allOf": [{"$ref": "#/components/schemas/Gone"}]}}]}"##;
    file("spec/overlay.yaml", overlay);
    let report = check(&file("same", &upstream));
    assert_eq!(report["overlay"]["state"], "does_not_fit", "{report}");

    // Documents that cannot be fetched or compared.
    let report = judge("check", &["--root", &root, "--url", "http://127.0.0.1:9"]);
    assert_eq!(
        (&report["outcome"], &report["drift"]),
        (&"failed".into(), &Value::Null)
    );
    assert!(report["error"].as_str().unwrap().contains("127.0.0.1:9"));
    file("spec/upstream.json", "{");
    let report = check(&file("same", &upstream));
    assert!(
        report["error"]
            .as_str()
            .unwrap()
            .contains("spec/upstream.json")
    );
    assert!(report["fetched"].is_object() && report["changes"].is_null());
    fs::write(copy.path().join("spec/overlay.yaml"), [0xff]).unwrap();
    assert_eq!(check(&file("same", &upstream))["source"], Value::Null);
}

#[test]
fn each_outcome_of_update_is_one_document_that_its_schema_allows() {
    let copy = support::copy();
    let root = copy.path().display().to_string();
    let file = |name: &str, text: &str| {
        let path = copy.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let update = |arguments: &[&str]| judge("update", &[&["--root", &root], arguments].concat());
    let upstream = fs::read_to_string("../spec/upstream.json").unwrap();
    let report = update(&["--from", &file("same", &upstream)]);
    assert_eq!(
        (&report["drift"], &report["error"]),
        (&false.into(), &Value::Null)
    );
    let drifted = file("drifted", &support::drifted());
    let report = update(&["--from", &drifted]);
    let written = report["written"].as_array().unwrap();
    assert!(written.contains(&"openapi.json".into()), "{report}");
    assert!(report["next_version"].is_object() && report["no_version"].is_null());
    // What prevents it is in the report, with all that was found before.
    let stale = file(
        "stale",
        &upstream.replace("\"is_updated\":", "\"updated\":"),
    );
    let report = update(&["--from", &stale]);
    assert_eq!(report["outcome"], "failed");
    assert!(report["error"].as_str().unwrap().contains("stale actions"));
    assert!(report["changes"].is_object() && !report["stale"].as_array().unwrap().is_empty());
    let report = update(&["--from", &file("none", "{")]);
    assert!(
        report["error"].as_str().unwrap().contains("JSON"),
        "{report}"
    );

    // Without a manifest no version can be proposed, which is said.
    fs::remove_file(copy.path().join("Cargo.toml")).unwrap();
    let report = update(&["--from", &drifted]);
    assert!(
        report["no_version"]
            .as_str()
            .unwrap()
            .contains("Cargo.toml")
    );
    let mut check = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let check = check.args(["check", "--root", &root, "--from", &drifted]);
    let said = String::from_utf8(check.output().unwrap().stdout).unwrap();
    assert!(said.contains("no Cargo.toml beside spec/"), "{said}");
}
