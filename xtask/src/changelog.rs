//! The entries that an update leaves in CHANGELOG.md.

use std::collections::BTreeSet;

use crate::diff::{Change, Class};

const HEADING: &str = "## Unreleased";
/// Lines of one class before the rest is a number.
const LINES: usize = 12;

/// `text` with a line for each change that callers must or may know, at the head of what is unreleased.
pub fn update(text: &str, changes: &[Change]) -> String {
    let mut entries = String::new();
    for (tag, class) in [("BREAKING", Class::Breaking), ("FEATURE", Class::Additive)] {
        // A change that both sides see is one line.
        let of: BTreeSet<(&str, &str)> = changes
            .iter()
            .filter(|c| c.class == class)
            .map(|c| (c.place.as_str(), c.what.as_str()))
            .collect();
        for (place, what) in of.iter().take(LINES) {
            entries.push_str(&format!("- {tag}: the API: `{place}`: {what}\n"));
        }
        if of.len() > LINES {
            entries
                .push_str(&format!("- {tag}: the API: {} more; `cargo xtask diff` of the two `spec/upstream.json` lists them\n", of.len() - LINES));
        }
    }
    if entries.is_empty() {
        return text.to_owned();
    }
    match text.split_once(HEADING) {
        Some((before, after)) => format!(
            "{before}{HEADING}\n\n{entries}{}",
            after.trim_start_matches('\n')
        ),
        None => format!("{}\n\n{HEADING}\n\n{entries}", text.trim_end()),
    }
}
