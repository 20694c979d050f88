//! The track of a device, point by point.

use autopi::{Client, jiff::Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    moment,
    plan::Unit,
    telemetry::{RAW, records},
};
use crate::{Context, Result, device};

/// The type of records with a position.
const POSITIONS: &str = "track.pos";

/// A point of a track.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The time in UTC.
    pub ts: String,
    /// In degrees.
    pub lat: f64,
    /// In degrees.
    pub lon: f64,
    /// The altitude in metres above sea level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt: Option<f64>,
    /// The speed over ground, in the unit of the record; only for pictures.
    #[serde(skip)]
    pub speed: Option<f64>,
}

impl Point {
    /// Returns the point of a record, if it has a valid position.
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

/// Leaves out points at exactly 0° of latitude and longitude, which receivers report without a fix,
/// as map tools do; returns their number too.
pub fn fixes(mut points: Vec<Point>) -> (Vec<Point>, u64) {
    let all = points.len();
    points.retain(|point| point.lat != 0.0 || point.lon != 0.0);
    let left_out = all - points.len();
    (points, left_out as u64)
}

/// Says that positions are left out, if any are.
pub fn notice(context: &Context, without_fix: u64) {
    if without_fix > 0 {
        context.output.notice(&format!(
            "positions left out: {without_fix} at 0°, 0°, which receivers report without a fix"
        ));
    }
}

/// Returns the track of a device in the order of time, including both ends of the range.
///
/// # Errors
/// Returns the errors of the calls.
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
    // An old path returns all types, whatever is asked for.
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
