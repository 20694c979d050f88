//! Cuts tracks at the 180th meridian, where a map would draw a line around the world.

use super::Point;

/// Returns whether the way between two points crosses the 180th meridian.
fn crosses(a: &Point, b: &Point) -> bool {
    (a.lon - b.lon).abs() > 180.0
}

/// Returns the parts of a track on either side, of its own points alone.
pub fn parts(places: &[Point]) -> impl Iterator<Item = &[Point]> {
    places.chunk_by(|a, b| !crosses(a, b))
}

/// Returns the lines of a track up to the meridian, as RFC 7946 cuts them.
pub fn lines(places: &[Point]) -> Vec<Vec<Point>> {
    let (mut lines, mut line): (Vec<_>, Vec<Point>) = (Vec::new(), Vec::new());
    for point in places {
        let before = line.last().cloned();
        if let Some(before) = before.filter(|before| crosses(before, point)) {
            let way = 360.0 - (before.lon - point.lon).abs();
            let part = match way > 0.0 {
                true => (180.0 - before.lon.abs()) / way,
                false => 0.0,
            };
            let between = |a: f64, b: f64| ((a + (b - a) * part) * 1e7).round() / 1e7;
            let at = |beside: &Point| Point {
                lon: 180f64.copysign(beside.lon),
                lat: between(before.lat, point.lat),
                alt: before.alt.zip(point.alt).map(|(a, b)| between(a, b)),
                ..beside.clone()
            };
            line.push(at(&before));
            lines.push(std::mem::replace(&mut line, vec![at(point)]));
        }
        line.push(point.clone());
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::{Value, json};

    use super::super::{geojson, gpx, kml};
    use crate::Result;

    type Format = fn(&Path, &mut Vec<u8>) -> Result<u64>;

    /// Returns what a format makes of a trip with these positions, and how many it leaves out.
    fn written(write: Format, track: &[(f64, f64)]) -> (String, u64) {
        let point = |(lat, lon): &(f64, f64)| json!({"ts": "t", "lat": lat, "lon": lon});
        let track: Vec<Value> = track.iter().map(point).collect();
        let rows = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(rows.path(), json!({"id": "i", "track": track}).to_string()).unwrap();
        let mut out = Vec::new();
        let left_out = write(rows.path(), &mut out).unwrap();
        (String::from_utf8(out).unwrap(), left_out)
    }

    #[test]
    fn kml_and_gpx_are_cut_at_the_180th_meridian_too() {
        let round = [(0.0, 179.0), (1.0, -179.0), (2.0, 179.5)];
        let (kml, _) = written(kml::write, &round);
        let line = |places: &str| {
            format!(
                "<LineString><tessellate>1</tessellate><coordinates>{places}</coordinates></LineString>"
            )
        };
        let lines = [
            "179,0 180,0.5",
            "-180,0.5 -179,1 -180,1.6666667",
            "180,1.6666667 179.5,2",
        ];
        let lines = lines.map(line).concat();
        assert!(
            kml.contains(&format!("<MultiGeometry>{lines}</MultiGeometry>")),
            "{kml}"
        );
        let (gpx, _) = written(gpx::write, &round);
        let parts: Vec<_> = gpx.split("<trkseg>").skip(1).collect();
        let points = parts.iter().map(|part| part.matches("<trkpt ").count());
        assert_eq!(points.collect::<Vec<_>>(), [1, 1, 1], "{gpx}");
        let plain = [(0.0, 179.0), (1.0, 180.0), (2.0, 179.5)];
        let (kml, _) = written(kml::write, &plain);
        assert!(
            kml.contains("<LineString>") && !kml.contains("Multi"),
            "{kml}"
        );
        let (gpx, _) = written(gpx::write, &plain);
        assert_eq!(gpx.matches("<trkseg>").count(), 1, "{gpx}");
    }

    #[test]
    fn positions_without_a_fix_are_left_out_of_every_track() {
        let formats: [Format; 3] = [kml::write, gpx::write, geojson::write];
        for write in formats {
            let (whole, none) = written(write, &[(55.0, 10.0), (55.5, 10.5)]);
            let track = [
                (0.0, 0.0),
                (55.0, 10.0),
                (-0.0, 0.0),
                (55.5, 10.5),
                (0.0, 0.0),
            ];
            let (text, left_out) = written(write, &track);
            assert_eq!((none, left_out, text), (0, 3, whole));
            // On the equator, and on the prime meridian.
            let (_, left_out) = written(write, &[(0.0, 10.0), (10.0, 0.0)]);
            assert_eq!(left_out, 0);
            let (text, left_out) = written(write, &[(0.0, 0.0)]);
            let has_place = ["<coordinates>", "<trkpt", "\"coordinates\""];
            assert!(
                left_out == 1 && !has_place.iter().any(|p| text.contains(p)),
                "{text}"
            );
        }
    }
}
