//! The extensions by which the pipeline informs the generator: `codegen/src/contract.rs`,
//! docs/contract.md.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};
use xtask::pipeline::normalize;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

/// Returns the names that are constants.
fn constants() -> BTreeSet<String> {
    let text = read("codegen/src/contract.rs");
    let values = text
        .lines()
        .filter_map(|l| l.split_once(": &str = \"")?.1.strip_suffix("\";"));
    values
        .filter(|v| *v != autopi_codegen::contract::PREFIX)
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_page_names_each_constant() {
    let page = read("docs/contract.md");
    let named = page
        .lines()
        .filter_map(|l| l.strip_prefix("| `")?.split_once('`'));
    let named: BTreeSet<String> = named.map(|(name, _)| name.to_owned()).collect();
    assert_eq!(named, constants());
}

#[test]
fn the_document_has_no_other_extensions() {
    fn keys(value: &Value, out: &mut BTreeSet<String>) {
        match value {
            Value::Array(list) => list.iter().for_each(|v| keys(v, out)),
            Value::Object(map) => map.iter().for_each(|(key, v)| {
                out.extend(key.starts_with("x-").then(|| key.clone()));
                keys(v, out);
            }),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    keys(
        &serde_json::from_str(&read("spec/openapi.json")).unwrap(),
        &mut found,
    );
    assert!(
        found.len() > 4 && found.is_subset(&constants()),
        "{found:?}"
    );
}

#[test]
fn names_of_extensions_are_used_by_their_constants_only() {
    fn search(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                search(&path, found);
            } else if !path.ends_with("contract.rs") {
                let text = fs::read_to_string(&path).unwrap();
                let lines = text.lines().filter(|l| l.contains("\"x-autopi-"));
                found.extend(lines.map(|l| format!("{}: {l}", path.display())));
            }
        }
    }
    let mut found = Vec::new();
    for folder in ["../codegen/src", "src", "../cli/src"] {
        search(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &mut found,
        );
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_body_of_a_patch_requires_nothing_in_any_composition() {
    let object = |of: Value| json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}, "allOf": of});
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let document = json!({
        "openapi": "3.0.3", "info": {"title": "t", "version": "1"},
        "paths": {"/x/": {"patch": {
            "operationId": "x_partial_update",
            "requestBody": {"content": {"application/json": {"schema": reference("Top")}}},
            "responses": {"200": {"description": "ok"}},
        }, "put": {
            "operationId": "x_update",
            "requestBody": {"content": {"application/json": {"schema": reference("Top")}}},
            "responses": {"200": {"description": "ok"}},
        }}},
        "components": {"schemas": {
            "Top": object(json!([reference("Middle"), {"required": ["b"], "allOf": [reference("Inline")]}])),
            "Middle": object(json!([reference("Base")])),
            "Base": {"type": "object", "required": ["b"], "properties": {"b": {"type": "string"}}},
            "Inline": {"type": "object", "required": ["c"], "properties": {"c": {"type": "string"}}},
        }},
    });
    let new = normalize(&document.to_string(), None).unwrap();
    // Everything that validates a body, without the content of its members.
    fn required(doc: &Value, schema: &Value, depth: u8, out: &mut Vec<String>) {
        assert!(depth < 9);
        let names = schema["required"].as_array().into_iter().flatten();
        out.extend(names.map(ToString::to_string));
        let target = schema["$ref"].as_str().and_then(|r| doc.pointer(&r[1..]));
        let parts = schema["allOf"].as_array().into_iter().flatten();
        for part in parts.chain(target) {
            required(doc, part, depth + 1, out);
        }
    }
    let of = |method: &str| {
        let at = format!("/paths/~1x~1/{method}/requestBody/content/application~1json/schema");
        let mut out = Vec::new();
        required(&new.doc, new.doc.pointer(&at).unwrap(), 0, &mut out);
        out
    };
    assert_eq!(of("patch"), [""; 0], "{}", new.text);
    assert_eq!(of("put").len(), 5);
    let code = autopi_codegen::generate(&new.text, &|_| true).unwrap();
    let partial = code.split("impl PatchedTopRequest {").nth(1).unwrap();
    assert!(
        partial.trim_start().contains("pub fn new() -> Self"),
        "{partial}"
    );
}
