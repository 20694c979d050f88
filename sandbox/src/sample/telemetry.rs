//! Telemetry: any number of rows a device, none of them held. A row is made from its number, so a page costs what is on it.

use serde_json::{Value, json};

use crate::sample::{Thing, fake, route};

/// Seconds from row to row.
pub const STEP: i64 = 10;
/// What is recorded, one after the other.
pub const TYPES: [&str; 6] = [
    "track.pos",
    "obd.bat",
    "obd.speed",
    "obd.rpm",
    "obd.coolant_temp",
    "rpi.temp",
];

/// The type of the record of this second.
pub fn kind_of(thing: Thing<'_>) -> &'static str {
    let row = thing.second.unwrap_or_default() / STEP;
    TYPES
        .get(row.rem_euclid(TYPES.len() as i64) as usize)
        .copied()
        .unwrap_or("track.pos")
}

/// What a record of this type holds.
pub fn data(kind: &str, thing: Thing<'_>) -> Value {
    let mut rng = thing.rng.at("data");
    let mut between =
        |low: f64, high: f64| ((low + (high - low) * rng.part()) * 10.0).round() / 10.0;
    match kind {
        "track.pos" => {
            let spot = route::spot(thing.index, thing.second.unwrap_or_default());
            json!({"loc": {"lat": spot.lat, "lon": spot.lon}, "alt": between(2.0, 140.0), "sog": between(20.0, 24.0), "cog": spot.heading, "nsat": 9})
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

/// The value of a field, `obd.speed.value`, as the type that is asked for.
pub fn field(path: &str, kind: Option<&str>, thing: Thing<'_>) -> Value {
    let known = TYPES
        .iter()
        .find(|t| path == **t || path.starts_with(&format!("{t}.")));
    let found = known.and_then(|known| {
        let mut at = &data(known, thing);
        for part in path
            .get(known.len()..)?
            .split('.')
            .filter(|p| !p.is_empty())
        {
            at = at.get(part)?;
        }
        let inner = at.get("value").or_else(|| at.get("loc"));
        Some(inner.unwrap_or(at).clone())
    });
    let last = path
        .trim_end_matches(".value")
        .rsplit('.')
        .next()
        .unwrap_or(path);
    let number = |value: Option<&Value>| {
        let known = value.and_then(Value::as_f64);
        known
            .or_else(|| fake::number(last, thing, 86_400))
            .unwrap_or_else(|| (thing.rng.at(path).part() * 1000.0).round() / 10.0)
    };
    match kind {
        Some("geo_point") => {
            let spot = route::spot(thing.index, thing.second.unwrap_or_default());
            json!({"lat": spot.lat, "lon": spot.lon})
        }
        Some("int" | "long") => json!(number(found.as_ref()).round() as i64),
        Some("string") => match found {
            Some(Value::String(text)) => text.into(),
            Some(value) => value.to_string().into(),
            None => number(None).to_string().into(),
        },
        Some("float") => json!(number(found.as_ref())),
        _ => found.unwrap_or_else(|| json!(number(None))),
    }
}
