//! GeoJSON (RFC 7946): one feature for each trip.

use std::{io::Write, path::Path};

use serde_json::{Value, json};

use super::{places, put, rows};
use crate::Result;

pub fn write(path: &Path, to: &mut impl Write) -> Result<()> {
    put(to, "{\"type\":\"FeatureCollection\",\"features\":[")?;
    let mut start = "\n";
    for trip in rows(path)? {
        let mut trip = trip?;
        let places = places(&trip);
        let place = |p: &super::Point| match p.alt {
            Some(alt) => json!([p.lon, p.lat, alt]),
            None => json!([p.lon, p.lat]),
        };
        let all: Vec<Value> = places.iter().map(place).collect();
        let geometry = match all.as_slice() {
            [] => Value::Null,
            [one] => json!({"type": "Point", "coordinates": one}),
            all => json!({"type": "LineString", "coordinates": all}),
        };
        if let Some(map) = trip.as_object_mut() {
            map.shift_remove("track");
            let times: Vec<&str> = places.iter().map(|p| p.ts.as_str()).collect();
            map.insert("coordTimes".into(), json!(times));
        }
        let feature = json!({
            "type": "Feature", "id": trip.get("id"), "geometry": geometry, "properties": trip,
        });
        put(to, &format!("{start}{feature}"))?;
        start = ",\n";
    }
    put(to, "\n]}\n")
}
