//! A document is data: no text of it becomes code, a doctest, or something that a reader does not see.

use std::fs;

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
