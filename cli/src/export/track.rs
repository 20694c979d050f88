//! Where a device was, point by point.

use autopi::{Client, jiff::Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    moment,
    plan::Unit,
    telemetry::{RAW, records},
};
use crate::{Context, Result, device};

/// The type of the records that have a position.
const POSITIONS: &str = "track.pos";

/// A point of a track.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// In UTC.
    pub ts: String,
    /// Degrees.
    pub lat: f64,
    /// Degrees.
    pub lon: f64,
    /// Metres above the sea.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt: Option<f64>,
    /// Over ground, in the unit of the record: in pictures alone.
    #[serde(skip)]
    pub speed: Option<f64>,
}

impl Point {
    /// Of a record, if it has a place on earth.
    fn of(record: &Value) -> Option<Self> {
        let data = record.get("data")?;
        let place = data.get("loc").unwrap_or(data);
        let number = |value: Option<&Value>| match value? {
            Value::String(text) => text.parse::<f64>().ok(),
            value => value.as_f64(),
        };
        let lat = number(place.get("lat")).filter(|lat| lat.abs() <= 90.0)?;
        let lon = number(place.get("lon").or(place.get("lng"))).filter(|lon| lon.abs() <= 180.0)?;
        Some(Self {
            ts: moment(record, "ts")?.to_string(),
            lat,
            lon,
            alt: number(data.get("alt")).filter(|alt| alt.is_finite()),
            speed: number(data.get("sog")),
        })
    }
}

/// The track of a device, both ends included, in the order of time.
///
/// # Errors
/// Those of the calls.
pub async fn of(
    context: &Context,
    client: &Client,
    device: &str,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Point>> {
    let operation = device::operation(context, "GET", &RAW)?;
    let unit = Unit {
        device: None,
        from,
        to,
        last: to,
    };
    let records = records(context, client, operation, &unit, device, Some(POSITIONS)).await?;
    // An old path gives all types, whatever is asked for.
    let own = |record: &&Value| {
        let kind = record.get("t").and_then(Value::as_str);
        kind.is_none_or(|kind| kind == POSITIONS)
    };
    let within = |record: &&Value| {
        let at = moment(record, "ts");
        at.is_some_and(|at| at >= from.into() && at <= to.into())
    };
    let mut found: Vec<_> = records
        .iter()
        .filter(own)
        .filter(within)
        .filter_map(|record| Some((moment(record, "ts"), Point::of(record)?)))
        .collect();
    found.sort_by(|(a, p), (b, q)| {
        a.cmp(b)
            .then(p.lat.total_cmp(&q.lat))
            .then(p.lon.total_cmp(&q.lon))
    });
    Ok(found.into_iter().map(|(_, point)| point).collect())
}
