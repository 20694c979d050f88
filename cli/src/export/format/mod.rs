//! Formats of exported files. A file is made from the rows alone, so that the same rows give the
//! same bytes.

mod csv;
mod cut;
mod flat;
mod geojson;
mod gpx;
mod kml;
#[cfg(feature = "parquet")]
mod parquet;
pub mod xml;

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    path::Path,
};

use serde_json::Value;

pub use flat::{Column, Kind};

use flat::Columns;

use super::{
    shown,
    track::{self, Point},
};
use crate::{
    Failure, Result,
    output::{ending, line},
};

/// A format of an export.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Format {
    Ndjson,
    Csv,
    Parquet,
    Gpx,
    Geojson,
    Kml,
}

const ALL: [Format; 6] = [
    Format::Ndjson,
    Format::Csv,
    Format::Parquet,
    Format::Gpx,
    Format::Geojson,
    Format::Kml,
];

impl Format {
    pub fn name(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Gpx => "gpx",
            Self::Geojson => "geojson",
            Self::Kml => "kml",
        }
    }

    /// Returns whether the format has tracks.
    pub fn has_tracks(self) -> bool {
        matches!(self, Self::Gpx | Self::Geojson | Self::Kml)
    }

    /// Returns the given format, or else that of the file's name; NDJSON for a folder.
    ///
    /// # Errors
    /// Returns an error if there is no such format, if this export does not support it, or if it is
    /// not in this build.
    pub fn choose(
        said: Option<&str>,
        file: &Path,
        is_folder: bool,
        of_trips: bool,
    ) -> Result<Self> {
        let end = ending(file);
        let name = match (said, is_folder) {
            (Some(said), _) => said,
            (None, true) => "ndjson",
            (None, false) => end.as_deref().unwrap_or_default(),
        };
        let lower = name.to_ascii_lowercase();
        let lower = if lower == "jsonl" {
            "ndjson"
        } else {
            lower.as_str()
        };
        let fits = |format: &&Self| of_trips || !format.has_tracks();
        let all: Vec<_> = ALL.iter().filter(fits).collect();
        let names: Vec<_> = all.iter().map(|f| f.name()).collect();
        let found = all.into_iter().find(|f| f.name() == lower).ok_or_else(|| {
            let what = match (said, name) {
                (None, "") => format!("{} has no known format", shown(file)),
                _ => format!("`{}` is not a format of this export", line(name)),
            };
            Failure::usage(what).hint(format!("--format is one of {}", names.join(", ")))
        })?;
        if *found == Self::Parquet && !cfg!(feature = "parquet") {
            return Err(Failure::not_built("Parquet", "parquet"));
        }
        Ok(*found)
    }

    /// Writes the file from the rows. A table without rows has these columns. Returns how many
    /// positions of tracks are left out.
    ///
    /// # Errors
    /// Returns an error if the rows cannot be read, or if the file cannot be written.
    pub fn write(
        self,
        rows: &Path,
        columns: &[Column],
        to: &mut (impl Write + Send),
    ) -> Result<u64> {
        match self {
            // The file of rows itself is renamed.
            Self::Ndjson => {}
            Self::Csv => csv::write(Columns::of(rows, columns)?, rows, to)?,
            #[cfg(feature = "parquet")]
            Self::Parquet => parquet::write(Columns::of(rows, columns)?, rows, to)?,
            #[cfg(not(feature = "parquet"))]
            Self::Parquet => return Err(Failure::not_built("Parquet", "parquet")),
            Self::Gpx => return gpx::write(rows, to),
            Self::Geojson => return geojson::write(rows, to),
            Self::Kml => return kml::write(rows, to),
        }
        Ok(0)
    }
}

/// Returns an iterator over the rows.
pub fn rows(path: &Path) -> Result<impl Iterator<Item = Result<Value>>> {
    let named = shown(path);
    let failed =
        move |e: &dyn std::fmt::Display| Failure::failed(format!("cannot read {named}: {e}"));
    let file = File::open(path).map_err(|e| failed(&e))?;
    Ok(BufReader::new(file).lines().map(move |line| {
        let line = line.map_err(|e| failed(&e))?;
        serde_json::from_str(&line).map_err(|e| failed(&e))
    }))
}

fn put(to: &mut impl Write, text: &str) -> Result<()> {
    let written = to.write_all(text.as_bytes());
    written.map_err(|e| Failure::failed(format!("cannot write the export: {e}")))
}

/// Returns the places of a trip, its track or else its start and end, and how many are left out
/// because they have no fix.
pub fn places(trip: &Value) -> (Vec<Point>, u64) {
    let track = trip.get("track").cloned().unwrap_or_default();
    let (track, left_out) = track::fixes(serde_json::from_value(track).unwrap_or_default());
    if !track.is_empty() {
        return (track, left_out);
    }
    let end = |name: &str| {
        let number = |of: &str| {
            let value = trip.get(format!("{name}_position_{of}"))?;
            value.as_f64().or_else(|| value.as_str()?.parse().ok())
        };
        let ts = trip.get(format!("{name}_time_utc"))?.as_str()?.to_owned();
        let (lat, lon) = (number("lat")?, number("lng")?);
        let is_place = lat.abs() <= 90.0 && lon.abs() <= 180.0;
        is_place.then_some(Point {
            ts,
            lat,
            lon,
            alt: None,
            speed: None,
        })
    };
    let ends = ["start", "end"].into_iter().filter_map(end);
    let (ends, more) = track::fixes(ends.collect());
    (ends, left_out + more)
}

/// Returns a title for a trip: its time, its start and its end.
fn title(trip: &Value) -> String {
    let text = |path: &str| trip.pointer(path).and_then(Value::as_str);
    let start = text("/start_time_utc").unwrap_or_default();
    match (
        text("/start_position_display/city"),
        text("/end_position_display/city"),
    ) {
        (Some(from), Some(to)) => format!("{start} {from} – {to}"),
        _ => start.to_owned(),
    }
}
