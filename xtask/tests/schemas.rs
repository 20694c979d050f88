//! The JSON reports have the schemas of docs/schemas, which are made of their Rust types. `UPDATE_SCHEMAS=1` writes them.

use std::{env, fs, process::Command};

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;
use xtask::{
    commands::{coverage::Coverage, probe::Outcome},
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
    keep::<Counted<'_>>("diff");
    keep::<Coverage>("coverage");
    keep::<Outcome>("probe");
}

/// What a command prints with `--format json`, judged by a validator that is not ours.
fn judge(name: &str, arguments: &[&str]) -> Value {
    let run = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args([name, "--format", "json"])
        .args(arguments)
        .output()
        .unwrap();
    let report: Value =
        serde_json::from_slice(&run.stdout).unwrap_or_else(|e| panic!("{e}: {run:?}"));
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
fn reports_are_as_their_schemas_say() {
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
    // A recording of one response that the document does not allow.
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
