//! Finds a device by its id, its unit id, or a unique part of its name.

use std::collections::HashMap;

use autopi::{Client, Json};
use clap::{Arg, ArgAction, ArgMatches};
use futures_util::StreamExt;
use serde_json::{Map, Value};

use crate::{
    Context, Failure, Result,
    call::{self, Given},
    commands::pages,
    index::Operation,
    output::line,
};

/// The path of the list of devices.
pub const DEVICES: &str = "/dongle/devices/";

/// A device.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    /// The id that most paths take.
    pub id: String,
    /// The id that `/dongle/{unit_id}/…` takes.
    pub unit_id: String,
    /// Its name.
    pub name: String,
}

/// Returns the arguments that choose a device, or several: words, or the values of `--device`.
pub fn arguments(several: bool) -> [Arg; 2] {
    let option = Arg::new("device")
        .long("device")
        .short('d')
        .value_name("DEVICE")
        .help("The same as DEVICE");
    let word = Arg::new("devices").value_name("DEVICE");
    match several {
        true => [
            option.action(ArgAction::Append),
            word.num_args(0..)
                .help("Only these devices: an id, a unit id, or a part of a name"),
        ],
        false => [
            option.conflicts_with("devices"),
            word.help("Only this device: an id, a unit id, or a part of its name"),
        ],
    }
}

/// Returns the devices that were given.
pub fn said(matches: &ArgMatches) -> Vec<String> {
    let of = |name: &str| matches.try_get_many::<String>(name).ok().flatten();
    let all = ["devices", "device"].into_iter().filter_map(of).flatten();
    all.cloned().collect()
}

/// Returns the operation of the first of these paths that the document has.
///
/// # Errors
/// Returns an error if it has none of them.
pub fn operation(context: &Context, method: &str, paths: &[&str]) -> Result<&'static Operation> {
    let found = paths.iter().find_map(|path| context.index.at(method, path));
    let entry = found.ok_or_else(|| {
        let path = paths.first().copied().unwrap_or_default();
        Failure::usage(format!(
            "the document has no {method} {path}, which this command needs"
        ))
        .hint(format!(
            "`autopi api {method} PATH` sends a request to any path; `autopi search WORD` finds \
             operations"
        ))
    })?;
    let operation = context.index.operation(entry)?;
    context.note_unsent(operation);
    Ok(operation)
}

/// Sets parameters of an operation by their names, leaving out those that it does not have.
pub fn given(operation: &'static Operation, values: &[(&str, Option<Value>)]) -> Given {
    let mut given = Given::default();
    for (name, value) in values {
        let parameter = operation.parameters.iter().find(|p| p.name == *name);
        if let (Some(parameter), Some(value)) = (parameter, value) {
            given.parameters.push((parameter, value.clone()));
        }
    }
    given
}

/// Fetches all items of a list that can be read.
///
/// # Errors
/// Returns the errors of the calls.
pub async fn all(
    context: &Context,
    client: &Client,
    operation: &'static Operation,
    given: Given,
) -> Result<Vec<Value>> {
    let call = call::prepare(context.index, client, operation, given, &context.shown)?;
    let mut pages = call.pages::<Json>();
    let mut items = Vec::new();
    while let Some(page) = pages.next().await {
        items.extend(pages::items(page?).flatten());
    }
    Ok(items)
}

/// Returns the text of an id, which may be a number.
pub fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

impl Device {
    fn of(item: &Value) -> Option<Self> {
        let text = |key: &str| item.get(key).and_then(id);
        Some(Self {
            id: text("id")?,
            // One that was never connected may have none.
            unit_id: text("unit_id").unwrap_or_default(),
            name: text("callName")
                .filter(|n| !n.is_empty())
                .or_else(|| text("display"))
                .unwrap_or_default(),
        })
    }

    /// Returns a device by what was given, for a dry run, which looks nothing up.
    pub fn not_looked_up(given: String) -> Self {
        Self {
            id: given.clone(),
            unit_id: given.clone(),
            name: given,
        }
    }

    /// Fetches all devices of the account.
    ///
    /// # Errors
    /// Returns the errors of the calls.
    pub async fn list(
        context: &Context,
        client: &Client,
        search: Option<&str>,
    ) -> Result<Vec<Self>> {
        let operation = operation(context, "GET", &[DEVICES])?;
        let size = operation.call.page.map(|p| p.size).unwrap_or_default();
        let given = given(
            operation,
            &[
                ("search", search.map(Value::from)),
                (size, Some(500.into())),
            ],
        );
        let items = all(context, client, operation, given).await?;
        Ok(items.iter().filter_map(Self::of).collect())
    }

    /// Returns the device that `text` names: an id is preferred to a name, and a whole name to a
    /// part of one.
    ///
    /// # Errors
    /// Returns an error if there is none, or one that lists the candidates if there are several.
    pub async fn find(context: &Context, client: &Client, text: &str) -> Result<Self> {
        let wanted = text.trim().to_lowercase();
        if wanted.is_empty() {
            return Err(Failure::usage(
                "the device is empty: give an id, a unit id or a part of a name",
            ));
        }
        // The server searches names. What may be an id is compared here with those of all devices:
        // another device may have it as its name.
        let may_be_id = |c: char| c.is_ascii_hexdigit() || c == '-';
        let start = wanted.trim_end_matches('…');
        let is_id = start.len() >= 4 && start.chars().all(may_be_id);
        let searches = [Some(text.trim()), None].into_iter();
        for search in searches.skip(usize::from(is_id)) {
            let devices = Self::list(context, client, search).await?;
            let by = |fits: &dyn Fn(&Self) -> bool| -> Vec<Self> {
                devices.iter().filter(|d| fits(d)).cloned().collect()
            };
            let name = |d: &Self| d.name.to_lowercase();
            let by_id =
                by(&|d| d.id.to_lowercase() == wanted || d.unit_id.to_lowercase() == wanted);
            let whole = by(&|d| name(d) == wanted);
            // The start of an id, as a narrow table shows it, is no worse than a part of a name.
            let begins = |id: &str| is_id && id.to_lowercase().starts_with(start);
            let part = by(&|d| name(d).contains(&wanted) || begins(&d.id) || begins(&d.unit_id));
            for mut found in [by_id, whole, part] {
                match found.len() {
                    0 => {}
                    1 => return Ok(found.swap_remove(0)),
                    n => return Err(ambiguous(text, n, &found)),
                }
            }
        }
        Err(Failure::not_found(format!(
            "no device `{}`: it is not an id, a unit id or part of a name",
            line(text)
        ))
        .hint("`autopi devices` lists them"))
    }
}

fn ambiguous(text: &str, count: usize, found: &[Device]) -> Failure {
    let shown = found.iter().take(10).map(|d| {
        format!(
            "{}  id {}  unit {}",
            line(&d.name),
            line(&d.id),
            line(&d.unit_id)
        )
    });
    let more = if count > 10 { "\n  …" } else { "" };
    Failure::usage(format!(
        "`{}` may be {count} devices\n  {}{more}",
        line(text),
        shown.collect::<Vec<_>>().join("\n  ")
    ))
    .hint("give more of the name, an id or a unit id")
}

/// The devices that rows refer to. All are fetched once, when a row names an unknown one.
#[derive(Debug)]
pub struct Names {
    known: HashMap<String, Device>,
    complete: bool,
}

impl Names {
    /// Returns the names of this device; those of all others are fetched when they are needed.
    pub fn of(device: Option<Device>) -> Self {
        Self {
            known: device.into_iter().map(|d| (d.id.clone(), d)).collect(),
            complete: false,
        }
    }

    /// Adds the unit id and the name to the id of a device.
    ///
    /// # Errors
    /// Returns the errors of the calls.
    pub async fn put(&mut self, context: &Context, client: &Client, item: Value) -> Result<Value> {
        let Value::Object(map) = item else {
            return Ok(item);
        };
        let id = map.get("device").and_then(id);
        let is_new = id.as_ref().is_some_and(|id| !self.known.contains_key(id));
        if is_new && !self.complete {
            self.complete = true;
            let devices = Device::list(context, client, None).await?;
            self.known
                .extend(devices.into_iter().map(|d| (d.id.clone(), d)));
        }
        let device = id.and_then(|id| self.known.get(&id));
        let mut out = Map::new();
        for (key, value) in map {
            let is_device = key == "device";
            out.insert(key, value);
            if is_device {
                out.insert("unit_id".into(), device.map(|d| d.unit_id.as_str()).into());
                out.insert("device_name".into(), device.map(|d| d.name.as_str()).into());
            }
        }
        Ok(Value::Object(out))
    }
}
