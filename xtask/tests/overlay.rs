//! The effect of overlays by the Overlay Specification 1.0 and 1.1, and the evidence of our own
//! overlay.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use xtask::{
    commands::update::{Mode, Source},
    pipeline::{
        self, Input, Normalized, Proof,
        overlay::{self, Applied, Reason},
    },
};

fn with(version: &str, actions: Value) -> String {
    json!({"overlay": version, "info": {"title": "t", "version": "1"}, "actions": actions})
        .to_string()
}

fn apply(doc: &mut Value, version: &str, actions: Value) -> Applied {
    overlay::apply(doc, &with(version, actions)).unwrap()
}

/// Returns the document after these actions, none of which is stale.
fn after(mut doc: Value, version: &str, actions: Value) -> Value {
    let done = apply(&mut doc, version, actions);
    assert_eq!(done.stale, []);
    doc
}

fn refused(text: &str) -> String {
    let mut doc = json!({"a": {"b": 1}, "list": [1, 2]});
    overlay::apply(&mut doc, text).expect_err(text).to_string()
}

#[test]
fn an_update_of_a_list_appends() {
    let doc = || json!({"list": [{"name": "a"}], "o": {"tags": ["x"]}});
    let entry = json!([{"target": "$.list", "update": {"name": "b"}}]);
    for version in ["1.0.0", "1.1.0"] {
        let after = after(doc(), version, entry.clone());
        assert_eq!(after["list"], json!([{"name": "a"}, {"name": "b"}]));
    }
    // In 1.0 the value becomes one entry; in 1.1 a list is appended to the list.
    let list = json!([{"target": "$.list", "update": [1, 2]}]);
    assert_eq!(
        after(doc(), "1.0.3", list.clone())["list"],
        json!([{"name": "a"}, [1, 2]])
    );
    assert_eq!(
        after(doc(), "1.1.0", list)["list"],
        json!([{"name": "a"}, 1, 2])
    );
    let text = json!([{"target": "$.o.tags", "update": "y"}]);
    assert_eq!(after(doc(), "1.0.0", text)["o"]["tags"], json!(["x", "y"]));
    // Inside an object, lists are concatenated.
    let below = json!([{"target": "$.o", "update": {"tags": ["y"]}}]);
    assert_eq!(after(doc(), "1.0.0", below)["o"]["tags"], json!(["x", "y"]));
    // Replacing a list takes two actions.
    let two = json!([{"target": "$.o.tags", "remove": true}, {"target": "$.o", "update": {"tags": ["z"]}}]);
    assert_eq!(after(doc(), "1.0.0", two)["o"]["tags"], json!(["z"]));
}

#[test]
fn objects_merge_and_plain_values_are_replaced() {
    let doc = || json!({"a": {"b": {"c": 1, "d": 2}, "e": "x"}});
    let merge = json!([{"target": "$", "update": {"a": {"b": {"c": 3, "n": null}}}}]);
    assert_eq!(
        after(doc(), "1.0.0", merge)["a"],
        json!({"b": {"c": 3, "d": 2, "n": null}, "e": "x"})
    );
    let plain = json!([{"target": "$.a.e", "update": "y"}]);
    assert_eq!(after(doc(), "1.1.0", plain.clone())["a"]["e"], "y");
    assert!(refused(&with("1.0.0", json!([{"target": "$.a.b", "update": 2}]))).contains("1.0"));
    for (target, update) in [("$.a", json!(1)), ("$.a", json!([1])), ("$.a.b", json!({}))] {
        let error = refused(&with(
            "1.1.0",
            json!([{"target": target, "update": update}]),
        ));
        assert!(error.contains("#/actions/0: `$.a"), "{error}");
    }
}

#[test]
fn several_targets_are_each_removed_once() {
    let doc = || json!({"list": [0, 1, 2, 3, {"list": [1]}], "o": {"x": 1, "y": 2}});
    let remove = |target: &str| after(doc(), "1.1.0", json!([{"target": target, "remove": true}]));
    assert_eq!(
        remove("$.list[1,0,1]")["list"],
        json!([2, 3, {"list": [1]}])
    );
    assert_eq!(
        remove("$.list[?@ == 2]")["list"],
        json!([0, 1, 3, {"list": [1]}])
    );
    assert_eq!(remove("$..list"), json!({"o": {"x": 1, "y": 2}}));
    assert_eq!(remove("$.o['y', 'x']")["o"], json!({}));
    // `remove` wins over `update` in 1.0; 1.1 allows only one of them.
    let both = json!([{"target": "$.o", "update": {"z": 1}, "remove": true}]);
    assert_eq!(after(doc(), "1.0.0", both.clone()).get("o"), None);
    assert!(refused(&with("1.1.0", both)).contains("one of"));
    // A place is updated once, even if it is selected several times.
    let twice = json!([{"target": "$['list', 'list']", "update": 9}]);
    assert_eq!(
        after(doc(), "1.1.0", twice)["list"]
            .as_array()
            .unwrap()
            .len(),
        6
    );
}

#[test]
fn copy_takes_one_value_of_the_document() {
    let doc = || json!({"paths": {"/a": {"get": {"x": 1}}, "/b": {}}, "list": [1], "n": 2});
    let copy = |from: &str, to: &str| json!([{"target": to, "copy": from}]);
    assert_eq!(
        after(doc(), "1.1.0", copy("$.paths['/a']", "$.paths['/b']"))["paths"]["/b"],
        json!({"get": {"x": 1}})
    );
    assert_eq!(
        after(doc(), "1.1.0", copy("$.n", "$.list"))["list"],
        json!([1, 2])
    );
    // An action sees the result of earlier ones, so a move is possible.
    let moved = json!([
        {"target": "$.paths", "update": {"/c": {}}}, {"target": "$.paths['/c']", "copy": "$.paths['/a']"},
        {"target": "$.paths['/a']", "remove": true},
    ]);
    assert_eq!(
        after(doc(), "1.1.0", moved)["paths"],
        json!({"/b": {}, "/c": {"get": {"x": 1}}})
    );
    // The path that matches nothing is named.
    let gone = &apply(&mut doc(), "1.1.0", copy("$.gone", "$.n")).stale[0];
    assert_eq!(gone.reason, Reason::MatchesNothing);
    let said = "line 1, #/actions/0/copy `$.gone` matches nothing";
    assert_eq!(gone.to_string(), said);
    let gone = &apply(&mut doc(), "1.1.0", copy("$.n", "$.new")).stale[0];
    assert_eq!(
        gone.to_string(),
        "line 1, #/actions/0 `$.new` matches nothing"
    );
    let several = with("1.1.0", copy("$[*]", "$.a"));
    assert!(refused(&several).contains("#/actions/0/copy: selects 2 values"));
    assert!(refused(&with("1.0.0", copy("$.a", "$.list"))).contains("Overlay 1.1"));
}

#[test]
fn extensions_and_extends_are_accepted() {
    let text = "overlay: 1.0.1\nx-a: 1\nextends: https://example.com/openapi.yaml\ninfo: {title: \
                t, version: '1', description: d, x-b: {}}\nactions: [{target: $.a, description: \
                why, update: {c: 1}, x-c: []}]";
    let mut doc = json!({"a": {}});
    assert_eq!(overlay::apply(&mut doc, text).unwrap().actions, 1);
    assert_eq!(doc["a"]["c"], 1);
}

#[test]
fn an_invalid_overlay_is_refused_with_its_place() {
    let action = "{target: $.a, update: {c: 1}}";
    let all = |version: &str, info: &str, actions: &str| {
        format!("overlay: {version}\ninfo: {info}\nactions: {actions}\n")
    };
    let info = "{title: t, version: '1'}";
    for (text, says) in [
        (
            all("1.3.0", info, &format!("[{action}]")),
            "#/overlay: version 1.3.0 is not 1.0.x, 1.1.x or 1.2.x",
        ),
        (all("1.0", info, &format!("[{action}]")), "#/overlay: "),
        (
            all("1.0.x", info, &format!("[{action}]")),
            "#/overlay: version 1.0.x",
        ),
        (
            all("1.10.0", info, &format!("[{action}]")),
            "#/overlay: version 1.10.0",
        ),
        (
            all("1.1", info, &format!("[{action}]")),
            "#/overlay: must be a text: put 1.1 in quotes",
        ),
        (
            all("1.0.0", "{title: t}", &format!("[{action}]")),
            "#/info/version: ",
        ),
        (
            all("1.0.0", "{version: '1'}", &format!("[{action}]")),
            "#/info/title: ",
        ),
        (
            all("1.0.0", "{title: t, version: 1.0}", &format!("[{action}]")),
            "#/info/version: ",
        ),
        (
            all(
                "1.0.0",
                "{title: t, version: '1', odd: 1}",
                &format!("[{action}]"),
            ),
            "#/info: unknown member `odd`",
        ),
        (all("1.0.0", "t", &format!("[{action}]")), "#/info: "),
        (all("1.0.0", info, "[]"), "#/actions: "),
        (all("1.0.0", info, "{}"), "#/actions: "),
        (format!("overlay: 1.0.0\ninfo: {info}"), "#/actions: "),
        (all("1.0.0", info, "[1]"), "#/actions/0: "),
        (all("1.0.0", info, "[{update: {}}]"), "#/actions/0/target: "),
        (
            all("1.0.0", info, "[{target: [$]}]"),
            "#/actions/0/target: ",
        ),
        (
            all("1.0.0", info, "[{target: 'a[', update: {}}]"),
            "not a JSONPath",
        ),
        (
            all("1.0.0", info, "[{target: paths, update: {}}]"),
            "not a JSONPath",
        ),
        (all("1.0.0", info, "[{target: $, updat: {}}]"), "`updat`"),
        (
            all("1.0.0", info, "[{target: $, remove: 'true'}]"),
            "#/actions/0/remove: ",
        ),
        (
            all("1.0.0", info, "[{target: $, description: 1, update: {}}]"),
            "#/actions/0/description: ",
        ),
        (
            all("1.1.0", info, "[{target: $, copy: 1}]"),
            "#/actions/0/copy: ",
        ),
        (all("1.1.0", info, "[{target: $}]"), "#/actions/0: "),
        (
            all("1.0.0", info, &format!("[{action}, {action}]")),
            "#/actions/1: ",
        ),
        (
            all("1.0.0", info, &format!("[{action}]\nextends: 1")),
            "#/extends: ",
        ),
        (
            all("1.0.0", info, &format!("[{action}]\nodd: 1")),
            "#: unknown member `odd`",
        ),
        ("- 1".into(), "#: "),
        ("a: [".into(), "not JSON, and broken as YAML"),
    ] {
        let error = refused(&text);
        assert!(error.contains(says), "{text}\n{error}");
    }
}

#[test]
fn actions_without_effect_are_stale_and_left_out() {
    let mut doc = json!({"a": {"type": "boolean"}, "tags": ["x"], "b": {"c": {"d": 1}}, "e": {"x-autopi-json": true}});
    let before = doc.clone();
    let done = apply(
        &mut doc,
        "1.1.0",
        json!([
            {"target": "$.nothing", "update": {"a": 1}},
            // The document already says so, and our mark `false` has no effect.
            {"target": "$.a", "update": {"type": "boolean", "x-autopi-json": false}},
            {"target": "$.tags", "update": "x"},
            // A pair without effect.
            {"target": "$.b.c", "remove": true},
            {"target": "$.b", "update": {"c": {"d": 1}}},
            {"target": "$.gone", "remove": true},
            {"target": "$.nowhere", "copy": "$.a"},
        ]),
    );
    assert_eq!((done.actions, done.stale.len()), (0, 7));
    assert_eq!(doc, before);
    let said: Vec<String> = done.stale.iter().map(ToString::to_string).collect();
    assert_eq!(said[0], "line 1, #/actions/0 `$.nothing` matches nothing");
    assert_eq!(
        said[1],
        "line 1, #/actions/1 `$.a` changes nothing: the document says so already"
    );
    // Actions with an effect stay, those without one do not.
    let done = apply(
        &mut doc,
        "1.0.0",
        json!([
            {"target": "$.a", "update": {"type": "boolean", "nullable": true}},
            {"target": "$.gone", "update": {"a": 1}},
            {"target": "$.e", "update": {"x-autopi-json": false}},
            {"target": "$.a"},
        ]),
    );
    assert_eq!((done.actions, done.stale.len()), (2, 2));
    assert_eq!(
        (&doc["a"]["nullable"], &doc["e"]["x-autopi-json"]),
        (&json!(true), &json!(false))
    );
}

fn run(text: &str, overlay: &str) -> Normalized {
    let (file, overlay) = (None, Some(overlay));
    pipeline::run(Input {
        text,
        file,
        overlay,
        proof: Proof::Wanted,
    })
    .unwrap()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn all_stale_actions_are_named_by_their_lines_at_once() {
    let mut upstream: Value = serde_json::from_str(&read("../spec/upstream.json")).unwrap();
    // Upstream now says what one action says, and renames the target of another.
    upstream["definitions"]["Device"]["properties"]["is_updated"] =
        json!({"type": "boolean", "readOnly": true});
    upstream["definitions"]["Trip"]["properties"]["distance_driven"] = json!({"type": "string"});
    let trip = upstream["definitions"]["Trip"]["properties"]
        .as_object_mut()
        .unwrap();
    trip.shift_remove("duration");
    let overlay = read("../spec/overlay.yaml");
    let text = upstream.to_string();
    let error = pipeline::normalize(&text, Some(&overlay))
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("2 stale actions"), "{error}");
    for target in ["Device.properties.is_updated", "Trip.properties.duration"] {
        assert!(error.contains(target), "{error}");
    }
    // The document is the same as without those actions.
    let lenient = run(&text, &overlay);
    let mut fewer: Value = yaml_serde::from_str(&overlay).unwrap();
    let actions = fewer["actions"].as_array_mut().unwrap();
    actions.retain(|a| {
        !lenient
            .stale
            .iter()
            .any(|s| a["target"] == s.target.as_str())
    });
    let strict = pipeline::normalize(&text, Some(&fewer.to_string())).unwrap();
    assert_eq!(lenient.text, strict.text);
}

/// The description must have the form `… wire_facts.yaml KEY: where it was seen`.
#[test]
fn each_action_cites_a_fact_that_is_there() {
    let facts: Value = yaml_serde::from_str(&read("../spec/wire_facts.yaml")).unwrap();
    let overlay: Value = yaml_serde::from_str(&read("../spec/overlay.yaml")).unwrap();
    for action in overlay["actions"].as_array().unwrap() {
        let (_, cited) = action["description"]
            .as_str()
            .and_then(|d| d.split_once("wire_facts.yaml "))
            .unwrap_or_else(|| panic!("no evidence: {action}"));
        let key = cited.split(": ").next().unwrap();
        let places = [&facts["definitions"][key], &facts["operations"][key]];
        let path = key.split('.').fold(&facts, |at, part| &at[part]);
        assert!(
            places.into_iter().chain([path]).any(|v| !v.is_null()),
            "spec/wire_facts.yaml has no {key}"
        );
    }
}

/// Returns a copy of `spec/`, and our document in which one action has no effect and the target of
/// another is removed.
fn moved() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("spec");
    std::fs::create_dir(&spec).unwrap();
    for name in ["upstream.json", "openapi.json", "overlay.yaml"] {
        std::fs::copy(format!("../spec/{name}"), spec.join(name)).unwrap();
    }
    let mut doc: Value = serde_json::from_str(&read("../spec/upstream.json")).unwrap();
    let device = doc["definitions"]["Device"]["properties"].as_object_mut();
    let device = device.unwrap();
    device["is_updated"] = json!({"type": "boolean", "readOnly": true});
    device.shift_remove("warnings");
    (folder, doc.to_string())
}

async fn update(
    folder: &std::path::Path,
    text: &str,
    no_overlay: bool,
    mode: Mode,
) -> anyhow::Result<bool> {
    let from = folder.join("new.json");
    std::fs::write(&from, text).unwrap();
    let source = Source {
        url: None,
        from: Some(from),
        no_overlay,
    };
    xtask::commands::update::update(&source, mode, false, &folder.join("spec")).await
}

#[tokio::test]
async fn stale_actions_prevent_an_update_without_allow_stale() {
    let (folder, text) = moved();
    let committed = || std::fs::read_to_string(folder.path().join("spec/openapi.json")).unwrap();
    let before = committed();
    let refused = update(folder.path(), &text, false, Mode::Write)
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("2 stale actions"), "{refused}");
    assert_eq!(committed(), before);
    assert!(
        update(folder.path(), &text, false, Mode::Report)
            .await
            .unwrap()
    );
    assert!(
        update(folder.path(), &text, false, Mode::WriteWithoutStale)
            .await
            .unwrap()
    );
    let overlay = read("../spec/overlay.yaml");
    assert_eq!(committed(), run(&text, &overlay).text);
}

#[tokio::test]
async fn another_document_is_written_only_with_no_overlay() {
    let (folder, _) = moved();
    let text =
        r#"{"swagger": "2.0", "paths": {"/a/": {"get": {"operationId": "a", "responses": {}}}}}"#;
    let refused = update(folder.path(), text, false, Mode::Write)
        .await
        .unwrap_err();
    assert!(
        refused.to_string().contains("another document"),
        "{refused}"
    );
    assert!(
        update(folder.path(), text, true, Mode::Write)
            .await
            .unwrap()
    );
}

#[test]
fn check_names_the_stale_actions_and_the_drift() {
    let (folder, text) = moved();
    let from = folder.path().join("new.json");
    std::fs::write(&from, text).unwrap();
    let check = |file: &std::path::Path| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_xtask"));
        let out = command
            .args(["check", "--from"])
            .arg(file)
            .output()
            .unwrap();
        (out.status.code(), String::from_utf8(out.stdout).unwrap())
    };
    let (code, said) = check(&from);
    assert_eq!(code, Some(1), "{said}");
    for part in [
        "2 stale actions",
        "is_updated",
        "matches nothing",
        "drift",
        "warnings",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let (code, said) = check("tests/fixtures/other/library.yaml".as_ref());
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("is another document") && said.contains("without the overlay"),
        "{said}"
    );
}

#[test]
fn an_action_says_which_members_are_secrets() {
    let fixture = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let fixture = fixture.join("tests/fixtures/shape/secrets.yaml");
    let text = std::fs::read_to_string(fixture).unwrap();
    let code = |actions: Value| {
        let overlay = with("1.0.0", actions);
        let new = pipeline::normalize(&text, Some(&overlay)).unwrap();
        let code = autopi_codegen::generate(&new.text, &|_| true).unwrap();
        code.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let member = |name: &str, is_secret: bool| json!({"target": format!("$.components.schemas.ThingRequest.properties.{name}"), "update": {"x-autopi-secret": is_secret}});
    let hides = |code: &str, name: &str| {
        let check = format!("v.secret(|v| {{ v.max_length(\"{name}\", value, 5usize); }});");
        assert!(code.contains(&format!("v.max_length(\"{name}\", value, 5usize);")));
        code.contains(&check)
    };
    let indices = |code: &str| {
        let request = code.split_once("Record for ThingRequest").unwrap().1;
        let from = request
            .split_once("SECRETS: &'static [usize] = &")
            .unwrap()
            .1;
        from.split_once(';')
            .unwrap()
            .0
            .replace("usize", "")
            .replace([',', ' '], "")
    };
    let token = member("token", false);
    let before = code(json!([member("name", true), token, member("reply", true)]));
    assert_eq!(indices(&before), "[012347]");
    assert!(hides(&before, "name") && hides(&before, "wifi_pass") && !hides(&before, "key"));
    let after = code(json!([
        member("wifi_pass", false),
        member("key", true),
        member("phrase", false),
        token
    ]));
    assert_eq!(indices(&after), "[345]");
    assert!(!hides(&after, "wifi_pass") && hides(&after, "key") && !hides(&after, "reply"));
    // Traces hide members by the mark where names do not show it.
    for (code, shown) in [
        (&before, r#"("name", true)"#),
        (&after, r#"("wifi_pass", false)"#),
        (&after, r#"("key", true)"#),
    ] {
        assert!(code.contains(shown), "{shown}");
    }
}

#[test]
fn expensive_json_paths_and_copies_are_refused_at_once() {
    let nested =
        |open: &str, close: &str| format!("$[?{}@.a{}]", open.repeat(20_000), close.repeat(20_000));
    for (target, said) in [
        (nested("(", ")"), "longer than 4,096"),
        (
            nested("(", ")")
                .replace(&"(".repeat(19_000), "")
                .replace(&")".repeat(19_000), ""),
            "32 brackets",
        ),
        (
            format!("${}{}", "[?@".repeat(1_000), "]".repeat(1_000)),
            "8 filters",
        ),
    ] {
        let actions = json!([{ "target": target, "update": { "a": 1 } }]);
        let why = refused(&with("1.1.0", actions));
        assert!(
            why.contains(said) && why.contains("#/actions/0/target"),
            "{why}"
        );
        assert!(why.len() < 400, "{why}");
    }
    let double = (0..40).flat_map(|i| {
        let inner = format!("$.x{i}");
        [
            json!({ "target": "$", "update": { format!("x{i}"): {} } }),
            json!({ "target": inner, "copy": "$" }),
        ]
    });
    let why = refused(&with("1.1.0", double.collect()));
    assert!(
        why.contains("deeper than 128") || why.contains("4 times"),
        "{why}"
    );
    let many: Vec<Value> = (0..1_001)
        .map(|i| json!({ "target": "$", "update": { "x": i } }))
        .collect();
    let why = refused(&with("1.1.0", many.into()));
    assert!(why.contains("1001 actions: 1000 at most"), "{why}");
    // Valid paths are accepted.
    for target in [
        "$..[?@..[?@.x]]",
        "$.a[?@.x == $.a[0].x]",
        "$.a[*, 0, 0, ?@.x]",
        "$.a[?search(@.n, '^a{1}b{1,2}$')]",
        "$..a..[?@.x]",
        "$..[?@.x == 1]",
        r"$.a[?match(@.n, 'a\\p{L}.*') && @.x > 0]",
        "$.a['b','c','d']",
        "$['it is ..* and $..']",
        // A `{` outside of patterns, and members with names of functions.
        r"$.a[?match(@.n, 'a.*') && @['/x/{id}/'] == null]",
        "$['/search/{id}/'].parameters[?@.name == 'q']",
    ] {
        let mut doc = json!({ "a": [{ "x": 1, "n": "ab" }] });
        apply(
            &mut doc,
            "1.1.0",
            json!([{ "target": target, "update": { "y": 1 } }]),
        );
    }
}

#[test]
fn files_of_spec_that_are_not_text_are_refused_by_name() {
    let fifo = |at: &Path| {
        let made = std::process::Command::new("mkfifo").arg(at).status();
        assert!(made.unwrap().success());
    };
    for (kind, said) in [
        ("folder", "is not a regular file"),
        ("device", "is not a regular file"),
        ("fifo", "is not a regular file"),
        ("UTF-16", "valid UTF-8"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().join("overlay.yaml");
        match kind {
            "folder" => fs::create_dir(&at).unwrap(),
            "device" => std::os::unix::fs::symlink("/dev/zero", &at).unwrap(),
            "fifo" => fifo(&at),
            _ => fs::write(&at, b"\xff\xfea\0").unwrap(),
        }
        let why = pipeline::write::Folder::open(dir.path(), &["overlay.yaml"]).err();
        let why = why.expect(kind).to_string();
        assert!(why.contains(said) && why.contains("overlay.yaml"), "{why}");
    }
}

#[test]
fn a_valid_path_ends_soon_or_is_refused_at_its_place_in_a_large_document() {
    let ours: Value = serde_json::from_str(&read("../spec/openapi.json")).unwrap();
    let mut deep = json!({ "text": "a".repeat(100_000) });
    for _ in 0..100 {
        deep = json!({ "a": deep, "b": [deep["text"], {"a": 1}] });
    }
    let wide = json!({ "list": vec![json!({ "n": "((a{64}){64}){64}" }); 50_000] });
    let docs = [ours, deep, wide];
    let mut refused = 0;
    for target in [
        "$..*..*..*..*..*",
        "$..[?@..[?@..[?@..x]]]",
        "$..[?$..x]",
        "$..[?@..a == $..a]",
        "$..[?$ == $]",
        "$..[?@ != $.components]",
        "$..[?count($..*) > count(@..*)]",
        "$..[*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*]",
        "$..[0:,0:][?@,?@,*]..[0,0,0,0]..*",
        "$..['a','a','\\u0061',\"a\"]['a','a','a']['a','a','a']['a','a','a']['a','a','a']['a','a',\
         'a']",
        "$..[?search(@, '((a{64}){64}){64}')]",
        "$..[?search(@.n, '((a\\u007b64})\\u007b64})\\u007b64}')]",
        "$..[?match(@.n, @.n)]",
        "$..[?match(value(@..n), value($..[49999].n))]",
        "$..[?search(@.text, '(a|aa|aaa)*(b|c)') || search('aaaa', '\\\\p{L}{1000}')]",
        "$..[?@.x[?@.y[?@.z[?@..*[?@..*[?@..*[?@..*[?@..*]]]]]]]]",
        "$..*",
        "$..[?@.name == 'id']",
        "$.paths.*.*[?@.x]..schema..['$ref']",
    ] {
        for doc in &docs {
            let actions = json!([{ "target": target, "update": { "y": 1 } }]);
            let mut doc = doc.clone();
            let began = Instant::now();
            let done = overlay::apply(&mut doc, &with("1.0.0", actions));
            let took = began.elapsed();
            eprintln!("{took:?} {target} {}", done.is_ok());
            // Far more than it takes, on a busy machine too; without the count of steps there is no
            // end.
            assert!(took < Duration::from_secs(60), "{target}: {took:?}");
            let error = done.err().map_or(String::new(), |e| e.to_string());
            if error.contains("too many steps") {
                assert!(error.contains("#/actions/0/target: "), "{error}");
                refused += 1;
            }
        }
    }
    assert!(refused > 10, "{refused}");
}

/// Returns a document without these members and entries; the last one of a list is named first.
fn without(mut doc: Value, gone: &[&str]) -> Value {
    for pointer in gone {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let key = key.replace("~1", "/").replace("~0", "~");
        match doc.pointer_mut(parent).unwrap() {
            Value::Array(list) => drop(list.remove(key.parse().unwrap())),
            Value::Object(map) => drop(map.shift_remove(&key).unwrap()),
            other => panic!("{pointer}: {other}"),
        }
    }
    doc
}

#[test]
fn a_target_selects_what_rfc_9535_says() {
    let doc = || {
        json!({
            "list": [{"n": "a", "v": 1, "on": true}, {"n": "b", "v": 2}, {"n": "c", "v": 3, "on": false}],
            "nums": [0, 1, 2, 3, 4, 5],
            "o": {"a b": 1, "it's": 2, "q\"q": 3, "b\\s": 4, "/x/{id}": {"get": {"d": 1}}, "é": 5, "😺": 6, "a.b": 7, "": 8, "null": null, "~": 9},
            "deep": {"x": {"x": {"y": 1}}, "y": [{"y": 2}]},
        })
    };
    let all = [
        "/nums/5", "/nums/4", "/nums/3", "/nums/2", "/nums/1", "/nums/0",
    ];
    let cases: &[(&str, &[&str])] = &[
        ("$.nums[-1]", &["/nums/5"]),
        ("$.nums[-2:]", &["/nums/5", "/nums/4"]),
        ("$.nums[::2]", &["/nums/4", "/nums/2", "/nums/0"]),
        ("$.nums[1:3]", &["/nums/2", "/nums/1"]),
        ("$.nums[::-1]", &all),
        ("$.nums[5:1:-2]", &["/nums/5", "/nums/3"]),
        ("$.nums[-3:-1]", &["/nums/4", "/nums/3"]),
        ("$.nums[:]", &all),
        ("$.nums[4:99]", &["/nums/5", "/nums/4"]),
        ("$.nums[0, -1, 0]", &["/nums/5", "/nums/0"]),
        ("$.nums[1:3, 2:4]", &["/nums/3", "/nums/2", "/nums/1"]),
        ("$.nums[?@ > 3]", &["/nums/5", "/nums/4"]),
        ("$.nums[?@ >= 1 && @ < 3]", &["/nums/2", "/nums/1"]),
        (
            "$.nums[?!(@ == 1)]",
            &["/nums/5", "/nums/4", "/nums/3", "/nums/2", "/nums/0"],
        ),
        ("$.nums[?@ == 1.0 || @ == 2e0]", &["/nums/2", "/nums/1"]),
        ("$ .nums [ 0 ]", &["/nums/0"]),
        // A test of existence, not of truth.
        ("$.list[?@.on]", &["/list/2", "/list/0"]),
        ("$.list[?!@.on]", &["/list/1"]),
        ("$.list[?@.on == true]", &["/list/0"]),
        ("$.list[?@['n'] == \"b\"]", &["/list/1"]),
        ("$.list[?(@.v > 1)].v", &["/list/1/v", "/list/2/v"]),
        (
            "$.list[?length(@.n) == 1 && @.v != 2]",
            &["/list/2", "/list/0"],
        ),
        ("$.list[?count(@.*) == 2]", &["/list/1"]),
        ("$.list[?match(@.n, '[ab]')]", &["/list/1", "/list/0"]),
        ("$.list[?search(@.n, 'c|x')]", &["/list/2"]),
        ("$.list[?value(@..v) == 2]", &["/list/1"]),
        ("$.list[?@.n == $.list[1].n]", &["/list/1"]),
        ("$.list[*].n", &["/list/0/n", "/list/1/n", "/list/2/n"]),
        ("$.list.*.on", &["/list/0/on", "/list/2/on"]),
        ("$..on", &["/list/0/on", "/list/2/on"]),
        ("$..y", &["/deep/y", "/deep/x/x/y"]),
        ("$.deep..x", &["/deep/x"]),
        ("$..[?@.y == 2]", &["/deep/y/0"]),
        ("$..*[?@.d]", &["/o/~1x~1{id}/get"]),
        ("$['o']['a b']", &["/o/a b"]),
        ("$.o[\"it's\"]", &["/o/it's"]),
        (r"$.o['it\'s']", &["/o/it's"]),
        ("$.o['q\"q']", &["/o/q\"q"]),
        (r#"$.o["q\"q"]"#, &["/o/q\"q"]),
        (r"$.o['b\\s']", &["/o/b\\s"]),
        ("$.o['/x/{id}'].get.d", &["/o/~1x~1{id}/get/d"]),
        (r"$.o['\/x\/{id}']", &["/o/~1x~1{id}"]),
        ("$.o.é", &["/o/é"]),
        (r"$.o['\u00e9']", &["/o/é"]),
        (r"$.o['\uD83D\uDE3A']", &["/o/😺"]),
        ("$.o.😺", &["/o/😺"]),
        ("$.o['a.b', '', '~']", &["/o/a.b", "/o/", "/o/~0"]),
        ("$.o[?@ == null]", &["/o/null"]),
        ("$[?@.get, 'nums']", &["/nums"]),
    ];
    for (target, gone) in cases {
        let found = after(doc(), "1.1.0", json!([{"target": target, "remove": true}]));
        assert_eq!(found, without(doc(), gone), "{target}");
    }
    for nothing in [
        "$.nums[6]",
        "$.nums[-7]",
        "$.nums[0][0]",
        "$.nums.length",
        "$.o[0]",
        "$.nums['0']",
        "$.nums[3:1]",
        "$.nums[::0]",
        "$.list[?@.on == 'true']",
        "$.O",
        "$.nums[?@.a]",
        "$",
    ] {
        let done = apply(
            &mut doc(),
            "1.1.0",
            json!([{"target": nothing, "remove": true}]),
        );
        assert_eq!(done.stale.len(), 1, "{nothing}");
    }
    for (odd, write) in [
        // As examples of the specification had it.
        (
            "$.list[?@.x-oai-traits.paged]",
            "write `x-oai-traits` as `['x-oai-traits']`",
        ),
        ("$.paths./a/{id}/.get", "write `/a/{id}/` as `['/a/{id}/']`"),
        ("$.o.responses.200", "write `200` as `['200']`"),
    ] {
        let text = with("1.1.0", json!([{"target": odd, "remove": true}]));
        let error = overlay::apply(&mut doc(), &text).expect_err(odd);
        assert!(error.to_string().contains(write), "{error}");
    }
    for odd in [
        "$.nums[01]",
        "$.nums[-0]",
        "$.nums[9007199254740992]",
        "$.",
        "$..",
        "nums",
        "$.nums[",
        "$.o['a b",
        "$.a b",
        "$[?@.a == @.*]",
        "$[?length(@.*) == 1]",
        "$.nums[?1]",
        "$.nums[1:2:3:4]",
        "$['\\x41']",
        " $.nums",
        "$.nums ",
        "",
    ] {
        let text = with("1.1.0", json!([{"target": odd, "remove": true}]));
        let error = overlay::apply(&mut doc(), &text)
            .expect_err(odd)
            .to_string();
        assert!(error.contains("#/actions/0/target"), "{odd}: {error}");
    }
}

#[test]
fn several_targets_of_one_action_are_each_updated() {
    let doc = || json!({"list": [{"n": 1}, {"n": 2, "z": 0}], "nums": [1, 2], "deep": {"x": {"x": {}}, "tags": [["a"]]}});
    let update = |target: &str, update: Value| {
        after(
            doc(),
            "1.1.0",
            json!([{"target": target, "update": update}]),
        )
    };
    assert_eq!(
        update("$.list[*]", json!({"z": 1}))["list"],
        json!([{"n": 1, "z": 1}, {"n": 2, "z": 1}])
    );
    // One that says so already is no reason to call the action stale.
    assert_eq!(
        update("$.list[*]", json!({"z": 0}))["list"],
        json!([{"n": 1, "z": 0}, {"n": 2, "z": 0}])
    );
    assert_eq!(
        update("$.list[?@.n > 1].n", json!(9))["list"],
        json!([{"n": 1}, {"n": 9, "z": 0}])
    );
    assert_eq!(update("$.nums[-1]", json!(null))["nums"], json!([1, null]));
    // An outer one first: what it brings is no target.
    assert_eq!(
        update("$..x", json!({"x": {"new": 1}}))["deep"]["x"],
        json!({"x": {"new": 1, "x": {"new": 1}}})
    );
    assert_eq!(
        update("$.deep.tags[0]", json!("b"))["deep"]["tags"],
        json!([["a", "b"]])
    );
    assert_eq!(
        update("$.deep.tags", json!([["b"]]))["deep"]["tags"],
        json!([["a"], ["b"]])
    );
    let copy = |from: &str, to: &str| after(doc(), "1.1.0", json!([{"target": to, "copy": from}]));
    assert_eq!(
        copy("$.deep.x", "$.list[*]")["list"],
        json!([{"n": 1, "x": {}}, {"n": 2, "z": 0, "x": {}}])
    );
    assert_eq!(
        copy("$.deep", "$.deep.x")["deep"]["x"]["tags"],
        json!([["a"]])
    );
    assert_eq!(
        copy("$.list[?@.z == 0].n", "$.nums[0]")["nums"],
        json!([2, 2])
    );
    // From 1.1 on they must be of one kind.
    let mixed = json!([{"target": "$.*", "update": {"z": 1}}]);
    let found = after(doc(), "1.0.0", mixed.clone());
    assert_eq!(found["nums"], json!([1, 2, {"z": 1}]));
    let error = overlay::apply(&mut doc(), &with("1.1.0", mixed)).unwrap_err();
    let said = "#/actions/0: `$.*` selects a list and an object: select values of one kind";
    assert!(error.to_string().contains(said), "{error}");
}

#[test]
fn values_of_different_kinds_are_not_merged() {
    let doc = || json!({"o": {"map": {"a": 1}, "list": [1], "n": 1, "none": null}});
    for version in ["1.0.0", "1.1.0", "1.2.0"] {
        let update = |o: Value| json!([{"target": "$", "update": {"o": o}}]);
        for (o, place) in [
            // YAML without a value is null: `components:`.
            (json!({"map": null}), "#/o/map, where an object is"),
            (json!({"map": [1]}), "#/o/map, where an object is"),
            (json!({"list": {"a": 1}}), "#/o/list, where a list is"),
            (json!({"list": "x"}), "#/o/list, where a list is"),
            (json!({"n": {}}), "#/o/n, where a plain value is"),
            (json!({"none": []}), "#/o/none, where a plain value is"),
            (
                json!({"map": {"a": {}}}),
                "#/o/map/a, where a plain value is",
            ),
        ] {
            let text = with(version, update(o));
            let error = overlay::apply(&mut doc(), &text)
                .expect_err(&text)
                .to_string();
            assert!(
                error.contains(place) && error.contains("#/actions/0: "),
                "{error}"
            );
        }
        let plain = json!({"n": "x", "none": true, "map": {"a": null}});
        let found = after(doc(), version, update(plain));
        assert_eq!(
            found["o"],
            json!({"map": {"a": null}, "list": [1], "n": "x", "none": true})
        );
    }
}

#[test]
fn an_action_that_can_do_nothing_says_so() {
    let doc = || json!({"a": {}});
    for (version, action, says) in [
        (
            "1.0.0",
            json!({"target": "$.a"}),
            "says nothing to do: give it `update`",
        ),
        (
            "1.1.3",
            json!({"target": "$.a", "remove": false}),
            "says nothing to do",
        ),
        ("1.2.0", json!({"target": "$.a"}), "says nothing to do"),
        (
            "1.1.0",
            json!({"target": "$", "remove": true}),
            "`$` cannot be removed: select a part",
        ),
        (
            "1.1.0",
            json!({"target": "$.b", "remove": true}),
            "`$.b` matches nothing",
        ),
        (
            "1.1.0",
            json!({"target": "$", "update": {}}),
            "the document says so already",
        ),
    ] {
        let done = apply(&mut doc(), version, json!([action]));
        let said = done.stale[0].to_string();
        assert!(done.actions == 0 && said.contains(says), "{said}");
    }
}

#[test]
fn reusable_actions_of_overlay_1_2_are_applied() {
    let text = |version: &str, action: &str| {
        format!(
            "overlay: {version}\n$self: https://example.com/o.yaml\ninfo: {{title: t, version: '1'}}\n\
             components:\n  x-a: 1\n  actions:\n    \
             tag: {{description: d, fields: {{description: e, update: {{tags: [x]}}}}}}\n    \
             a/b~c: {{fields: {{remove: true}}}}\n    copied: {{fields: {{copy: $.a, x-b: 1}}}}\n    \
             none: {{}}\nactions: [{action}]\n"
        )
    };
    let doc = || json!({"a": {"tags": ["y"]}, "b": {}});
    let run = |action: &str| {
        let mut doc = doc();
        let done = overlay::apply(&mut doc, &text("1.2.0", action)).expect(action);
        (doc, done)
    };
    let reference = |name: &str, target: &str| {
        format!("{{$ref: '#/components/actions/{name}', target: {target}, description: f, x-c: 1}}")
    };
    let (tagged, _) = run(&[reference("tag", "$.a"), reference("tag", "$.b")].join(", "));
    assert_eq!(
        tagged,
        json!({"a": {"tags": ["y", "x"]}, "b": {"tags": ["x"]}})
    );
    assert_eq!(run(&reference("a~1b~0c", "$.a")).0, json!({"b": {}}));
    assert_eq!(
        run(&reference("copied", "$.b")).0["b"],
        json!({"tags": ["y"]})
    );
    let (_, done) = run(&reference("none", "$.a"));
    assert_eq!(done.stale[0].reason, Reason::SaysNothing);
    let other = "{target: $.a, update: {z: 1}, remove: true}";
    assert_eq!(run(other).0, json!({"b": {}}));

    let fine = reference("tag", "$.a");
    let whole = |from: &str, to: &str| text("1.2.0", &fine).replace(from, to);
    for (text, says) in [
        (text("1.1.0", &fine), "#: unknown member `$self`"),
        (
            text("1.2.0", &reference("gone", "$.a")),
            "#/actions/0/$ref: ",
        ),
        (
            text("1.2.0", &reference("a/b~c", "$.a")),
            "#/actions/0/$ref: ",
        ),
        (
            text("1.2.0", "{$ref: 1, target: $.a}"),
            "#/actions/0/$ref: ",
        ),
        (
            text("1.2.0", "{$ref: '#/components/actions/tag'}"),
            "#/actions/0/target: is missing",
        ),
        (
            text("1.2.0", &fine.replace("x-c", "update")),
            "#/actions/0: unknown member `update`",
        ),
        (
            text("1.2.0", "{target: $.a, update: {}, copy: $.b}"),
            "has both `update` and `copy`",
        ),
        (
            whole("o.yaml", "o.yaml#a"),
            "#/$self: names a whole document",
        ),
        (
            whole("$self: ", "extends: '#a'\n$self: "),
            "#/extends: names a whole document",
        ),
        (
            whole("none: {}", "none: {update: {}}"),
            "#/components/actions/none: unknown member",
        ),
        (
            whole("none: {}", "none: {fields: {target: $}}"),
            "#/components/actions/none/fields: ",
        ),
        (whole("none: {}", "none: 1"), "#/components/actions/none: "),
        (whole("x-a: 1", "a: 1"), "#/components: unknown member `a`"),
    ] {
        let error = overlay::apply(&mut doc(), &text)
            .expect_err(&text)
            .to_string();
        assert!(error.contains(says), "{says}: {error}");
    }
}

#[test]
fn an_action_that_makes_the_document_invalid_is_named() {
    let doc = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths: {/a/: {get: {operationId: a, responses: {}}}, /b/: {get: {operationId: b, responses: {}}}}\n";
    let fine = json!({"target": "$.info", "update": {"description": "d"}});
    for (action, says) in [
        (
            json!({"target": "$.paths['/b/']", "remove": true}),
            "#/paths/~1b~1/get: was lost",
        ),
        (
            json!({"target": "$.info.title", "remove": true}),
            "#/info: ",
        ),
        (
            json!({"target": "$.paths['/a/'].get", "update": {"responses": {"200": 5}}}),
            "#/paths/~1a~1/get",
        ),
    ] {
        let more = json!({"target": "$.info", "update": {"x-a": 1}});
        let text = with("1.0.0", json!([fine, action, more]));
        let error = xtask::pipeline::normalize(doc, Some(&text)).err();
        let error = error.map(|e| e.to_string()).unwrap_or_default();
        let at = "spec/overlay.yaml:1#/actions/1: with it the document is not valid: ";
        assert!(error.contains(at) && error.contains(says), "{error}");
        assert!(error.ends_with("correct the overlay"), "{error}");
    }
}
