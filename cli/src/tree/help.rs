//! Texts of the help.

use std::fmt::Write;

use clap::builder::StyledStr;
use unicode_width::UnicodeWidthStr;

use super::{area_name, everyday, summary};
use crate::{
    index::{Entry, Index},
    output::line,
};

/// Returns one line about an operation.
pub fn about(entry: &Entry) -> String {
    match entry.summary {
        "" => format!("{} {}", entry.method, line(entry.path)),
        text => line(text),
    }
}

/// Returns a text on one line.
pub fn sentence(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line(&text)
}

/// The variables, in the order in which a credential is looked for.
const ENVIRONMENT: [(&str, &str); 6] = [
    (
        "AUTOPI_API_TOKEN",
        "The credential, unless --profile is given; or AUTOPI_JWT, or AUTOPI_EMAIL and \
         AUTOPI_PASSWORD. An empty variable is the same as none",
    ),
    ("AUTOPI_PROFILE", "The profile, if there is none of these"),
    ("AUTOPI_BASE_URL", "The host, unless --base-url is given"),
    ("AUTOPI_OUTPUT", "The format, unless -o is given"),
    (
        "AUTOPI_SANDBOX_SINCE",
        "The day at which the data of --sandbox begins, instead of yesterday: 2026-01-01",
    ),
    ("NO_COLOR", "No colours"),
];

/// Returns the first page of the help: everyday commands, then areas.
pub fn root(index: &Index) -> StyledStr {
    let mut text = "{about}\n\n{usage-heading} {usage}\n\nCommands:\n".to_owned();
    let width = width();
    for command in everyday::commands() {
        let about = command
            .get_about()
            .map(ToString::to_string)
            .unwrap_or_default();
        text.push_str(&listed(command.get_name(), &about, width));
    }
    let _ = writeln!(
        text,
        "\nAreas of the API ({} {}):",
        escaped(index.title),
        escaped(index.version)
    );
    for area in &index.areas {
        text.push_str(&listed(
            &escaped(&area_name(area)),
            &escaped(&summary(area)),
            width,
        ));
    }
    text.push_str("\n{options}\n\nEnvironment:\n");
    for (name, about) in ENVIRONMENT {
        text.push_str(&listed(&format!("{name:<16}"), about, width));
    }
    text.push_str(
        "\n`autopi AREA` lists its operations,\n`autopi search WORD` finds one,\n`autopi AREA \
         OPERATION --help` shows its options.",
    );
    text.into()
}

/// Returns the width of the help: that of the terminal, or of COLUMNS; at most 100.
pub fn width() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let size = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    said.or_else(size).unwrap_or(100).clamp(1, 100)
}

/// Returns the lines of a command and what it does; below its name where there is little room.
fn listed(name: &str, about: &str, width: usize) -> String {
    let is_narrow = width < 50;
    let indent = if is_narrow { 6 } else { 17 };
    let mut text = format!("  {name:<14}");
    let mut column = text.width();
    for (i, word) in about.split(' ').enumerate() {
        let starts = i == 0 && is_narrow;
        if starts || (column > indent && column + 1 + word.width() > width) {
            let _ = write!(text, "\n{}{word}", " ".repeat(indent));
            column = indent + word.width();
        } else {
            let _ = write!(text, " {word}");
            column += 1 + word.width();
        }
    }
    text + "\n"
}

/// Escapes a text so that nothing in it is read as a tag of the template.
fn escaped(text: &str) -> String {
    line(text).replace(['{', '}'], "")
}
