//! The field's words (CONTRIBUTING.md, "Words"): those that were given up stay out of the code.

use std::{fs, path::Path};

/// Words in any form that were given up, and what is said in their place.
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

/// The words of a line, those of names too: `old_answers`, `AnswerKind`.
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

fn search(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("words.rs") {
            let text = fs::read_to_string(&path).unwrap();
            for (n, line) in text.lines().enumerate() {
                let words = words(line);
                for (word, instead) in RETIRED {
                    if words.contains(&format!(" {word} ")) {
                        found.push(format!(
                            "{}:{}: `{word}` ({instead})",
                            path.display(),
                            n + 1
                        ));
                    }
                }
            }
        }
    }
}

#[test]
fn words_that_were_given_up_are_not_used() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in [
        "src",
        "tests",
        "benches",
        "conformance",
        "examples",
        "lab",
        "sandbox",
        "wire",
    ] {
        search(&root.join(folder), &mut found);
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_word_is_found_in_any_form_of_name() {
    assert_eq!(
        words("let oldAnswers: Vec<AnswerKind> = x.a_try()"),
        " let old answers vec answer kind x a try "
    );
}
