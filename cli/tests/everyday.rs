//! Everyday commands.

mod support;

use std::time::{Duration, Instant};

use autopi_sandbox::Sandbox;
use serde_json::json;
use support::{Cli, sandbox};

#[test]
fn lists_show_both_ids_wherever_a_device_is() {
    let cli = Cli::shared();
    let devices = cli.line("devices --all").json();
    let devices = devices.as_array().unwrap();
    assert_eq!(devices.len(), 25);
    for (command, id) in [
        ("positions", "id"),
        ("trips", "device"),
        ("alerts", "device"),
    ] {
        let rows = cli.run(&[command, "--limit", "5"]).json();
        for row in rows.as_array().unwrap() {
            let device = devices
                .iter()
                .find(|d| d["id"] == row[id])
                .unwrap_or_else(|| panic!("{command}: {row}"));
            assert_eq!(row["unit_id"], device["unit_id"], "{command}");
        }
        let table = cli.run(&[command, "--limit", "5", "-o", "table"]);
        let unit = rows[0]["unit_id"].as_str().unwrap();
        assert!(
            table.good().contains(unit) && table.out.contains(rows[0][id].as_str().unwrap()),
            "{table:?}"
        );
    }
    let vehicles = cli.line("vehicles --limit 1 -o table");
    for key in ["id", "unit_id"] {
        assert!(
            vehicles.good().contains(devices[0][key].as_str().unwrap()),
            "{vehicles:?}"
        );
    }
}

#[test]
fn a_range_excludes_its_end_and_what_a_device_has_is_looked_for_on_all_pages() {
    let cli = Cli::shared();
    let line = "trips --device Truck-02 --from 2026-01-01T00:00Z --columns start_time_utc";
    let start = cli.line(line).json()[0]["start_time_utc"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(cli.line(&format!("{line} --to {start}")).json(), json!([]));
    let alerts = cli.line("alerts --device Truck-24 --columns device_name");
    assert_eq!(alerts.json(), json!([{"device_name": "Truck-24"}]));
    let none = cli.line("devices nothing-like-it -o table");
    assert_eq!((none.good(), &*none.err), ("", "note: nothing found\n"));
    for list in ["devices", "vehicles", "positions", "trips", "alerts"] {
        let csv = cli.line(&format!("{list} --limit 1 -o csv"));
        let header: Vec<&str> = csv.good().lines().next().unwrap().split(',').collect();
        let names: std::collections::BTreeSet<_> = header.iter().collect();
        assert_eq!(names.len(), header.len(), "{header:?}");
    }
}

#[test]
fn a_device_is_meant_by_either_id_or_a_part_of_its_name_and_ambiguity_lists_the_candidates() {
    let cli = Cli::shared();
    let device = cli.line("devices --limit 1").json()[0].clone();
    let text = |key: &str| device[key].as_str().unwrap().to_owned();
    for said in [
        text("id"),
        text("unit_id"),
        text("id").to_uppercase(),
        text("callName"),
        "uck-01".into(),
    ] {
        let trips = cli.run(&["trips", "--device", &said, "--all"]).json();
        assert!(!trips.as_array().unwrap().is_empty(), "{said}");
        assert!(
            trips
                .as_array()
                .unwrap()
                .iter()
                .all(|t| t["device"] == device["id"]),
            "{said}"
        );
    }
    let many = cli.line("trips --device Truck");
    many.bad(2, "may be 25 devices");
    for part in [text("id"), text("unit_id"), text("callName")] {
        assert!(many.err.contains(&part), "{many:?}");
    }
    cli.line("trips --device Nowhere")
        .bad(4, "no device `Nowhere`");
    cli.run(&["trips", "--device", " "])
        .bad(2, "the device is empty");
}

/// A name is given by people; a command for one device must not run on another.
#[test]
fn a_device_with_the_id_of_another_as_its_name_is_not_taken_for_it() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::of(&api);
    let devices = cli.line("devices --limit 2").json();
    let text = |n: usize, key: &str| devices[n][key].as_str().unwrap().to_owned();
    let (id, other) = (text(0, "id"), text(1, "id"));
    for own in [text(0, "id"), text(0, "unit_id")] {
        let name = format!("callName={own}");
        cli.run(&["dongle", "devices-partial-update", &other, "-b", &name])
            .good();
        let found = cli.run(&["positions", "--device", &own, "--columns", "id"]);
        assert_eq!(found.json()[0]["id"], id.as_str(), "{own}");
        // A part of it is that of both.
        let many = cli.run(&["positions", "--device", &own[..8]]);
        many.bad(2, "may be 2 devices");
    }
    let name = "callName=-x";
    cli.run(&["dongle", "devices-partial-update", &other, "-b", name])
        .good();
    let ran = cli.run(&["run", "--yes", "--quiet", "--", "-x", "test.ping"]);
    assert_eq!(ran.json()["device"], other.as_str());
}

#[test]
fn a_command_runs_on_a_device_and_its_result_is_waited_for() {
    let api = sandbox(Sandbox::builder().command_result("obd.query", json!({"value": 7})));
    let cli = Cli::of(&api);
    let ran = cli.line("run Truck-03 obd.query rpm --wait --yes").json();
    assert_eq!(
        (&ran["device_name"], &ran["result"]),
        (&json!("Truck-03"), &json!({"value": 7}))
    );
    let started = cli.line("run Truck-03 obd.query rpm --yes");
    let job = started.json()["job"].as_str().unwrap().to_owned();
    assert!(started.err.contains(&format!("--job {job}")), "{started:?}");
    assert_eq!(
        cli.run(&["run", "Truck-03", "--job", &job]).json()["result"],
        json!({"value": 7})
    );
    // A job that nobody knows has no result, which is said soon unless it may be new.
    let asked = Instant::now();
    for job in ["20200101000000000000 --wait=60", "nope", "7"] {
        let none = cli.line(&format!("run Truck-03 --job {job}"));
        let id = job.split(' ').next().unwrap();
        none.bad(4, &format!("the API knows no job {id} of this device"));
    }
    assert!(asked.elapsed() < Duration::from_secs(40), "{asked:?}");
    let now = autopi::Timestamp::now().to_string();
    let digits: String = now.chars().filter(char::is_ascii_digit).take(14).collect();
    for job in [format!("{digits}000000 --wait=1"), "7 --wait=1".into()] {
        let none = cli.line(&format!("run Truck-03 --job {job}"));
        none.bad(5, "or not yet\n  `autopi run ");
    }
    let before = api.count("POST", "/dongle/devices/*/execute/");
    cli.line("run Truck-03 obd.query rpm")
        .bad(2, "this runs obd.query on Truck-03");
    let device = ran["device"].as_str().unwrap();
    assert!(
        cli.run(&["run", device, "obd.query", "rpm", "--dry-run"])
            .good()
            .contains(r#"{"command":"obd.query","arg":["rpm"]}"#)
    );
    assert_eq!(api.count("POST", "/dongle/devices/*/execute/"), before);
}

#[test]
fn habits_of_other_command_lines_get_our_command_unless_a_device_has_the_name() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::of(&api);
    for (line, code, hint) in [
        ("devices list", 2, "`autopi devices` lists all"),
        ("vehicles ls", 2, "`autopi vehicles` lists all"),
        ("trips list", 4, "`autopi trips` lists all trips"),
        ("alerts List", 4, "`autopi alerts` lists all alerts"),
        (
            "devices get Truck-01",
            2,
            "did you mean `autopi devices Truck-01`?",
        ),
        ("trips show 7", 2, "did you mean `autopi trip show 7`?"),
        ("trip list", 2, "did you mean `autopi trips`?"),
        ("profiles list", 2, "did you mean `autopi profiles`?"),
    ] {
        cli.line(line).bad(code, hint);
    }
    // Values are those of the document in any case.
    let high = cli.line("alerts --severity high,Low --limit 1 --dry-run");
    assert!(high.good().contains("severity=HIGH%2CLOW"), "{high:?}");
    cli.line("alerts --severity hihg")
        .bad(2, "--severity: `hihg` is not one of ");
    let unchecked = cli.line("alerts --severity hihg --unchecked --dry-run");
    assert!(unchecked.good().contains("severity=hihg"), "{unchecked:?}");
    // A variable that is not set does not select everything.
    for (command, option) in [
        (&["devices", ""][..], "TEXT"),
        (&["vehicles", " "], "TEXT"),
        (&["alerts", "--state", ""], "--state"),
        (&["positions", ""], "the device"),
    ] {
        cli.run(command).bad(2, &format!("{option} is empty"));
    }
    let id = cli.line("devices --limit 1").json()[0]["id"].to_string();
    let id = id.trim_matches('"');
    let name = "callName=My list";
    cli.run(&["dongle", "devices-partial-update", id, "-b", name])
        .good();
    assert_eq!(cli.line("devices list").json()[0]["id"], id);
    assert_eq!(cli.line("positions list").json()[0]["id"], id);
}

#[test]
fn a_failed_command_shows_the_report_of_the_device() {
    let failed = json!({"success": false, "state": "failed"});
    let api = sandbox(Sandbox::builder().command_result("obd.query", failed));
    let ran = Cli::of(&api).line("run Truck-03 obd.query rpm --wait --yes");
    ran.bad(1, "did not respond: {");
    assert!(ran.err.contains(r#""success":false"#), "{ran:?}");
    assert!(!ran.err.contains("raw_body"), "{ran:?}");
}

#[test]
fn a_command_whose_operation_is_not_in_the_document_says_so() {
    let cli = Cli::shared();
    let spec = cli.file("pets.json", r#"{"openapi":"3.0.3","info":{"title":"Pets","version":"2"},"paths":{"/pets/":{"get":{"operationId":"listPets","tags":["Pets"],"parameters":[{"name":"kind","in":"query","schema":{"type":"string","enum":["cat","dog"]}}],"responses":{"200":{"description":"","content":{"application/json":{"schema":{"type":"array","items":{"type":"object"}}}}}}}},"/login/":{"get":{"tags":["login"],"responses":{"200":{"description":""}}}}}}"#);
    let with = |line: &str| cli.line(&format!("--spec {spec} {line}"));
    with("devices").bad(2, "the document has no GET /dongle/devices/");
    let plain = r#"{"openapi":"3.0.3","paths":{"/dongle/devices/":{"get":{"responses":{}}}}}"#;
    let plain = cli.file("plain.json", plain);
    cli.line(&format!("--spec {plain} devices Truck-01")).bad(
        2,
        "TEXT: GET /dongle/devices/ of the document has no parameter `search`",
    );
    assert!(
        with("pets list-pets --kind cat --dry-run")
            .good()
            .contains("/pets/?kind=cat")
    );
    with("pets list-pets --kind cow").bad(2, "must be one of cat, dog");
    assert!(
        with("pets list-pets --kind cow --unchecked --dry-run")
            .good()
            .contains("kind=cow")
    );
    // An area with the name of an everyday command.
    assert!(
        with("login--area get-login --dry-run")
            .good()
            .contains("/login/")
    );
    assert!(with("--help").good().contains("login--area"));
}

#[test]
fn doctor_reports_what_is_wrong_and_what_to_do() {
    let lines = Cli::shared().line("doctor").json();
    assert!(
        lines.as_array().unwrap().iter().all(|l| l["state"] == "ok"),
        "{lines}"
    );
    let ran = Cli::alone().line("doctor --base-url http://127.0.0.1:1 -o json");
    assert_eq!(ran.code, 3, "{ran:?}");
    let lines: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let bad: Vec<_> = lines
        .as_array()
        .unwrap()
        .iter()
        .filter(|l| l["state"] == "bad")
        .map(|l| l["check"].as_str().unwrap())
        .collect();
    assert_eq!(bad, ["credential", "connection"]);
    assert!(
        lines
            .as_array()
            .unwrap()
            .iter()
            .all(|l| l["state"] != "bad" || l["todo"].is_string())
    );
    let page = support::server(|_| (200, "<html><body>Welcome</body></html>".into()));
    let ran = Cli::alone()
        .with("AUTOPI_API_TOKEN", "t")
        .line(&format!("doctor --base-url {page}"));
    let todo = "is the base URL the API's? --base-url names another";
    assert!(ran.code == 1 && ran.err.contains(todo), "{ran:?}");
    let skewed = sandbox(Sandbox::builder().clock_offset(7200));
    let ran = Cli::of(&skewed).line("doctor -o json");
    assert!(
        ran.code == 1 && ran.out.contains("7200 s behind"),
        "{ran:?}"
    );
    // Where a table has no room for what to do, the error has it.
    let lost = Cli::of(&skewed)
        .with("COLUMNS", "40")
        .line("doctor -o table --base-url http://127.0.0.1:1");
    assert!(
        lost.code == 5
            && lost.err.contains("  connection: Connection refused")
            && lost
                .err
                .contains(": check proxy, firewall and certificates between here and the host"),
        "{lost:?}"
    );
}

#[test]
fn the_sandbox_needs_no_account() {
    let cli = Cli::alone();
    assert_eq!(
        cli.line("devices --sandbox --limit 3")
            .json()
            .as_array()
            .unwrap()
            .len(),
        3
    );
    assert_eq!(
        cli.line("whoami --sandbox").json()["email"],
        "demo@autopi.io"
    );
}

/// So that a range that ends now finds something.
#[test]
fn the_data_of_the_sandbox_is_of_yesterday_or_of_a_chosen_day() {
    let cli = Cli::alone();
    let starts = |cli: &Cli, line: &str| -> Vec<String> {
        let trips = cli.line(line).json();
        let starts = trips.as_array().unwrap().iter();
        let starts = starts.map(|trip| trip["start_time_utc"].as_str().unwrap()[..10].to_owned());
        starts.collect()
    };
    let line = "trips Truck-07 --from -3d --sandbox";
    assert!(starts(&cli, line).is_empty());
    let recent = Cli::alone().with("AUTOPI_SANDBOX_SINCE", "");
    assert!(!starts(&recent, line).is_empty());
    let chosen = starts(&cli, "trips Truck-07 --sandbox");
    assert!(
        !chosen.is_empty() && chosen.iter().all(|day| day == "2026-01-01"),
        "{chosen:?}"
    );
    for text in ["yesterday", "2026-02-30", "-1"] {
        let cli = Cli::alone().with("AUTOPI_SANDBOX_SINCE", text);
        cli.line("devices --sandbox").bad(2, "is not a day");
    }
}

#[test]
fn search_finds_operations_by_their_words() {
    let found = Cli::alone()
        .line("search most recent positions -o json")
        .json();
    assert_eq!(found[0]["id"], "logbook_v2_most_recent_positions_list");
    assert_eq!(
        Cli::alone().line("search no-such-word -o json").json(),
        json!([])
    );
}

/// As `gh` takes the number of an issue: the word alone is enough.
#[test]
fn a_device_is_a_word_or_an_option_in_every_command_that_takes_one() {
    let index = autopi_cli::index::Index::embedded().unwrap();
    let whole = autopi_cli::tree::whole(index);
    let all = autopi_cli::tree::EVERYDAY.map(|name| whole.find_subcommand(name).unwrap());
    let inner = all.iter().flat_map(|command| command.get_subcommands());
    let mut names = Vec::new();
    for command in all.iter().copied().chain(inner) {
        let mut arguments = command.get_arguments();
        if arguments.any(|a| a.get_long() == Some("device")) {
            let mut words = command.get_positionals();
            let word = words.next().and_then(|a| a.get_value_names()?.first());
            assert_eq!(word.map(|w| w.as_str()), Some("DEVICE"), "{command}");
            names.push(command.get_name());
        }
    }
    assert_eq!(
        names,
        [
            "positions",
            "trips",
            "alerts",
            "watch",
            "telemetry",
            "trips"
        ]
    );
    let cli = Cli::shared();
    for line in ["positions", "trips --all", "alerts --all"] {
        let of = |device: &str| cli.line(&format!("{line} {device} -o json")).json();
        let word = of("Truck-07");
        assert!(!word.as_array().unwrap().is_empty());
        assert_eq!(word, of("-d Truck-07"));
        assert_eq!(word, of("--device=Truck-07"));
        cli.line(&format!("{line} Truck-07 -d Truck-08"))
            .bad(2, "cannot be used with");
        cli.line(&format!("{line} Truck-07 Truck-08"))
            .bad(2, "'Truck-08'");
        cli.line(&format!("{line} -- -x")).bad(4, "no device `-x`");
    }
    let range = "--from 2026-01-01T09:00Z --to 2026-01-01T10:00Z";
    for (i, devices) in [
        "Truck-01 Truck-02",
        "Truck-01 -d Truck-02",
        "-d Truck-01 -d Truck-02",
    ]
    .into_iter()
    .enumerate()
    {
        cli.line(&format!("export telemetry {devices} {range} -o ./{i}.csv"))
            .good();
    }
    let rows = |i: usize| std::fs::read(cli.home.path().join(format!("{i}.csv"))).unwrap();
    assert!(rows(0) == rows(1) && rows(1) == rows(2) && rows(0).len() > 1000);
    cli.line(&format!("export telemetry {range} -o ./x.csv"))
        .bad(2, "--device <DEVICE>");
}
