//! The tree of commands.

use std::fmt::Write;

use autopi_cli::{index::Index, tree};

/// All commands with the ids of their operations, so that no change goes unnoticed.
#[test]
fn the_tree_of_commands() {
    let index = Index::embedded().unwrap();
    let mut text = String::new();
    for name in tree::EVERYDAY {
        let _ = writeln!(text, "{name}");
    }
    for area in &index.areas {
        for entry in &area.entries {
            let operation = index.operation(entry).unwrap();
            let flags: Vec<_> = operation
                .parameters
                .iter()
                .map(|p| format!("--{}", p.flag))
                .collect();
            let body = operation
                .body
                .as_ref()
                .map_or_else(String::new, |b| format!(" {:?}", b.kind));
            let _ = writeln!(
                text,
                "{} {}  {} {} {} {:?}{body}",
                tree::area_name(area),
                entry.command,
                entry.id,
                entry.method,
                flags.join(" "),
                operation.response
            );
        }
    }
    insta::assert_snapshot!(text);
}

/// clap's own checks of a tree: no duplicate options or names.
#[test]
fn the_whole_tree_is_valid_for_clap() {
    tree::whole(Index::embedded().unwrap()).debug_assert();
}

/// docs/cli.md lists the features of the package, and marks the default ones as on.
#[test]
fn the_features_of_the_guide_are_those_of_the_package() {
    let read = |file: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        std::fs::read_to_string(path).unwrap()
    };
    let manifest: toml_edit::DocumentMut = read("Cargo.toml").parse().unwrap();
    let features = manifest["features"].as_table().unwrap();
    let usual = features["default"].as_array().unwrap();
    let is_on = |name: &str| usual.iter().any(|f| f.as_str() == Some(name));
    let guide = read("../docs/cli.md");
    let (_, table) = guide
        .split_once("| feature | what | |\n| --- | --- | --- |\n")
        .unwrap();
    let rows: Vec<&str> = table.lines().take_while(|l| l.starts_with('|')).collect();
    let names = features.iter().map(|(name, _)| name);
    let names: Vec<&str> = names.filter(|n| *n != "default").collect();
    for name in &names {
        let end = match is_on(name) {
            true => "| on |".to_owned(),
            false => format!("| `--features {name}` |"),
        };
        let fits = |row: &&&str| row.starts_with(&format!("| `{name}` |")) && row.ends_with(&end);
        assert_eq!(rows.iter().filter(fits).count(), 1, "{name}: {rows:?}");
    }
    assert_eq!(rows.len(), names.len());
}
