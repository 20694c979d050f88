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

fn component_names(doc: &Value) -> Vec<&String> {
    let schemas = doc["components"]["schemas"].as_object();
    schemas.unwrap().keys().collect()
}

/// Returns the normalised document of operations `METHOD /x/ BODY` over these components.
fn patched(bodies: &[(&str, Value)], schemas: Value) -> Value {
    let operation = |(method, schema): &(&str, Value)| {
        let body = json!({"content": {"application/json": {"schema": schema}}});
        let id = format!("x_{method}");
        let operation = json!({"operationId": id, "requestBody": body, "responses": {"204": {"description": ""}}});
        ((*method).to_owned(), operation)
    };
    let path: serde_json::Map<_, _> = bodies.iter().map(operation).collect();
    let document = json!({
        "openapi": "3.0.3", "info": {"title": "t", "version": "1"},
        "paths": {"/x/": path}, "components": {"schemas": schemas},
    });
    let new = normalize(&document.to_string(), None).unwrap();
    autopi_codegen::generate(&new.text, &|_| true).unwrap();
    new.doc
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn of(doc: &Value, method: &str) -> Value {
    let at = format!("/paths/~1x~1/{method}/requestBody/content/application~1json/schema");
    doc.pointer(&at).unwrap().clone()
}

#[test]
fn a_form_for_patch_takes_nothing_from_other_methods_and_has_no_twin() {
    let object = |required: &[&str], members: Value| json!({"type": "object", "required": required, "properties": members});
    let text = || json!({"type": "string"});
    // A POST sends what has the name of a partial form, alone or held.
    let doc = patched(
        &[
            ("post", reference("PatchedAddressRequest")),
            ("patch", reference("Owner")),
        ],
        json!({
            "Owner": {"type": "object", "properties": {"home": reference("PatchedAddressRequest")}},
            "PatchedAddressRequest": object(&["street"], json!({"street": text()})),
        }),
    );
    let schemas = &doc["components"]["schemas"];
    assert_eq!(
        schemas["PatchedAddressRequest"]["required"],
        json!(["street"])
    );
    let home = &schemas["PatchedOwnerRequest"]["properties"]["home"];
    assert_eq!(*home, reference("PatchedAddressRequest2"));
    assert_eq!(schemas["PatchedAddressRequest2"]["required"], Value::Null);

    // What no value of it requires needs no form: an empty list, and what stands under `not`.
    let doc = patched(
        &[
            ("post", reference("A")),
            (
                "patch",
                json!({"type": "object", "properties": {"a": reference("A"), "b": reference("B")}}),
            ),
        ],
        json!({
            "A": {"type": "object", "required": [], "properties": {"a": text()}, "additionalProperties": {"type": "object", "required": [], "properties": {"b": text()}}},
            "B": {"type": "object", "properties": {"b": text()}, "not": reference("C")},
            "C": object(&["c"], json!({"c": text()})),
        }),
    );
    let names = component_names(&doc);
    assert!(
        !names.iter().any(|n| n.starts_with("PatchedA")
            || n.starts_with("PatchedB")
            || n.starts_with("PatchedC")),
        "{names:?}"
    );

    // drf-spectacular's forms of a union are those that we would make, also one that holds itself.
    let union = |names: [&str; 2]| json!({"oneOf": names.map(reference), "discriminator": {"propertyName": "kind", "mapping": {"cat": reference(names[0])["$ref"], "dog": reference(names[1])["$ref"]}}});
    let cat =
        || json!({"kind": text(), "lives": {"type": "integer"}, "kitten": reference("CatRequest")});
    let dog = || json!({"kind": text(), "barks": {"type": "boolean"}});
    let doc = patched(
        &[
            ("put", reference("PetRequest")),
            ("patch", reference("PatchedPetRequest")),
            ("post", reference("OwnerRequest")),
            ("delete", json!({})),
        ],
        json!({
            "PetRequest": union(["CatRequest", "DogRequest"]),
            "PatchedPetRequest": union(["PatchedCatRequest", "PatchedDogRequest"]),
            "CatRequest": object(&["kind", "lives"], cat()),
            "DogRequest": object(&["kind"], dog()),
            "PatchedCatRequest": {"type": "object", "properties": cat()},
            "PatchedDogRequest": {"type": "object", "properties": dog()},
            "OwnerRequest": object(&["pet"], json!({"pet": reference("PetRequest")})),
        }),
    );
    let names = component_names(&doc);
    assert!(!names.iter().any(|n| n.ends_with('2')), "{names:?}");
    let doc = patched(
        &[
            ("put", reference("PetRequest")),
            (
                "patch",
                json!({"oneOf": [reference("PatchedPetRequest"), reference("PatchedOwnerRequest")]}),
            ),
        ],
        json!({
            "PetRequest": union(["CatRequest", "DogRequest"]),
            "PatchedPetRequest": union(["PatchedCatRequest", "PatchedDogRequest"]),
            "CatRequest": object(&["kind", "lives"], cat()),
            "DogRequest": object(&["kind"], dog()),
            "PatchedCatRequest": {"type": "object", "properties": cat()},
            "PatchedDogRequest": {"type": "object", "properties": dog()},
            "PatchedOwnerRequest": object(&[], json!({"pet": reference("PetRequest")})),
        }),
    );
    let names = component_names(&doc);
    assert!(!names.iter().any(|n| n.ends_with('2')), "{names:?}");
}

#[test]
fn alternatives_that_only_say_what_is_required_say_nothing_of_a_patch() {
    let alternatives = json!([
        {"required": ["a"], "description": "By a.", "type": "object"},
        {"anyOf": [{"required": ["b"]}, {"allOf": [{"required": ["c"]}], "title": "C"}]},
    ]);
    let members =
        json!({"a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "string"}});
    for key in ["anyOf", "oneOf", "allOf"] {
        let object = json!({"type": "object", "properties": members, key: alternatives});
        let doc = patched(
            &[("put", reference("X")), ("patch", reference("X"))],
            json!({"X": object}),
        );
        let form = doc.pointer("/components/schemas/PatchedXRequest").unwrap();
        assert_eq!(form[key], Value::Null, "{form}");
    }
    // Those that say nothing of what is required stay.
    let says = json!([{"description": "Any."}, {"title": "Other"}]);
    let object = json!({"type": "object", "required": ["a"], "properties": members, "anyOf": says});
    let doc = patched(&[("patch", reference("X"))], json!({"X": object}));
    assert_eq!(
        doc["components"]["schemas"]["PatchedXRequest"]["anyOf"],
        says
    );
}

#[test]
fn a_json_patch_is_known_by_its_shape_in_any_media_type() {
    let step = json!({"type": "object", "required": ["op", "path"], "properties": {"op": {"type": "string"}, "path": {"type": "string"}, "value": {}}});
    let add = json!({"type": "object", "required": ["op", "path", "value"], "properties": {"op": {"type": "string", "enum": ["add"]}, "path": {"type": "string"}, "value": {}}});
    for items in [
        step.clone(),
        reference("Step"),
        json!({"oneOf": [reference("Step"), reference("Add")]}),
        json!({"allOf": [reference("Step")]}),
        json!({"allOf": [reference("Op"), {"type": "object", "required": ["path"], "properties": {"path": {"type": "string"}}}]}),
        json!({"oneOf": [{"allOf": [reference("Op"), reference("Path")]}, reference("Add")]}),
    ] {
        let list = json!({"type": "array", "items": items});
        let [op, path] = ["op", "path"].map(|name| json!({"type": "object", "required": [name], "properties": {name: {"type": "string"}}}));
        let schemas = json!({"Step": step, "Add": add, "Steps": list, "Op": op, "Path": path});
        for body in [list, reference("Steps")] {
            let doc = patched(&[("patch", body)], schemas.clone());
            let text = of(&doc, "patch").to_string() + &doc["components"].to_string();
            assert!(
                text.contains(r#""required":["op","path"]"#) && !text.contains("Patched"),
                "{text}"
            );
        }
    }
    // A list of anything else is partial.
    let list = json!({"type": "array", "items": {"type": "object", "required": ["path"], "properties": {"op": {"type": "string"}, "path": {"type": "string"}}}});
    let doc = patched(&[("patch", list)], json!({}));
    let form = "/components/schemas/PatchedXPatchRequestItemRequest";
    assert_eq!(doc.pointer(form).unwrap()["required"], Value::Null);
}

#[test]
fn names_of_ours_in_a_document_of_another_say_nothing() {
    let document = json!({
        "openapi": "3.0.3", "info": {"title": "t", "version": "1"},
        "paths": {"/x/": {"get": {
            "operationId": "x_list", "x-original-operation-id": "other",
            "responses": {"200": {"description": "", "content": {"application/json": {"schema": reference("X")}}}},
        }}},
        "components": {"schemas": {"X": {"type": "object", "x-autopi-page": true, "properties": {
            "password": {"type": "string", "x-autopi-secret": false},
            "a": {"type": "string", "x-autopi-always": true, "x-autopi-new": 1, "x-kept": {"x-autopi-id": "unit"}},
        }}}},
    });
    let new = normalize(&document.to_string(), None).unwrap();
    let members = &new.doc["components"]["schemas"]["X"]["properties"];
    assert_eq!(members["password"]["x-autopi-secret"], true);
    assert_eq!(
        members["a"],
        json!({"type": "string", "x-kept": {"x-autopi-id": "unit"}})
    );
    assert_eq!(
        new.doc.to_string().matches("x-autopi").count(),
        2,
        "{}",
        new.text
    );
    assert!(!new.text.contains("x-original-operation-id"));
    let warnings = format!("{:?}", new.report.warnings);
    assert_eq!(
        warnings.matches("is a name of our own: left out").count(),
        5,
        "{warnings}"
    );
}
