//! The result of the pipeline, and the documents that it refuses.

use serde_json::{Value, json};
use xtask::pipeline::{fetch, normalize};

fn document(more: Value) -> String {
    let mut doc = json!({
        "swagger": "2.0", "info": {"title": "t", "version": "1"}, "host": "h", "basePath": "/v1",
        "paths": {"/a/{id}/": {
            "parameters": [{"name": "id", "in": "path", "required": true, "type": "string"}],
            "get": {"operationId": "a_read", "parameters": [
                {"name": "q", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "pipes"},
            ], "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/A"}}}},
            "patch": {"operationId": "a_read", "parameters": [{"name": "data", "in": "body", "schema": {"$ref": "#/definitions/A"}}],
                "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/A"}}}},
        }},
        "definitions": {"A": {"type": "object", "required": ["name"], "properties": {
            "id": {"type": "integer", "readOnly": true}, "name": {"type": "string", "x-nullable": true},
            "is_on": {"type": "string", "readOnly": true}, "parent": {"$ref": "#/definitions/A"},
            "op": {"type": "string", "enum": ["<", "<=", "GET", "get", ""]}, "type": {"type": "integer", "enum": [1, 2]},
        }}},
    });
    if let (Some(doc), Value::Object(more)) = (doc.as_object_mut(), more) {
        doc.extend(more);
    }
    doc.to_string()
}

#[test]
fn the_shape_of_drf() {
    let new = normalize(&document(json!({})), None).unwrap();
    let at = |p: &str| new.doc.pointer(p).unwrap_or(&Value::Null).clone();
    assert_eq!(at("/servers/0/url"), "https://h/v1");
    assert_eq!(at("/paths/~1a~1{id}~1/get/operationId"), "a_read");
    assert_eq!(at("/paths/~1a~1{id}~1/patch/operationId"), "a_id_patch");
    assert_eq!(
        at("/paths/~1a~1{id}~1/patch/x-original-operation-id"),
        "a_read"
    );
    assert_eq!(
        at("/paths/~1a~1{id}~1/get/parameters/0/style"),
        "pipeDelimited"
    );
    let patched = "/paths/~1a~1{id}~1/patch/requestBody/content/application~1json/schema/$ref";
    assert_eq!(at(patched), "#/components/schemas/PatchedARequest");
    assert_eq!(
        at("/components/schemas/A/required"),
        json!(["name", "id", "is_on"])
    );
    assert_eq!(at("/components/schemas/A/properties/name/nullable"), true);
    assert_eq!(
        at("/components/schemas/A/properties/is_on/x-autopi-json"),
        true
    );
    assert_eq!(
        at("/components/schemas/ARequest/properties/id"),
        Value::Null
    );
    assert_eq!(
        at("/components/schemas/PatchedARequest/required"),
        Value::Null
    );
    assert_eq!(
        normalize(&document(json!({})), None).unwrap().text,
        new.text
    );
}

#[test]
fn the_committed_document_loses_nothing() {
    let text = std::fs::read_to_string("../spec/upstream.json").unwrap();
    let new = normalize(&text, None).unwrap();
    assert_eq!(
        (
            xtask::pipeline::verify::operations(&new.doc).len(),
            new.doc["paths"].as_object().unwrap().len()
        ),
        (620, 387)
    );
    let code = autopi_codegen::generate(&new.text, &|_| true).unwrap();
    assert_eq!(code.matches("crate::rt::Operation {").count(), 620);
    let broken = text
        .replace(
            "\"$ref\":\"#/definitions/Device\"",
            "\"$ref\":\"#/definitions/Gone\"",
        )
        .replace(
            "\"$ref\": \"#/definitions/Device\"",
            "\"$ref\": \"#/definitions/Gone\"",
        );
    let warnings = normalize(&broken, None).unwrap().report.to_string();
    assert!(warnings.contains("`#/definitions/Gone` is not followed, nothing is there: any JSON"));
}

fn path(path: &str, parameters: Value) -> Value {
    json!({ path: {"get": {"operationId": "x", "parameters": parameters, "responses": {}}} })
}

#[test]
fn input_that_is_not_a_document_is_refused_by_name() {
    for (text, says) in [
        ("{\"swagger\": \"2.0\", ", "broken JSON"),
        ("<html><form>log in</form></html>", "HTML"),
        ("{\"swagger\": \"1.2\"}", "1.2"),
        ("{\"detail\": \"no\"}", "no API document"),
        ("{\"swagger\": \"2.0\", \"paths\": {}}", "no operation"),
        ("{\"swagger\": \"2.0\"}", "/paths"),
        (
            &document(json!({"paths": {"/a/": {"get": 1}}})),
            "must be an object",
        ),
        ("", "no API document"),
        (
            &document(
                json!({"definitions": {"A": {"$ref": "#/definitions/B"}, "B": {"$ref": "#/definitions/A"}}}),
            ),
            "leads to itself",
        ),
        (
            &document(
                json!({"paths": path("/a/", json!([{"$ref": "#/parameters/P"}])), "parameters": {"P": {"$ref": "#/parameters/P"}}}),
            ),
            "leads to itself",
        ),
    ] {
        let error = normalize(text, None)
            .err()
            .unwrap_or_else(|| panic!("accepted: {text}"))
            .to_string();
        assert!(error.contains(says), "{error}");
    }
    normalize(
        "swagger: '2.0'\npaths: {/x/: {get: {operationId: x, responses: {}}}}",
        None,
    )
    .unwrap();
}

#[test]
fn names_that_collide_in_rust_stay_apart() {
    let object = |key: &str| json!({"type": "object", "properties": {key: {"type": "string"}}});
    let schemas = json!({"a_b": object("type"), "AB": object("@ts"), "A-B": object("<="), "Self": object("self"), "Option": object("")});
    let all: Vec<Value> = schemas
        .as_object()
        .unwrap()
        .keys()
        .map(|k| json!({"$ref": format!("#/definitions/{k}")}))
        .collect();
    let body = json!({"name": "data", "in": "body", "schema": {"type": "object", "properties": {
        "0": all[0], "1": all[1], "2": all[2], "3": all[3], "4": all[4]}}});
    let new = normalize(
        &document(json!({"paths": path("/a/", json!([body])), "definitions": schemas})),
        None,
    )
    .unwrap();
    let code = autopi_codegen::generate(&new.text, &|_| true).unwrap();
    for name in [
        "struct AB ",
        "struct AB2 ",
        "struct Ab ",
        "struct Self_ ",
        "struct Option ",
        "pub r#type:",
        "pub ts:",
        "pub less_equal:",
        "pub self_:",
    ] {
        assert_eq!(code.matches(name).count(), 1, "{name} in\n{code}");
    }
}

#[test]
fn a_file_larger_than_any_document_is_not_read() {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(100 << 20).unwrap();
    assert!(
        fetch::read(file.path())
            .unwrap_err()
            .to_string()
            .contains("larger than 64 MiB")
    );
}

#[test]
fn docs_coverage_is_current() {
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    let found = xtask::commands::coverage::coverage(
        &read("../spec/upstream.json"),
        None,
        Some(&read("../spec/overlay.yaml")),
    )
    .unwrap();
    assert_eq!(
        read("../docs/coverage.md"),
        found.page(),
        "run `cargo xtask coverage --write`"
    );
}

#[test]
fn existing_names_stay_when_the_document_grows() {
    let text = std::fs::read_to_string("../spec/upstream.json").unwrap();
    let old = normalize(&text, None).unwrap().doc;
    let mut upstream: Value = serde_json::from_str(&text).unwrap();
    // As drf-yasg would add a route: a definition with a list and a nested object, with names
    // similar to existing ones.
    let device = upstream["definitions"]["Device"].clone();
    upstream["definitions"]["DeviceNew"] = device;
    upstream["definitions"]["DeviceNew"]["properties"]["type"] =
        json!({"type": "string", "enum": ["a", "b"], "title": "Type"});
    let body = json!({"name": "data", "in": "body", "schema": {"$ref": "#/definitions/DeviceNew"}});
    let route = json!({"post": {"operationId": "dongle_devices_new_create", "tags": ["dongle"], "parameters": [body],
        "responses": {"201": {"description": "", "schema": {"$ref": "#/definitions/DeviceNew"}}}}});
    upstream["paths"]["/dongle/devices_new/"] = route;
    let new = normalize(&upstream.to_string(), None).unwrap().doc;
    for place in ["/paths", "/components/schemas"] {
        for (name, value) in old.pointer(place).unwrap().as_object().unwrap() {
            assert_eq!(
                new.pointer(place).unwrap().get(name),
                Some(value),
                "{place}: {name}"
            );
        }
    }
}

/// An operation with such a name would be a second method, and the crate would not compile.
#[test]
fn no_operation_is_named_like_a_method_of_the_client() {
    let mut methods = Vec::new();
    let mut folders = vec![std::path::PathBuf::from("../src")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder)
            .unwrap()
            .map(|f| f.unwrap().path())
        {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            for block in std::fs::read_to_string(path)
                .unwrap()
                .split("\nimpl Client {")
                .skip(1)
            {
                let block = block.split("\n}").next().unwrap();
                methods.extend(
                    block
                        .lines()
                        .filter(|l| !l.trim_start().starts_with("//"))
                        .filter_map(|l| l.split_once("fn ")?.1.split_once(['(', '<']))
                        .map(|(name, _)| name.to_owned()),
                );
            }
        }
    }
    assert!(methods.len() > 5, "{methods:?}");
    methods.retain(|m| !autopi_codegen::RESERVED_METHODS.contains(&m.as_str()));
    assert!(
        methods.is_empty(),
        "add them to RESERVED_METHODS in codegen/src/operations/method_names.rs: {methods:?}"
    );
}

#[test]
fn an_object_of_more_than_512_members_is_refused_with_its_pointer() {
    let members = |range: std::ops::Range<usize>| -> Value {
        let member = |n| (format!("m{n}"), json!({"type": "string"}));
        json!({"type": "object", "properties": range.map(member).collect::<serde_json::Map<_, _>>()})
    };
    let of = |schemas: Value| document(json!({ "definitions": schemas }));
    let both =
        |a: Value, b: Value| json!({"A": {"allOf": [{"$ref": "#/definitions/B"}, a]}, "B": b});
    let refused = [
        json!({"A": members(0..513)}),
        both(members(0..300), members(300..513)),
        json!({"A": {"type": "object", "properties": {"b": {"type": "array", "items": members(0..600)}}}}),
    ];
    for schemas in refused {
        let error = normalize(&of(schemas), None).err().unwrap().to_string();
        let told = error.contains("more than 512 members") && error.contains("#/");
        assert!(told, "{error}");
    }
    for schemas in [
        json!({"A": members(0..512)}),
        both(members(0..300), members(0..512)),
    ] {
        normalize(&of(schemas), None).unwrap();
    }
}

#[test]
fn a_path_that_could_lead_to_another_host_is_refused_with_its_pointer() {
    for path in [
        "//evil/x/",
        "/\\evil/",
        "/../x/",
        "/a/%2e%2E/",
        "/x\n/",
        "/\t/evil/",
        "/http://127.0.0.1:7002/x/",
        "//evil",
        "\\evil/",
        "../x/",
        "http://evil/",
    ] {
        let doc = serde_json::json!({
            "openapi": "3.0.3",
            "info": {"title": "t", "version": "1"},
            "paths": {path: {"get": {"responses": {"200": {"description": ""}}}}},
        });
        let error = xtask::pipeline::normalize(&doc.to_string(), None)
            .err()
            .unwrap();
        assert!(error.to_string().contains("#/paths/"), "{path:?}: {error}");
    }
}

#[test]
fn the_document_of_the_wire_tests_is_what_the_pipeline_makes_of_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../wire/");
    let read = |name: &str| std::fs::read_to_string(format!("{folder}{name}")).unwrap();
    let new = normalize(&read("document.yaml"), None).unwrap();
    assert!(
        new.text == read("openapi.json"),
        "run `cargo xtask normalize --from wire/document.yaml --out wire/openapi.json`"
    );
    // Everything else is sent as the document says.
    let warnings = new.report.to_string();
    for (warning, times) in [
        ("is not JSON: a text is sent unchanged", 4),
        ("one alternative is a file: only an `Upload` is accepted", 1),
        (
            "`pipeDelimited` does not apply to an exploded value: the name is repeated",
            1,
        ),
        (
            "a list or an object inside another: a call with one is refused",
            2,
        ),
        ("are a list: any of its type is accepted", 1),
        ("are a list: any JSON is accepted", 1),
        ("`unsaid` is not described: any JSON is accepted", 1),
        ("warning:", 13),
    ] {
        assert_eq!(
            warnings.matches(warning).count(),
            times,
            "{warning}: {warnings}"
        );
    }
}

/// `normalize --for progenitor` reports each removed part and writes the file without them;
/// `--check` compares it.
#[test]
fn a_document_for_progenitor_is_written_with_a_report_of_removed_parts() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["normalize", "--for", "progenitor"])
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap()
    };
    assert!(!run(&[]).status.success(), "it needs --out");
    let done = run(&["--out", "p.json"]);
    assert!(done.status.success(), "{done:?}");
    let report = String::from_utf8(done.stdout).unwrap();
    let new: Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("p.json")).unwrap()).unwrap();
    let committed: Value = serde_json::from_str(include_str!("../../spec/openapi.json")).unwrap();
    let mut gone = 0;
    for line in report.lines().filter(|line| line.contains(": removed: ")) {
        let pointer = line.trim_start_matches("  warning: #");
        let pointer = pointer.split(": removed").next().unwrap();
        assert!(committed.pointer(pointer).is_some(), "{pointer}");
        assert!(new.pointer(pointer).is_none(), "{pointer}");
        gone += 1;
    }
    assert!(gone > 100, "{report}");
    assert!(run(&["--out", "p.json", "--check"]).status.success());
    std::fs::write(folder.path().join("p.json"), "{}").unwrap();
    assert!(!run(&["--out", "p.json", "--check"]).status.success());
}
