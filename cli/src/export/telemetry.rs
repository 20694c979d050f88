//! Fetches the raw records of a window.

use std::path::Path;

use autopi::Json;
use futures_util::StreamExt;
use serde_json::{Map, Value, json};

use super::{
    ExportRequest, Fetched, Source, columns,
    format::{Column, Kind},
    in_utc,
    missing::{Missing, Names, add, is_part, names},
    moment,
    plan::Unit,
    times,
};
use crate::{Context, Failure, Result, call, commands::pages, device, index::Operation};

/// The paths of records, the oldest last.
pub const RAW: [&str; 2] = ["/logbook/storage/raw/", "/logbook/raw/"];

/// The path of the fields that a device has sent at any time.
const FIELDS: &str = "/logbook/storage/data_fields/";

/// The member that is added to each record.
const DEVICE: &str = "device_id";

pub struct Telemetry<'a> {
    asked: &'a ExportRequest<'a>,
    operation: &'static Operation,
    columns: Vec<Column>,
    times: Vec<String>,
    fields: Vec<String>,
}

impl<'a> Telemetry<'a> {
    pub fn new(asked: &'a ExportRequest<'a>, fields: Vec<String>) -> Result<Self> {
        let operation = device::operation(asked.context, "GET", &RAW)?;
        let columns = columns(asked.context, operation);
        Ok(Self {
            asked,
            operation,
            times: times(&columns),
            columns,
            fields,
        })
    }
}

impl Source for Telemetry<'_> {
    const NAME: &'static str = "telemetry";

    fn columns(&self) -> Vec<Column> {
        let device = Column {
            name: DEVICE.into(),
            kind: Kind::Text,
        };
        std::iter::once(device)
            .chain(self.columns.clone())
            .collect()
    }

    async fn rows(&self, unit: &Unit) -> Result<Fetched> {
        let ExportRequest {
            context, client, ..
        } = self.asked;
        // The type of a field cannot be told from its name: `a.b` is a type, or a member of another
        // type.
        let device = unit.device.as_deref().unwrap_or_default();
        let records = records(context, client, self.operation, unit, device, None).await?;
        let mut fetched = Fetched::default();
        for mut row in records {
            in_utc(&mut row, &self.times);
            if picked(&mut row, &self.fields) {
                let at = moment(&row, "ts");
                fetched.rows.push((at, with_device(device, row)));
            } else {
                add(&mut fetched.others, &names(&row, &self.fields));
            }
        }
        Ok(fetched)
    }

    async fn missing(&self, rows: &Path, others: &Names, devices: &[String]) -> Result<Missing> {
        let mut missing = Missing::of(&self.fields, rows, others.clone())?;
        let is_odd = !missing.fields.is_empty() && !missing.others.is_empty();
        for device in devices.iter().filter(|_| is_odd) {
            // What a device sends seldom is not misspelled.
            let known = self.known(device).await.unwrap_or_default();
            let is = |field: &str, name: &str| {
                field == name || is_part(field, name) || is_part(name, field)
            };
            missing
                .fields
                .retain(|field| !known.iter().any(|name| is(field, name)));
        }
        Ok(missing)
    }
}

impl Telemetry<'_> {
    /// Returns the fields that the API knows of a device.
    async fn known(&self, device: &str) -> Result<Vec<String>> {
        let context = self.asked.context;
        let operation = device::operation(context, "GET", &[FIELDS])?;
        let given = device::given(operation, &[("device_id", Some(device.into()))]);
        let all = all(context, &self.asked.client, operation, given).await?;
        let names = all.iter().filter_map(|item| item.get("field")?.as_str());
        Ok(names.map(str::to_owned).collect())
    }
}

/// Fetches the records of a device in a window. Whether its ends are included is up to the server.
pub async fn records(
    context: &Context,
    client: &autopi::Client,
    operation: &'static Operation,
    unit: &Unit,
    device: &str,
    kind: Option<&str>,
) -> Result<Vec<Value>> {
    let size = operation.call.page.map(|p| p.size).unwrap_or_default();
    let mut given = device::given(
        operation,
        &[
            ("device_id", Some(device.into())),
            ("start_utc", Some(unit.from.to_string().into())),
            ("end_utc", Some(unit.to.to_string().into())),
            ("data_type", kind.map(Value::from)),
            (size, Some(1000.into())),
        ],
    );
    // A dry run has not looked up the id of a name.
    given.unchecked = context.dry_run;
    all(context, client, operation, given).await
}

/// Fetches all items of a list; one that cannot be read is an error, because it would be missing.
pub async fn all(
    context: &Context,
    client: &autopi::Client,
    operation: &'static Operation,
    given: call::Given,
) -> Result<Vec<Value>> {
    let call = call::prepare(context.index, client, operation, given, &context.shown)?;
    let mut pages = call.pages::<Json>();
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await {
        for item in pages::items(page?) {
            rows.push(item.map_err(|bad| Failure::failed(bad.to_string()))?);
        }
    }
    Ok(rows)
}

/// Adds the device to a record, which does not name it.
fn with_device(device: &str, row: Value) -> Value {
    let mut whole = Map::from_iter([(DEVICE.to_owned(), json!(device))]);
    match row {
        Value::Object(row) => whole.extend(row),
        other => drop(whole.insert("record".into(), other)),
    }
    Value::Object(whole)
}

/// Returns whether a record has any of the requested fields, and keeps only those.
fn picked(row: &mut Value, fields: &[String]) -> bool {
    if fields.is_empty() {
        return true;
    }
    let Some(kind) = row.get("t").and_then(Value::as_str) else {
        return false;
    };
    let whole = fields.iter().any(|field| field == kind);
    let inner = |field: &&String| Some(field.strip_prefix(kind)?.strip_prefix('.')?.to_owned());
    let paths: Vec<String> = fields.iter().filter_map(|f| inner(&f)).collect();
    if whole {
        return true;
    }
    let data = row.get("data").cloned().unwrap_or_default();
    let mut kept = Value::Object(Map::new());
    for path in &paths {
        put(&mut kept, &data, path);
    }
    let is_any = kept.as_object().is_some_and(|map| !map.is_empty());
    if is_any {
        row["data"] = kept;
    }
    is_any
}

/// Copies the value at a path.
fn put(to: &mut Value, from: &Value, path: &str) {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let Some(value) = from.get(name) else { return };
    let Some(map) = to.as_object_mut() else {
        return;
    };
    if rest.is_empty() {
        map.insert(name.to_owned(), value.clone());
        return;
    }
    let inner = map.entry(name).or_insert_with(|| Value::Object(Map::new()));
    put(inner, value, rest);
    if inner.as_object().is_some_and(Map::is_empty) {
        map.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_a_type_or_a_member_of_one() {
        let row = json!({"t": "track.pos", "data": {"loc": {"lat": 1, "lon": 2}, "alt": 3}});
        for (fields, data) in [
            (vec!["track.pos"], Some(row["data"].clone())),
            (vec!["track.pos.alt"], Some(json!({"alt": 3}))),
            (vec!["track.pos.loc.lat"], Some(json!({"loc": {"lat": 1}}))),
            (
                vec!["track.pos.loc.lat", "track.pos.loc.lon"],
                Some(json!({"loc": {"lat": 1, "lon": 2}})),
            ),
            (vec!["track.pos.none"], None),
            (vec!["track.pos.loc.none"], None),
            (vec!["track"], None),
            (vec!["track.posx"], None),
        ] {
            let fields: Vec<String> = fields.into_iter().map(str::to_owned).collect();
            let mut own = row.clone();
            assert_eq!(picked(&mut own, &fields), data.is_some(), "{fields:?}");
            if let Some(data) = data {
                assert_eq!(own["data"], data, "{fields:?}");
            }
        }
    }
}
