//! Names of commands. The build script compiles this file too.

use std::collections::BTreeMap;

/// The names that are taken, with the last number that was appended to each.
#[derive(Default)]
pub struct Taken(BTreeMap<String, usize>);

impl Taken {
    /// Takes the first free one of these names, or else the last with a number appended.
    pub fn take<const N: usize>(&mut self, names: [String; N]) -> String {
        let last = names.last().cloned().unwrap_or_default();
        let free = names.into_iter().find(|name| !self.0.contains_key(name));
        let name = free.unwrap_or_else(|| {
            let mut number = self.0.get(&last).copied().unwrap_or(1);
            loop {
                number += 1;
                let name = format!("{last}-{number}");
                if !self.0.contains_key(&name) {
                    self.0.insert(last, number);
                    return name;
                }
            }
        });
        self.0.insert(name.clone(), 1);
        name
    }
}

/// Returns an id without the path and the method that FastAPI appends to each.
pub fn short<'i>(id: &'i str, path: &str, method: &str) -> &'i str {
    let plain = |c: char| if c.is_alphanumeric() { c } else { '_' };
    let end: String = path.chars().map(plain).chain(['_']).collect();
    let short = id
        .strip_suffix(method)
        .and_then(|id| id.strip_suffix(end.as_str()));
    short.filter(|short| !short.is_empty()).unwrap_or(id)
}

/// Returns the name of a command: the id without its area, in kebab-case.
pub fn command(id: &str, area: &str) -> String {
    let whole = kebab(id);
    let prefix = format!("{}-", kebab(area));
    let short = whole.strip_prefix(&prefix).unwrap_or(&whole);
    if short.is_empty() {
        "operation".into()
    } else {
        short.into()
    }
}

/// Returns the words of a name in lower case, joined by hyphens: `list-pets` for `listPets`,
/// `list_pets` and `List pets`.
pub fn kebab(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut lower = false;
    for c in name.chars() {
        if c.is_alphanumeric() {
            if c.is_uppercase() && lower {
                out.push('-');
            }
            out.extend(c.to_lowercase());
            lower = c.is_lowercase() || c.is_numeric();
        } else {
            if !out.is_empty() && !out.ends_with('-') {
                out.push('-');
            }
            lower = false;
        }
    }
    out.trim_end_matches('-').to_owned()
}
