//! `autopi completions SHELL`, and the command that its scripts call: `autopi __complete -- WORD…`.
//! Nothing is sent, and no file but that of the profiles is read.

use std::{collections::BTreeSet, ffi::OsString, fmt::Write as _, io::Write, process::ExitCode};

use clap::{Arg, ArgMatches, Command};

use crate::{
    Context, Failure, Result, credentials,
    index::Index,
    output::{Format, line},
    tree,
};

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
    let (words, before) = match line_of_bash() {
        Some(line) => joined(&words, &line),
        None => (words, String::new()),
    };
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

/// Returns a word without its quotes, and with the home folder that a shell puts in place of `~`.
fn read(word: &str) -> String {
    let inside = |quote: char| word.strip_prefix(quote)?.strip_suffix(quote);
    match (
        inside('\'').or_else(|| inside('"')),
        word.strip_prefix("~/"),
    ) {
        (Some(text), _) => text.to_owned(),
        (None, Some(path)) => {
            let home = std::env::home_dir().unwrap_or_default();
            home.join(path).display().to_string()
        }
        (None, None) => word.to_owned(),
    }
}

/// Returns the line up to the cursor, which the script for bash gives.
fn line_of_bash() -> Option<String> {
    let line = std::env::var("COMP_LINE").ok()?;
    let point = std::env::var("COMP_POINT").ok()?.parse().ok();
    Some(
        point
            .and_then(|at| line.get(..at))
            .unwrap_or(&line)
            .to_owned(),
    )
}

/// Joins the words that bash makes of `--output=json` or `a:b`: those without a space between them
/// in the line. Returns what stands in the last one before the part that bash replaces.
fn joined(words: &[String], line: &str) -> (Vec<String>, String) {
    let mut rest = line;
    let mut out: Vec<String> = Vec::new();
    let mut is_joined = false;
    for word in words.iter().rev() {
        let before = rest.strip_suffix(word.as_str()).unwrap_or_default();
        match out.last_mut().filter(|_| is_joined) {
            Some(last) => last.insert_str(0, word),
            None => out.push(word.clone()),
        }
        rest = before.trim_end();
        is_joined = !before.is_empty() && rest.len() == before.len();
    }
    out.reverse();
    let current = words.last().map_or("", String::as_str);
    let replaced = current.trim_start_matches(['=', ':']);
    let whole = out.last().map_or("", String::as_str);
    let before = whole.strip_suffix(replaced).unwrap_or_default().to_owned();
    (out, before)
}

/// Returns whether a value of the document is safe to complete: a shell would not run any of it,
/// and it is what it looks like. The scripts quote spaces.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-.:/@%+,= ".contains(c))
}

fn candidates(index: &'static Index, said: &tree::Said, words: &[String]) -> Vec<(String, String)> {
    let Some((current, before)) = words.split_last() else {
        return Vec::new();
    };
    let root = tree::command(index, said);
    let mut command = &root;
    for word in before {
        if let Some(inner) = command.find_subcommand(word) {
            command = inner;
        }
    }
    let options = || {
        root.get_arguments()
            .chain(command.get_arguments())
            .filter(|a| !a.is_hide_set())
    };
    let named = |name: &str| {
        options().find(|a| match name.strip_prefix("--") {
            Some(long) => {
                a.get_long() == Some(long)
                    || a.get_all_aliases().is_some_and(|all| all.contains(&long))
            }
            None => a
                .get_short()
                .is_some_and(|s| name.strip_prefix('-') == Some(s.encode_utf8(&mut [0; 4]))),
        })
    };
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
    }
    finish(found, current)
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
        let first = said.first.as_deref().filter(|_| is_column);
        return first.map_or_else(Vec::new, |first| super::columns(index, first));
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
