//! `autopi search WORD…`: finds operations.

use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use crate::{
    Context, Failure, Result, credentials,
    index::{Area, Entry, Index},
    output::View,
    tree,
};

/// The columns; a table has all but the id.
pub const COLUMNS: [&str; 5] = ["command", "method", "path", "summary", "id"];

pub fn command() -> Command {
    Command::new("search")
        .about("Finds operations by words of their names, paths and summaries")
        .arg(
            Arg::new("words")
                .value_name("WORD")
                .num_args(1..)
                .required(true),
        )
}

/// Returns the operations that contain all words, the best first: a word in the name counts more
/// than one in the path, and one in the summary least.
pub fn ranked<'i>(index: &'i Index, words: &[&str]) -> Vec<(&'i Area, &'i Entry)> {
    let words: Vec<String> = words
        .iter()
        .flat_map(|w| w.split_whitespace())
        .map(str::to_lowercase)
        .collect();
    let score = |entry: &Entry| {
        let places = [(entry.id, 8), (entry.path, 4), (entry.summary, 2)]
            .map(|(text, n)| (text.to_lowercase(), n));
        words.iter().try_fold(0usize, |sum, word| {
            let found: usize = places
                .iter()
                .filter(|(text, _)| text.contains(word.as_str()))
                .map(|(_, n)| n)
                .sum();
            (found > 0).then_some(sum + found)
        })
    };
    let mut found: Vec<_> = index
        .entries()
        .filter_map(|(a, e)| Some((score(e)?, a, e)))
        .collect();
    found.sort_by_key(|(score, _, entry)| (std::cmp::Reverse(*score), entry.id.len()));
    found
        .into_iter()
        .map(|(_, area, entry)| (area, entry))
        .collect()
}

pub fn run(context: &Context, matches: &ArgMatches) -> Result<()> {
    credentials::check(context.profile.as_deref())?;
    let words = matches.get_many::<String>("words").into_iter().flatten();
    if words.clone().all(|word| word.trim().is_empty()) {
        return Err(Failure::usage("WORD is empty"));
    }
    let words: Vec<&str> = words.map(String::as_str).collect();
    let found = ranked(context.index, &words);
    let items = found.into_iter().map(|(area, entry)| {
        json!({
            "command": format!("{} {}", tree::area_name(area), entry.command),
            "method": entry.method,
            "path": entry.path,
            "summary": entry.summary,
            "id": entry.id,
        })
    });
    let known = COLUMNS.map(str::to_owned);
    let view = View {
        table: known.iter().take(4).cloned().collect(),
        known: known.into(),
        ..View::default()
    };
    context.output.value(Value::Array(items.collect()), &view)
}
