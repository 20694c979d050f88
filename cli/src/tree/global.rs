//! Options of every command.

use clap::{Arg, ArgAction, builder::NonEmptyStringValueParser, value_parser};

/// Names that no parameter of an operation can have as its flag.
pub const GLOBAL: [&str; 23] = [
    "help",
    "version",
    "profile",
    "base-url",
    "output",
    "columns",
    "sort",
    "jq",
    "all",
    "limit",
    "dry-run",
    "yes",
    "force",
    "verbose",
    "quiet",
    "spec",
    "sandbox",
    "timeout",
    "unchecked",
    "json",
    "body",
    "param",
    "wait",
];

/// The options that take a value, for the scan before the arguments are parsed.
pub const VALUED: [&str; 9] = [
    "profile", "base-url", "output", "columns", "sort", "jq", "limit", "spec", "timeout",
];
pub const VALUED_SHORT: [char; 5] = ['o', 'b', 'q', 'H', 'd'];

fn whole(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| "must be a whole number, 0 or more".into())
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 86_400.0 => Ok(seconds),
        _ => Err("must be seconds, more than 0 and at most 86400".into()),
    }
}

/// Returns the options of every command.
pub fn arguments() -> Vec<Arg> {
    let option = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name(value)
            .help(help)
            .global(true)
            .help_heading("Options of every command")
    };
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .help(help)
            .global(true)
            .action(ArgAction::SetTrue)
            // Twice is the same as once.
            .overrides_with(name)
            .help_heading("Options of every command")
    };
    vec![
        option(
            "output",
            "FORMAT|FILE",
            "table, json, ndjson, csv or yaml; or a file. Without it a table on a terminal, JSON \
             elsewhere",
        )
        .short('o'),
        option("columns", "A,B.C", "Only these members, in this order").action(ArgAction::Append),
        option(
            "sort",
            "A,-B",
            "Sorts by these members; a hyphen before a name sorts from the largest",
        )
        .action(ArgAction::Append)
        .allow_hyphen_values(true),
        option(
            "jq",
            "FILTER",
            "Runs a filter in jq's language over the data",
        ),
        flag("all", "All pages, not only the first"),
        option(
            "limit",
            "N",
            "This many items, from as many pages as needed",
        )
        .value_parser(whole)
        .allow_negative_numbers(true),
        option(
            "profile",
            "NAME",
            "The profile to use, before AUTOPI_PROFILE and the credentials of the environment",
        )
        .value_parser(NonEmptyStringValueParser::new()),
        option("base-url", "URL", "A host other than the profile's"),
        option(
            "spec",
            "FILE",
            "The commands of this document instead of the built-in one",
        )
        .value_parser(value_parser!(std::path::PathBuf)),
        flag("sandbox", "Uses the embedded API: no account, no real data"),
        flag(
            "dry-run",
            "Shows the request as a line of curl, without the token, and sends nothing",
        ),
        flag(
            "yes",
            "Does not ask for confirmation before it deletes, or runs something on a device",
        )
        .short('y'),
        flag("force", "Replaces the file that -o names"),
        flag(
            "unchecked",
            "Sends a request even if the document does not allow it",
        ),
        option(
            "timeout",
            "SECONDS",
            "Timeout of a call with all its attempts, in seconds (default 60)",
        )
        .value_parser(seconds)
        .allow_negative_numbers(true),
        flag("verbose", "Shows requests on stderr").short('v'),
        flag("quiet", "No notices on stderr"),
    ]
}
