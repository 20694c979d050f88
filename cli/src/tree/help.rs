//! Texts of the help.

use std::fmt::Write;

use clap::builder::StyledStr;

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

/// Returns the first page of the help: everyday commands, then areas.
pub fn root(index: &Index) -> StyledStr {
    let mut text = "{about}\n\n{usage-heading} {usage}\n\nCommands:\n".to_owned();
    for command in everyday::commands() {
        let about = command
            .get_about()
            .map(ToString::to_string)
            .unwrap_or_default();
        let _ = writeln!(text, "  {:<14} {about}", command.get_name());
    }
    let _ = writeln!(
        text,
        "\nAreas of the API ({} {}):",
        escaped(index.title),
        escaped(index.version)
    );
    for area in &index.areas {
        let _ = writeln!(
            text,
            "  {:<14} {}",
            escaped(&area_name(area)),
            escaped(&summary(area))
        );
    }
    text.push_str("\n{options}\n\n`autopi AREA` lists its operations, `autopi search WORD` finds one, `autopi AREA OPERATION --help` shows what it takes.");
    text.into()
}

/// Escapes a text so that nothing in it is read as a tag of the template.
fn escaped(text: &str) -> String {
    line(text).replace(['{', '}'], "")
}
