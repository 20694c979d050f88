//! A document is data: none of its texts becomes code, a doctest, or something invisible to a
//! reader.

mod texts;

use std::{fs, thread};

use xtask::pipeline::normalize;

#[test]
fn no_text_of_a_document_is_code_or_a_doctest() {
    // Docs with a block are an attribute that is absent when doctests are collected (`docs.rs` of
    // codegen).
    let text = fs::read_to_string("tests/fixtures/other/hostile_texts.yaml").unwrap();
    let new = normalize(&text, None).unwrap();
    let code = autopi_codegen::generate(&new.text, &|_| true).unwrap();
    assert_eq!(autopi_codegen::escape::lines(&code), code);
    for line in code.lines() {
        // A code block needs three backticks in a row, or four spaces.
        if let Some(comment) = line.trim_start().strip_prefix("//") {
            let block = ["```", "~~~", "    ", "\t"]
                .iter()
                .any(|b| comment.contains(b));
            assert!(!block, "{line}");
        }
    }
}

#[test]
fn markup_from_a_document_is_distinguished_from_ours() {
    for (comment, is_foreign) in [
        (
            "Takes [`Device`](crate::types::Device), [dongle](#dongle), `<b>`.",
            false,
        ),
        (r"\<b> \[a\](b) `` ` <b> `` \`", false),
        ("<b>", true),
        ("[a](https://example.com)", true),
        (r"\`<b>`", true),
        (r"\\<b>", true),
        ("`` <b> `", true),
    ] {
        assert_eq!(texts::has_foreign_markup(comment), is_foreign, "{comment}");
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

const HOSTILE: [&str; 37] = [
    "x\"; canary!(); \"x",
    "\"#; canary!(); r#\"",
    "*/ canary!() /*",
    "\n///*\n*/ pub fn canary() {} // x",
    "\n//! */\ncanary!()\n",
    "a\rcanary!()\r",
    "\n```\ncanary!()\n```\n",
    "x\n~~~rust\ncanary!();",
    "\n\n    canary!()\n\n",
    "> \tcanary!()",
    "1.     canary!()",
    "\\",
    "\\\" canary \\",
    "'canary'",
    "'\\''; b'\\",
    "x\0canary",
    "\u{202e}canary\u{2066}",
    "\u{feff}canary\u{e0041}\u{9b}31m",
    "\u{2028}#![canary]\u{2029}",
    "{canary}",
    "#[canary]",
    "\")] canary!(); #[doc(\"",
    "::canary::",
    "<canary>::default()",
    "%22 %0a canary",
    "$crate::canary!()",
    "r#\"canary\"#",
    "r##canary##",
    "b\"\u{e9}\"",
    "0x1_canary.0e+",
    "}} fn canary() {{",
    "x => canary!(), _",
    "macro_rules! canary { () => {} }",
    "a\u{34f}b\u{fe00}c\u{13430}",
    "&#x202e; &lt;script&gt; <script>alert(1)</script>",
    "__a__ [b](javascript:c) ![d](e) | f | <!-- g -->",
    "include!(\"/etc/passwd\") concat!(env!(\"HOME\"))",
];

#[test]
fn hostile_text_anywhere_generates_the_code_of_harmless_text() {
    let texts = texts::texts();
    // Found by the fuzz target: a name of a record.
    texts::judge("inline", "@").unwrap();
    // One text in each place: all combinations take minutes, and the fuzz target `texts` runs them.
    let places: Vec<_> = texts.iter().zip(HOSTILE.iter().cycle().skip(7)).collect();
    let judged = |half: &[(&String, &&str)]| {
        let compiled = |(old, text): &&(&String, &&str)| texts::judge(old, text).unwrap();
        half.iter().filter(compiled).count()
    };
    let (some, others) = places.split_at(places.len() / 2);
    let compiled = thread::scope(|scope| {
        let other = scope.spawn(|| judged(others));
        judged(some) + other.join().unwrap()
    });
    assert!(
        compiled * 4 > places.len() * 3,
        "{compiled} of {} compiled",
        places.len()
    );
}

#[test]
fn what_http_cannot_carry_is_left_out_with_a_warning() {
    // A part's headers are checked like those of the operation, so every third text is enough.
    let names = ["", "a b", "é", "X'Y", "Host"];
    let types = [
        "/`\0",
        "a/b c",
        "a/",
        "a/b, c/d",
        "a/*",
        "a/b; c",
        "a/b;c=\"d\"",
    ];
    for text in HOSTILE.iter().step_by(3).chain(&names).chain(&types) {
        for place in ["X-Header", "X-Part", "image/png"] {
            texts::judge(place, text).unwrap();
        }
    }
}

#[test]
fn the_test_notices_a_foreign_token() {
    let code = "fn a() -> u8 { call(\"text\") }";
    let tokens = |code: &str| texts::tokens(code.parse().unwrap());
    for same in [
        "fn b() -> i8 { other(r#\"a\"#) }",
        "#[doc = \"x\"] fn a() -> u8 { call(\"\") }",
    ] {
        assert_eq!(tokens(code), tokens(same), "{same}");
    }
    for other in [
        "pub fn a() -> u8 { call(\"text\") }",
        "fn a() -> u8 { call(1) }",
        "fn a() -> u8 { call(\"text\"); call(\"x\") }",
    ] {
        assert_ne!(tokens(code), tokens(other), "{other}");
    }
}
