//! Renders changes as text for a terminal, as Markdown for a pull request, and as JSON for scripts.

use std::fmt::Write;

use autopi_codegen::escape::{code, json, line, markdown};

use serde::Serialize;

use super::{Change, Class};

/// The format of changes.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Format {
    Text,
    Markdown,
    Json,
}

/// The output of `diff --format json`, and a part of that of `check`: the number of changes in each
/// class, and all changes.
#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Counted<'a> {
    breaking: usize,
    unclassified: usize,
    additive: usize,
    cosmetic: usize,
    changes: &'a [Change],
}

impl<'a> Counted<'a> {
    /// Counts `changes`.
    pub fn of(changes: &'a [Change]) -> Self {
        let count = |class| changes.iter().filter(|c| c.class == class).count();
        Self {
            breaking: count(Class::Breaking),
            unclassified: count(Class::Unclassified),
            additive: count(Class::Additive),
            cosmetic: count(Class::Cosmetic),
            changes,
        }
    }
}

/// How many operations or Rust items are named; the others are only counted.
const NAMED: usize = 3;
/// How many things to change are all listed.
const ADVICE: usize = 12;

impl Format {
    /// Returns all changes, with a newline at the end.
    pub fn render(self, changes: &[Change]) -> String {
        let mut out = String::new();
        let of = |class: Class| changes.iter().filter(move |c| c.class == class);
        if let Self::Json = self {
            let text = serde_json::to_string_pretty(&Counted::of(changes)).unwrap_or_default();
            return json(&text).into_owned() + "\n";
        }
        if changes.is_empty() {
            return "no difference\n".into();
        }
        for class in Class::ALL {
            let n = of(class).count();
            if n == 0 {
                continue;
            }
            let _ = match self {
                Self::Markdown => writeln!(out, "### {n} {}\n", class.name()),
                _ => writeln!(out, "{n} {}", class.name()),
            };
            for change in of(class) {
                let side = format!("{:?}", change.side).to_lowercase();
                let (what, reach, means) = (line(&change.what), reach(change), means(change));
                let _ = match self {
                    Self::Markdown => writeln!(
                        out,
                        "- {} ({side}): {}{}",
                        change.shown(code),
                        markdown(&format!("{what}{reach}")),
                        means
                            .map(|m| format!("\n  {}", markdown(&m)))
                            .unwrap_or_default()
                    ),
                    _ => writeln!(
                        out,
                        "  {side:<8}  {}: {what}{reach}{}",
                        change.shown(|place| line(place).into_owned()),
                        means
                            .map(|m| format!("\n            {m}"))
                            .unwrap_or_default()
                    ),
                };
            }
            if let Self::Markdown = self {
                out.push('\n');
            }
        }
        out
    }
}

/// Returns the effect of a change on the wire and on the Rust API, and what to change; `None` for
/// texts.
fn means(change: &Change) -> Option<String> {
    if change.class == Class::Cosmetic {
        return None;
    }
    let name = |class: Option<Class>| class.map_or("none", Class::name);
    let mut out = format!("wire: {}, Rust: {}", name(change.wire), name(change.rust));
    // Items that the advice names are not repeated.
    let named = |item: &&String| {
        change
            .advice
            .iter()
            .all(|a| !a.contains(&format!("`{item}`")))
    };
    let items: Vec<String> = change
        .items
        .iter()
        .filter(named)
        .map(|i| format!("`{i}`"))
        .collect();
    if !items.is_empty() {
        let _ = write!(out, "; {}", listed(&items));
    }
    let shown = match change.advice.len() {
        n if n > ADVICE => NAMED,
        n => n,
    };
    for advice in change.advice.iter().take(shown) {
        let _ = write!(out, "; {advice}");
    }
    if shown < change.advice.len() {
        let _ = write!(out, "; … ({} more)", change.advice.len() - shown);
    }
    Some(line(&out).into_owned())
}

fn listed(names: &[String]) -> String {
    let mut out = names
        .iter()
        .take(NAMED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > NAMED {
        let _ = write!(out, ", … ({} more)", names.len() - NAMED);
    }
    out
}

/// Returns the operations that a change reaches, without the one that its place names; or the
/// places that changed alike.
fn reach(change: &Change) -> String {
    if !change.places.is_empty() {
        let places: Vec<String> = change.places.iter().map(|p| line(p).into_owned()).collect();
        return format!(" ({})", listed(&places));
    }
    let named = |o: &&String| **o != change.place;
    let id = |o: &str| match o.strip_prefix(change.place.as_str()) {
        // For the operation itself, only the operationId is left to name.
        Some(rest) if !change.place.is_empty() && rest.starts_with(" (") => {
            rest.trim_matches([' ', '(', ')']).to_owned()
        }
        _ => o.to_owned(),
    };
    let names: Vec<String> = change
        .operations
        .iter()
        .filter(named)
        .map(|o| line(&id(o)).into_owned())
        .collect();
    match names.len() {
        0 => String::new(),
        1 => format!(" ({})", names.join("")),
        n => {
            let mut shown: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
            shown.extend((n > NAMED).then_some("…"));
            format!(" ({n} operations: {})", shown.join(", "))
        }
    }
}
