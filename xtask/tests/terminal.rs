//! The output of the commands for a hostile document has no terminal escapes and nothing invisible.

use std::{fs, path::Path, process::Command};

use autopi_codegen::escape::lines;
use serde_json::Value;
use xtask::{
    commands::update::changelog,
    pipeline::{diff::compare, normalize},
};

/// A text in JSON that clears the screen, changes the writing direction, overwrites the line; with
/// NUL, zero width, a C1 control, a line feed and code.
const HOSTILE: &str = r"\u001b[2J\u202e\u2066\r\u0000\u200b\u009b31m\n`x` ";

/// A document with the text `A` in each possible place, and another text `B`.
const DOCUMENT: &str = r##"{"swagger": "2.0", "info": {"title": "A", "version": "A"}, "paths": {"/things/": {
    "get": {"operationId": "things_A", "tags": ["tag A"], "summary": "A", "description": "A", "parameters": [
        {"name": "q A", "in": "query", "type": "string", "enum": ["A", "x"], "description": "A", "pattern": "[A"},
        {"name": "B", "in": "query", "type": "array", "items": {"type": "string", "pattern": "(?<A>"}, "collectionFormat": "A"}
    ], "responses": {"200": {"description": "A", "schema": {"$ref": "#/definitions/Thing"}}}}}},
    "definitions": {"Thing": {"type": "object", "title": "A", "x-A": "A", "properties": {
        "A": {"type": "string", "default": "A", "format": "A"}, "B": {"type": "object"}, "B free": {},
        "other": {"$ref": "#/definitions/A"}}},
    "A": {"type": "object", "properties": {"A": {"type": "string", "enum": ["A", "B"]}, "B": {}}}}}"##;

/// Returns both streams, and whether the command succeeded.
fn xtask(folder: &Path, arguments: &[&str]) -> (String, bool) {
    let run = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = [run.stdout, run.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (text.concat(), run.status.success())
}

#[test]
fn no_text_of_a_document_reaches_a_terminal_unescaped() {
    let folder = tempfile::tempdir().unwrap();
    let with = |a: &str, b: &str| {
        DOCUMENT
            .replace('A', &format!("a{a}"))
            .replace('B', &format!("b{b}"))
    };
    let broken = DOCUMENT.replace("#/definitions/A", "#/definitions/none A");
    for (name, text) in [
        ("old.json", with("", "")),
        ("hostile.json", with(HOSTILE, HOSTILE)),
        ("other.json", with(HOSTILE, &format!("{HOSTILE}2"))),
        ("broken.json", broken.replace('A', HOSTILE)),
        (
            "path.json",
            with("", "").replace("/things/", &format!("/{HOSTILE}/")),
        ),
        ("version.json", format!(r#"{{"swagger": "{HOSTILE}"}}"#)),
        ("cut.json", with(HOSTILE, "")[..400].to_owned()),
        (
            "raw.json",
            "{\"a\u{1b}[2J\u{202e}\": \u{1b}[2J\u{9b}\r".to_owned(),
        ),
        ("raw.yaml", "a\u{202e}: *b\u{2066}\n".to_owned()),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    for (arguments, works) in [
        (
            &["normalize", "--from", "hostile.json", "--out", "-"][..],
            true,
        ),
        (
            &["normalize", "--from", "hostile.json", "--out", "out.json"],
            true,
        ),
        (&["diff", "old.json", "hostile.json"], true),
        (&["diff", "hostile.json", "other.json"], true),
        (
            &["diff", "hostile.json", "other.json", "--format", "markdown"],
            true,
        ),
        (
            &["diff", "hostile.json", "other.json", "--format", "json"],
            true,
        ),
        (&["coverage", "--from", "hostile.json"], true),
        (
            &["coverage", "--from", "hostile.json", "--format", "json"],
            true,
        ),
        // There is drift.
        (
            &["check", "--from", "hostile.json", "--format", "json"],
            false,
        ),
        // A reference to nothing.
        (&["normalize", "--from", "broken.json", "--out", "-"], true),
        (&["normalize", "--from", "path.json", "--out", "-"], false),
        (
            &["normalize", "--from", "version.json", "--out", "-"],
            false,
        ),
        (&["normalize", "--from", "cut.json", "--out", "-"], false),
        (&["normalize", "--from", "raw.json", "--out", "-"], false),
        (&["normalize", "--from", "raw.yaml", "--out", "-"], false),
        (
            &[
                "normalize",
                "--from",
                "no\u{1b}[2J\u{202e}.json",
                "--out",
                "-",
            ],
            false,
        ),
    ] {
        let (text, worked) = xtask(folder.path(), arguments);
        assert_eq!(worked, works, "{arguments:?}: {text}");
        assert_eq!(lines(&text), text, "{arguments:?}");
        // The escaped text is in the output where it belongs.
        let says = !matches!(
            arguments,
            ["coverage", _, _] | [_, _, "cut.json" | "raw.json" | "raw.yaml", ..]
        );
        assert_eq!(text.contains("202e"), says, "{arguments:?}: {text}");
        if arguments.ends_with(&["json"]) {
            serde_json::from_str::<Value>(&text).unwrap();
        }
    }
}

#[test]
fn no_text_of_a_document_is_markup_in_the_changelog() {
    let document = |name: &str| {
        let text = serde_json::json!({
            "swagger": "2.0", "info": { "title": "t", "version": "1" }, "host": "h",
            "paths": { "/a/": { "get": { "operationId": "a_list", "parameters": [
                { "name": name, "in": "query", "type": "string" },
            ], "responses": { "200": { "description": "", "schema": { "type": "string" } } } } } },
        });
        normalize(&text.to_string(), None).unwrap()
    };
    let old = document("a`\n## b\u{202e}<b>\u{1b}[2J [d](e)");
    let changes = compare((&old).into(), (&document("plain")).into()).unwrap();
    let text = changelog::update("## Unreleased\n", &changes);
    assert_eq!(text.matches("\n## ").count(), 0, "{text}");
    assert!(
        !text.contains(['\u{202e}', '\u{1b}']) && text.contains("202e"),
        "{text}"
    );
    let lines: Vec<&str> = text.lines().filter(|l| l.starts_with("- ")).collect();
    assert!(lines.len() > 1);
    for markup in ["<b", "[d]"] {
        let bare = |l: &&str| l.replace(r"\<", "").replace(r"\[", "").contains(markup);
        assert!(!lines.iter().any(bare), "{text}");
    }
}
