//! `autopi devices | vehicles | positions | trips | alerts`: lists for people, with both ids of
//! each device.

mod table;

use autopi::{CallOptions, Client, Json, jiff::Timestamp};
use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use self::table::{LISTS, List};
use super::{filters, pages};
use crate::{
    Context, Failure, Result,
    call::{self, Given},
    device::{self, Device, Names},
    index::{Index, Operation},
    output::line,
    tree,
};

/// The paths of positions.
pub const POSITIONS: [&str; 1] = ["/logbook/v2/most_recent_positions/"];

/// Returns the columns of a command's rows: those of its table, and all others that are known.
pub fn columns(index: &'static Index, name: &str) -> Vec<String> {
    let view = of(index, name).map(|(list, operation)| list.view(index, operation));
    view.map_or_else(Vec::new, |view| [view.table, view.known].concat())
}

/// Returns the values of an option that selects items by a member.
pub fn values(index: &'static Index, name: &str, member: &str) -> Vec<String> {
    of(index, name).map_or_else(Vec::new, |(_, of)| filters::values(index, of, member))
}

fn of(index: &'static Index, name: &str) -> Option<(&'static List, &'static Operation)> {
    let list = LISTS.iter().find(|list| list.name == name)?;
    let mut entries = list.paths.iter().filter_map(|path| index.at("GET", path));
    let operation = index.operation(entries.next()?).ok()?;
    Some((list, operation))
}

/// The names of the commands.
pub const NAMES: [&str; 5] = ["devices", "vehicles", "positions", "trips", "alerts"];

pub fn commands() -> impl Iterator<Item = Command> {
    LISTS.iter().map(|list| {
        let option = |name: &'static str, value: &'static str, help: &'static str| {
            Arg::new(name).long(name).value_name(value).help(help)
        };
        let options = list.options.iter().flat_map(|name| match *name {
            "device" => device::arguments(false).into(),
            "search" => vec![
                Arg::new("search")
                    .value_name("TEXT")
                    .help("Only those that the API's search finds for this text"),
            ],
            "from" => {
                let help = "Start of the range: 2026-01-31T08:00Z, now, -7d";
                vec![option("from", "TIME", help).allow_hyphen_values(true)]
            }
            "to" => {
                let help = "End of the range, exclusive";
                vec![option("to", "TIME", help).allow_hyphen_values(true)]
            }
            other => vec![option(other, "TEXT", "Only those with this value")],
        });
        Command::new(list.name).about(list.about).args(options)
    })
}

pub fn run(context: &Context, name: &str, matches: &ArgMatches) -> Result<()> {
    let list = LISTS
        .iter()
        .find(|l| l.name == name)
        .ok_or_else(|| Failure::usage("no such command"))?;
    let operation = device::operation(context, "GET", list.paths)?;
    let range = filters::range(matches)?;
    filters::check(operation, matches)?;
    let client = context.client()?;
    let view = list.view(context.index, operation);
    let work = async {
        refuse_habit(context, &client, operation, (name, matches)).await?;
        let device = chosen(context, &client, (name, matches)).await?;
        let has = |name: &str| operation.parameters.iter().any(|p| p.name == name);
        let by_device = if has("device") { "device" } else { "device_id" };
        let id = (by_device, device.as_ref().map(|d| d.id.as_str()));
        let given = selected(context, operation, (name, matches), id, range)?;
        let mut call = call::prepare(context.index, &client, operation, given, &context.shown)?;
        call.options(CallOptions::new().prefetch(usize::from(context.output.all)));
        let pages = call.pages::<Json>();
        let own = device.clone();
        let mut names = Names::of(device);
        let wants_names = list.columns.contains(&"device_name");
        let only = own.filter(|_| !has(by_device)).map(|d| d.id);
        // What is left out here says nothing about the next pages.
        let all = context.output.all || only.is_some();
        pages::write(context, pages, &view, all, async |item| {
            let id = item.get("device").or(item.get("id"));
            let is_of_other = only.is_some() && id.and_then(device::id) != only;
            if is_of_other || is_after(&item, range[1]) {
                return Ok(Vec::new());
            }
            if name == "positions" {
                return Ok(positions(&item));
            }
            if !wants_names {
                return Ok(vec![item]);
            }
            let item = names.put(context, &client, item).await?;
            Ok(vec![item])
        })
        .await
    };
    context.dry(context.block_on(work))
}

fn text(matches: &ArgMatches, name: &str) -> Option<String> {
    matches.try_get_one::<String>(name).ok().flatten().cloned()
}

/// Refuses a word of other programs' command lines (`list`, `ls`) in the place of the text to
/// search for, unless a device has this name.
async fn refuse_habit(
    context: &Context,
    client: &Client,
    operation: &'static Operation,
    (name, matches): (&str, &ArgMatches),
) -> Result<()> {
    let word = text(matches, "search").filter(|text| tree::is_habit(text));
    let Some(word) = word.filter(|_| !context.dry_run) else {
        return Ok(());
    };
    let given = device::given(operation, &[("search", Some(word.as_str().into()))]);
    let found = device::all(context, client, operation, given).await?;
    if found.is_empty() {
        let what = format!("no {name} are found for the text `{}`", line(&word));
        return Err(Failure::usage(what).hint(format!("`autopi {name}` lists all")));
    }
    Ok(())
}

/// Returns the device that was given, if there is one.
async fn chosen(
    context: &Context,
    client: &Client,
    (name, matches): (&str, &ArgMatches),
) -> Result<Option<Device>> {
    let Some(text) = device::said(matches).pop() else {
        return Ok(None);
    };
    if context.dry_run {
        return Ok(Some(Device::not_looked_up(text)));
    }
    let found = Device::find(context, client, &text).await;
    let found = found.map_err(|e| match tree::is_habit(&text) {
        true => e.hint(format!("`autopi {name}` lists all {name}")),
        false => e,
    });
    found.map(Some)
}

/// Returns the parameters that select the items of a list.
fn selected(
    context: &Context,
    operation: &'static Operation,
    (name, matches): (&str, &ArgMatches),
    (by_device, id): (&str, Option<&str>),
    [from, to]: [Option<Timestamp>; 2],
) -> Result<Given> {
    let listed = |name: &str| -> Result<Option<Value>> {
        let value = text(matches, name);
        let value = value.map(|value| filters::listed(context, operation, name, &value));
        Ok(value.transpose()?.map(Value::from))
    };
    let time = |time: Option<Timestamp>| time.map(|t| Value::from(t.to_string()));
    let order = (name == "trips").then(|| Value::from("-start_time_utc"));
    let mut given = device::given(
        operation,
        &[
            ("search", text(matches, "search").map(Value::from)),
            (by_device, id.map(Value::from)),
            ("start_time_utc__gte", time(from)),
            ("start_time_utc__lte", time(to)),
            ("severity", listed("severity")?),
            ("state", listed("state")?),
            ("ordering", order),
        ],
    );
    given.unchecked = context.unchecked;
    Ok(given)
}

/// Returns whether an item starts at the end of a range or later: the API includes the end.
fn is_after(item: &Value, end: Option<Timestamp>) -> bool {
    let start = item.get("start_time_utc").and_then(Value::as_str);
    let start = start.and_then(|text| text.parse::<Timestamp>().ok());
    end.is_some_and(|end| start.is_some_and(|start| start >= end))
}

/// Returns a row for each last known position of a device.
pub fn positions(item: &Value) -> Vec<Value> {
    let places = item.get("positions").and_then(Value::as_array);
    let rows = places.into_iter().flatten().map(|place| {
        let at = |path: &str| place.pointer(path).cloned().unwrap_or_default();
        let of = |key: &str| item.get(key).cloned().unwrap_or_default();
        json!({
            "id": of("id"), "unit_id": of("unit_id"), "display": of("display"), "ts": at("/ts"),
            "lat": at("/location/lat"), "lon": at("/location/lon"),
            "speed": at("/speed_over_ground"), "course": at("/course_over_ground"), "altitude": at("/altitude"), "nsat": at("/nsat"),
        })
    });
    rows.collect()
}
