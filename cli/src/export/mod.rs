//! `autopi export telemetry | trips`: writes a range of time into a file. It can be stopped at any
//! moment; the same command continues, and the result has the same bytes.
//!
//! `plan` cuts the range into windows, `telemetry` and `trips` fetch one, `journal` stores its
//! rows, `format` writes the final file.

mod account;
mod command;
mod files;
mod format;
mod journal;
mod manifest;
mod missing;
mod plan;
mod progress;
mod telemetry;
mod time;
pub mod track;
mod trips;

use std::path::{Path, PathBuf};

use autopi::Client;
use clap::ArgMatches;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::{
    Context, Failure, Result,
    device::{self, Device},
    output::line,
};
pub use command::command;
use files::Paths;
use format::{Column, Format};
pub use format::{places as ends, xml};
use journal::{Journal, Opened};
use missing::{Missing, Names};
use plan::{Range, Unit};
use progress::Progress;
use time::{columns, in_utc, moment, times};

/// The kind of data that is exported.
trait Source {
    /// Its name in the manifest and in file names.
    const NAME: &'static str;

    /// Returns the columns of a table that has no rows.
    fn columns(&self) -> Vec<Column>;

    /// Returns what is in a window.
    async fn rows(&self, unit: &Unit) -> Result<Fetched>;

    /// Returns the fields that no row has, given the names of other records.
    async fn missing(&self, _: &Path, _: &Names, _: &[String]) -> Result<Missing> {
        Ok(Missing::default())
    }
}

/// The content of a window.
#[derive(Default)]
struct Fetched {
    /// The rows with their times, in any order.
    rows: Vec<(Moment, Value)>,
    /// The names of records that were not asked for.
    others: Names,
}

/// The time of a row; a row without one stays where it came.
type Moment = Option<autopi::Timestamp>;

/// The export that was asked for.
struct ExportRequest<'a> {
    context: &'a Context,
    client: Client,
    format: Format,
    range: Range,
    parallel: usize,
    /// The range as it was given: `-2h` is another time at each start, but the same export.
    said: Value,
}

pub fn run(context: &Context, matches: &ArgMatches) -> Result<()> {
    let Some((name, matches)) = matches.subcommand() else {
        return Err(Failure::usage("export telemetry, or trips?"));
    };
    let output = &context.output;
    let texts = |name: &str| -> Vec<String> {
        let values = matches.try_get_many::<String>(name).ok().flatten();
        values.into_iter().flatten().cloned().collect()
    };
    let text = |name: &str| texts(name).pop().unwrap_or_default();
    let target = output.file.clone().ok_or_else(|| {
        Failure::usage("an export needs a file, so that it can continue: -o FILE, or -o FOLDER/")
            .hint("the format is that of the file name (-o ./march.csv), or of --format")
    })?;
    let is_folder = target.is_dir() || target.as_os_str().to_string_lossy().ends_with('/');
    let said_format = texts("format").pop();
    let format = Format::choose(said_format.as_deref(), &target, is_folder, name == "trips")?;
    let range = Range::read(matches, &text("window"))?;
    let rate = matches.get_one::<f64>("rate").copied();
    let parallel = usize::from(matches.get_one::<u8>("parallel").copied().unwrap_or(4));
    let client = context.client_with(|builder| match rate {
        Some(rate) => builder.max_per_second(rate),
        None => builder,
    })?;
    let credential = context.credential()?;
    let api = match context.wants_sandbox {
        true => Some(context.sandbox()?.name()),
        false => credential.base_url.clone(),
    };
    let account = match context.dry_run {
        true => Value::Null,
        false => account::of(context, &client)?,
    };
    // In any order they select the same.
    let mut fields = texts("field");
    fields.sort();
    fields.dedup();
    let asked = ExportRequest {
        said: json!({
            "export": name, "from": text("from"), "to": text("to"), "window": text("window"),
            "fields": fields, "format": format.name(), "api": api, "account": account,
        }),
        context,
        client,
        format,
        range,
        parallel,
    };
    let work = async {
        let mut devices = Vec::new();
        for said in device::said(matches) {
            let id = match context.dry_run {
                true => said,
                false => Device::find(context, &asked.client, &said).await?.id,
            };
            if !devices.contains(&id) {
                devices.push(id);
            }
        }
        match name {
            "telemetry" => {
                let source = telemetry::Telemetry::new(&asked, fields)?;
                files(&asked, &source, &target, is_folder, devices).await
            }
            _ => {
                let source = trips::Trips::new(&asked)?;
                files(&asked, &source, &target, is_folder, devices).await
            }
        }
    };
    context.dry(context.block_on(work))
}

/// Writes one file, or one for each device in a folder.
async fn files(
    asked: &ExportRequest<'_>,
    source: &impl Source,
    target: &Path,
    is_folder: bool,
    devices: Vec<String>,
) -> Result<()> {
    if !is_folder {
        let missing = file(asked, source, target.to_owned(), devices).await?;
        return missing.check(target);
    }
    if !asked.context.dry_run {
        std::fs::create_dir_all(target)
            .map_err(|e| Failure::io(format!("cannot make {}", shown(target)), &e))?;
    }
    let name = |device: &str| {
        let device: String = device
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let parts = [name_of(source), device.as_str()];
        let parts: Vec<_> = parts.into_iter().filter(|p| !p.is_empty()).collect();
        target.join(format!("{}.{}", parts.join("-"), asked.format.name()))
    };
    if devices.is_empty() {
        file(asked, source, name(""), devices).await?;
        return Ok(());
    }
    let mut missing = Missing::default();
    for device in devices {
        let more = file(asked, source, name(&device), vec![device]).await?;
        missing = missing.and(more);
    }
    missing.check(target)
}

fn name_of<S: Source>(_: &S) -> &'static str {
    S::NAME
}

fn shown(path: &Path) -> String {
    line(&path.display().to_string())
}

async fn file(
    asked: &ExportRequest<'_>,
    source: &impl Source,
    path: PathBuf,
    devices: Vec<String>,
) -> Result<Missing> {
    let context = asked.context;
    if context.dry_run {
        let first = asked.range.units(&devices)?.next();
        if let Some(unit) = first {
            source.rows(&unit).await?;
        }
        return Ok(Missing::default());
    }
    // Too many windows are an error before any file is created.
    let _ = asked.range.units(&devices)?;
    let mut said = asked.said.clone();
    said["devices"] = json!(devices);
    let paths = Paths::new(&path)?;
    let mut journal = match Journal::open(paths, said, asked.range, context.output.force)? {
        Opened::Complete(rows, missing) => {
            context.output.notice(&format!(
                "{} is complete: {rows} rows; --force makes it anew",
                shown(&path)
            ));
            return Ok(missing);
        }
        Opened::Going(journal) => journal,
    };
    let done = fill(asked, source, &mut journal, &devices).await;
    let (without_fix, missing) = done.map_err(|mut failure| {
        const CONTINUES: &str = "the same command continues where this one stopped";
        failure.hint = Some(match failure.hint.take() {
            Some(hint) => format!("{hint}; then {CONTINUES}"),
            None => CONTINUES.into(),
        });
        failure
    })?;
    track::notice(context, without_fix);
    context
        .output
        .notice(&format!("{} rows in {}", journal.rows(), shown(&path)));
    Ok(missing)
}

/// Fetches the missing windows, several at once, stores them in order, and writes the file. Returns
/// how many positions are left out, and the fields that no row has.
async fn fill(
    asked: &ExportRequest<'_>,
    source: &impl Source,
    journal: &mut Journal,
    devices: &[String],
) -> Result<(u64, Missing)> {
    // The range of the first start, when `now` was another time.
    let units: Vec<Unit> = journal.range().units(devices)?.collect();
    let mut progress = Progress::new(asked.context, units.len(), journal.windows());
    if journal.windows() > 0 {
        asked.context.output.notice(&format!(
            "continues with {} of {} windows, {} rows",
            journal.windows(),
            units.len(),
            journal.rows()
        ));
    }
    let missing = units.iter().skip(journal.windows());
    let mut windows =
        stream::iter(missing.map(|unit| window(source, unit))).buffered(asked.parallel);
    while let Some(window) = windows.next().await {
        let (text, rows, others) = window?;
        journal.append(text.as_bytes(), rows, &others)?;
        progress.step(journal.windows(), journal.rows());
    }
    let (part, others) = journal.found();
    let missing = source.missing(part, others, devices).await?;
    let force = asked.context.output.force;
    let without_fix = journal.finish(asked.format, &source.columns(), &missing, force)?;
    Ok((without_fix, missing))
}

/// Returns the lines of a window, in an order that does not depend on the server's.
async fn window(source: &impl Source, unit: &Unit) -> Result<(String, u64, Names)> {
    let Fetched { rows, others } = source.rows(unit).await?;
    let own = |at: &Moment| at.is_none_or(|at| at >= unit.from.into() && at < unit.to.into());
    let mut lines: Vec<(Moment, String)> = rows
        .into_iter()
        .filter(|(at, _)| own(at))
        .map(|(at, row)| (at, row.to_string() + "\n"))
        .collect();
    lines.sort();
    let count = lines.len() as u64;
    let text = lines.into_iter().map(|(_, line)| line).collect();
    Ok((text, count, others))
}
