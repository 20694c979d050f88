//! `autopi completions SHELL`, and the command that its scripts call: `autopi __complete -- WORD…`.
//! Nothing is sent, and no file but that of the profiles is read.

mod words;

use std::{collections::BTreeSet, ffi::OsString, fmt::Write as _, io::Write, process::ExitCode};

use clap::{Arg, ArgMatches, Command};

use crate::{
    Context, Failure, Result, credentials,
    index::Index,
    output::{Format, line},
    tree,
};
use words::{joined, line_of_bash, read};

/// The command that the scripts call; nobody types it.
pub const HIDDEN: &str = "__complete";

const SHELLS: [(&str, &str); 4] = [
    ("bash", include_str!("autopi.bash")),
    ("zsh", include_str!("autopi.zsh")),
    ("fish", include_str!("autopi.fish")),
    ("powershell", include_str!("autopi.ps1")),
];

pub fn command() -> Command {
    Command::new("completions")
        .about("Writes a script that completes commands, options and their values on TAB")
        .arg(
            Arg::new("shell")
                .value_name("SHELL")
                .required(true)
                .value_parser(SHELLS.map(|(name, _)| name)),
        )
}

pub fn run(context: &Context, matches: &ArgMatches) -> Result<()> {
    let shell = matches.get_one::<String>("shell").map(String::as_str);
    let script = SHELLS.iter().find(|(name, _)| Some(*name) == shell);
    context
        .output
        .text(script.ok_or_else(|| Failure::usage("no such shell"))?.1)
}

/// Writes the completions of the last word. Errors are ignored: a shell would show them in the
/// middle of a line.
pub fn complete(words: &[OsString]) -> ExitCode {
    let words = words.strip_prefix(&[OsString::from("--")]).unwrap_or(words);
    let mut words: Vec<String> = words.iter().map(|w| read(&w.to_string_lossy())).collect();
    // PowerShell before 7.3 passes no empty word.
    let last = words.first().and_then(|w| w.strip_prefix("--last="));
    if let Some(last) = last.map(str::to_owned) {
        words.rotate_left(1);
        words.pop();
        words.push(last);
    }
    let (mut words, before) = match line_of_bash() {
        Some(line) => joined(&words, &line),
        None => (words, String::new()),
    };
    // These name a command.
    if matches!(words.as_slice(), [first, _, ..] if first == "help" || first == "man") {
        words.remove(0);
    }
    let arguments: Vec<OsString> = std::iter::once("autopi".into())
        .chain(words.iter().map(OsString::from))
        .collect();
    let known = arguments
        .get(..arguments.len().saturating_sub(1))
        .unwrap_or_default();
    let said = tree::scan(known);
    if let Ok(index) = said.index() {
        let mut text = String::new();
        for (value, about) in candidates(index, &said, &words) {
            // bash replaces only what stands behind the last `=` or `:`.
            let value = value.strip_prefix(&before).unwrap_or(&value);
            let _ = writeln!(text, "{value}\t{}", line(&about));
        }
        // The shell may be gone.
        let _ = std::io::stdout().write_all(text.as_bytes());
    }
    ExitCode::SUCCESS
}

/// Returns whether a value of the document is safe to complete: a shell would not run any of it,
/// and it is what it looks like. The scripts quote spaces.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-.:/@%+,= ".contains(c))
}

/// Returns whether a word is this option.
fn is_named(option: &Arg, word: &str) -> bool {
    match word.strip_prefix("--") {
        Some(long) => {
            let aliases = option.get_all_aliases().unwrap_or_default();
            option.get_long() == Some(long) || aliases.contains(&long)
        }
        None => option
            .get_short()
            .is_some_and(|s| word.strip_prefix('-') == Some(s.encode_utf8(&mut [0; 4]))),
    }
}

fn candidates(index: &'static Index, said: &tree::Said, words: &[String]) -> Vec<(String, String)> {
    let Some((current, before)) = words.split_last() else {
        return Vec::new();
    };
    let root = tree::command(index, said);
    let mut command = &root;
    let mut is_value = false;
    let mut given = Vec::new();
    for word in before {
        if std::mem::take(&mut is_value) {
            continue;
        }
        if word.starts_with('-') {
            let mut options = root.get_arguments().chain(command.get_arguments());
            // The last of several short ones may have a value: `-yo json`.
            let last = word.chars().next_back().filter(|_| !word.starts_with("--"));
            let is = |a: &Arg| is_named(a, word) || (last.is_some() && a.get_short() == last);
            is_value = options.any(|a| is(a) && a.get_action().takes_values());
            continue;
        }
        match command.find_subcommand(word) {
            Some(inner) => command = inner,
            // Behind a word that is no command nothing follows.
            None if command.has_subcommands() => return Vec::new(),
            None => given.push(word),
        }
    }
    let options = || {
        root.get_arguments()
            .chain(command.get_arguments())
            .filter(|a| !a.is_hide_set())
    };
    let named = |name: &str| options().find(|a| is_named(a, name));
    let is_valued = |a: &&Arg| a.get_action().takes_values();
    let mut found: Vec<(String, String)> = Vec::new();
    if let Some((name, _)) = current
        .split_once('=')
        .filter(|(name, _)| name.starts_with("--"))
    {
        if let Some(option) = named(name).filter(is_valued) {
            let typed = current.split_once('=').map_or("", |(_, typed)| typed);
            let all = continued(index, said, option, typed).into_iter();
            found = all
                .map(|v| (format!("{name}={v}"), String::new()))
                .collect();
        }
    } else if let Some(option) = before.last().and_then(|last| named(last)).filter(is_valued) {
        let all = continued(index, said, option, current).into_iter();
        found = all.map(|v| (v, String::new())).collect();
    } else if current.starts_with('-') {
        let names = options().filter_map(|a| {
            Some((
                format!("--{}", a.get_long()?),
                a.get_help().map(ToString::to_string).unwrap_or_default(),
            ))
        });
        found = names.collect();
        found.push(("--help".into(), "Print help".into()));
    } else {
        let about = |c: &Command| {
            c.get_about()
                .map(|a| a.to_string().lines().next().unwrap_or_default().to_owned())
        };
        found = command
            .get_subcommands()
            .map(|c| (c.get_name().to_owned(), about(c).unwrap_or_default()))
            .collect();
        let positionals = command.get_positionals();
        let listed = positionals
            .flat_map(|a| a.get_possible_values())
            .map(|v| (v.get_name().to_owned(), String::new()));
        found.extend(listed);
        if command.get_name() == "api" {
            found.extend(requests(index, &given));
        }
    }
    finish(found, current)
}

/// Returns the methods of the document, or the paths that the given method has, up to their first
/// parameter.
fn requests(index: &Index, given: &[&String]) -> Vec<(String, String)> {
    let entries = index.entries().map(|(_, entry)| entry);
    match given {
        [] => entries
            .map(|e| (e.method.to_owned(), String::new()))
            .collect(),
        [method] => entries
            .filter(|entry| method.eq_ignore_ascii_case(entry.method))
            .map(|entry| match entry.path.split_once('{') {
                Some((start, _)) => (start.to_owned(), String::new()),
                None => (entry.path.to_owned(), entry.summary.to_owned()),
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn finish(found: Vec<(String, String)>, typed: &str) -> Vec<(String, String)> {
    let mut seen = BTreeSet::new();
    let fits = |(value, _): &(String, String)| value.starts_with(typed) && is_plain(value);
    found
        .into_iter()
        .filter(fits)
        .filter(|(value, _)| seen.insert(value.clone()))
        .collect()
}

/// Returns the values that continue what is typed: of a list of columns, its last name.
fn continued(index: &'static Index, said: &tree::Said, option: &Arg, typed: &str) -> Vec<String> {
    let all = values(index, said, option);
    let name = option.get_id().as_str();
    if name != "columns" && name != "sort" {
        return all;
    }
    let (before, last) = typed.split_at(typed.rfind(',').map_or(0, |at| at + 1));
    let down = if name == "sort" && last.starts_with('-') {
        "-"
    } else {
        ""
    };
    let is_new = |name: &String| {
        !before
            .split(',')
            .any(|b| b.strip_prefix('-').unwrap_or(b) == name)
    };
    let new = all.into_iter().filter(is_new);
    new.map(|name| format!("{before}{down}{name}")).collect()
}

/// Returns the possible values of an option.
fn values(index: &'static Index, said: &tree::Said, option: &Arg) -> Vec<String> {
    let listed: Vec<String> = option
        .get_possible_values()
        .iter()
        .map(|v| v.get_name().to_owned())
        .collect();
    if !listed.is_empty() {
        return listed;
    }
    let name = option.get_id().as_str();
    if name == "output" {
        return Format::NAMES.map(str::to_owned).into();
    }
    if name == "profile" {
        let all = credentials::profiles().unwrap_or_default();
        return all.into_keys().collect();
    }
    let entry = said
        .first
        .as_deref()
        .and_then(|first| tree::entry(index, first, said.second.as_deref()));
    let operation = entry.and_then(|entry| index.operation(entry).ok());
    let is_column = name == "columns" || name == "sort";
    let Some(operation) = operation else {
        return match said.first.as_deref() {
            Some(first) if is_column => super::columns(index, first),
            Some(first) => super::lists::values(index, first, name),
            None => Vec::new(),
        };
    };
    if is_column {
        return super::operation::view(index, operation).known;
    }
    if name == "body" {
        let schema = operation.body.as_ref().map(|b| index.resolved(&b.schema));
        let members = schema
            .as_ref()
            .and_then(|s| s.get("properties"))
            .and_then(serde_json::Value::as_object);
        return members
            .into_iter()
            .flatten()
            .map(|(name, _)| format!("{name}="))
            .collect();
    }
    let parameter = operation.parameters.iter().find(|p| p.flag == name);
    let schema = parameter.map(|p| index.resolved(&p.schema));
    match schema {
        Some(schema) if schema.get("type").is_some_and(|t| t == "boolean") => {
            vec!["true".into(), "false".into()]
        }
        Some(schema) => tree::values(index, &schema),
        None => Vec::new(),
    }
}
