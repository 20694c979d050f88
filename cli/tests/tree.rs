//! The tree of commands.

use std::fmt::Write;

use autopi_cli::{index::Index, tree};

/// All commands with the ids of their operations: nothing disappears unnoticed.
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

/// clap's own checks of a tree: no option twice, no name of two commands.
#[test]
fn the_whole_tree_is_sound() {
    tree::whole(Index::embedded().unwrap()).debug_assert();
}
