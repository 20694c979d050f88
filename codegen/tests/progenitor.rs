//! The parts that are removed from a document for progenitor, and its texts in the generated code.

use std::{
    collections::BTreeSet,
    panic::{self, AssertUnwindSafe},
};

use autopi_codegen::{progenitor, projection};
use progenitor_impl::{GenerationSettings, Generator};
use serde_json::{Value, json};

fn ours() -> Value {
    serde_json::from_str(include_str!("../../spec/openapi.json")).unwrap()
}

/// The types that plain progenitor makes of a document: an error if one name has two.
fn types(doc: &Value) -> Result<BTreeSet<String>, String> {
    let spec = serde_json::from_value(doc.clone()).map_err(|e| e.to_string())?;
    let tokens = panic::catch_unwind(AssertUnwindSafe(|| {
        Generator::new(&GenerationSettings::default()).generate_tokens(&spec)
    }));
    let tokens = tokens
        .map_err(|_| "it panicked")?
        .map_err(|e| e.to_string())?;
    names(syn::parse2(tokens).map_err(|e| e.to_string())?)
}

/// The types that a file has in its module `types`: an error if one name has two.
fn names(file: syn::File) -> Result<BTreeSet<String>, String> {
    let items = file.items.into_iter().find_map(|item| match item {
        syn::Item::Mod(module) if module.ident == "types" => module.content,
        _ => None,
    });
    let mut names = BTreeSet::new();
    for item in items.unwrap().1 {
        let name = match item {
            syn::Item::Struct(of) => of.ident.to_string(),
            syn::Item::Enum(of) => of.ident.to_string(),
            _ => continue,
        };
        if !names.insert(name.clone()) {
            return Err(format!("{name} twice"));
        }
    }
    Ok(names)
}

fn small() -> Value {
    let text = |limit: u32| json!({ "type": "string", "title": "Name", "maxLength": limit });
    json!({
        "openapi": "3.0.3",
        "info": { "title": "t", "version": "1" },
        "paths": { "/things/": {
            "get": {
                "operationId": "things_list", "tags": ["things"],
                "parameters": [
                    { "name": "q", "in": "query", "schema": { "type": "string", "maxLength": 9 } },
                    { "name": "x", "in": "query", "schema": { "type": "string", "enum": ["a", "b"] } },
                ],
                "responses": { "200": { "description": "ok", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } } },
            },
            "post": {
                "operationId": "things_create", "tags": ["things"],
                "requestBody": { "content": { "multipart/form-data": { "schema": { "type": "object" } } } },
                "responses": { "200": { "description": "ok" } },
            },
        } },
        "components": { "schemas": {
            "Thing": { "type": "object", "title": "A thing", "properties": {
                // One name, two lengths.
                "name": text(1),
                "other": { "type": "array", "items": text(2) },
                // One name and one length are one type.
                "label": { "type": "string", "title": "Label", "maxLength": 5 },
                "labels": { "type": "array", "items": { "type": "string", "title": "Label", "maxLength": 5 } },
                // A title that names no type.
                "count": { "type": "integer", "title": "Name" },
                "when": { "type": "string", "format": "date-time", "title": "Name", "minLength": 1 },
                // By its place it has the name of a component.
                "state": { "type": "string", "minLength": 1, "pattern": "^a" },
                "title": { "type": "string", "minLength": 3 },
                "sign": { "type": "string", "enum": ["<", "<="] },
                "method": { "type": "string", "enum": ["GET", "get"] },
                "any": { "type": "string", "x-autopi-json": true, "description": "kept" },
            } },
            "ThingState": { "type": "object", "properties": { "a": { "type": "integer" } } },
        } },
    })
}

#[test]
fn only_what_progenitor_cannot_read_is_taken_out() {
    let whole = small();
    let mut projected = whole.clone();
    let removed = projection::project(&mut projected);
    let thing = "/components/schemas/Thing/properties";
    let mut found: Vec<String> = removed
        .iter()
        .map(|(at, _)| at.replace(thing, ""))
        .collect();
    found.sort();
    assert_eq!(
        found,
        [
            "/any/type",
            "/method/enum",
            "/name/title",
            "/other/items/title",
            "/paths/~1things~1/post",
            "/state/minLength",
            "/state/pattern",
        ]
    );
    let read = types(&projected).unwrap();
    let inline: Vec<&str> = read.iter().map(String::as_str).collect();
    assert_eq!(
        inline,
        [
            "Label",
            "Thing",
            "ThingName",
            "ThingOtherItem",
            "ThingSign",
            "ThingState",
            "ThingTitle",
            "ThingsListQ",
            "ThingsListX"
        ]
    );
    // Put back, it is refused, or one type is read as another.
    for put in [
        &["/name/title", "/other/items/title"][..],
        &["/method/enum"],
        &["/state/minLength"],
        &["/state/pattern"],
    ] {
        let mut doc = projected.clone();
        for at in put {
            let at = format!("{thing}{at}");
            let (map, key) = at.rsplit_once('/').unwrap();
            doc.pointer_mut(map).unwrap()[key] = whole.pointer(&at).unwrap().clone();
        }
        assert!(
            types(&doc).map_or(true, |t| t.len() <= read.len()),
            "{put:?}"
        );
    }
    let mut doc = projected.clone();
    doc["paths"]["/things/"]["post"] = whole["paths"]["/things/"]["post"].clone();
    types(&doc).unwrap_err();
}

/// Each alone stops progenitor; what differs from it by little, and is read, stays.
#[test]
fn bodies_and_responses_that_progenitor_stops_at_are_taken_out() {
    let text = |extra: Value| {
        let mut schema = json!({ "type": "string" });
        schema
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        json!({ "schema": schema })
    };
    let form = |encoding: Value| json!({ "schema": { "type": "object" }, "encoding": encoding });
    let (bytes, plain) = ("application/octet-stream", "text/plain");
    let sent = |media: &str, value: Value| {
        json!({ "requestBody": { "content": { media: value } },
                "responses": { "200": { "description": "ok" } } })
    };
    let received = |value: Value| json!({ "responses": { "200": { "description": "ok", "content": { "application/json": value } } } });
    let exploded = json!({ "a": { "style": "form", "explode": true } });
    let cases = [
        (
            sent("application/x-www-form-urlencoded", form(exploded.clone())),
            false,
        ),
        (
            sent("application/x-www-form-urlencoded", form(json!({}))),
            true,
        ),
        (sent("application/json", form(exploded.clone())), false),
        (sent("application/json", json!({})), false),
        (sent(bytes, text(json!({ "format": "binary" }))), true),
        (sent(bytes, text(json!({}))), false),
        (sent(bytes, json!({ "schema": {} })), false),
        (
            sent(bytes, text(json!({ "format": "binary", "nullable": true }))),
            false,
        ),
        (sent(plain, text(json!({ "title": "T" }))), true),
        (sent(plain, text(json!({ "maxLength": 3 }))), false),
        (sent(plain, text(json!({ "format": "uuid" }))), false),
        (sent(plain, text(json!({ "allOf": [] }))), false),
        (received(json!({ "schema": { "type": "object" } })), true),
        (received(json!({})), false),
        (received(form(exploded)), false),
    ];
    for (operation, read) in cases {
        let mut doc = json!({
            "openapi": "3.0.3", "info": { "title": "t", "version": "1" },
            "paths": { "/things/": { "post": operation } },
        });
        doc["paths"]["/things/"]["post"]["operationId"] = json!("things_create");
        assert_eq!(types(&doc).is_ok(), read, "{doc}");
        let removed = projection::project(&mut doc);
        assert_eq!(removed.is_empty(), read, "{removed:?} {doc}");
        types(&doc).unwrap();
    }
}

/// Each keeps its own type; members that are named as keywords are members.
#[test]
fn components_and_members_keep_their_types_whatever_their_names() {
    let schema =
        |member: &str, value: Value| json!({ "type": "object", "properties": { member: value } });
    let refers = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let both = json!({ "type": "object", "properties": {
        "default": refers("a"), "example": refers("A"), "enum": refers("a_"),
        "examples": { "type": "string", "enum": ["GET", "get"] },
    } });
    let text = json!({ "type": "string" });
    let mut doc = json!({
        "openapi": "3.0.3", "info": { "title": "t", "version": "1" },
        "paths": { "/things/": { "get": {
            "operationId": "things_list", "tags": ["things"],
            "responses": { "200": { "description": "ok", "content": { "application/json": { "schema": refers("Both") } } } },
        } } },
        "components": { "schemas": {
            "A": schema("upper", text.clone()), "a": schema("lower", text.clone()),
            "a_": schema("underscore", text.clone()), "A2": schema("second", text), "Both": both,
        } },
    });
    let code = progenitor::generate(&doc.to_string(), &|_| true).unwrap();
    assert!(code.contains("crate::types::Both"), "{code}");
    let removed = projection::project(&mut doc);
    let found: Vec<&str> = removed.iter().map(|(at, _)| at.as_str()).collect();
    let examples = "/components/schemas/Both/properties/examples/enum";
    assert_eq!(
        found,
        ["/components/schemas/a", "/components/schemas/a_", examples]
    );
    let members = &doc["components"]["schemas"]["Both"]["properties"];
    assert_eq!(
        (&members["default"], &members["example"]),
        (&refers("a3"), &refers("A"))
    );
    assert_eq!(members["enum"], refers("a_4"));
    assert_eq!(
        doc["components"]["schemas"]["a3"],
        schema("lower", json!({ "type": "string" }))
    );
    types(&doc).unwrap();
}

/// The figures of docs/progenitor.md, and that nothing is left that progenitor stops at or names
/// twice.
/// Only a type of an error response is not this crate's, which has no type for it.
#[test]
fn the_types_are_ours() {
    let code = progenitor::generate(&ours().to_string(), &|_| true).unwrap();
    let names = names(syn::parse_file(&code).unwrap()).unwrap();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(names, ["ExecuteError"]);
}

#[test]
fn our_document_is_read() {
    let whole = ours();
    let mut doc = whole.clone();
    types(&doc).unwrap_err();
    let removed = projection::project(&mut doc);
    let ends = |end: &str| removed.iter().filter(|(at, _)| at.ends_with(end)).count();
    assert_eq!(
        (ends("/title"), ends("/enum"), removed.len()),
        (566, 5, 688)
    );
    types(&doc).unwrap();
}

/// Every text of the document is code, a comment's end and a test, in turn: none of it is either in
/// the output.
#[test]
fn texts_of_a_document_are_neither_code_nor_tests() {
    const HOSTILE: [&str; 5] = [
        "x\n///*\n*/ compile_error!(\"foreign\"); // x",
        "x\n\n    compile_error!(\"foreign\");\n",
        "```\ncompile_error!(\"foreign\");\n```",
        "</summary>\n\n~~~rust\ncompile_error!(\"foreign\")\n~~~",
        "\"#)] compile_error!(\"foreign\"); #[doc = \"\r\u{202e}\0",
    ];
    fn spoil(value: &mut Value, n: &mut usize) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    let text = matches!(
                        key.as_str(),
                        "description"
                            | "summary"
                            | "title"
                            | "example"
                            | "version"
                            | "termsOfService"
                    );
                    match value {
                        Value::String(_) if text => {
                            *value = HOSTILE[*n % HOSTILE.len()].into();
                            *n += 1;
                        }
                        _ => spoil(value, n),
                    }
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|v| spoil(v, n)),
            _ => {}
        }
    }
    let mut doc = ours();
    let mut n = 0;
    spoil(&mut doc, &mut n);
    assert!(n > 1000, "{n}");
    let on = |area: &str| matches!(area, "dongle" | "fleet" | "auth");
    let code = progenitor::generate(&doc.to_string(), &on).unwrap();
    let tokens: proc_macro2::TokenStream = code.parse().unwrap();
    let (mut foreign, mut blocks) = (0, 0);
    judge(tokens, &mut foreign, &mut blocks);
    assert_eq!(foreign, 0);
    assert!(blocks > 100, "{blocks}: the texts are not there at all");
}

/// Counts words of a text that are code, and texts with blocks, which must not be there for a test.
fn judge(tokens: proc_macro2::TokenStream, foreign: &mut usize, blocks: &mut usize) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    for (i, token) in tokens.iter().enumerate() {
        match token {
            proc_macro2::TokenTree::Ident(ident) if ident == "compile_error" => *foreign += 1,
            proc_macro2::TokenTree::Group(group) => {
                let text = group.stream().to_string();
                if text.starts_with("doc =") && i > 0 && tokens[i - 1].to_string() == "#" {
                    assert!(!text.contains("```") && !text.contains("~~~"), "{text}");
                    assert!(!text.contains("\"     "), "{text}");
                }
                *blocks += usize::from(text.starts_with("cfg_attr (not (doctest)"));
                judge(group.stream(), foreign, blocks);
            }
            _ => {}
        }
    }
}
