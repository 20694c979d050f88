//! GPX 1.1: one track for each trip.

use std::{fmt::Write as _, io::Write, path::Path};

use super::{places, put, rows, title, xml};
use crate::Result;

pub fn write(path: &Path, to: &mut impl Write) -> Result<()> {
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
        text.push_str("<trkseg>\n");
        for point in places(&trip) {
            let _ = write!(text, "<trkpt lat=\"{}\" lon=\"{}\">", point.lat, point.lon);
            if let Some(alt) = point.alt {
                let _ = write!(text, "<ele>{alt}</ele>");
            }
            let _ = writeln!(text, "<time>{}</time></trkpt>", xml::text(&point.ts));
        }
        put(to, &(text + "</trkseg></trk>\n"))?;
    }
    put(to, "</gpx>\n")
}
