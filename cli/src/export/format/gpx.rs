//! GPX 1.1: one track for each trip.

use std::{fmt::Write as _, io::Write, path::Path};

use super::{cut, places, put, rows, title, xml};
use crate::Result;

pub fn write(path: &Path, to: &mut impl Write) -> Result<u64> {
    let mut without_fix = 0;
    put(
        to,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gpx version=\"1.1\" creator=\"autopi\" xmlns=\"http://www.topografix.com/GPX/1/1\">\n",
    )?;
    for trip in rows(path)? {
        let trip = trip?;
        let mut text = format!("<trk><name>{}</name>", xml::text(&title(&trip)));
        if let Some(id) = trip.get("id").and_then(|id| id.as_str()) {
            let _ = write!(text, "<desc>trip {}</desc>", xml::text(id));
        }
        let (places, left_out) = places(&trip);
        without_fix += left_out;
        // A track point is a measurement: none is added where the track is cut.
        for part in cut::parts(&places) {
            text.push_str("<trkseg>\n");
            for point in part {
                let _ = write!(text, "<trkpt lat=\"{}\" lon=\"{}\">", point.lat, point.lon);
                if let Some(alt) = point.alt {
                    let _ = write!(text, "<ele>{alt}</ele>");
                }
                let _ = writeln!(text, "<time>{}</time></trkpt>", xml::text(&point.ts));
            }
            text.push_str("</trkseg>");
        }
        put(to, &(text + "</trk>\n"))?;
    }
    put(to, "</gpx>\n")?;
    Ok(without_fix)
}
