//! The tree of commands: the everyday ones, and one for each area with its operations. Options are
//! only built for the operation that the arguments name.

mod everyday;
mod example;
mod global;
mod help;
mod members;
mod operation;
mod scan;

use clap::{Command, error::ErrorKind};

use crate::{
    Failure, call,
    index::{Area, Entry, Index},
    output::line,
};

pub use everyday::{EVERYDAY, has_data, no_choice};
pub use global::GLOBAL;
pub use operation::{options, values, with_options};
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

/// Returns whether only the operation or the command behind an area or another command is missing.
pub fn is_incomplete(error: &clap::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand
    )
}

/// Returns whether a word is no command.
pub fn is_unknown(error: &clap::Error) -> bool {
    error.kind() == ErrorKind::InvalidSubcommand
}

/// Returns the failure of a wrong call, with a suggestion.
pub fn failure(index: &Index, said: &Said, error: &clap::Error) -> Failure {
    let text = error.to_string();
    let words: Vec<&str> = [&said.first, &said.second]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    // The second word may be an argument.
    let path = || {
        let tree = command(index, said);
        let first = words.first().and_then(|word| tree.find_subcommand(word));
        let second = words.get(1).zip(first);
        let second = second.filter(|(word, first)| first.find_subcommand(word).is_some());
        let depth = usize::from(first.is_some()) + usize::from(second.is_some());
        let words = words.iter().take(depth);
        words.map(|w| line(w) + " ").collect::<String>()
    };
    if is_incomplete(error) {
        let what = if words.is_empty() {
            "a command"
        } else {
            "an operation"
        };
        return Failure::usage(format!("{what} is missing"))
            .hint(format!("`autopi {}--help` lists them", path()));
    }
    if is_unknown(error) {
        return unknown(index, &words);
    }
    let body = text.strip_prefix("error: ").unwrap_or(&text);
    let lines = body.lines().filter(|l| !l.trim().is_empty());
    let lines = lines.take_while(|l| !l.starts_with("For more information"));
    let (tips, lines): (Vec<&str>, Vec<&str>) = lines.partition(|l| l.contains("  tip:"));
    let shown = lines.iter().take_while(|l| !l.starts_with("Usage:"));
    let message: Vec<&str> = shown.map(|l| l.trim_end()).collect();
    // No command takes the name of an option as a value; a device may be named `-x`.
    let is_short = |tip: &str, c: &char| tip.trim_end().ends_with(&format!("'-- -{c}'"));
    let is_odd = |tip: &str| {
        tip.contains("use '-- --") || global::VALUED_SHORT.iter().any(|c| is_short(tip, c))
    };
    let tip = tips.iter().find(|tip| !is_odd(tip));
    let tip = tip.map(|t| t.trim_start().trim_start_matches("tip:").trim().to_owned());
    let usage = lines.iter().find_map(|l| l.strip_prefix("Usage: "));
    let is_form = matches!(
        error.kind(),
        ErrorKind::UnknownArgument
            | ErrorKind::MissingRequiredArgument
            | ErrorKind::TooManyValues
            | ErrorKind::ArgumentConflict
    );
    let usage = usage.filter(|_| is_form);
    let usage = usage.map_or_else(String::new, |usage| format!("usage: {usage}; "));
    Failure::usage(message.join("\n")).hint(
        tip.unwrap_or_else(|| format!("{usage}`autopi {}--help` lists what is accepted", path())),
    )
}

/// Returns the failure of a word that is not a command, an area or an operation.
fn unknown(index: &Index, words: &[&str]) -> Failure {
    if let [first, word, ..] = words
        && EVERYDAY.contains(first)
    {
        let root = root(index);
        let inner = root.find_subcommand(first).into_iter();
        let inner = inner.flat_map(Command::get_subcommands);
        let names: Vec<_> = inner
            .map(|c| format!("`autopi {first} {}`", c.get_name()))
            .collect();
        return Failure::usage(format!("{}: no command of {first}", line(word)))
            .hint(format!("there is {}", names.join(", ")));
    }
    let area = words
        .first()
        .and_then(|w| index.areas.iter().find(|a| same(w, &area_name(a))));
    let (what, word) = match (area, words) {
        (Some(area), [_, word, ..]) => (
            format!("{}: no operation of {}", line(word), line(area.name)),
            *word,
        ),
        (_, [word, ..]) => (format!("{}: no command and no area", line(word)), *word),
        _ => ("no such command".into(), ""),
    };
    let names: Vec<String> = match area {
        Some(area) => area.entries.iter().map(|e| e.command.to_owned()).collect(),
        None => EVERYDAY
            .iter()
            .map(|n| (*n).to_owned())
            .chain(index.areas.iter().map(area_name))
            .collect(),
    };
    let mut near = call::near(word, names.iter().map(String::as_str));
    if near.is_empty() {
        near = call::near(word, index.entries().map(|(_, e)| e.id));
    }
    let near: Vec<_> = near.into_iter().take(3).map(line).collect();
    let search = format!("`autopi search {}` looks in all operations", line(word));
    Failure::usage(what).hint(match near.is_empty() {
        true => search,
        false => format!("did you mean {}? {search}", near.join(", ")),
    })
}
