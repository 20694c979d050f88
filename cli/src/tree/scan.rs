//! Scans the arguments before the tree is built: for the area, the operation and the document.

use std::{ffi::OsString, path::PathBuf};

use crate::{Failure, Result, index::Index, output::Format};

use super::global::{VALUED, VALUED_SHORT};

/// What the arguments say before they are parsed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// The first word that is not an option.
    pub first: Option<String>,
    /// The second word that is not an option.
    pub second: Option<String>,
    /// `--spec`.
    pub spec: Option<PathBuf>,
    /// `--profile`.
    pub profile: Option<String>,
    /// Whether errors are JSON too: with `-o json` or `-o ndjson`, or if AUTOPI_OUTPUT says so.
    pub for_programs: bool,
    /// Words such as `-limit` or `—limit`, which may be meant as options, each with the word before
    /// it.
    pub odd: Vec<(String, String)>,
}

/// Dashes that other programs put in place of hyphens.
const DASHES: [char; 4] = ['-', '\u{2013}', '\u{2014}', '\u{2212}'];

/// Scans the arguments after the name of the program.
pub fn scan(arguments: &[OsString]) -> Said {
    let is_for_programs = |format: &str| matches!(format, "json" | "ndjson");
    let mut said = Said {
        for_programs: std::env::var("AUTOPI_OUTPUT").is_ok_and(|usual| is_for_programs(&usual)),
        ..Said::default()
    };
    let texts: Vec<String> = arguments
        .iter()
        .skip(1)
        .map(|a| a.to_string_lossy().into_owned())
        .collect();
    let mut rest = texts.iter();
    let mut before = String::new();
    while let Some(text) = rest.next() {
        if text == "--" {
            break;
        }
        if text.starts_with(DASHES) && !text.starts_with("--") {
            said.odd.push((text.clone(), before));
        }
        before = text.clone();
        let Some(option) = text.strip_prefix('-').filter(|o| !o.is_empty()) else {
            let place = if said.first.is_none() {
                &mut said.first
            } else {
                &mut said.second
            };
            place.get_or_insert_with(|| text.clone());
            continue;
        };
        let (name, value) = match option.strip_prefix('-') {
            Some(long) => match long.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None if VALUED.contains(&long) => (long, rest.next().cloned()),
                None => (long, None),
            },
            None => short(option, || rest.next().cloned()),
        };
        match (name, value) {
            ("spec", Some(value)) => said.spec = Some(value.into()),
            ("profile", value @ Some(_)) => said.profile = value,
            // A file changes nothing about errors.
            ("output" | "o", Some(value)) if Format::of_name(&value).is_some() => {
                said.for_programs = is_for_programs(&value);
            }
            _ => {}
        }
    }
    said
}

/// Returns the last of several short options, which may have a value: `-yo json`, `-ojson`,
/// `-o=json`.
fn short(option: &str, next: impl FnOnce() -> Option<String>) -> (&str, Option<String>) {
    let valued = option
        .char_indices()
        .find(|(_, c)| VALUED_SHORT.contains(c));
    match valued {
        Some((at, c)) => {
            let (name, value) = option.split_at(at + c.len_utf8());
            let value = value.strip_prefix('=').unwrap_or(value);
            let value = if value.is_empty() {
                next()
            } else {
                Some(value.to_owned())
            };
            (name.get(at..).unwrap_or_default(), value)
        }
        None => (option, None),
    }
}

/// Returns the name of the option that a word with one hyphen, or a dash, may be meant as.
pub fn meant(word: &str) -> Option<&str> {
    let name = word.trim_start_matches(DASHES).split('=').next()?;
    Some(name).filter(|name| name.chars().count() > 1)
}

impl Said {
    /// Returns the index of the document: that of `--spec`, or else that of the profile, or else
    /// the embedded one.
    ///
    /// # Errors
    /// Returns an error if the document cannot be read.
    pub fn index(&self) -> Result<&'static Index> {
        if let Some(path) = &self.spec {
            return match path.as_os_str().is_empty() {
                true => Err(Failure::usage("--spec: the name of the file is missing")),
                false => Index::of_file(path),
            };
        }
        match crate::credentials::spec(self.profile.as_deref()) {
            Some(path) => Index::of_file(&path)
                .map_err(|e| e.hint("it is the `spec` of the profile; --spec names another")),
            None => Index::embedded(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Said {
        let words = std::iter::once("autopi").chain(line.split(' '));
        scan(&words.map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn words_are_found_behind_options_and_their_values() {
        for text in [
            "dongle devices-list",
            "--profile p dongle -o json devices-list",
            "-ojson --all dongle --columns=a devices-list extra",
            "-yo json dongle devices-list",
            "-vyojson dongle devices-list",
            "--limit 3 --yes dongle --sort a devices-list -- x",
        ] {
            let said = of(text);
            assert_eq!(
                (said.first.as_deref(), said.second.as_deref()),
                (Some("dongle"), Some("devices-list")),
                "{text}"
            );
        }
        let said = of("--spec=a.json -o=ndjson api");
        assert_eq!(
            (said.spec, said.for_programs),
            (Some("a.json".into()), true)
        );
        assert!(!of("-o table api").for_programs);
    }
}
