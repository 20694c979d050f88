//! KML 2.2: one line for each trip.

use std::{fmt::Write as _, io::Write, path::Path};

use serde_json::Value;

use super::{Point, cut, places, put, rows, title, xml};
use crate::Result;

pub fn write(path: &Path, to: &mut impl Write) -> Result<u64> {
    let mut without_fix = 0;
    put(
        to,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document>\n",
    )?;
    for trip in rows(path)? {
        let trip = trip?;
        let text = |key: &str| trip.get(key).and_then(Value::as_str);
        let mut out = format!("<Placemark><name>{}</name>", xml::text(&title(&trip)));
        let end = |tag: &str, key: &str| {
            text(key).map_or(String::new(), |time| {
                format!("<{tag}>{}</{tag}>", xml::text(time))
            })
        };
        let (begin, end) = (end("begin", "start_time_utc"), end("end", "end_time_utc"));
        let _ = write!(out, "<TimeSpan>{begin}{end}</TimeSpan><ExtendedData>");
        let plain = trip.as_object().into_iter().flatten();
        for (name, value) in plain.filter(|(_, v)| !v.is_object() && !v.is_array() && !v.is_null())
        {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            let (name, value) = (xml::text(name), xml::text(&value));
            let _ = write!(out, "<Data name=\"{name}\"><value>{value}</value></Data>");
        }
        out.push_str("</ExtendedData>");
        let (places, left_out) = places(&trip);
        without_fix += left_out;
        let lines = cut::lines(&places);
        let lines: Vec<String> = lines.iter().map(|line| geometry(line)).collect();
        let (open, close) = match lines.len() {
            1 => ("", ""),
            _ => ("<MultiGeometry>", "</MultiGeometry>"),
        };
        let _ = writeln!(out, "{open}{}{close}</Placemark>", lines.concat());
        put(to, &out)?;
    }
    put(to, "</Document></kml>\n")?;
    Ok(without_fix)
}

/// Returns a line, or the only point of one.
fn geometry(places: &[Point]) -> String {
    let (open, close) = match places.len() {
        0 => return String::new(),
        1 => ("<Point>", "</Point>"),
        _ => ("<LineString><tessellate>1</tessellate>", "</LineString>"),
    };
    let all = places.iter().map(|p| match p.alt {
        Some(alt) => format!("{},{},{alt}", p.lon, p.lat),
        None => format!("{},{}", p.lon, p.lat),
    });
    let all: Vec<_> = all.collect();
    format!("{open}<coordinates>{}</coordinates>{close}", all.join(" "))
}
