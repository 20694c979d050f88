//! The range of time of `--from` and `--to`.

use autopi::jiff::Timestamp;
use clap::ArgMatches;

use crate::{Failure, Result, call::time};

/// Returns the times of `--from` and `--to`.
///
/// # Errors
/// Returns an error if one is not a time, or if the range is empty.
pub fn read(matches: &ArgMatches) -> Result<[Option<Timestamp>; 2]> {
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
