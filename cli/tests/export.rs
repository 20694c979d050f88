//! `autopi export`: each format, every kind of interruption, and refused exports.

mod support;

use std::{fs, path::Path, process::Stdio, sync::Arc, thread, time::Duration};

use autopi_sandbox::Sandbox;
use serde_json::Value;
use support::{Cli, Ran, sandbox};

/// Arguments for the telemetry of a device, in windows short enough to be hit by kills.
const TELEMETRY: &str = "export telemetry -d Truck-01 --from 2026-01-01T00:00Z --to \
                         2026-01-01T05:00Z --window 10m --parallel 2";
const TRIPS: &str =
    "export trips --from 2026-01-01T00:00Z --to 2026-02-01T00:00Z --window 1d --parallel 2";

fn export(cli: &Cli, line: &str, file: &str) -> Ran {
    cli.line(&format!("{line} -o {file}"))
}

fn read(cli: &Cli, file: &str) -> String {
    fs::read_to_string(cli.home.path().join(file)).unwrap()
}

fn manifest(cli: &Cli, file: &str) -> Vec<Value> {
    let text = read(cli, &format!("{file}.manifest"));
    text.lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect()
}

#[test]
fn telemetry_has_every_record_of_the_half_open_range_once_in_order() {
    let cli = Cli::shared();
    let ran = export(&cli, TELEMETRY, "./t.ndjson");
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{ran:?}");
    assert!(ran.err.contains("1800 rows"), "{ran:?}");
    let rows: Vec<Value> = read(&cli, "t.ndjson")
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    // One record every ten seconds, also at the boundaries of windows, and none twice.
    let start: autopi::Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    for (n, row) in rows.iter().enumerate() {
        let at = start + Duration::from_secs(10 * n as u64);
        assert_eq!(row["ts"], at.to_string(), "{row}");
        assert_eq!(row["device_id"], rows[0]["device_id"]);
    }
    assert_eq!(rows.len(), 1800);
    let manifest = manifest(&cli, "t.ndjson");
    assert_eq!(manifest.len(), 1 + 30 + 1);
    assert_eq!(manifest[0]["from"], "2026-01-01T00:00:00Z");
    let sum: u64 = manifest[1..31]
        .iter()
        .map(|w| w["rows"].as_u64().unwrap())
        .sum();
    assert_eq!((sum, manifest[31]["rows"].as_u64()), (1800, Some(1800)));
    // A second time: the file exists.
    let again = export(&cli, TELEMETRY, "./t.ndjson");
    assert!(
        again.code == 0 && again.err.contains("is complete: 1800 rows"),
        "{again:?}"
    );
    let other_window = export(&cli, &TELEMETRY.replace("10m", "7m"), "./other.ndjson");
    assert_eq!(other_window.code, 0, "{other_window:?}");
    assert_eq!(read(&cli, "other.ndjson"), read(&cli, "t.ndjson"));
}

#[test]
fn fields_select_record_types_and_members() {
    let cli = Cli::shared();
    let line = format!("{TELEMETRY} --field obd.speed --field track.pos.loc.lat");
    assert_eq!(export(&cli, &line, "./f.csv").code, 0);
    let text = read(&cli, "f.csv");
    assert!(
        text.starts_with("device_id,ts,rec,t,data.loc.lat,data.value,data.unit\n"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 601);
    assert!(
        text.contains(",obd.speed,,") && text.contains(",track.pos,57."),
        "{text}"
    );
}

#[test]
fn a_field_that_no_record_has_is_an_error_with_those_that_there_are() {
    let cli = Cli::shared();
    let line = format!("{TELEMETRY} --field obd.sped --field obd.bat");
    // The second time it is complete already; another order selects the same.
    let again = format!("{TELEMETRY} --field obd.bat --field obd.sped --field obd.bat");
    for line in [&line, &again] {
        let ran = export(&cli, line, "./m.csv");
        assert_eq!((ran.code, ran.out.as_str()), (4, ""), "{ran:?}");
        for part in [
            "--field obd.sped; ./m.csv is complete",
            "did you mean obd.speed? there are obd.bat, obd.coolant_temp, obd.rpm",
        ] {
            assert!(ran.err.contains(part), "{ran:?}");
        }
    }
    assert_eq!(read(&cli, "m.csv").lines().count(), 301);
    // Continued after what was fetched before: the names are in the manifest.
    let text = read(&cli, "m.csv.manifest");
    let part = export(&cli, &format!("{TELEMETRY} --field obd.bat"), "./p.ndjson");
    assert_eq!(part.code, 0, "{part:?}");
    fs::rename(
        cli.home.path().join("p.ndjson"),
        cli.home.path().join("m.csv.part"),
    )
    .unwrap();
    fs::remove_file(cli.home.path().join("m.csv")).unwrap();
    let (done, _) = text.trim_end().rsplit_once('\n').unwrap();
    cli.file("m.csv.manifest", &format!("{done}\n"));
    let ran = export(&cli, &line, "./m.csv");
    assert!(
        ran.err.contains("continues with 30 of 30 windows"),
        "{ran:?}"
    );
    assert!(
        ran.code == 4
            && ran
                .err
                .contains("there are obd.bat, obd.coolant_temp, obd.rpm"),
        "{ran:?}"
    );
    assert_eq!(read(&cli, "m.csv.manifest"), text);
    // A member that its type does not have, in a file for each device.
    let ran = export(
        &cli,
        &format!("{TELEMETRY} -d Truck-02 --field track.pos.nsats"),
        "./f/",
    );
    assert!(
        ran.code == 4 && ran.err.contains("did you mean track.pos.nsat?"),
        "{ran:?}"
    );
    // What the API knows of the device is not misspelled.
    let ran = export(&cli, &format!("{TELEMETRY} --field field-1"), "./k.csv");
    assert_eq!(ran.code, 0, "{ran:?}");
    // Without any record nothing says that it is wrong.
    let empty = TELEMETRY.replace("2026-", "2019-");
    assert_eq!(
        export(&cli, &format!("{empty} --field nope"), "./e.csv").code,
        0
    );
}

#[test]
fn a_folder_has_a_file_for_each_device() {
    let cli = Cli::shared();
    let line = "export telemetry -d Truck-01 -d Truck-02 --from 2026-01-01T00:00Z --to \
                2026-01-01T00:10Z --format csv -o out/";
    assert_eq!(cli.line(line).code, 0);
    let files = fs::read_dir(cli.home.path().join("out")).unwrap();
    let names: Vec<_> = files
        .map(|f| f.unwrap().file_name().into_string().unwrap())
        .collect();
    let csv: Vec<_> = names.iter().filter(|n| n.ends_with(".csv")).collect();
    assert!(
        csv.len() == 2 && csv.iter().all(|n| n.starts_with("telemetry-")),
        "{names:?}"
    );
}

#[test]
fn trips_have_tracks_in_formats_that_support_them() {
    let cli = Cli::shared();
    for format in ["gpx", "geojson", "kml", "csv", "ndjson"] {
        let ran = export(&cli, TRIPS, &format!("./trips.{format}"));
        assert!(ran.code == 0 && ran.err.contains("25 rows"), "{ran:?}");
    }
    let gpx = read(&cli, "trips.gpx");
    assert_eq!(gpx.matches("<trk>").count(), 25);
    assert!(gpx.matches("<trkpt ").count() > 100, "{gpx}");
    assert!(gpx.contains("<time>2026-01-01T08:36:00Z</time>"), "{gpx}");
    let geojson: Value = serde_json::from_str(&read(&cli, "trips.geojson")).unwrap();
    let features = geojson["features"].as_array().unwrap();
    assert_eq!(features.len(), 25);
    for feature in features {
        let line = feature["geometry"]["coordinates"].as_array().unwrap();
        let times = feature["properties"]["coordTimes"].as_array().unwrap();
        assert!(line.len() > 2 && line.len() == times.len(), "{feature}");
        // Longitude first: Denmark.
        let (lon, lat) = (line[0][0].as_f64().unwrap(), line[0][1].as_f64().unwrap());
        assert!(
            (9.0..13.0).contains(&lon) && (55.0..58.0).contains(&lat),
            "{feature}"
        );
    }
    assert_eq!(read(&cli, "trips.kml").matches("<Placemark>").count(), 25);
    assert_eq!(read(&cli, "trips.csv").lines().count(), 26);
}

#[test]
fn invalid_exports_are_refused_before_a_file_is_created() {
    let cli = Cli::shared();
    cli.file("there.csv", "mine");
    let good = "--from 2026-01-01T00:00Z --to 2026-01-01T01:00Z";
    let telemetry = "export telemetry -d Truck-01";
    for (line, says) in [
        (
            format!("{telemetry} --from 2026-01-01T00:00 --to now -o ./a.csv"),
            "has no time zone",
        ),
        (
            format!("{telemetry} --from 2026-10-25T02:30[Europe/Copenhagen] --to now -o ./a.csv"),
            "does not exist in its zone, or exists twice",
        ),
        (
            format!("{telemetry} --from yesterday --to now -o ./a.csv"),
            "is not a time",
        ),
        (
            format!("{telemetry} --from 2026-01-02T00:00Z --to 2026-01-01T00:00Z -o ./a.csv"),
            "is after --to",
        ),
        (
            format!("{telemetry} --from 2026-01-01T00:00Z --to 2026-01-01T00:00Z -o ./a.csv"),
            "nothing is between",
        ),
        (
            format!("{telemetry} --from 2026-01-01T00:00Z -o ./a.csv"),
            "--to",
        ),
        (
            format!("{telemetry} --from 0001-01-01T00:00Z --to now -o ./a.csv"),
            "windows, more than",
        ),
        (
            format!("{telemetry} {good} --window 0h -o ./a.csv"),
            "--window",
        ),
        (format!("{telemetry} {good} --rate 0 -o ./a.csv"), "--rate"),
        (
            format!("{telemetry} {good} --rate -1 -o ./a.csv"),
            "invalid value '-1' for '--rate",
        ),
        (
            format!("{telemetry} {good} --window -1h -o ./a.csv"),
            "--window `-1h`: must be a length",
        ),
        (
            format!("{telemetry} {good} --parallel -1 -o ./a.csv"),
            "invalid value '-1' for '--parallel",
        ),
        (format!("{telemetry} {good}"), "needs a file"),
        (format!("{telemetry} {good} -o csv"), "needs a file"),
        (format!("{telemetry} {good} -o ./a"), "has no known format"),
        (
            format!("{telemetry} {good} -o ./a.gpx"),
            "not a format of this export",
        ),
        (format!("{telemetry} {good} -o ./a.csv --jq .x"), "--jq"),
        (
            format!("{telemetry} {good} -o ./there.csv"),
            "is there already",
        ),
        (
            format!("{telemetry} {good} -o ./no/folder/a.csv"),
            "no such folder",
        ),
        (format!("export telemetry {good} -o ./a.csv"), "--device"),
        (
            format!("export telemetry -d Truck {good} -o ./a.csv"),
            "may be",
        ),
    ] {
        cli.line(&line).bad(2, says);
        assert!(!cli.home.path().join("a.csv.part").exists(), "{line}");
    }
    cli.line(&format!("export telemetry -d Nobody {good} -o ./a.csv"))
        .bad(4, "no device `Nobody`");
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", cli.home.path().join("link.csv")).unwrap();
    #[cfg(unix)]
    for (place, says) in [
        ("link.csv", "a symbolic link to a file that does not exist"),
        ("/dev/full --format csv", "not a regular file"),
        ("/proc/a.csv", "/proc/a.csv"),
    ] {
        cli.line(&format!("{telemetry} {good} -o {place}"))
            .bad(2, says);
    }
    let spec = cli.file(
        "small.json",
        r#"{"openapi":"3.0.3","info":{"title":"x","version":"1"},"paths":{"/a/":{"get":{"tags":["a"],"operationId":"a_list","responses":{"200":{"description":""}}}}}}"#,
    );
    cli.line(&format!(
        "{telemetry} {good} -o ./a.csv --spec {spec} --dry-run"
    ))
    .bad(2, "the document has no GET /logbook/storage/raw/");
    assert_eq!(read(&cli, "there.csv"), "mine");
}

#[test]
fn times_with_an_offset_are_written_in_utc() {
    let url = support::server(|path| {
        let body = match path {
            p if p.starts_with("/auth/") => r#"{"id": 1}"#,
            p if p.starts_with("/dongle/devices/") => {
                r#"{"count": 1, "results": [{"id": "0189d7a5-0000-7000-8000-000000000001", "unit_id": "0189d7a5-0000-7000-8000-000000000002", "callName": "a"}]}"#
            }
            _ => {
                r#"{"count": 1, "results": [{"ts": "2026-01-01T01:30:00+01:00", "rec": "2025-12-31T19:30:01-05:00", "t": "x", "data": {}}]}"#
            }
        };
        (200, body.into())
    });
    let cli = Cli::alone()
        .with("AUTOPI_BASE_URL", &url)
        .with("AUTOPI_API_TOKEN", "0123456789abcdef");
    let line = "export telemetry -d a --from 2026-01-01T00:00Z --to 2026-01-01T01:00Z";
    export(&cli, line, "./utc.csv").good();
    assert_eq!(
        read(&cli, "utc.csv"),
        "device_id,ts,rec,t,data\n0189d7a5-0000-7000-8000-000000000001,2026-01-01T00:30:00Z,\
         2026-01-01T00:30:01Z,x,{}\n"
    );
}

#[test]
fn a_table_without_rows_has_its_columns_and_a_dry_run_writes_no_file() {
    let cli = Cli::shared();
    let line = "export telemetry -d Truck-01 --from 2025-01-01T00:00Z --to 2025-01-01T01:00Z";
    let dry = cli.line(&format!("{line} -o ./e.csv --dry-run"));
    assert!(dry.good().starts_with("curl "), "{dry:?}");
    assert_eq!(fs::read_dir(cli.home.path()).unwrap().count(), 0);
    let trips = "export trips --from 2025-01-01T00:00Z --to 2025-01-01T01:00Z";
    for (line, file, starts) in [
        (line, "e.csv", "device_id,ts,"),
        (line, "e.ndjson", ""),
        (line, "e.parquet", "PAR1"),
        (trips, "t.csv", "id,"),
        (trips, "t.gpx", "<?xml"),
    ] {
        let ran = export(&cli, line, &format!("./{file}"));
        assert!(ran.code == 0 && ran.err.contains("0 rows"), "{ran:?}");
        let bytes = fs::read(cli.home.path().join(file)).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.starts_with(starts), "{file}: {text}");
        assert_eq!(text.is_empty(), starts.is_empty(), "{file}: {text}");
        if file.ends_with("csv") {
            assert_eq!(text.lines().count(), 1, "{file}: {text}");
        }
    }
    // They are columns of the table with rows too.
    let full = "export trips --from 2026-01-01T00:00Z --to 2026-01-02T00:00Z";
    export(&cli, full, "./full.csv").good();
    let header = |file: &str| -> Vec<String> {
        let text = read(&cli, file);
        let first = text.lines().next().unwrap();
        first.split(',').map(str::to_owned).collect()
    };
    let own = header("full.csv");
    for name in header("t.csv") {
        assert!(own.contains(&name), "{name}: {own:?}");
    }
}

#[test]
fn the_files_of_another_export_are_refused_and_force_starts_anew() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::of(&api);
    api.set_faults(&["status=404:0.3@/logbook/"]).unwrap();
    assert_eq!(export(&cli, TELEMETRY, "./t.csv").code, 4);
    api.set_faults(&[]).unwrap();
    let other = TELEMETRY.replace("T05", "T06");
    export(&cli, &other, "./t.csv").bad(2, "is of another export: its to is");
    assert_eq!(export(&cli, &format!("{other} --force"), "./t.csv").code, 0);
    assert_eq!(read(&cli, "t.csv").lines().count(), 2161);
    // A file with the manifest's name that is not a manifest.
    cli.file("n.csv.manifest", "my list\n");
    export(&cli, TELEMETRY, "./n.csv").bad(2, "is of another export");
    assert_eq!(read(&cli, "n.csv.manifest"), "my list\n");
}

/// Data of two accounts or hosts is never in one file.
#[test]
fn an_export_of_another_account_or_host_is_not_continued() {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
    let (account, fails) = (
        Arc::new(AtomicUsize::new(1)),
        Arc::new(AtomicBool::new(true)),
    );
    let start = || {
        let (account, fails) = (Arc::clone(&account), Arc::clone(&fails));
        support::server(move |path| {
            let body = match path {
                "/auth/user/" => match account.load(Relaxed) {
                    // The account may not read its own user.
                    0 => return (403, "{}".into()),
                    n => format!(r#"{{"pk":{n},"email":"same@example.org"}}"#),
                },
                path if path.starts_with("/logbook/") && fails.load(Relaxed) => {
                    return (404, "{}".into());
                }
                path if path.starts_with("/dongle/devices/") => {
                    let id = "0189d7a5-0000-7000-8000-000000000001";
                    format!(
                        r#"{{"count":1,"results":[{{"id":"{id}","unit_id":"{id}","callName":"Truck-01"}}]}}"#
                    )
                }
                _ => r#"{"count":0,"results":[]}"#.into(),
            };
            (200, body)
        })
    };
    let (here, there) = (start(), start());
    let mut cli = Cli::alone().with("AUTOPI_API_TOKEN", autopi_sandbox::API_TOKEN);
    let mut at = |url: &str| {
        cli.variables.retain(|(name, _)| name != "AUTOPI_BASE_URL");
        cli.variables.push(("AUTOPI_BASE_URL".into(), url.into()));
        export(&cli, TELEMETRY, "./t.csv")
    };
    assert_eq!(at(&here).code, 4);
    for other in [2, 0] {
        account.store(other, Relaxed);
        at(&here).bad(2, "is of another export: it is of another account");
    }
    account.store(1, Relaxed);
    at(&there).bad(2, "is of another export: its api is");
    fails.store(false, Relaxed);
    assert_eq!(at(&here).code, 0);
    // A complete file of another account does not count as this export's either.
    account.store(2, Relaxed);
    at(&here).bad(2, "it is of another account");
    let manifest = manifest(&cli, "t.csv")[0].to_string();
    assert!(
        !manifest.contains("same@") && !manifest.contains(autopi_sandbox::API_TOKEN),
        "{manifest}"
    );
}

#[test]
fn a_relative_time_is_that_of_the_first_start() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::of(&api);
    let line = "export telemetry -d Truck-01 --from -1h --to now --window 10m -o ./r.ndjson";
    api.set_faults(&["status=404@/logbook/"]).unwrap();
    assert_eq!(cli.line(line).code, 4);
    let before = manifest(&cli, "r.ndjson")[0].clone();
    thread::sleep(Duration::from_millis(1100));
    api.set_faults(&[]).unwrap();
    assert_eq!(cli.line(line).code, 0);
    assert_eq!(manifest(&cli, "r.ndjson")[0], before);
}

/// Returns the bytes of an uninterrupted export.
fn whole(api: &Sandbox, line: &str, name: &str) -> Vec<u8> {
    let cli = Cli::of(api);
    let ran = export(&cli, line, name);
    assert_eq!(ran.code, 0, "{ran:?}");
    fs::read(cli.home.path().join(name)).unwrap()
}

/// Runs the command until it succeeds; returns the bytes and the number of starts.
fn ends_equal(cli: &Cli, line: &str, name: &str, whole: &[u8]) {
    let ran = export(cli, line, name);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        fs::read(cli.home.path().join(name)).unwrap() == whole,
        "{name} is another file"
    );
    let left: Vec<_> = fs::read_dir(cli.home.path())
        .unwrap()
        .map(|f| f.unwrap().file_name())
        .collect();
    // The file, its manifest, and temporary files of a kill while the file was written.
    assert!(
        !left
            .iter()
            .any(|n| Path::new(n).extension().is_some_and(|e| e == "part")),
        "{left:?}"
    );
}

#[test]
fn an_export_killed_at_fifty_random_points_continues_and_ends_byte_equal() {
    let api = Arc::new(sandbox(Sandbox::builder()));
    let cases = [
        #[cfg(feature = "parquet")]
        (TELEMETRY, "t.parquet"),
        (TELEMETRY, "t.ndjson"),
        (TELEMETRY, "t.csv"),
        (TRIPS, "t.gpx"),
        (TRIPS, "t.geojson"),
        #[cfg(not(feature = "parquet"))]
        (TRIPS, "t.kml"),
    ];
    let wholes: Vec<_> = cases
        .iter()
        .map(|(line, name)| whole(&api, line, name))
        .collect();
    api.set_faults(&["latency=10ms"]).unwrap();
    let mut seed = u64::from(std::process::id());
    let mut random = move || {
        seed = seed
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (seed >> 33) % 1000
    };
    // The command is killed ten times for each file, each time a little later, and then runs to its
    // end.
    let workers: Vec<_> = cases
        .into_iter()
        .zip(wholes)
        .map(|((line, name), whole)| {
            let delays: Vec<u64> = (0..10).map(|_| 20 + random() * 4 / 10).collect();
            let api = Arc::clone(&api);
            thread::spawn(move || {
                let cli = Cli::of(&api);
                let mut killed = 0;
                for delay in delays {
                    let line = format!("{line} -o {name}");
                    let words: Vec<_> = line.split_whitespace().collect();
                    let mut child = cli.command(&words).stderr(Stdio::null()).spawn().unwrap();
                    thread::sleep(Duration::from_millis(delay));
                    // SIGKILL.
                    child.kill().unwrap();
                    if !child.wait().unwrap().success() {
                        killed += 1;
                        continue;
                    }
                    assert!(
                        fs::read(cli.home.path().join(name)).unwrap() == whole,
                        "{name}"
                    );
                    for end in ["", ".manifest"] {
                        fs::remove_file(cli.home.path().join(format!("{name}{end}"))).unwrap();
                    }
                }
                ends_equal(&cli, line, name, &whole);
                killed
            })
        })
        .collect();
    let killed: i32 = workers.into_iter().map(|w| w.join().unwrap()).sum();
    assert!(killed >= 25, "{killed} of 50 kills came before the end");
}

#[test]
fn an_export_with_truncated_files_continues_and_ends_byte_equal() {
    let api = sandbox(Sandbox::builder());
    let line = TELEMETRY.replace("T05", "T01");
    let whole = whole(&api, &line, "t.csv");
    // The content of the disk before the last step.
    let cli = Cli::of(&api);
    api.set_faults(&["status=404@/logbook/storage/raw/"])
        .unwrap();
    assert_eq!(export(&cli, &line, "t.csv").code, 4);
    api.set_faults(&[]).unwrap();
    let header = read(&cli, "t.csv.manifest");
    let other = export(&cli, &format!("{line} --format ndjson"), "x.csv");
    assert_eq!(other.code, 0, "{other:?}");
    let part = fs::read(cli.home.path().join("x.csv")).unwrap();
    let windows = read(&cli, "x.csv.manifest");
    let (_, windows) = windows.split_once('\n').unwrap();
    let manifest = format!("{header}{windows}");
    let place = |file: &str| cli.home.path().join(file);
    for n in 0..24 {
        let cut = manifest.len() * n / 23;
        let end = part.len() * (23 - n.min(23)) / 23;
        for (manifest, part) in [
            (&manifest.as_bytes()[..cut], part.as_slice()),
            (manifest.as_bytes(), &part[..end]),
        ] {
            let _ = fs::remove_file(place("t.csv"));
            fs::write(place("t.csv.manifest"), manifest).unwrap();
            fs::write(place("t.csv.part"), part).unwrap();
            ends_equal(&cli, &line, "t.csv", &whole);
        }
    }
    // A changed row.
    let mut changed = part.clone();
    changed[part.len() / 2] ^= 1;
    fs::remove_file(place("t.csv")).unwrap();
    fs::write(place("t.csv.manifest"), &manifest).unwrap();
    fs::write(place("t.csv.part"), changed).unwrap();
    ends_equal(&cli, &line, "t.csv", &whole);
}

#[test]
fn an_export_continues_after_a_dead_network_or_an_expired_token() {
    for (fault, code) in [
        ("reset:0.9@/logbook/", 5),
        ("status=503@/logbook/", 5),
        ("status=401:0.2@/logbook/", 3),
        ("truncate:0.9@/logbook/", 5),
        ("bad-json:0.2@/logbook/", 1),
    ] {
        let api = sandbox(Sandbox::builder());
        let whole = whole(&api, TELEMETRY, "t.csv");
        let cli = Cli::of(&api);
        api.set_faults(&[fault]).unwrap();
        let ran = export(&cli, &format!("{TELEMETRY} --timeout 2"), "t.csv");
        assert_eq!(ran.code, code, "{fault}: {ran:?}");
        assert!(
            ran.err.contains("the same command continues"),
            "{fault}: {ran:?}"
        );
        api.set_faults(&[]).unwrap();
        ends_equal(&cli, TELEMETRY, "t.csv", &whole);
    }
}

#[cfg(unix)]
#[test]
fn an_export_stops_on_a_full_disk_and_continues_when_there_is_space() {
    let api = sandbox(Sandbox::builder());
    for (name, blocks) in [
        ("t.ndjson", 0),
        ("t.ndjson", 40),
        ("t.csv", 40),
        ("t.csv", 430),
    ] {
        let whole = whole(&api, TELEMETRY, name);
        let cli = Cli::of(&api);
        let line = format!("{TELEMETRY} -o {name}");
        // A limit on the file size (in blocks of 512 bytes): a write fails half-way, as on a full
        // disk.
        let limit = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" {line}");
        let mut command = cli.command(&[]);
        let program = command.get_program().to_owned();
        let mut shell = std::process::Command::new("/bin/sh");
        shell
            .args(["-c", &limit])
            .arg(program)
            .env_clear()
            .current_dir(cli.home.path());
        shell.envs(
            command
                .env("PATH", "/bin")
                .get_envs()
                .filter_map(|(k, v)| Some((k, v?))),
        );
        let ran = Ran::from(shell.output().unwrap());
        assert_eq!(ran.code, 1, "{blocks}: {ran:?}");
        assert!(
            ran.err.contains("cannot write") && (blocks == 0 || ran.err.contains("continues")),
            "{ran:?}"
        );
        assert!(!cli.home.path().join(name).exists());
        ends_equal(&cli, TELEMETRY, name, &whole);
    }
}

#[test]
fn two_exports_into_one_file_at_once_are_refused() {
    let api = sandbox(Sandbox::builder());
    let whole = whole(&api, TELEMETRY, "t.csv");
    let cli = Cli::of(&api);
    api.set_faults(&["latency=100ms"]).unwrap();
    let line = format!("{TELEMETRY} -o t.csv");
    let words: Vec<_> = line.split_whitespace().collect();
    let mut first = cli.command(&words).stderr(Stdio::null()).spawn().unwrap();
    while !cli.home.path().join("t.csv.part").exists() {
        thread::sleep(Duration::from_millis(5));
    }
    for force in ["", " --force"] {
        cli.line(&format!("{line}{force}"))
            .bad(1, "another export is writing");
    }
    assert!(first.wait().unwrap().success());
    assert!(fs::read(cli.home.path().join("t.csv")).unwrap() == whole);
}

#[test]
fn an_export_keeps_its_rate_limit() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::of(&api);
    let start = std::time::Instant::now();
    let line = "export telemetry -d Truck-01 --from 2026-01-01T00:00Z --to 2026-01-01T01:00Z \
                --window 10m --rate 10 --parallel 8 -o ./t.csv";
    assert_eq!(cli.line(line).code, 0);
    // Seven requests, the first of which is sent at once.
    assert!(
        start.elapsed() >= Duration::from_millis(550),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn an_export_of_the_sandbox_is_continued_with_the_data_of_its_day_only() {
    let mut cli = Cli::alone();
    let line = "export telemetry --sandbox -d Truck-01 --from 2026-01-01T00:00Z --to \
                2026-01-01T01:00Z -o ./t.csv";
    assert_eq!(cli.line(line).code, 0);
    assert!(cli.line(line).err.contains("is complete"));
    cli = cli.with("AUTOPI_SANDBOX_SINCE", "2026-01-02");
    cli.line(line).bad(
        2,
        "its api is \"the sandbox of AUTOPI_SANDBOX_SINCE=2026-01-01\", not \"the sandbox of \
         AUTOPI_SANDBOX_SINCE=2026-01-02\"",
    );
}
