//! Style rules of the repository: short files, and the standard terms of CONTRIBUTING.md ("Words")
//! instead of the retired ones.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Retired words, and the terms that replace them.
const RETIRED: [(&str, &str); 31] = [
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
    ("outgoing", "request"),
    ("way out", "remedy; what to do"),
    ("mend", "correct"),
    ("mended", "corrected"),
    ("slip", "mistake"),
    ("slips", "mistakes"),
    ("lie", "false value"),
    ("lies", "false values"),
    ("liar", "false operation"),
    ("foretold", "announced"),
    ("as it came", "unchanged; upstream"),
    ("as they came", "unchanged; upstream"),
    ("by the letter", "exactly as documented"),
    ("go on", "continue"),
    ("goes on", "continues"),
    ("made up", "generated; invented"),
    ("is told", "gets; is notified"),
    ("no such thing", "not found"),
];

/// Files that name retired words on purpose: this one, the glossary, and old names in the
/// changelog.
const EXEMPT: [&str; 3] = ["tests/words.rs", "CONTRIBUTING.md", "CHANGELOG.md"];

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

/// Returns the files below folders of the repository that have one of these extensions, without
/// built and upstream ones.
fn sources(folders: &[&str], extensions: &[&str]) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut todo: Vec<PathBuf> = folders.iter().map(|f| root.join(f)).collect();
    let mut found = Vec::new();
    while let Some(path) = todo.pop() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_ours = !matches!(&*name, "target" | ".git" | "node_modules");
        if path.is_dir() {
            if !is_ours || path == root.join("spec") {
                continue;
            }
            let entries = fs::read_dir(path).unwrap();
            todo.extend(entries.map(|entry| entry.unwrap().path()));
        } else if path
            .extension()
            .is_some_and(|e| extensions.iter().any(|known| e == *known))
        {
            found.push(path);
        }
    }
    found
}

#[test]
fn retired_words_are_not_used() {
    let mut found = Vec::new();
    let files = sources(&[""], &["rs", "md", "sh", "toml", "yml"]).into_iter();
    for path in files.filter(|path| !EXEMPT.iter().any(|exempt| path.ends_with(exempt))) {
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
    let mut files = sources(
        &["src", "cli/src", "codegen/src", "xtask/src", "sandbox/src"],
        &["rs"],
    );
    files.retain(|path| lines(path) > 300);
    assert!(
        files.is_empty(),
        "split these where a reader would split them: {files:#?}"
    );
}

#[test]
fn no_comment_is_wider_than_100_columns() {
    let mut found = Vec::new();
    for path in sources(&[""], &["rs"]) {
        for (n, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            if line.trim_start().starts_with("//") && line.chars().count() > 100 {
                found.push(format!("{}:{}", path.display(), n + 1));
            }
        }
    }
    assert!(found.is_empty(), "wrap these comments: {found:#?}");
}

#[test]
fn no_code_span_of_a_comment_is_broken_over_two_lines() {
    let mut found = Vec::new();
    for path in sources(&[""], &["rs"]) {
        let mut in_block = false;
        for (n, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            let comment = line.trim_start().strip_prefix("//").unwrap_or_default();
            in_block ^= comment.contains("```");
            if !in_block && comment.matches('`').count() % 2 == 1 && !comment.contains("```") {
                found.push(format!("{}:{}", path.display(), n + 1));
            }
        }
    }
    assert!(found.is_empty(), "keep code on one line: {found:#?}");
}

#[test]
fn a_word_is_found_in_any_form_of_name() {
    assert_eq!(
        words("let oldAnswers: Vec<AnswerKind> = x.a_try()"),
        " let old answers vec answer kind x a try "
    );
}
