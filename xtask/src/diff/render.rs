//! Changes as text for a terminal, Markdown for a pull request, JSON for scripts.

use std::fmt::Write;

use serde_json::json;

use super::{Change, Class};

/// How changes are printed.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Format {
    Text,
    Markdown,
    Json,
}

/// Operations that are named before the rest is a number.
const NAMED: usize = 3;

impl Format {
    /// All of `changes`, and a newline at the end.
    pub fn render(self, changes: &[Change]) -> String {
        let mut out = String::new();
        let of = |class: Class| changes.iter().filter(move |c| c.class == class);
        let count = |class| of(class).count();
        let (breaking, additive, cosmetic) = (
            count(Class::Breaking),
            count(Class::Additive),
            count(Class::Cosmetic),
        );
        if let Self::Json = self {
            let report = json!({ "breaking": breaking, "additive": additive, "cosmetic": cosmetic, "changes": changes });
            return serde_json::to_string_pretty(&report).unwrap_or_default() + "\n";
        }
        if changes.is_empty() {
            return "no difference\n".into();
        }
        for (title, class) in [
            ("breaking", Class::Breaking),
            ("additive", Class::Additive),
            ("cosmetic", Class::Cosmetic),
        ] {
            let n = count(class);
            if n == 0 {
                continue;
            }
            let _ = match self {
                Self::Markdown => writeln!(out, "### {n} {title}\n"),
                _ => writeln!(out, "{n} {title}"),
            };
            for change in of(class) {
                let side = format!("{:?}", change.side).to_lowercase();
                let (place, what, reach) = (&change.place, &change.what, reach(change));
                let _ = match self {
                    Self::Markdown => writeln!(out, "- `{place}` ({side}): {what}{reach}"),
                    _ => writeln!(out, "  {side:<8}  {place}: {what}{reach}"),
                };
            }
            if let Self::Markdown = self {
                out.push('\n');
            }
        }
        out
    }
}

fn reach(change: &Change) -> String {
    let n = change.operations.len();
    let mut names: Vec<&str> = change
        .operations
        .iter()
        .take(NAMED)
        .map(String::as_str)
        .collect();
    if n > NAMED {
        names.push("…");
    }
    match n {
        0 => String::new(),
        1 => format!(" ({})", names.join("")),
        _ => format!(" ({n} operations: {})", names.join(", ")),
    }
}
