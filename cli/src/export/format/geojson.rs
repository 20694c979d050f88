//! GeoJSON (RFC 7946): one feature for each trip.

use std::{io::Write, path::Path};

use serde_json::{Value, json};

use super::{Point, cut, places, put, rows};
use crate::Result;

pub fn write(path: &Path, to: &mut impl Write) -> Result<u64> {
    put(to, "{\"type\":\"FeatureCollection\",\"features\":[")?;
    let (mut start, mut without_fix) = ("\n", 0);
    for trip in rows(path)? {
        let mut trip = trip?;
        let (places, left_out) = places(&trip);
        without_fix += left_out;
        let place = |p: &Point| match p.alt {
            Some(alt) => json!([p.lon, p.lat, alt]),
            None => json!([p.lon, p.lat]),
        };
        let all = |line: &Vec<Point>| line.iter().map(place).collect::<Value>();
        let times = |line: &Vec<Point>| line.iter().map(|p| p.ts.as_str()).collect::<Value>();
        let lines = cut::lines(&places);
        let (geometry, times) = match (lines.as_slice(), places.as_slice()) {
            ([_, _, ..], _) => (
                json!({"type": "MultiLineString", "coordinates": lines.iter().map(all).collect::<Value>()}),
                lines.iter().map(times).collect(),
            ),
            (_, []) => (Value::Null, json!([])),
            (_, [one]) => (
                json!({"type": "Point", "coordinates": place(one)}),
                json!([one.ts]),
            ),
            (lines, _) => (
                json!({"type": "LineString", "coordinates": lines.first().map(all)}),
                lines.first().map(times).unwrap_or_default(),
            ),
        };
        if let Some(map) = trip.as_object_mut() {
            map.shift_remove("track");
            map.insert("coordTimes".into(), times);
        }
        let feature = json!({
            "type": "Feature", "id": trip.get("id"), "geometry": geometry, "properties": trip,
        });
        put(to, &format!("{start}{feature}"))?;
        start = ",\n";
    }
    put(to, "\n]}\n")?;
    Ok(without_fix)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the geometry and the times of a trip with these longitudes.
    fn of(lons: &[f64]) -> (Value, Value) {
        let point = |(n, lon): (usize, &f64)| json!({"ts": format!("t{n}"), "lat": n, "lon": lon});
        let track: Vec<Value> = lons.iter().enumerate().map(point).collect();
        let rows = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(rows.path(), json!({"id": "i", "track": track}).to_string()).unwrap();
        let mut out = Vec::new();
        write(rows.path(), &mut out).unwrap();
        let all: Value = serde_json::from_slice(&out).unwrap();
        let feature = &all["features"][0];
        let geometry = feature["geometry"].clone();
        (geometry, feature["properties"]["coordTimes"].clone())
    }

    #[test]
    fn a_track_is_cut_at_the_180th_meridian() {
        let (geometry, times) = of(&[179.0, -179.0, 179.5]);
        assert_eq!(geometry["type"], "MultiLineString");
        assert_eq!(
            geometry["coordinates"],
            json!([
                [[179.0, 0.0], [180.0, 0.5]],
                [[-180.0, 0.5], [-179.0, 1.0], [-180.0, 1.6666667]],
                [[180.0, 1.6666667], [179.5, 2.0]],
            ])
        );
        assert_eq!(
            times,
            json!([["t0", "t0"], ["t1", "t1", "t1"], ["t2", "t2"]])
        );
        // At the meridian itself, and there and back without crossing it.
        for (lons, kind) in [
            (&[180.0, -180.0][..], "MultiLineString"),
            (&[180.0, -179.0], "MultiLineString"),
            (&[179.0, 180.0, 179.0], "LineString"),
            (&[-90.0, 90.0], "LineString"),
            (&[10.0], "Point"),
        ] {
            let (geometry, _) = of(lons);
            assert_eq!(geometry["type"], kind, "{lons:?}");
            if kind == "MultiLineString" {
                let lines = geometry["coordinates"].as_array().unwrap();
                assert!(
                    lines.iter().all(|line| line.as_array().unwrap().len() > 1),
                    "{geometry}"
                );
            }
        }
        assert_eq!(of(&[]).0, Value::Null);
    }
}
