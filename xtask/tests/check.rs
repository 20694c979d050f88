//! What `cargo xtask check` prints.

use std::{fs, path::Path, process::Command};

use xtask::pipeline::normalize;

const OLD: &str = r##"{"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {
    "/a/": {"get": {"operationId": "a_list", "tags": ["a"], "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Car"}}}}}},
    "definitions": {"Car": {"type": "object", "properties": {"count": {"type": "integer"}}}}}"##;

const OVERLAY: &str = r#"overlay: 1.0.0
info: {title: t, version: "1"}
actions:
- {target: "$.components.schemas.Car", update: {description: A car.}}
- {target: "$.components.schemas.Car.properties.count", update: {description: How many.}}
- {target: "$.components.schemas.Car.properties.count", update: {type: integer}}
"#;

/// A checkout whose overlay has an action that is stale.
fn root() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let spec = root.path().join("spec");
    fs::create_dir(&spec).unwrap();
    let overlay = OVERLAY.rsplit_once("- {").unwrap().0;
    let text = normalize(OLD, Some(overlay)).unwrap().text;
    fs::write(spec.join("openapi.json"), text).unwrap();
    fs::write(spec.join("upstream.json"), OLD).unwrap();
    fs::write(spec.join("overlay.yaml"), OVERLAY).unwrap();
    fs::write(
        root.path().join("Cargo.toml"),
        "[package]\nversion = \"0.1.0\"\n",
    )
    .unwrap();
    root
}

fn check(root: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.current_dir(root).args(["--root", ".", "check"]);
    let out = command.args(arguments).output().unwrap();
    let [said, error] = [out.stdout, out.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (out.status.code(), said, error)
}

/// Removes the counts of the rules, which grow over time.
fn words(text: &str) -> String {
    let rule = |l: &str| {
        l.get(2..7)
            .is_some_and(|n| n.trim_start().parse::<u32>().is_ok())
    };
    text.lines()
        .filter(|l| !rule(l))
        .map(|l| format!("{l}\n"))
        .collect()
}

#[test]
fn the_report_of_check_has_its_fixed_order() {
    let root = root();
    let new = OLD.replace("\"1\"", "1.0").replace(
        "\"count\": ",
        "\"size\": {\"type\": \"string\"}, \"count\": ",
    );
    fs::write(root.path().join("new.json"), new).unwrap();
    let (code, said, error) = check(root.path(), &["--from", "new.json"]);
    assert_eq!((code, error.as_str()), (Some(1), ""), "{said}");
    assert!(said.contains("request/response split\n"), "{said}");
    let expected = r#"  warning: #/info/version: `1.0` is not a string: read as "1.0"
spec/overlay.yaml: 1 stale actions
  line 6, #/actions/2 `$.components.schemas.Car.properties.count` changes nothing: the document says so already
new.json: 1 operations; drift
1 additive
  response  Car.size: is new (GET /a/ (a_list))
            wire: additive, Rust: additive; `types::Car.size` is new
1 cosmetic
the next version of the crate: 0.1.0 → 0.1.1: 1 additive
"#;
    assert_eq!(words(&said), expected);
    // A failing check still reports what is known.
    fs::write(root.path().join("spec/upstream.json"), "{").unwrap();
    let (code, said, error) = check(root.path(), &["--from", "new.json"]);
    let expected = expected.split_once("1 additive").unwrap().0;
    assert_eq!((code, words(&said).as_str()), (Some(2), expected));
    assert!(
        error.contains("spec/upstream.json#: broken JSON"),
        "{error}"
    );
}
