//! The tree of commands: the everyday ones, and one for each area with its operations. Options are
//! only built for the operation that the arguments name.

mod everyday;
mod example;
mod failure;
mod global;
mod help;
mod members;
mod operation;
mod sample;
mod scan;

use clap::Command;

use crate::{
    index::{Area, Entry, Index},
    output::line,
};

pub use everyday::{EVERYDAY, has_data, no_choice};
pub use failure::{check_hyphens, failure, is_habit, is_incomplete, is_unknown};
pub use global::GLOBAL;
pub use operation::{options, positional, values, with_options};
pub use scan::{Said, scan};

/// Returns the tree for these arguments.
pub fn command(index: &Index, said: &Said) -> Command {
    let mut root = root(index);
    if let Some((area, entry)) = said.first.as_deref().and_then(|id| by_id(index, id)) {
        // The operation is named by its unchanged id.
        return root.subcommand(with_options(index, entry, entry.id, area));
    }
    for area in &index.areas {
        let name = area_name(area);
        let is_named = said
            .first
            .as_deref()
            .is_some_and(|first| same(first, &name));
        root = root.subcommand(match is_named {
            true => area_command(index, area, |entry| {
                said.second
                    .as_deref()
                    .is_some_and(|s| s == entry.command || s == entry.id)
            }),
            false => Command::new(name.clone()).about(summary(area)).hide(true),
        });
    }
    root
}

/// Returns the whole tree, for manuals, completions and tests.
pub fn whole(index: &Index) -> Command {
    let mut root = root(index);
    for area in &index.areas {
        root = root.subcommand(area_command(index, area, |_| true));
    }
    root
}

fn root(index: &Index) -> Command {
    let root = Command::new("autopi")
        .version(env!("CARGO_PKG_VERSION"))
        .about(
            "The AutoPi cloud from a terminal: devices, vehicles, trips, telemetry, and every \
             operation of the API",
        )
        .override_usage("autopi <COMMAND> [OPTIONS]\n       autopi <AREA> <OPERATION> [OPTIONS]")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .infer_long_args(false)
        .help_template(help::root(index))
        .args(global::arguments());
    everyday::commands()
        .into_iter()
        .fold(root, Command::subcommand)
}

/// Returns the name of an area's command, with a suffix if an everyday command has that name.
pub fn area_name(area: &Area) -> String {
    let name = area.name.replace('_', "-");
    match EVERYDAY.contains(&name.as_str()) {
        // No area ends like this: its words are separated by single hyphens.
        true => name + "--area",
        false => name,
    }
}

fn same(said: &str, name: &str) -> bool {
    said.replace('_', "-") == name
}

fn summary(area: &Area) -> String {
    let paths = area.entries.iter().filter_map(|e| e.path.split('/').nth(2));
    let mut things: Vec<String> = Vec::new();
    for thing in paths.filter(|t| !t.is_empty() && !t.starts_with('{')) {
        if !things.iter().any(|t| t == thing) {
            things.push(line(thing));
        }
    }
    let more = if things.len() > 5 { ", …" } else { "" };
    let things = things.into_iter().take(5).collect::<Vec<_>>().join(", ");
    let count = match area.entries.len() {
        1 => "1 operation".into(),
        n => format!("{n} operations"),
    };
    match things.as_str() {
        "" => count,
        things => format!("{count}: {things}{more}"),
    }
}

fn area_command(index: &Index, area: &Area, wanted: impl Fn(&Entry) -> bool) -> Command {
    let name = area_name(area);
    let underscored = area.name.to_owned();
    let mut command = Command::new(name.clone())
        .about(summary(area))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommand_value_name("OPERATION")
        .subcommand_help_heading("Operations");
    if underscored != name && !EVERYDAY.contains(&underscored.as_str()) {
        command = command.alias(underscored);
    }
    for entry in &area.entries {
        let inner = match wanted(entry) {
            true => with_options(index, entry, entry.command, area),
            false => Command::new(entry.command).about(help::about(entry)),
        };
        // Another command may have this name.
        let is_free = !area.entries.iter().any(|other| other.command == entry.id);
        command = command.subcommand(if is_free {
            inner.alias(entry.id)
        } else {
            inner
        });
    }
    command
}

/// Returns the operation that a word of the command line names by its id, unless the word is an
/// everyday command or an area.
fn by_id<'i>(index: &'i Index, word: &str) -> Option<(&'i Area, &'i Entry)> {
    let taken = EVERYDAY.contains(&word) || index.areas.iter().any(|a| same(word, &area_name(a)));
    if taken { None } else { index.entry(word) }
}

/// Returns the operation that the words of a command line name.
pub fn entry<'i>(index: &'i Index, first: &str, second: Option<&str>) -> Option<&'i Entry> {
    if let Some((_, entry)) = by_id(index, first) {
        return Some(entry);
    }
    let area = index.areas.iter().find(|a| same(first, &area_name(a)))?;
    let second = second?;
    area.entries
        .iter()
        .find(|e| e.command == second || e.id == second)
}
