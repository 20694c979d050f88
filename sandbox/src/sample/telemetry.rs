//! Telemetry: any number of rows for each device, none of them stored. A row is computed from its
//! number, so that a page costs as much as is on it.

use serde_json::{Value, json};

use crate::sample::{SampleContext, route};

/// The seconds between two rows.
pub const STEP: i64 = 10;

/// The types of records, in turn.
pub const TYPES: [&str; 6] = [
    "track.pos",
    "obd.bat",
    "obd.speed",
    "obd.rpm",
    "obd.coolant_temp",
    "rpi.temp",
];

/// Returns the type of the record at this second.
pub fn kind_of(context: SampleContext<'_>) -> &'static str {
    let row = context.second.unwrap_or_default() / STEP;
    TYPES
        .get(row.rem_euclid(TYPES.len() as i64) as usize)
        .copied()
        .unwrap_or("track.pos")
}

/// Returns the data of a record of this type.
pub fn data(kind: &str, context: SampleContext<'_>) -> Value {
    let mut rng = context.rng.at("data");
    let mut between =
        |low: f64, high: f64| ((low + (high - low) * rng.fraction()) * 10.0).round() / 10.0;
    match kind {
        "track.pos" => {
            let position = route::position(context.index, context.second.unwrap_or_default());
            json!({"loc": {"lat": position.lat, "lon": position.lon}, "alt": between(2.0, 140.0), "sog": between(20.0, 24.0), "cog": position.heading, "nsat": 9})
        }
        "obd.bat" => {
            json!({"level": between(80.0, 100.0).round(), "voltage": between(12.4, 14.4), "state": "charging"})
        }
        "obd.speed" => json!({"value": between(72.0, 88.0).round(), "unit": "km/h"}),
        "obd.rpm" => json!({"value": between(1500.0, 2600.0).round(), "unit": "rpm"}),
        "obd.coolant_temp" => json!({"value": between(80.0, 95.0).round(), "unit": "celsius"}),
        _ => json!({"cpu": {"value": between(38.0, 60.0), "unit": "celsius"}}),
    }
}
