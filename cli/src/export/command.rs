//! The arguments of `autopi export`.

use clap::{Arg, Command, builder::PossibleValue, value_parser};

use crate::device;

pub fn command() -> Command {
    let time = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("TIME")
            .allow_hyphen_values(true)
            .required(true)
            .help(help)
    };
    let shared = |command: Command, window: &'static str, formats: &[&'static str]| {
        let values = formats.iter().map(|name| match *name {
            "ndjson" => PossibleValue::new("ndjson").alias("jsonl"),
            name => PossibleValue::new(name),
        });
        command
            .arg(time(
                "from",
                "From this time on: 2026-01-31T08:00Z, 2026-01-31T08:00[Europe/Copenhagen], -7d",
            ))
            .arg(time("to", "Before this time, e.g. now"))
            .arg(
                Arg::new("format")
                    .long("format")
                    .value_name("FORMAT")
                    .value_parser(values.collect::<Vec<_>>())
                    .ignore_case(true)
                    .help("Without it the format is that of the file's ending"),
            )
            .arg(
                Arg::new("window")
                    .long("window")
                    .value_name("SPAN")
                    .default_value(window)
                    .allow_hyphen_values(true)
                    .help("The range is fetched in pieces of this length: 30m, 6h, 7d"),
            )
            .arg(
                Arg::new("parallel")
                    .long("parallel")
                    .value_name("N")
                    .value_parser(value_parser!(u8).range(1..=32))
                    .allow_negative_numbers(true)
                    .default_value("4")
                    .help("Number of pieces that are fetched at once"),
            )
            .arg(
                Arg::new("rate")
                    .long("rate")
                    .value_name("N")
                    .value_parser(rate)
                    .allow_negative_numbers(true)
                    .help("Maximum number of requests per second"),
            )
    };
    Command::new("export")
        .about(
            "Writes telemetry or trips of a range of time to a file; after an interruption the \
             same command continues",
        )
        .subcommand_required(true)
        .subcommand(shared(
            Command::new("telemetry")
                .about("Writes raw records of devices as NDJSON, CSV or Parquet")
                .args(device::arguments(true))
                // One of the two.
                .mut_arg("device", |option| option.required_unless_present("devices"))
                .arg(
                    Arg::new("field")
                        .long("field")
                        .value_name("FIELD")
                        .value_parser(clap::builder::NonEmptyStringValueParser::new())
                        .action(clap::ArgAction::Append)
                        .help(
                            "Only records of this type (obd.speed), or only this member of them \
                             (track.pos.loc.lat)",
                        ),
                ),
            "6h",
            &["ndjson", "csv", "parquet"],
        ))
        .subcommand(shared(
            Command::new("trips")
                .about(
                    "Writes trips as GPX, GeoJSON or KML with their tracks, or as CSV, NDJSON or \
                     Parquet",
                )
                .args(device::arguments(true)),
            "7d",
            &["gpx", "geojson", "kml", "csv", "ndjson", "parquet"],
        ))
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text
        .parse::<f64>()
        .ok()
        .filter(|r| r.is_finite() && *r > 0.0);
    rate.ok_or_else(|| "must be a number above zero".into())
}
