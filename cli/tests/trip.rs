//! `autopi trip show`: the summary, the pictures, and unusual tracks.

mod support;

use std::fs;

use autopi_sandbox::API_TOKEN;
use serde_json::{Value, json};
use support::{Cli, server};

const ID: &str = "0189d7a5-0000-7000-8000-000000000001";
const DEVICE: &str = "0189d7a5-0000-7000-8000-000000000002";

/// Returns a trip of a device with this name, these positions and speeds.
fn with(name: &str, trip: Value, track: &[(f64, f64, Value)]) -> Cli {
    let mut whole = json!({
        "id": ID, "device": DEVICE, "start_time_utc": "2026-01-01T00:00:00Z",
        "end_time_utc": "2026-01-01T01:00:00Z", "distanceKm": 1.5, "duration": "01:00:00",
    });
    whole
        .as_object_mut()
        .unwrap()
        .extend(trip.as_object().unwrap().clone());
    let records: Vec<Value> = track.iter().enumerate().map(|(n, (lat, lon, sog))| {
        let ts = format!("2026-01-01T00:{:02}:{:02}Z", n / 6, n % 6 * 10);
        json!({"ts": ts, "t": "track.pos", "data": {"loc": {"lat": lat, "lon": lon}, "sog": sog}})
    }).collect();
    let device = json!({"id": DEVICE, "unit_id": DEVICE, "callName": name});
    let url = server(move |path| {
        let body = match path {
            path if path.starts_with("/logbook/v2/trips/") => whole.to_string(),
            path if path.starts_with("/dongle/devices/") => device.to_string(),
            _ => json!({"count": records.len(), "results": records}).to_string(),
        };
        (200, body)
    });
    Cli::alone()
        .with("AUTOPI_BASE_URL", &url)
        .with("AUTOPI_API_TOKEN", API_TOKEN)
}

/// Writes all three pictures; returns the SVG and the HTML page.
#[track_caller]
fn drawn(cli: &Cli) -> (String, String) {
    for kind in ["svg", "html", "png"] {
        let ran = cli.run(&[
            "trip",
            "show",
            ID,
            &format!("--{kind}"),
            &format!("t.{kind}"),
        ]);
        assert_eq!((ran.good(), ran.err.lines().count()), ("", 1), "{ran:?}");
    }
    let read = |name: &str| fs::read(cli.home.path().join(name)).unwrap();
    let png = read("t.png");
    assert!(
        png.starts_with(b"\x89PNG\r\n\x1a\n") && png.len() > 5000,
        "{}",
        png.len()
    );
    let text = |name: &str| String::from_utf8(read(name)).unwrap();
    let (svg, html) = (text("t.svg"), text("t.html"));
    // Everything is inside the picture, and no coordinate is NaN.
    for points in svg.split("points=\"").skip(1) {
        for place in points.split('"').next().unwrap().split(' ') {
            let (x, y) = place.split_once(',').unwrap();
            let (x, y): (f64, f64) = (x.parse().unwrap(), y.parse().unwrap());
            assert!(
                (0.0..=960.0).contains(&x) && (0.0..=760.0).contains(&y),
                "{place}"
            );
        }
    }
    for odd in ["NaN", "inf", "<script", "href", "url(", "@import"] {
        assert!(
            !svg.contains(odd) && !html.to_lowercase().contains(&odd.to_lowercase()),
            "{odd}"
        );
    }
    // The namespace of SVG is the only address.
    assert_eq!(
        (svg.matches("http").count(), html.matches("http").count()),
        (1, 2),
        "{html}"
    );
    (svg, html)
}

fn count(svg: &str, part: &str) -> usize {
    svg.matches(part).count()
}

/// Returns how many lines of the track have this text, such as their colour.
fn track(svg: &str, part: &str) -> usize {
    let groups = svg
        .split("<g ")
        .filter(|group| group.contains("stroke-width=\"3.5\""));
    let lines = groups.flat_map(|group| group.split("</g>").next().unwrap().lines().skip(1));
    lines.filter(|line| line.contains(part)).count()
}

#[test]
fn a_trip_of_the_sandbox_is_shown_in_words_and_in_pictures() {
    let cli = Cli::shared();
    let trip = cli.line("trips --limit 1").json()[0].clone();
    let id = trip["id"].as_str().unwrap();
    let shown = cli.run(&["trip", "show", id]).json();
    for key in ["id", "device", "unit_id", "device_name", "distanceKm"] {
        assert_eq!(shown[key], trip[key], "{key}");
    }
    assert!(shown["positions"].as_u64().unwrap() > 10, "{shown}");
    assert_eq!(
        (&shown["without_speed"], &shown["recorded_in"]),
        (&json!(0), &json!("m/s"))
    );
    assert!(
        (72.0..87.0).contains(&shown["mean_kmh"].as_f64().unwrap()),
        "{shown}"
    );
    for format in ["table", "json", "ndjson", "csv", "yaml"] {
        let ran = cli.run(&["trip", "show", id, "-o", format, "--columns", "id"]);
        assert!(ran.good().contains(id) && ran.err.is_empty(), "{ran:?}");
    }
    cli.run(&["trip", "show", id, "--svg", "t.svg"]).good();
    let svg = fs::read_to_string(cli.home.path().join("t.svg")).unwrap();
    assert!(
        track(&svg, "<polyline") > 3 && svg.contains(">Truck-"),
        "{svg}"
    );
    let piped = cli.run(&["trip", "show", id, "--svg", "-"]);
    assert_eq!(piped.good(), svg);
    assert!(!cli.home.path().join("-").exists());
    assert!(
        cli.run(&["trip", "show", id, "--dry-run"])
            .good()
            .starts_with("curl ")
    );
}

#[test]
fn unusual_tracks_are_drawn_whole_and_invalid_speeds_are_grey() {
    let fast = json!(20.0);
    let grey = "stroke=\"#969ca3\"";
    let (svg, html) = drawn(&with("T", json!({}), &[]));
    assert!(svg.contains("no positions in this trip") && html.contains("no positions"));
    let nowhere = json!({"device": null, "start_time_utc": null, "end_time_utc": null});
    assert!(drawn(&with("T", nowhere, &[])).0.contains("no positions"));
    // Only its ends, if no positions were recorded between them.
    let ends = json!({
        "start_position_lat": "55.1", "start_position_lng": "10.1",
        "end_position_lat": "55.2", "end_position_lng": "10.2",
    });
    let (svg, _) = drawn(&with("T", ends.clone(), &[]));
    // The other one is in the legend.
    assert!(
        count(&svg, "stroke-dasharray") == 2 && !svg.contains("no positions"),
        "{svg}"
    );
    // Ends that are thousands of years apart, reversed, or at the same time.
    for (from, to) in [
        ("0001-01-01", "9999-12-30"),
        ("9999-12-30", "0001-01-01"),
        ("2026-01-01", "2026-01-01"),
    ] {
        let mut trip = ends.clone();
        trip["start_time_utc"] = format!("{from}T00:00:00Z").into();
        trip["end_time_utc"] = format!("{to}T00:00:00Z").into();
        assert!(
            !drawn(&with("T", trip, &[])).0.contains("no positions"),
            "{from}"
        );
    }
    // One position, and all positions at one place.
    let one = (55.0, 10.0, fast.clone());
    let (svg, _) = drawn(&with(
        "T",
        json!({"end_time_utc": null}),
        std::slice::from_ref(&one),
    ));
    assert_eq!(count(&svg, "<circle"), 2 + 2 + 1, "{svg}");
    // The end is seen inside the start, where it is the same place.
    let radius = |disc: &str| {
        disc.split("r=\"")
            .nth(1)?
            .split('"')
            .next()?
            .parse::<f64>()
            .ok()
    };
    let radii: Vec<f64> = svg.split("<circle").skip(1).filter_map(radius).collect();
    assert!(radii[0] > radii[1] + 2.0, "{radii:?}");
    drawn(&with("T", json!({}), &[one.clone(), one.clone(), one]));
    drawn(&with(
        "T",
        json!({}),
        &[(90.0, 0.0, fast.clone()), (-90.0, 180.0, fast.clone())],
    ));
    // A line across the antimeridian is short.
    let over: Vec<_> = (0..9_i32)
        .map(|n| {
            let lon = 179.98 + f64::from(n) * 0.005;
            (
                -17.0,
                if lon > 180.0 { lon - 360.0 } else { lon },
                fast.clone(),
            )
        })
        .collect();
    let (svg, _) = drawn(&with("T", json!({}), &over));
    assert!(
        svg.contains(">179.99°E<") && svg.contains(">179.99°W<"),
        "{svg}"
    );
    assert!(svg.contains(">500 m<") || svg.contains(">200 m<"), "{svg}");
    // Invalid speeds are unknown, and the others keep their scale.
    let odd = [
        Value::Null,
        json!(-5),
        json!("NaN"),
        json!("inf"),
        json!(1e308),
        json!({"a": 1}),
        json!("x"),
    ];
    let line = |speeds: &[Value]| -> Vec<_> {
        let place = |n: usize| 55.0 + 0.0018 * n as f64;
        speeds
            .iter()
            .enumerate()
            .map(|(n, s)| (place(n), 10.0, s.clone()))
            .collect()
    };
    let cli = with("T", json!({}), &line(&odd));
    let (svg, html) = drawn(&cli);
    assert!(
        track(&svg, grey) == 2 && html.contains("<th>without_speed</th><td>7</td>"),
        "{svg}"
    );
    let shown = cli.run(&["trip", "show", ID]).json();
    assert_eq!(
        (&shown["max_kmh"], &shown["recorded_in"]),
        (&Value::Null, &Value::Null)
    );
    let mixed: Vec<Value> = odd
        .iter()
        .flat_map(|o| [fast.clone(), fast.clone(), o.clone()])
        .collect();
    let cli = with("T", json!({}), &line(&mixed));
    assert_eq!(cli.run(&["trip", "show", ID]).json()["max_kmh"], 72.0);
    assert!(drawn(&cli).0.contains(">100<"));
    // Long tracks are simplified.
    let still: Vec<_> = (0..300).map(|_| (55.0, 10.0, fast.clone())).collect();
    assert!(drawn(&with("T", json!({}), &still)).0.len() < 20_000);
}

#[test]
fn positions_without_a_fix_are_not_drawn() {
    let place = |n: i32| (55.0 + f64::from(n) / 1e3, 10.0, json!(20.0));
    let none = || (0.0, 0.0, Value::Null);
    let (whole, _) = drawn(&with("T", json!({}), &[place(0), place(1), place(2)]));
    // At the places of others in time, so that the same remains.
    let cli = with(
        "T",
        json!({}),
        &[place(0), place(1), place(2), none(), none()],
    );
    let ran = cli.run(&["trip", "show", ID, "--svg", "-"]);
    assert_eq!(ran.good(), whole);
    assert!(
        ran.err.contains("positions left out: 2 at 0°, 0°"),
        "{ran:?}"
    );
    let shown = cli.run(&["trip", "show", ID]);
    assert_eq!(shown.json()["positions"], 3);
    assert!(shown.err.contains("positions left out: 2"), "{shown:?}");
    // Neither are its ends, of which a server makes zero.
    let ends = json!({
        "start_position_lat": 0, "start_position_lng": 0, "end_position_lat": "0.000000",
        "end_position_lng": "0.000000",
    });
    let shown = with("", ends, &[none()]).run(&["trip", "show", ID, "--svg", "-"]);
    let svg = shown.good();
    assert!(
        svg.contains("no positions") && svg.contains(">trip<"),
        "{svg}"
    );
    assert!(shown.err.contains("positions left out: 3"), "{shown:?}");
}

#[test]
fn names_from_a_server_are_text_in_every_picture() {
    let evil = "</text></svg><script>alert(1)</script>\u{1b}[31m&\"'\u{202e}\u{0}\u{ffff}";
    let trip = json!({
        "duration": evil, "start_position_display": {"city": evil}, "end_position_display": {"city": evil},
    });
    let cli = with(
        evil,
        trip,
        &[(55.0, 10.0, json!(1)), (55.1, 10.0, json!(1))],
    );
    // Text is cut at the edge of the picture.
    let long = with(&"\u{6f22}".repeat(500), json!({}), &[]);
    assert_eq!(count(&drawn(&long).0, "\u{6f22}"), 48);
    let (svg, html) = drawn(&cli);
    for text in [&svg, &html] {
        let is_bad = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!text.chars().any(is_bad), "{text}");
        assert_eq!(
            (count(text, "</svg>"), count(text, "<text ")),
            (1, count(text, "</text>"))
        );
    }
    let shown = cli.run(&["trip", "show", ID, "-o", "table"]);
    assert!(!shown.good().contains('\u{1b}'), "{shown:?}");
}

#[test]
fn a_trip_that_cannot_be_shown_or_written_is_an_error() {
    let cli = with("T", json!({}), &[(55.0, 10.0, json!(1))]);
    cli.file("there.svg", "mine");
    for (line, says) in [
        ("trip show", "<TRIP>"),
        ("trip show x", "must be an id like"),
        ("trip show ID --svg there.svg", "there.svg is there already"),
        (
            "trip show ID --png no/folder/t.png",
            "there is no such folder",
        ),
        ("trip show ID --html ./", "is a folder"),
        (
            "trip show ID --svg a.svg --png a.png",
            "cannot be used with",
        ),
        ("trip show ID --svg a.svg -o a.json", "cannot be combined"),
    ] {
        cli.line(&line.replace("ID", ID)).bad(2, says);
    }
    let path = cli.home.path().join("there.svg");
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    cli.run(&["trip", "show", ID, "--svg", "there.svg", "--force"])
        .good();
    assert!(fs::read_to_string(&path).unwrap().starts_with("<svg "));
    #[cfg(target_os = "linux")]
    {
        cli.run(&["trip", "show", ID, "--png", "/dev/full"])
            .bad(1, "No space left on device");
        cli.run(&["trip", "show", ID, "--svg", "/proc/t.svg"])
            .bad(1, "/proc/t.svg");
    }
    Cli::shared().run(&["trip", "show", ID]).bad(4, "404");
}
