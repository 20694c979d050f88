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
    ("bash", BASH),
    ("zsh", ZSH),
    ("fish", FISH),
    ("powershell", POWERSHELL),
];

const BASH: &str = r#"# autopi: source this file, or put it into ~/.local/share/bash-completion/completions/autopi
_autopi() {
    local line
    COMPREPLY=()
    while IFS=$'\t' read -r line _; do
        COMPREPLY+=("$line")
    done < <(autopi __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o bashdefault -o default -F _autopi autopi
"#;

const ZSH: &str = r#"#compdef autopi
# Put this file into a folder of $fpath, as _autopi
_autopi() {
    local -a values shown
    local line
    for line in "${(@f)$(autopi __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        [[ -n $line ]] || continue
        values+=("${line%%$'\t'*}")
        shown+=("${line/$'\t'/  -- }")
    done
    (( $#values )) && compadd -l -d shown -a values || _files
}
compdef _autopi autopi
"#;

const FISH: &str = r"# Put this file into ~/.config/fish/completions/autopi.fish
complete -c autopi -a '(autopi __complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
";

const POWERSHELL: &str = r#"# Add this to $PROFILE
Register-ArgumentCompleter -Native -CommandName autopi -ScriptBlock {
    param($word, $ast, $cursor)
    $words = @($ast.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { $_.ToString() })
    & autopi __complete -- @words $word 2>$null | ForEach-Object {
        $parts = $_ -split "`t", 2
        $about = if ($parts.Length -gt 1 -and $parts[1]) { $parts[1] } else { $parts[0] }
        [System.Management.Automation.CompletionResult]::new($parts[0], $parts[0], 'ParameterValue', $about)
    }
}
"#;

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
    let words: Vec<String> = joined(words.iter().map(|w| w.to_string_lossy().into_owned()));
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
            let _ = writeln!(text, "{value}\t{}", line(&about));
        }
        // The shell may be gone.
        let _ = std::io::stdout().write_all(text.as_bytes());
    }
    ExitCode::SUCCESS
}

/// Joins the three words that bash makes of `--output=json`.
fn joined(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in words {
        match out.last_mut() {
            Some(last) if word == "=" && last.starts_with("--") => last.push('='),
            Some(last) if last.starts_with("--") && last.ends_with('=') => last.push_str(&word),
            _ => out.push(word),
        }
    }
    out
}

/// Returns whether a value of the document is safe to complete: a shell would not run any of it,
/// and it is what it looks like.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-.:/@%+,=".contains(c))
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
            found = values(index, said, option)
                .into_iter()
                .map(|v| (format!("{name}={v}"), String::new()))
                .collect();
            // bash only replaces the part after the `=`.
            if words_are_bashs() {
                found.iter_mut().for_each(|(v, _)| {
                    *v = v
                        .split_once('=')
                        .map_or_else(String::new, |(_, v)| v.to_owned())
                });
                let typed = current.split_once('=').map_or("", |(_, v)| v);
                return finish(found, typed);
            }
        }
    } else if let Some(option) = before.last().and_then(|last| named(last)).filter(is_valued) {
        found = values(index, said, option)
            .into_iter()
            .map(|v| (v, String::new()))
            .collect();
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

/// Returns whether bash asks, which sets a variable for its completions.
fn words_are_bashs() -> bool {
    std::env::var_os("COMP_LINE").is_some()
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
    let Some(operation) = operation else {
        return Vec::new();
    };
    if name == "columns" || name == "sort" {
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
