//! `autopi trip show TRIP`: shows a trip, or writes a picture of it.

use std::path::PathBuf;

use autopi::{Client, jiff::Timestamp};
use clap::{Arg, ArgGroup, ArgMatches, Command, value_parser};
use serde_json::{Map, Value, json};

use crate::{
    Context, Exit, Failure, Result, call, device,
    export::{self, track},
    index::Operation,
    output::{Output, Target, View, line, names_one_of},
    picture::{self, Drive},
};

const TRIP: [&str; 2] = ["/logbook/v2/trips/{id}/", "/logbook/trips/{id}/"];
const DEVICE: &str = "/dongle/devices/{id}/";
pub const COLUMNS: [&str; 15] = [
    "id",
    "device",
    "unit_id",
    "device_name",
    "start_time_utc",
    "end_time_utc",
    "duration",
    "distanceKm",
    "from",
    "to",
    "positions",
    "without_speed",
    "max_kmh",
    "mean_kmh",
    "recorded_in",
];

/// The kinds of pictures, which are the names of their options.
const KINDS: [&str; 3] = ["html", "svg", "png"];

pub fn command() -> Command {
    let picture = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help(help)
    };
    Command::new("trip")
        .about("Shows a trip, or writes a picture of it")
        .subcommand_required(true)
        .subcommand(
            Command::new("show")
                .about(
                    "Shows a trip; --html, --svg or --png write its track in the colours of its \
                     speeds, and speed over time",
                )
                .arg(
                    Arg::new("trip")
                        .value_name("TRIP")
                        .required(true)
                        .help("The id of a trip: `autopi trips --columns id`"),
                )
                .arg(picture("html", "A self-contained page"))
                .arg(picture("svg", "Only the picture"))
                .arg(picture("png", "Only the picture, 1920 by 1520 pixels"))
                .group(ArgGroup::new("picture").args(KINDS)),
        )
}

pub fn run(context: &Context, matches: &ArgMatches) -> Result<()> {
    let Some((_, matches)) = matches.subcommand() else {
        return Err(Failure::usage("trip show?"));
    };
    let mut wanted = KINDS.into_iter().filter_map(|kind| {
        let path = matches.get_one::<PathBuf>(kind)?;
        Some((kind, path.clone()))
    });
    let target = match wanted.next() {
        Some(_) if context.output.file.is_some() => {
            return Err(Failure::usage("-o FILE and a picture cannot be combined"));
        }
        Some((kind, path)) => {
            context
                .output
                .no_choice("a picture shows all of the trip")?;
            let output = Output {
                // As with `-o`.
                file: Some(path).filter(|path| path.as_os_str() != "-"),
                ..context.output.clone()
            };
            output.check()?;
            let kinds: &[&str] = match kind {
                "html" => &["html", "htm"],
                _ => &[kind],
            };
            if let Some(file) = &output.file {
                let advice = format!("--{kind} writes a picture for the ending .{kind}");
                names_one_of(file, kinds, &advice)?;
            }
            if output.is_terminal() {
                return Err(Failure::usage(
                    "a picture is not for a terminal: name a file",
                ));
            }
            Some((kind, output))
        }
        None => None,
    };
    let id = matches
        .get_one::<String>("trip")
        .cloned()
        .unwrap_or_default();
    let client = context.client()?;
    let work = async {
        let trip = fetched(context, &client, &TRIP, &id).await?;
        let shown = Shown::of(context, &client, trip).await?;
        match target {
            Some((kind, output)) => shown.write(kind, &output),
            None => context.output.value(shown.summary(), &View::default()),
        }
    };
    context.dry(context.block_on(work))
}

/// Fetches an object by its id.
async fn fetched(context: &Context, client: &Client, paths: &[&str], id: &str) -> Result<Value> {
    let operation: &'static Operation = device::operation(context, "GET", paths)?;
    let name = operation.path_names().next().unwrap_or_default();
    let mut given = device::given(operation, &[(name, Some(id.into()))]);
    (given.unchecked, given.by_name) = (context.unchecked, true);
    let call = call::prepare(context.index, client, operation, given, &context.shown)
        .map_err(|e| e.hint("`autopi trips --columns id` lists them"))?;
    Ok(call.send_any_full().await?.value.0)
}

/// A trip with its device and its drive.
struct Shown {
    trip: Value,
    /// The ids and the name of its device.
    device: Value,
    drive: Drive,
}

impl Shown {
    async fn of(context: &Context, client: &Client, trip: Value) -> Result<Self> {
        let text = |key: &str| trip.get(key).and_then(Value::as_str);
        let id = text("device").unwrap_or_default();
        let time = |key: &str| text(key)?.parse::<Timestamp>().ok();
        // A deleted device still has trips.
        let device = match context.index.at("GET", DEVICE) {
            Some(_) if !id.is_empty() => match fetched(context, client, &[DEVICE], id).await {
                Err(e) if !matches!(e.exit, Exit::NotFound | Exit::Refused | Exit::Usage) => {
                    return Err(e);
                }
                found => found.unwrap_or_default(),
            },
            _ => Value::Null,
        };
        let points = match time("start_time_utc") {
            Some(from) if !id.is_empty() => {
                let to = time("end_time_utc").unwrap_or_else(Timestamp::now);
                track::of(context, client, id, from, to).await?
            }
            _ => Vec::new(),
        };
        let (mut points, mut without_fix) = track::fixes(points);
        if points.is_empty() {
            let (ends, more) = export::ends(&trip);
            points = ends;
            without_fix += more;
        }
        track::notice(context, without_fix);
        let name = device.get("callName").and_then(Value::as_str);
        let name = name.filter(|name| !name.trim().is_empty());
        let name = name.unwrap_or("trip");
        let start = text("start_time_utc").unwrap_or("?");
        let end = text("end_time_utc").unwrap_or("not over");
        let mut subtitle = vec![format!("{start} to {end}")];
        subtitle.extend(number(&trip, "distanceKm").map(|km| format!("{km} km")));
        let city = |of: &str| {
            trip.pointer(&format!("/{of}_position_display/city"))?
                .as_str()
        };
        if let (Some(from), Some(to)) = (city("start"), city("end")) {
            subtitle.push(format!("{from} to {to}"));
        }
        let drive = Drive::new(short(name, 48), short(&subtitle.join(", "), 90), &points);
        Ok(Self {
            trip,
            device,
            drive,
        })
    }

    fn summary(&self) -> Value {
        let of = |value: &Value, key: &str| value.get(key).cloned().unwrap_or_default();
        let rounded = |speed: Option<f64>| speed.map(|s| (s * 10.0).round() / 10.0);
        let mut all = Map::new();
        all.insert("id".into(), of(&self.trip, "id"));
        all.insert("device".into(), of(&self.trip, "device"));
        all.insert("unit_id".into(), of(&self.device, "unit_id"));
        all.insert("device_name".into(), of(&self.device, "callName"));
        for key in ["start_time_utc", "end_time_utc", "duration", "distanceKm"] {
            all.insert(key.into(), of(&self.trip, key));
        }
        let place = |end: &str| of(&of(&self.trip, &format!("{end}_position_display")), "city");
        let more = [
            ("from", place("start")),
            ("to", place("end")),
            ("positions", json!(self.drive.dots.len())),
            ("without_speed", json!(self.drive.without_speed())),
            ("max_kmh", json!(rounded(self.drive.fastest()))),
            ("mean_kmh", json!(rounded(self.drive.mean()))),
            ("recorded_in", json!(self.drive.unit)),
        ];
        all.extend(more.map(|(key, value)| (key.to_owned(), value)));
        Value::Object(all)
    }

    fn write(&self, kind: &str, output: &Output) -> Result<()> {
        let picture = picture::draw(&self.drive);
        let svg = || picture::svg(&picture);
        let bytes = match kind {
            "html" => {
                let summary = self.summary();
                let facts = summary.as_object().into_iter().flatten();
                let facts = facts.filter(|(_, v)| !v.is_null()).map(|(name, value)| {
                    let text = value
                        .as_str()
                        .map_or_else(|| value.to_string(), str::to_owned);
                    (name.clone(), line(&text))
                });
                let title = format!("{} {}", self.drive.title, self.drive.subtitle);
                picture::page(&title, &svg(), &facts.collect::<Vec<_>>()).into_bytes()
            }
            "svg" => svg().into_bytes(),
            _ => picture::png(&picture)?,
        };
        let mut target = Target::open(output)?;
        target.write(&bytes)?;
        target.end()?;
        let path = output.file.as_deref().unwrap_or("stdout".as_ref());
        output.notice(&format!(
            "{} positions in {}",
            self.drive.dots.len(),
            path.display()
        ));
        Ok(())
    }
}

fn number(value: &Value, key: &str) -> Option<f64> {
    let value = value.get(key)?;
    let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
    number.filter(|n| n.is_finite())
}

/// Shortens a text to the width of the picture, without characters that would hide the rest.
fn short(text: &str, most: usize) -> String {
    let text = line(text);
    match text.char_indices().nth(most) {
        Some((at, _)) => text.get(..at).unwrap_or_default().to_owned() + "...",
        None => text,
    }
}
