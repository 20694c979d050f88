//! `autopi run DEVICE COMMAND [ARG…] [--wait]`.

use std::{collections::BTreeSet, time::Duration};

use autopi::{
    Command as DeviceCommand, CommandJob, CommandOutcome, DeviceId, ErrorKind,
    jiff::{Timestamp, civil::DateTime},
};
use clap::{Arg, ArgMatches, Command, builder::NonEmptyStringValueParser, value_parser};
use serde_json::{Value, json};

use crate::{
    Context, Failure, Result, call,
    device::Device,
    output::{View, line},
};

pub const COLUMNS: [&str; 5] = ["device", "unit_id", "device_name", "job", "result"];

/// The default wait for the result, in seconds.
const WAIT: u64 = 60;
/// How long a job that the API does not know may take to become known.
const UNKNOWN: Duration = Duration::from_secs(3);

pub fn command() -> Command {
    Command::new("run")
        .about("Runs a command on a device: `autopi run Truck-7 obd.query rpm --wait`")
        .arg(
            Arg::new("device")
                .value_name("DEVICE")
                .required(true)
                .help("An id, a unit id, or a part of its name"),
        )
        .arg(
            Arg::new("command")
                .value_name("COMMAND")
                .required_unless_present("job")
                .help("obd.query, or a whole line in quotes"),
        )
        .arg(
            Arg::new("arguments")
                .value_name("ARG")
                .num_args(0..)
                .allow_negative_numbers(true)
                .help(
                    "An argument: JSON if it is valid JSON, else text; NAME=VALUE for a named one",
                ),
        )
        .arg(
            Arg::new("wait")
                .long("wait")
                .value_name("SECONDS")
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("60")
                .value_parser(value_parser!(u64).range(1..=86_400))
                .help("Waits for the result of the device; 60 seconds without a number"),
        )
        .arg(
            Arg::new("job")
                .long("job")
                .value_name("ID")
                .value_parser(NonEmptyStringValueParser::new())
                .conflicts_with("command")
                .help("Asks for the result of a job that was started before"),
        )
}

/// Returns the value of an argument: JSON if it is valid JSON, otherwise text.
fn value(text: &str) -> Result<Value> {
    match serde_json::from_str::<Value>(text) {
        Ok(_) => call::parse(text.as_bytes(), &format!("`{}`", line(text))),
        Err(_) => Ok(text.into()),
    }
}

fn device_command(line: &str, arguments: &[String]) -> Result<DeviceCommand> {
    if line.trim().is_empty() {
        return Err(Failure::usage("COMMAND is empty"));
    }
    if arguments.is_empty() && line.contains(char::is_whitespace) {
        return Ok(DeviceCommand::raw(line));
    }
    let (mut command, mut names) = (DeviceCommand::new(line), BTreeSet::new());
    for text in arguments {
        let is_name =
            |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        command = match text.split_once('=').filter(|(name, _)| is_name(name)) {
            Some((name, _)) if !names.insert(name) => {
                return Err(Failure::usage(format!("{name}: given twice")));
            }
            Some((name, of)) => command.kwarg(name, value(of)?),
            None => command.arg(value(text)?),
        };
    }
    Ok(command)
}

/// Refuses `--wait 5`, which would give the device the argument 5: seconds are given with `=`.
fn check_wait(matches: &ArgMatches) -> Result<()> {
    let wait = matches.get_one::<u64>("wait").filter(|n| **n == WAIT);
    let Some(next) = wait.and(matches.index_of("wait")).map(|at| at + 1) else {
        return Ok(());
    };
    for name in ["command", "arguments"] {
        let texts = matches.get_many::<String>(name).into_iter().flatten();
        let mut places = matches.indices_of(name).into_iter().flatten().zip(texts);
        let seconds = places.find(|(at, text)| *at == next && text.parse::<u64>().is_ok());
        if let Some((_, text)) = seconds {
            return Err(Failure::usage(format!(
                "--wait {text}: the seconds are given as --wait={text}, an argument before --wait"
            )));
        }
    }
    Ok(())
}

/// Returns whether a job was started within a day, if its id says so: Salt makes ids of the time,
/// in a zone that it does not tell.
fn is_recent(jid: &str) -> Option<bool> {
    let digits = jid.len() == 20 && jid.bytes().all(|b| b.is_ascii_digit());
    let time = jid.get(..14).filter(|_| digits)?;
    let time = DateTime::strptime("%Y%m%d%H%M%S", time).ok()?;
    let time = time
        .to_zoned_datetime(autopi::jiff::tz::TimeZone::UTC)
        .ok()?;
    let apart = Timestamp::now().duration_since(time.timestamp());
    Some(apart.unsigned_abs() < Duration::from_secs(86_400))
}

/// Waits for a job; only shortly for one that the API does not know and that cannot be new.
async fn wait_on(
    job: &CommandJob,
    whole: Duration,
    may_be_new: bool,
) -> Result<CommandOutcome, autopi::Error> {
    let first = if may_be_new {
        whole
    } else {
        whole.min(UNKNOWN)
    };
    match job.wait(first).await {
        Err(e) if first < whole && e.kind() == ErrorKind::Timeout && !e.is_not_found() => {
            job.wait(whole - first).await
        }
        outcome => outcome,
    }
}

pub fn run(context: &Context, matches: &ArgMatches) -> Result<()> {
    let text = |name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
    let arguments: Vec<String> = matches
        .get_many::<String>("arguments")
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    check_wait(matches)?;
    let job = matches.get_one::<String>("job");
    let command = match job {
        Some(_) => None,
        None => Some(device_command(&text("command"), &arguments)?),
    };
    let client = context.client()?;
    context.allow("POST")?;
    context.output.reaches()?;
    let named = text("device");
    let device = match context.dry_run {
        true => Device::not_looked_up(named),
        false => context.block_on(Device::find(context, &client, &named))?,
    };
    let (shown, unit) = (line(&device.id), line(&device.unit_id));
    let id = device.id.parse::<DeviceId>();
    let id = id.map_err(|_| Failure::usage(format!("{shown}: --dry-run takes the device's id")))?;
    if command.is_some() {
        let on = format!("{} (id {shown}, unit {unit})", line(&device.name));
        context.confirm(&format!("this runs {} on {on}", line(&text("command"))))?;
    }
    let given = matches.get_one::<u64>("wait").copied();
    let wait = given.or(job.map(|_| WAIT)).map(Duration::from_secs);
    context.dry(context.block_on(async {
        let job = match &command {
            Some(command) => client.start_command(id, command).await?,
            None => client.command_job(id, job.map_or("", String::as_str)),
        };
        // A job may be too new to be known.
        let may_be_new = || command.is_some() || is_recent(job.jid()).unwrap_or(given.is_some());
        let result = match wait {
            Some(wait) => result(&job, &device, wait, may_be_new()).await?,
            // A device on the local network responds at once, without a job.
            None if job.jid().is_empty() => job
                .poll()
                .await?
                .map(|outcome| outcome.value.0)
                .unwrap_or_default(),
            None => Value::Null,
        };
        if wait.is_none() && result.is_null() {
            let later = format!("`autopi run {} --job {}`", device.id, line(job.jid()));
            let notice = format!("it runs: {later} waits for its result");
            context.output.notice(&notice);
        }
        let row = json!({
            "device": device.id, "unit_id": device.unit_id, "device_name": device.name,
            "job": job.jid(), "result": result,
        });
        context.output.value(row, &View::default())
    }))
}

/// Waits for the result of a job.
async fn result(
    job: &CommandJob,
    device: &Device,
    wait: Duration,
    may_be_new: bool,
) -> Result<Value> {
    let jid = line(job.jid());
    let failed = |e: autopi::Error| match e.kind() {
        ErrorKind::Timeout if e.is_not_found() && !may_be_new => {
            Failure::not_found(format!("the API knows no job {jid} of this device"))
                .hint("`autopi run` without --wait shows the id of its job")
        }
        ErrorKind::Timeout => {
            let hint = format!("`autopi run {} --job {jid}` waits on", device.id);
            Failure::from(e).hint(hint)
        }
        _ => Failure::from(e),
    };
    let outcome = wait_on(job, wait, may_be_new).await;
    Ok(outcome.map_err(failed)?.value.0)
}
