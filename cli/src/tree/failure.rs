//! What is wrong with the arguments of a call, and what was probably meant.

use clap::{
    Arg, Command,
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::{EVERYDAY, Said, area_name, command, global, root, same, scan};
use crate::{
    Failure, Result, call,
    commands::lists,
    index::Index,
    output::{Format, line},
};

/// The options of other command lines, and ours.
const ELSEWHERE: [(&str, &str); 14] = [
    ("after begin since start", "from"),
    ("before end until", "to"),
    ("file format out output-file", "output"),
    ("field fields select", "columns"),
    ("filter query", "jq"),
    ("count first max max-items per-page top", "limit"),
    ("paginate pages", "all"),
    ("debug trace", "verbose"),
    ("endpoint endpoint-url host url", "base-url"),
    ("account env", "profile"),
    ("device-id id name unit vehicle", "device"),
    ("user username", "email"),
    ("data input raw", "json"),
    ("form upload", "file"),
];

/// Options of other command lines that are something else here.
const NO_OPTION: [(&str, &str); 4] = [
    (
        "X method request",
        "the method is a word: `autopi api GET PATH`",
    ),
    (
        "color colour no-color no-colour",
        "NO_COLOR=1 in the environment switches colours off",
    ),
    (
        "api-key api-token token",
        "`autopi login`, or AUTOPI_API_TOKEN in the environment",
    ),
    (
        "search",
        "a text to search for is a word without an option, where a list takes one",
    ),
];

/// Words behind the name of a list in other command lines: `kubectl get pods`, `gh repo list`.
const HABITS: [&str; 8] = [
    "all", "describe", "get", "inspect", "list", "ls", "show", "view",
];

/// Returns whether a word may be meant as a command of other command lines.
pub fn is_habit(word: &str) -> bool {
    HABITS.contains(&word.trim().to_lowercase().as_str())
}

/// Returns the command that was meant by one with a habit of other command lines.
fn meant_without(words: &[&str], argument: Option<&str>) -> Option<String> {
    let [first, second] = words else { return None };
    let is_list = lists::NAMES.contains(first)
        || ["trip", "profiles", "whoami", "watch", "doctor"].contains(first);
    if !is_list || !is_habit(second) {
        return None;
    }
    let argument = argument.filter(|argument| argument != second).map(line);
    Some(match (*first, argument) {
        ("trips", Some(id)) => format!("autopi trip show {id}"),
        ("trip", _) => "autopi trips".into(),
        (_, Some(argument)) => format!("autopi {first} {argument}"),
        (_, None) => format!("autopi {first}"),
    })
}

/// Refuses an option with one hyphen, or with the dash of a text program: `-output x` would be
/// `-o utput x`.
///
/// # Errors
/// Returns an error if there is one.
pub fn check_hyphens(index: &Index, said: &Said) -> Result<()> {
    if said.odd.is_empty() {
        return Ok(());
    }
    let options = options(index, said);
    let option = |name: &str| options.iter().find(|(long, _)| long == name);
    // A column that is sorted by, or a time, may begin with a hyphen.
    let is_value = |before: &str| {
        let option = before.strip_prefix("--").and_then(option);
        option.is_some_and(|(_, takes_value)| *takes_value)
    };
    let mut odd = said.odd.iter().filter(|(_, before)| !is_value(before));
    let found = odd.find_map(|(word, _)| {
        let name = scan::meant(word)?;
        (name == "version" || option(name).is_some()).then_some((word, name))
    });
    found.map_or(Ok(()), |(word, name)| {
        Err(Failure::usage(format!(
            "{}: an option has two hyphens: --{name}",
            line(word)
        )))
    })
}

/// Returns the long options of the command that is called, and whether they take a value.
fn options(index: &Index, said: &Said) -> Vec<(String, bool)> {
    let root = command(index, said);
    let (mut inner, mut options): (_, Vec<&Arg>) = (&root, root.get_arguments().collect());
    for word in [&said.first, &said.second].into_iter().flatten() {
        if let Some(command) = inner.find_subcommand(word) {
            options.extend(command.get_arguments());
            inner = command;
        }
    }
    let long = |option: &&Arg| {
        let takes_value = option.get_action().takes_values();
        Some((option.get_long()?.to_owned(), takes_value))
    };
    options.iter().filter_map(long).collect()
}

/// Returns the option that was meant by one that the command does not have.
fn meant_by(name: &str, options: &[(String, bool)]) -> Option<String> {
    if Format::of_name(name).is_some() {
        return Some(format!("-o {name}"));
    }
    let mut known = ELSEWHERE.iter();
    let known = known.find(|(names, _)| names.split(' ').any(|other| other == name));
    let known = known.map(|(_, ours)| *ours);
    let known = known.filter(|ours| options.iter().any(|(long, _)| long == ours));
    let near = || call::near(name, options.iter().map(|(long, _)| long.as_str()));
    let found = known.or_else(|| near().first().copied());
    found.map(|name| format!("--{name}"))
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
    let argument = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(word)) if error.kind() == ErrorKind::UnknownArgument => {
            Some(word.as_str())
        }
        _ => None,
    };
    let option = argument.and_then(|word| word.strip_prefix("--"));
    let meant = argument.filter(|word| !word.starts_with('-'));
    let meant = meant.and_then(|word| meant_without(&words, Some(word)));
    let tip = match option {
        _ if meant.is_some() => meant.map(|line| format!("did you mean `{line}`?")),
        // To clap, `--since` is similar to `--device`.
        Some(name) => {
            let meant = meant_by(name, &options(index, said));
            meant.map(|m| format!("did you mean '{m}'?"))
        }
        None => {
            let tip = tips.iter().find(|tip| !is_odd(tip));
            tip.map(|t| t.trim_start().trim_start_matches("tip:").trim().to_owned())
        }
    };
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
    let name = argument.map(|word| word.trim_start_matches('-'));
    let mut elsewhere = NO_OPTION.iter().filter(|_| name != argument);
    let elsewhere = elsewhere.find(|(names, _)| names.split(' ').any(|other| Some(other) == name));
    let usage = elsewhere.map_or(usage.clone(), |(_, hint)| format!("{hint}; {usage}"));
    let tip = tip.filter(|_| elsewhere.is_none());
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
        let names = inner.map(|c| format!("`autopi {first} {}`", c.get_name()));
        let names: Vec<_> = names.collect();
        let there = format!("there is {}", names.join(", "));
        let meant = meant_without(words, None).filter(|_| *first == "trip");
        let hint = meant.map_or(there.clone(), |meant| {
            format!("did you mean `{meant}`? {there}")
        });
        return Failure::usage(format!("{}: no command of {first}", line(word))).hint(hint);
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
    // As in `list devices`.
    let second = words
        .get(1)
        .filter(|second| area.is_none() && EVERYDAY.contains(second));
    if let Some(second) = second {
        return Failure::usage(what).hint(format!("did you mean `autopi {second}`?"));
    }
    let mut near = call::near(word, names.iter().map(String::as_str));
    if near.is_empty() {
        near = call::near(word, index.entries().map(|(_, e)| e.id));
    }
    let near: Vec<_> = near.into_iter().take(3).map(line).collect();
    let is_option = |arg: &Arg| arg.get_long() == Some(word) || word == "version";
    if area.is_none() && global::arguments().iter().any(is_option) {
        return Failure::usage(what).hint(format!("did you mean `autopi --{word}`?"));
    }
    let search = format!("`autopi search {}` looks in all operations", line(word));
    Failure::usage(what).hint(match near.is_empty() {
        true => search,
        false => format!("did you mean {}? {search}", near.join(", ")),
    })
}
