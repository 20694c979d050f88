//! Checks the modules of a crate against a table of layers. The crates' own `tests/layers.rs` use
//! it with `#[path]`.
//!
//! A module is a file; it belongs to the row of the table that names it or the folder it is in. A
//! row may import only rows above it. What a folder's `mod.rs` or `lib.rs` re-exports counts as an
//! import of the module it comes from. Tests are left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A module, and the modules that it may import: `("http", &["spec", "state"])`.
pub type Table<'a> = &'a [(&'a str, &'a [&'a str])];

/// Returns the violations of the table, one on each line: modules without a row, rows that import a
/// row below them, imports that no row allows.
pub fn violations(src: &Path, table: Table<'_>) -> Vec<String> {
    let mut out = BTreeSet::new();
    for (at, (module, allowed)) in table.iter().enumerate() {
        for other in *allowed {
            if !table[..at].iter().any(|(above, _)| above == other) {
                out.insert(format!(
                    "table: `{module}` may not import `{other}`, which is not a row above it"
                ));
            }
        }
    }
    let row = |module: &str| {
        let within =
            |r: &&(&str, &[&str])| module == r.0 || module.starts_with(&format!("{}::", r.0));
        table.iter().filter(within).max_by_key(|r| r.0.len())
    };
    for (module, imports) in imports(src) {
        let Some((own, allowed)) = row(&module) else {
            out.insert(format!("{module}: no row of the table"));
            continue;
        };
        for target in imports {
            match row(&target) {
                Some((other, _)) if other != own && !allowed.contains(other) => {
                    out.insert(format!(
                        "{module}: imports {target}, but `{own}` may not import `{other}`"
                    ));
                }
                _ => {}
            }
        }
    }
    out.into_iter().collect()
}

/// Returns the cycles of modules that import each other. A folder's `mod.rs` and the modules below
/// it may.
pub fn circles(src: &Path) -> Vec<Vec<String>> {
    let imports = imports(src);
    let related =
        |a: &str, b: &str| a.starts_with(&format!("{b}::")) || b.starts_with(&format!("{a}::"));
    let reach = |from: &str| {
        let (mut todo, mut seen) = (vec![from.to_owned()], BTreeSet::new());
        while let Some(module) = todo.pop() {
            for target in imports.get(&module).into_iter().flatten() {
                if !related(&module, target) && seen.insert(target.clone()) {
                    todo.push(target.clone());
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&String, BTreeSet<String>> =
        imports.keys().map(|m| (m, reach(m))).collect();
    let circle = |module: &String| -> Vec<String> {
        let others = reached[module].iter();
        others
            .filter(|o| reached.get(o).is_some_and(|r| r.contains(module)))
            .cloned()
            .collect()
    };
    let found: BTreeSet<Vec<String>> = imports.keys().map(circle).collect();
    found.into_iter().filter(|c| !c.is_empty()).collect()
}

/// Returns which modules each module imports. The root, which only re-exports, is left out.
fn imports(src: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut files = Vec::new();
    read(src, &[], &mut files);
    let modules: BTreeSet<Vec<String>> = files.iter().map(|(module, _)| module.clone()).collect();
    let exports: BTreeMap<Vec<String>, Vec<Vec<String>>> = files
        .iter()
        .map(|(module, code)| (module.clone(), paths(code, module, true)))
        .collect();
    let mut out = BTreeMap::new();
    for (module, code) in &files {
        let paths = paths(code, module, false);
        let targets = paths.iter().filter_map(|p| resolve(p, &modules, &exports));
        let targets: BTreeSet<String> = targets
            .filter(|t| t != module)
            .map(|t| t.join("::"))
            .collect();
        if !module.is_empty() {
            out.insert(
                module.join("::"),
                targets.into_iter().filter(|t| !t.is_empty()).collect(),
            );
        }
    }
    out
}

fn read(folder: &Path, module: &[String], out: &mut Vec<(Vec<String>, TokenStream)>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for path in entries.map(|e| e.unwrap().path()) {
        let stem = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let mut inner = module.to_vec();
        if !matches!(stem.as_str(), "mod" | "lib" | "main") || path.is_dir() {
            inner.push(stem);
        }
        if path.is_dir() {
            read(&path, &inner, out);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text
                .parse()
                .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            out.push((inner, code));
        }
    }
}

/// Returns the module of a path: its longest prefix that is a module, or the module from which that
/// one re-exports the next name.
fn resolve(
    path: &[String],
    modules: &BTreeSet<Vec<String>>,
    exports: &BTreeMap<Vec<String>, Vec<Vec<String>>>,
) -> Option<Vec<String>> {
    let mut path = path.to_vec();
    for _ in 0..8 {
        let length = (0..=path.len())
            .rev()
            .find(|n| modules.contains(&path[..*n]))?;
        let (module, rest) = path.split_at(length);
        let name = rest.first();
        let export = name.and_then(|name| {
            let all = exports.get(module)?.iter();
            all.clone()
                .find(|e| e.last() == Some(name) && e.as_slice() != path)
        });
        match export {
            Some(from) => path = from.clone(),
            None => return Some(module.to_vec()),
        }
    }
    None
}

/// Returns all paths of a file that begin with `crate`, `super` or `self`, from the root of the
/// crate; for exports, all names of a `use`.
fn paths(code: &TokenStream, module: &[String], exports: bool) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    scan(code.clone(), module, exports, &mut out);
    out
}

fn scan(code: TokenStream, module: &[String], exports: bool, out: &mut Vec<Vec<String>>) {
    let tokens: Vec<TokenTree> = code.into_iter().collect();
    let word = |at: usize| match tokens.get(at) {
        Some(TokenTree::Ident(word)) => word.to_string(),
        _ => String::new(),
    };
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let group = match token {
            TokenTree::Group(group) => Some(group),
            _ => None,
        };
        if let Some(group) = group {
            // `mod name { … }` is one level deeper; a module of tests does not count.
            let inline = at >= 2 && word(at - 2) == "mod" && group.delimiter() == Delimiter::Brace;
            let test = inline
                && tokens[..at - 2]
                    .iter()
                    .rev()
                    .take(1)
                    .any(|t| t.to_string().contains("test"));
            if !test {
                let mut inner = module.to_vec();
                inner.extend(inline.then(|| word(at - 1)));
                scan(group.stream(), &inner, exports, out);
            }
            at += 1;
            continue;
        }
        let first = word(at);
        let rooted = matches!(first.as_str(), "crate" | "super" | "self");
        let starts = match exports {
            // `pub use high::Face` starts at the module itself.
            true => at > 0 && word(at - 1) == "use",
            // `$crate` in a macro is not an import, because the macro is expanded elsewhere.
            false => {
                let before = at.checked_sub(1).map(|at| tokens[at].to_string());
                rooted && before.as_deref() != Some("$") && !(at >= 2 && colons(&tokens, at - 2))
            }
        };
        if starts && colons(&tokens, at + 1) {
            let mut base = module.to_vec();
            match first.as_str() {
                "crate" => base.clear(),
                "super" => drop(base.pop()),
                "self" => {}
                _ => base.push(first),
            }
            follow(&tokens, at + 3, base, out);
        }
        at += 1;
    }
}

fn colons(tokens: &[TokenTree], at: usize) -> bool {
    let colon =
        |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == ':');
    colon(at) && colon(at + 1)
}

/// Follows a path into the braces of a `use`.
fn follow(tokens: &[TokenTree], at: usize, mut path: Vec<String>, out: &mut Vec<Vec<String>>) {
    match tokens.get(at) {
        Some(TokenTree::Ident(word)) => {
            match word.to_string().as_str() {
                "super" => drop(path.pop()),
                "self" => {}
                name => path.push(name.to_owned()),
            }
            if colons(tokens, at + 1) {
                return follow(tokens, at + 3, path, out);
            }
            out.push(path);
        }
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            let is_comma = |t: &TokenTree| matches!(t, TokenTree::Punct(p) if p.as_char() == ',');
            for part in inner.split(is_comma).filter(|p| !p.is_empty()) {
                follow(part, 0, path.clone(), out);
            }
        }
        _ => out.push(path),
    }
}

#[test]
fn an_import_that_the_table_does_not_allow_is_found_however_it_is_written() {
    let folder = std::env::temp_dir().join(format!(
        "layers-{}-{}",
        env!("CARGO_PKG_NAME"),
        std::process::id()
    ));
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "lib.rs",
        "mod low; mod high; pub use high::Face; pub use high::deep::Near; pub use \
         crate::high::deep::Other;",
    );
    write(
        "low.rs",
        "// crate::high\nconst S: &str = \"crate::high\";\n#[cfg(test)] mod tests { use \
         crate::high; }",
    );
    write(
        "high/mod.rs",
        "mod deep; use super::low::X; pub struct Face;",
    );
    write("high/deep.rs", "use super::Face; pub struct Other;");
    let table: Table<'_> = &[("low", &[]), ("high", &["low"])];
    assert_eq!(violations(&folder, table), [""; 0]);
    assert!(circles(&folder).is_empty());
    let refused = "imports high::deep, but `low` may not import `high`";
    for (code, found) in [
        ("use crate::{high::{deep::Other as O}};", refused),
        ("fn f() { m!(crate::high::deep::g()) }", refused),
        ("mod inner { use super::super::high::deep; }", refused),
        ("use crate::Other;", refused),
        ("use crate::Near;", refused),
    ] {
        write("low.rs", code);
        assert_eq!(
            violations(&folder, table),
            [format!("low: {found}")],
            "{code}"
        );
    }
    write("low.rs", "use crate::high::Face;");
    assert_eq!(circles(&folder), [["high", "low"]]);
    assert_eq!(
        violations(&folder, &[("low", &["high"]), ("high", &["low"])]).len(),
        1
    );
    assert_eq!(violations(&folder, &[("high", &["low"])]).len(), 2);
    fs::remove_dir_all(folder).unwrap();
}
