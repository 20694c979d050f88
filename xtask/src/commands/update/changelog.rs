//! The entries of an update in CHANGELOG.md, and the version that follows from them.

use std::{collections::BTreeSet, fmt};

use autopi_codegen::escape::{code, markdown};
use serde::Serialize;

use crate::pipeline::diff::{Change, Class};

const HEADING: &str = "## Unreleased";
const START: &str =
    "<!-- The API, since the last release: `cargo xtask update` rewrites this block. -->";
const END: &str = "<!-- The end of the block. -->";

/// Returns `text` with a line for each change that callers must or may know, at the start of the
/// unreleased section: first what was removed, then what breaks, then what is new. The block of an
/// earlier update is replaced.
pub fn update(text: &str, changes: &[Change]) -> String {
    let mut lines: BTreeSet<(usize, String)> = BTreeSet::new();
    for change in changes.iter().filter(|c| c.class != Class::Cosmetic) {
        let (rank, tag) = match change.class {
            Class::Breaking if change.rule.id().ends_with("-gone") => (0, "BREAKING"),
            Class::Breaking => (1, "BREAKING"),
            Class::Unclassified => (2, "BREAKING"),
            _ => (3, "FEATURE"),
        };
        lines.insert((
            rank,
            format!(
                "- {tag}: the API: {}: {}\n{}",
                change.shown(code),
                markdown(&change.what),
                folded(&change.places)
            ),
        ));
    }
    // If the two sides of a change have different classes, the worse one counts.
    let mut said = BTreeSet::new();
    let entries: String = lines
        .iter()
        .filter(|(_, l)| said.insert(l.split_once(": ").map_or("", |(_, rest)| rest).to_owned()))
        .map(|(_, l)| l.as_str())
        .collect();
    let rest = without_block(text);
    if entries.is_empty() {
        return rest;
    }
    let block = format!("{START}\n\n{entries}\n{END}\n");
    match rest.split_once(HEADING) {
        Some((before, after)) => format!(
            "{before}{HEADING}\n\n{block}\n{}",
            after.trim_start_matches('\n')
        ),
        None => format!("{}\n\n{HEADING}\n\n{block}", rest.trim_end()),
    }
}

/// Returns a list that is folded where Markdown is shown: each of many places that changed alike.
fn folded(places: &BTreeSet<String>) -> String {
    if places.is_empty() {
        return String::new();
    }
    let all: Vec<String> = places.iter().map(|place| code(place)).collect();
    let all = all.join(", ");
    format!(
        "\n  <details><summary>all {}</summary>\n\n  {all}\n\n  </details>\n\n",
        places.len()
    )
}

/// Returns whether the unreleased section has the block of an earlier update.
pub fn has_block(text: &str) -> bool {
    block(text).is_some()
}

fn without_block(text: &str) -> String {
    match block(text) {
        Some((before, after)) => {
            let after = after.trim_start_matches('\n');
            let gap = if after.is_empty() { "\n" } else { "\n\n" };
            format!("{}{gap}{after}", before.trim_end())
        }
        None => text.to_owned(),
    }
}

/// Returns the text before and after the block in the unreleased section.
fn block(text: &str) -> Option<(&str, &str)> {
    let heading = text.find(HEADING)?;
    let section = &text[heading + HEADING.len()..];
    let section = section.find("\n## ").map_or(section, |end| &section[..end]);
    let start = heading + HEADING.len() + section.find(START)?;
    let end = start + text[start..].find(END)? + END.len();
    Some((&text[..start], &text[end..]))
}

/// The version of the crate that follows from changes.
#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Next {
    pub current: String,
    pub next: String,
    /// The number of breaking or unclassified changes.
    pub breaking: usize,
    pub additive: usize,
}

/// Writes `0.1.0 → 0.2.0: 4 breaking`.
impl fmt::Display for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} → {}: ", self.current, self.next)?;
        match self.breaking {
            0 => write!(f, "{} additive", self.additive),
            n => write!(f, "{n} breaking"),
        }
    }
}

/// Returns the version that follows from `changes`, if the manifest has a version.
pub fn version(manifest: &str, changes: &[Change]) -> Option<Next> {
    let manifest: toml_edit::DocumentMut = manifest.parse().ok()?;
    let of = |package: &toml_edit::Item| package.get("version")?.as_str().map(str::to_owned);
    let workspace = || of(manifest.get("workspace")?.get("package")?);
    let current = manifest.get("package").and_then(of).or_else(workspace)?;
    let parts: Vec<u64> = current
        .split(['-', '+'])
        .next()?
        .split('.')
        .map(|p| p.parse().ok())
        .collect::<Option<_>>()?;
    let [major, minor, patch] = parts.as_slice() else {
        return None;
    };
    let count = |classes: &[Class]| {
        changes
            .iter()
            .filter(|c| classes.contains(&c.class))
            .count()
    };
    let (breaking, additive) = (
        count(&[Class::Breaking, Class::Unclassified]),
        count(&[Class::Additive]),
    );
    let next = match (breaking, additive, major) {
        (0, 0, _) => return None,
        (0, _, 0) => format!("0.{minor}.{}", patch + 1),
        (0, ..) => format!("{major}.{}.0", minor + 1),
        (_, _, 0) => format!("0.{}.0", minor + 1),
        _ => format!("{}.0.0", major + 1),
    };
    Some(Next {
        current,
        next,
        breaking,
        additive,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::diff::{Documents, compare};
    use serde_json::json;

    fn changes(additive: bool) -> Vec<Change> {
        let get = json!({ "operationId": "a", "responses": { "200": { "description": "" } } });
        let doc = |ops: serde_json::Value| json!({ "openapi": "3.0.3", "info": {}, "paths": { "/a/": ops } });
        let (one, two) = (
            doc(json!({ "get": get })),
            doc(json!({ "get": get, "put": { "responses": {} } })),
        );
        let documents = |upstream| Documents {
            upstream,
            doc: &serde_json::Value::Null,
        };
        let (old, new) = if additive { (&one, &two) } else { (&two, &one) };
        compare(documents(old), documents(new)).unwrap()
    }

    #[test]
    fn the_next_version_follows_from_the_changes() {
        let manifest = |v: &str| {
            format!("[workspace.package]\nversion = \"{v}\"\n[package]\nversion.workspace = true\n")
        };
        for (now, additive, said) in [
            ("0.1.0", false, "0.1.0 → 0.2.0: 1 breaking"),
            ("0.1.0", true, "0.1.0 → 0.1.1: 1 additive"),
            ("1.2.3", false, "1.2.3 → 2.0.0: 1 breaking"),
            ("1.2.3", true, "1.2.3 → 1.3.0: 1 additive"),
        ] {
            assert_eq!(
                version(&manifest(now), &changes(additive))
                    .unwrap()
                    .to_string(),
                said
            );
        }
        assert!(version(&manifest("0.1.0"), &[]).is_none());
    }

    #[test]
    fn an_update_rewrites_its_own_lines_and_no_other() {
        let mine =
            "# Changelog\n\n## Unreleased\n\n- FEATURE: mine.\n\n## 0.1.0\n\n- FEATURE: old.\n";
        let first = update(mine, &changes(false));
        assert!(
            first.contains("- BREAKING: the API: `PUT /a/`: is gone\n") && has_block(&first),
            "{first}"
        );
        let second = update(&first, &changes(true));
        assert!(
            second.contains("- FEATURE: the API: `PUT /a/`: is new\n")
                && !second.contains("BREAKING"),
            "{second}"
        );
        assert_eq!(update(&second, &[]), mine);
        // A released block is not changed.
        let released = first.replace("## Unreleased", "## Unreleased\n\n## 0.2.0");
        assert!(!has_block(&released));
        assert!(update(&released, &changes(true)).contains("is gone"));
    }
}
