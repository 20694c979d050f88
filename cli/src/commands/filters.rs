//! The options that select items of a list.

use autopi::jiff::Timestamp;
use clap::ArgMatches;

use crate::{
    Context, Failure, Result,
    call::time,
    index::{Index, Operation},
    output::line,
    tree,
};

/// Returns the times of `--from` and `--to`.
///
/// # Errors
/// Returns an error if one is not a time, or if the range is empty.
pub fn range(matches: &ArgMatches) -> Result<[Option<Timestamp>; 2]> {
    let now = Timestamp::now();
    let read = |name: &str| {
        let text = matches.try_get_one::<String>(name).ok().flatten();
        let time = text.map(|text| time::read_at(text, now));
        let time = time.transpose();
        time.map_err(|e| Failure::usage(format!("--{name}: {e}")))
    };
    let (from, to) = (read("from")?, read("to")?);
    match (from, to) {
        (Some(from), Some(to)) if from > to => {
            Err(Failure::usage(format!("--from {from} is after --to {to}")))
        }
        (Some(from), Some(to)) if from == to => Err(Failure::usage(format!(
            "--from and --to are the same time, {from}: nothing is between them"
        ))),
        _ => Ok([from, to]),
    }
}

/// Checks the options that select items.
///
/// # Errors
/// Returns an error if all items would be shown: an option is empty, as of a variable that is not
/// set, or the operation does not have its parameter.
pub fn check(operation: &Operation, matches: &ArgMatches) -> Result<()> {
    let entry = &operation.entry;
    for (name, option, parameter) in [
        ("search", "TEXT", "search"),
        ("severity", "--severity", "severity"),
        ("state", "--state", "state"),
        ("from", "--from", "start_time_utc__gte"),
    ] {
        let value = matches.try_get_one::<String>(name).ok().flatten();
        let is_empty = value.is_some_and(|value| value.trim().is_empty());
        let has = || operation.parameters.iter().any(|p| p.name == parameter);
        if is_empty {
            let what = format!("{option} is empty: leave it out to list all");
            return Err(Failure::usage(what));
        }
        if value.is_some() && !has() {
            return Err(Failure::usage(format!(
                "{option}: {} {} of the document has no parameter `{parameter}`",
                entry.method, entry.path
            )));
        }
    }
    Ok(())
}

/// Returns the values that the document lists for a member of an operation's items.
pub fn values(index: &Index, of: &Operation, name: &str) -> Vec<String> {
    let item = of.item().map(|item| index.resolved(item));
    let properties = item.as_ref().and_then(|item| item.get("properties"));
    let member = properties.and_then(|all| all.get(name));
    member.map_or_else(Vec::new, |of| tree::values(index, &index.resolved(of)))
}

/// Returns a value, or several after commas, as the document lists them for a member of the items,
/// whatever their case.
///
/// # Errors
/// Returns an error if the document does not list it.
pub fn listed(context: &Context, of: &Operation, name: &str, value: &str) -> Result<String> {
    let values = match context.unchecked {
        true => Vec::new(),
        false => values(context.index, of, name),
    };
    let parts = value.split(',').map(|part| {
        let is = |known: &&String| known.eq_ignore_ascii_case(part.trim());
        match values.iter().find(is) {
            Some(known) => Ok(known.as_str()),
            None if values.is_empty() => Ok(part),
            None => Err(Failure::usage(format!(
                "--{name}: `{}` is not one of {}",
                line(part),
                values.join(", ")
            ))
            .hint("--unchecked sends it anyway")),
        }
    });
    Ok(parts.collect::<Result<Vec<_>>>()?.join(","))
}
