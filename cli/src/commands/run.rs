//! `autopi run DEVICE COMMAND [ARG…] [--wait]`.

use std::time::Duration;

use autopi::{Command as DeviceCommand, DeviceId, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use serde_json::{Value, json};

use crate::{
    Context, Failure, Result,
    device::Device,
    output::{View, line},
};

/// The default wait for the result, in seconds.
const WAIT: u64 = 60;

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
                .action(ArgAction::Set)
                .help("Asks for the result of a job that was started before"),
        )
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

fn device_command(line: &str, arguments: &[String]) -> DeviceCommand {
    if arguments.is_empty() && line.contains(char::is_whitespace) {
        return DeviceCommand::raw(line);
    }
    arguments
        .iter()
        .fold(DeviceCommand::new(line), |command, text| {
            let is_name = |name: &str| {
                !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')
            };
            match text.split_once('=').filter(|(name, _)| is_name(name)) {
                Some((name, of)) => command.kwarg(name, value(of)),
                None => command.arg(value(text)),
            }
        })
}

pub fn run(context: &Context, matches: &ArgMatches) -> Result<()> {
    let text = |name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
    let arguments: Vec<String> = matches
        .get_many::<String>("arguments")
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    let wait = matches.get_one::<u64>("wait").copied();
    let client = context.client()?;
    context.allow("POST")?;
    let named = text("device");
    let device = match context.dry_run {
        // A dry run cannot look the device up.
        true => Device {
            id: named.clone(),
            unit_id: named.clone(),
            name: named,
        },
        false => context.block_on(Device::find(context, &client, &named))?,
    };
    let id = device.id.parse::<DeviceId>();
    let id = id.map_err(|_| {
        Failure::usage(format!(
            "{}: --dry-run takes the device's id",
            line(&device.id)
        ))
    })?;
    let job = matches.get_one::<String>("job");
    if job.is_none() {
        let on = format!(
            "{} (id {}, unit {})",
            line(&device.name),
            line(&device.id),
            line(&device.unit_id)
        );
        context.confirm(&format!("this runs {} on {on}", line(&text("command"))))?;
    }
    let command = device_command(&text("command"), &arguments);
    let of = |result: Value, jid: &str| json!({ "device": device.id, "unit_id": device.unit_id, "device_name": device.name, "job": jid, "result": result });
    context.dry(context.block_on(async {
        let job = match job {
            Some(jid) => client.command_job(id, jid.as_str()),
            None => client.start_command(id, &command).await?,
        };
        let seconds = wait.or(matches.get_one::<String>("job").map(|_| WAIT));
        let result = match seconds {
            Some(seconds) => {
                let waited = job.wait(Duration::from_secs(seconds)).await;
                let failed = |e: autopi::Error| match e.kind() {
                    ErrorKind::Timeout => Failure::from(e).hint(format!(
                        "`autopi run {} --job {}` waits on",
                        device.id,
                        line(job.jid())
                    )),
                    _ => Failure::from(e),
                };
                waited.map_err(failed)?.value.0
            }
            // A device on the local network responds at once, without a job.
            None if job.jid().is_empty() => job
                .poll()
                .await?
                .map(|outcome| outcome.value.0)
                .unwrap_or_default(),
            None => Value::Null,
        };
        if seconds.is_none() && result.is_null() {
            context.output.notice(&format!(
                "it runs: `autopi run {} --job {}` waits for its result",
                device.id,
                line(job.jid())
            ));
        }
        context
            .output
            .value(of(result, job.jid()), &View::default())
    }))
}
