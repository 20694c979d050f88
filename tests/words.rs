//! Style rules of the repository: short files, and the standard terms of CONTRIBUTING.md ("Words") instead of the retired ones.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Retired words, and the terms that replace them.
const RETIRED: [(&str, &str); 13] = [
    ("answer", "response"),
    ("answers", "responses"),
    ("answered", "responded"),
    ("answering", "responding"),
    ("tries", "attempts"),
    ("tried", "sent, made; retried"),
    ("a try", "an attempt"),
    ("each try", "each attempt"),
    ("every try", "every attempt"),
    ("try again", "retry; another attempt"),
    ("time out", "timeout"),
    ("time outs", "timeouts"),
    ("patience", "timeout"),
];

/// Returns the words of a line, also those inside names: `old_answers`, `AnswerKind`.
fn words(line: &str) -> String {
    let mut out = String::from(" ");
    let mut before = ' ';
    for c in line.chars() {
        if c.is_uppercase() && before.is_lowercase() {
            out.push(' ');
        }
        out.extend(c.to_lowercase());
        before = c;
    }
    let parts: Vec<_> = out.split(|c: char| !c.is_alphanumeric()).collect();
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!(" {} ", parts.join(" "))
}

/// The Rust files below folders of the repository.
fn sources(folders: &[&str]) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut todo: Vec<PathBuf> = folders.iter().map(|f| root.join(f)).collect();
    let mut found = Vec::new();
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(
                fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn retired_words_are_not_used() {
    let mut found = Vec::new();
    let folders = [
        "src",
        "tests",
        "benches",
        "cli",
        "codegen",
        "conformance",
        "examples",
        "lab",
        "sandbox",
        "wire",
        "xtask",
    ];
    let files = sources(&folders).into_iter();
    for path in files.filter(|path| !path.ends_with("words.rs")) {
        let text = fs::read_to_string(&path).unwrap();
        for (n, line) in text.lines().enumerate() {
            let words = words(line);
            for (word, instead) in RETIRED {
                if words.contains(&format!(" {word} ")) {
                    let place = format!("{}:{}", path.display(), n + 1);
                    found.push(format!("{place}: `{word}` ({instead})"));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_file_has_more_than_300_lines() {
    let lines = |path: &PathBuf| fs::read_to_string(path).unwrap().lines().count();
    let mut files = sources(&["src", "cli/src", "codegen/src", "xtask/src", "sandbox/src"]);
    files.retain(|path| lines(path) > 300);
    assert!(
        files.is_empty(),
        "split these where a reader would split them: {files:#?}"
    );
}

#[test]
fn a_word_is_found_in_any_form_of_name() {
    assert_eq!(
        words("let oldAnswers: Vec<AnswerKind> = x.a_try()"),
        " let old answers vec answer kind x a try "
    );
}
