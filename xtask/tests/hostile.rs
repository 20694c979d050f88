//! A document is data: no text of it becomes code, a doctest, or something that a reader does not see.

use std::fs;

use proc_macro2::{TokenStream, TokenTree};
use serde_json::Value;
use xtask::pipeline::normalize;

#[test]
fn no_text_of_a_document_is_code_or_a_doctest() {
    // What has a block is an attribute that is not there when doctests are collected (`docs.rs` of codegen).
    let text = fs::read_to_string("tests/fixtures/other/hostile_texts.yaml").unwrap();
    let new = normalize(&text, None).unwrap();
    let code = autopi_codegen::generate(&new.text, &|_| true).unwrap();
    assert_eq!(autopi_codegen::escape::lines(&code), code);
    for line in code.lines() {
        // A block needs three marks in a row, or four spaces.
        if let Some(comment) = line.trim_start().strip_prefix("//") {
            let block = ["```", "~~~", "    ", "\t"]
                .iter()
                .any(|b| comment.contains(b));
            assert!(!block, "{line}");
        }
    }
}

#[test]
fn a_description_does_not_change_a_type() {
    let text = r#"{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/x/": {"get": {
        "operationId": "x_list", "responses": {"200": {"description": "ok", "content": {"application/json": {
            "schema": {"type": "object", "properties": {"m": {"type": "object", "additionalProperties": {D}}}}
        }}}}
    }}}}"#;
    let code = |words: &str| {
        let new = normalize(&text.replace("{D}", words), None).unwrap();
        autopi_codegen::generate(&new.text, &|_| true).unwrap()
    };
    assert_eq!(code("{}"), code(r#"{"description": "any"}"#));
    assert_eq!(
        code("{}"),
        code(r#"{"title": "any", "example": 1, "x-a": {}}"#)
    );
}

const PLACES: &str = r##"{"openapi": "3.0.3", "info": {"title": "t", "version": "1", "description": "d"},
"servers": [{"url": "https://h/v1", "description": "d"}], "tags": [{"name": "a", "description": "d"}], "paths": {"/x/{id}/": {
    "summary": "s", "parameters": [{"name": "id", "in": "path", "required": true, "description": "d", "schema": {"type": "string"}}],
    "post": {"operationId": "x_create", "tags": ["a"], "summary": "s", "description": "d", "x-note": "n", "externalDocs": {"url": "u", "description": "d"},
    "parameters": [
        {"name": "q", "in": "query", "description": "d", "example": "e", "schema": {"type": "string", "enum": ["b", "c"], "default": "b"}},
        {"name": "X-H", "in": "header", "schema": {"type": "string", "pattern": "^a$", "maxLength": 3}},
        {"name": "l", "in": "query", "style": "form", "schema": {"type": "array", "items": {"type": "string", "format": "f"}}},
        {"name": "o", "in": "query", "style": "deepObject", "schema": {"type": "object", "properties": {"k": {"type": "string"}}}}],
    "requestBody": {"description": "d", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}, "example": {"k": "v"}}}},
    "responses": {"200": {"description": "d", "headers": {"X-R": {"description": "d", "schema": {"type": "string"}}},
        "content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/A"}}}}}}},
    "put": {"operationId": "x_file", "tags": ["a"], "requestBody": {"content": {"multipart/form-data": {"schema": {"type": "object", "properties": {
        "f": {"type": "string", "format": "binary", "description": "d"}}}, "encoding": {"f": {"contentType": "image/png"}}}}},
        "responses": {"200": {"description": "d", "content": {"text/csv": {"schema": {"type": "string"}}}}}}}},
"components": {"securitySchemes": {"k": {"type": "apiKey", "name": "n", "in": "header", "description": "d"}},
"schemas": {"A": {"type": "object", "title": "t", "description": "d", "required": ["id"], "properties": {
    "id": {"type": "string", "format": "uuid", "readOnly": true}, "p": {"type": "string", "pattern": "^[a-z]+$", "default": "z", "title": "t"},
    "e": {"$ref": "#/components/schemas/E"}, "m": {"type": "object", "additionalProperties": {"type": "string", "description": "d"}},
    "u": {"oneOf": [{"$ref": "#/components/schemas/B"}, {"type": "string"}], "discriminator": {"propertyName": "k", "mapping": {"b": "#/components/schemas/B"}}}}},
    "B": {"type": "object", "properties": {"k": {"type": "string", "enum": ["b"], "description": "d", "example": "e"}}},
    "E": {"type": "string", "enum": ["one", "two"], "x-enum-descriptions": {"one": "d"}}}}}"##;

/// The document with `text` in the place (a text or a key) of that number; `next` counts them.
fn at_place(value: Value, wanted: usize, next: &mut usize, text: &str) -> Value {
    let mut here = || {
        *next += 1;
        *next - 1 == wanted
    };
    match value {
        Value::String(old) => Value::String(if here() { text.to_owned() } else { old }),
        Value::Array(items) => items
            .into_iter()
            .map(|v| at_place(v, wanted, next, text))
            .collect(),
        Value::Object(map) => {
            let mut out = serde_json::Map::new();
            for (key, value) in map {
                *next += 1;
                let key = if *next - 1 == wanted {
                    text.to_owned()
                } else {
                    key
                };
                out.insert(key, at_place(value, wanted, next, text));
            }
            out.into()
        }
        other => other,
    }
}

fn names(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => names(group.stream(), name),
        TokenTree::Ident(ident) => ident == name,
        _ => false,
    })
}

#[test]
fn no_text_at_any_place_of_a_document_is_a_token() {
    // A name that is made of the text has the words before and after in it.
    let hostile = [
        ("\"; ", "; \""),
        ("\"#; ", "; r#\""),
        ("*/ ", " /*"),
        ("\n///*\n*/ ", " // "),
        ("\n//! */\n", "\n"),
        ("\r", "\r"),
        ("\n```\n", "\n```\n"),
        ("\n\n    ", "\n\n"),
        ("\\", "\\"),
        ("'", "'"),
        ("\0", "\0"),
        ("\u{202e}", "\u{2066}"),
        ("{", "}"),
        ("}/{", "}/"),
        ("#[", "]"),
        ("\")] ", " #[doc(\""),
        ("::", "::"),
        ("<", ">"),
        ("%22", "%27"),
        ("$", "$"),
    ];
    let doc: Value = serde_json::from_str(PLACES).unwrap();
    let mut places = 0;
    at_place(doc.clone(), usize::MAX, &mut places, "");
    assert!(names("a!{ (canary) }".parse().unwrap(), "canary"));
    let (mut compiled, mut refused) = (0, 0);
    for place in 0..places {
        // Each place has one of them, and each of them some ten places: all of all take minutes.
        let (open, close) = hostile[place * 7 % hostile.len()];
        let text = format!("x {open}canary!(){close} x");
        let changed = at_place(doc.clone(), place, &mut 0, &text).to_string();
        let Ok(new) = normalize(&changed, None) else {
            refused += 1;
            continue;
        };
        let Ok(code) = autopi_codegen::generate(&new.text, &|_| true) else {
            refused += 1;
            continue;
        };
        let tokens: TokenStream = code
            .parse()
            .unwrap_or_else(|e| panic!("{text:?} at {place}: {e}"));
        assert!(!names(tokens, "canary"), "{text:?} at {place}: {changed}");
        assert_eq!(
            autopi_codegen::escape::lines(&code),
            code,
            "{text:?} at {place}"
        );
        compiled += 1;
    }
    assert!(
        compiled > 2 * refused,
        "{compiled} compiled, {refused} refused, {places} places"
    );
}
