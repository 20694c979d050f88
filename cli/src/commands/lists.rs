//! `autopi devices | vehicles | positions | trips | alerts`: lists for people, with both ids of
//! each device.

use autopi::{CallOptions, Json};
use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use super::{filters, operation, pages};
use crate::{
    Context, Failure, Result, call,
    device::{self, Device, Names},
    index::{Index, Operation},
    output::{View, line},
    tree,
};

/// The paths of positions.
pub const POSITIONS: [&str; 1] = ["/logbook/v2/most_recent_positions/"];

/// A command, the paths that it may call, and the columns of its table.
struct List {
    name: &'static str,
    about: &'static str,
    paths: &'static [&'static str],
    columns: &'static [&'static str],
    options: &'static [&'static str],
}

const LISTS: [List; 5] = [
    List {
        name: "devices",
        about: "Devices, with both of their ids",
        paths: &[device::DEVICES],
        columns: &[
            "callName",
            "id",
            "unit_id",
            "last_communication",
            "release.version",
            "vehicle.callName",
        ],
        options: &["search"],
    },
    List {
        name: "vehicles",
        about: "Vehicles, with the devices in them",
        paths: &["/fleet/vehicles/", "/vehicle/v2/profile/"],
        columns: &[
            "id",
            "callName",
            "connections.0.id",
            "connections.0.unit_id",
            "licensePlate",
            "vin",
            "driving",
            "mileage",
        ],
        options: &["search"],
    },
    List {
        name: "positions",
        about: "Last known positions of devices",
        paths: &POSITIONS,
        columns: &["display", "id", "unit_id", "ts", "lat", "lon", "speed"],
        options: &["device"],
    },
    List {
        name: "trips",
        about: "Trips, the last ones first",
        paths: &["/logbook/v2/trips/"],
        columns: &[
            "start_time_utc",
            "device_name",
            "device",
            "unit_id",
            "distanceKm",
            "duration",
            "end_time_utc",
            "id",
        ],
        options: &["device", "from", "to"],
    },
    List {
        name: "alerts",
        about: "Alerts of vehicles and devices",
        paths: &["/fleet/alerts/", "/dongle/alerts/"],
        columns: &[
            "id",
            "severity",
            "title",
            "device_name",
            "device",
            "unit_id",
            "state",
            "last_occurred_at",
        ],
        options: &["device", "severity", "state"],
    },
];

impl List {
    fn view(&self, index: &'static Index, operation: &Operation) -> View {
        let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let table = names(self.columns);
        if self.name == "positions" {
            // Its rows are made here.
            let known = [self.columns, &["course", "altitude", "nsat"]].concat();
            return View {
                table,
                known: names(&known),
                schema: None,
            };
        }
        let mut view = View {
            table,
            ..operation::view(index, operation)
        };
        for added in ["device_name", "unit_id"] {
            if self.columns.contains(&added) && !view.known.iter().any(|known| known == added) {
                view.known.push(added.to_owned());
            }
        }
        view
    }
}

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
    let text = |name: &str| matches.try_get_one::<String>(name).ok().flatten().cloned();
    let [from, to] = filters::range(matches)?;
    filters::check(operation, matches)?;
    let listed = |name: &str| -> Result<Option<String>> {
        let value = text(name);
        value
            .map(|value| filters::listed(context, operation, name, &value))
            .transpose()
    };
    let client = context.client()?;
    let view = list.view(context.index, operation);
    let search = text("search").filter(|text| tree::is_habit(text));
    let work = async {
        if let Some(word) = search.filter(|_| !context.dry_run) {
            // A device may have this name.
            let given = device::given(operation, &[("search", Some(word.as_str().into()))]);
            if device::all(context, &client, operation, given)
                .await?
                .is_empty()
            {
                let what = format!("no {name} are found for the text `{}`", line(&word));
                return Err(Failure::usage(what).hint(format!("`autopi {name}` lists all")));
            }
        }
        let device = match device::said(matches).pop() {
            Some(text) if context.dry_run => Some(Device {
                id: text.clone(),
                unit_id: text.clone(),
                name: text,
            }),
            Some(text) => {
                let found = Device::find(context, &client, &text).await;
                Some(found.map_err(|e| match tree::is_habit(&text) {
                    true => e.hint(format!("`autopi {name}` lists all {name}")),
                    false => e,
                })?)
            }
            None => None,
        };
        let has = |name: &str| operation.parameters.iter().any(|p| p.name == name);
        let id = device.as_ref().map(|d| Value::from(d.id.as_str()));
        let by_device = if has("device") { "device" } else { "device_id" };
        let time = |time: Option<autopi::jiff::Timestamp>| time.map(|t| Value::from(t.to_string()));
        let order = (name == "trips").then(|| Value::from("-start_time_utc"));
        let mut given = device::given(
            operation,
            &[
                ("search", text("search").map(Value::from)),
                (by_device, id),
                ("start_time_utc__gte", time(from)),
                ("start_time_utc__lte", time(to)),
                ("severity", listed("severity")?.map(Value::from)),
                ("state", listed("state")?.map(Value::from)),
                ("ordering", order),
            ],
        );
        given.unchecked = context.unchecked;
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
            if only.is_some() && id.and_then(device::id) != only {
                return Ok(Vec::new());
            }
            // The API includes the end.
            let start = item.get("start_time_utc").and_then(Value::as_str);
            let start = start.and_then(|text| text.parse::<autopi::jiff::Timestamp>().ok());
            if to.is_some_and(|to| start.is_some_and(|start| start >= to)) {
                return Ok(Vec::new());
            }
            if name == "positions" {
                return Ok(positions(&item));
            }
            if !wants_names {
                return Ok(vec![item]);
            }
            names
                .put(context, &client, item)
                .await
                .map(|item| vec![item])
        })
        .await
    };
    context.dry(context.block_on(work))
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
