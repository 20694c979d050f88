//! The contract of the output: formats, columns, orders, filters, widths.

mod support;

use autopi_sandbox::Sandbox;
use serde_json::{Value, json};
use support::{Cli, sandbox};

fn items(cli: &Cli, line: &str) -> Vec<Value> {
    cli.line(line).json().as_array().unwrap().clone()
}

#[test]
fn columns_and_orders_mean_the_same_in_all_formats() {
    let cli = Cli::shared();
    let line =
        "dongle devices-list --limit 4 --columns callName,release.version,tags --sort -callName";
    let wanted = items(&cli, &format!("{line} -o json"));
    let names: Vec<_> = wanted
        .iter()
        .map(|i| i["callName"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Truck-04", "Truck-03", "Truck-02", "Truck-01"]);
    assert_eq!(
        wanted[0].as_object().unwrap().keys().collect::<Vec<_>>(),
        ["callName", "release.version", "tags"]
    );
    let lines: Vec<Value> = cli
        .line(&format!("{line} -o ndjson"))
        .good()
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!(lines, wanted);
    let csv = cli.line(&format!("{line} -o csv"));
    assert_eq!(
        csv.good().lines().next(),
        Some("callName,release.version,tags")
    );
    assert!(
        csv.out.lines().nth(1).unwrap().starts_with("Truck-04,"),
        "{csv:?}"
    );
    let table = cli.line(&format!("{line} -o table"));
    assert!(
        table
            .good()
            .lines()
            .next()
            .unwrap()
            .starts_with("callName  release.version  tags"),
        "{table:?}"
    );
    assert!(table.out.lines().nth(1).unwrap().starts_with("Truck-04"));
    let yaml = cli.line(&format!("{line} -o yaml"));
    assert!(
        yaml.good()
            .starts_with("- callName: Truck-04\n  release.version: "),
        "{yaml:?}"
    );
}

#[test]
fn a_column_that_no_item_has_is_an_error_before_anything_is_written() {
    let cli = Cli::shared();
    for format in ["json", "ndjson", "csv", "yaml", "table"] {
        for line in [
            "dongle devices-list --columns no_such",
            "api GET /dongle/devices/ --paginate --columns no_such",
            "devices --sort no.such",
        ] {
            cli.line(&format!("{line} -o {format}"))
                .bad(2, "no item has a member `no");
        }
        // A single object follows the same rule.
        let read = "dongle devices-read 2e784850-0dd3-4be8-b156-ec1d2d1ee68f -o";
        cli.line(&format!("{read} {format} --columns user_metadata.x"))
            .good();
        cli.line(&format!("{read} {format} --columns vehicle.no_such"))
            .bad(2, "there is no member `vehicle.no_such`");
        // A member that is null everywhere is known too.
        cli.line(&format!(
            "dongle devices-list --columns scheduled_update.release -o {format}"
        ))
        .good();
    }
}

#[test]
fn a_column_named_twice_is_shown_once_in_every_format() {
    let cli = Cli::shared();
    for (format, text) in [
        ("ndjson", "{\"callName\":\"Truck-01\"}\n"),
        ("csv", "callName\nTruck-01\n"),
        ("yaml", "- callName: Truck-01\n"),
        ("table", "callName\nTruck-01\n"),
    ] {
        let line = format!("devices --limit 1 --columns callName,callName -o {format}");
        assert_eq!(cli.line(&line).good(), text, "{format}");
    }
}

#[test]
fn a_single_object_has_the_columns_that_are_asked_for_in_every_format() {
    let cli = Cli::shared();
    let id = "2e784850-0dd3-4be8-b156-ec1d2d1ee68f";
    for (format, text) in [
        ("csv", "release.version,callName\nv1.20.0,Truck-01\n"),
        (
            "ndjson",
            "{\"release.version\":\"v1.20.0\",\"callName\":\"Truck-01\"}\n",
        ),
        ("yaml", "release.version: v1.20.0\ncallName: Truck-01\n"),
    ] {
        let line =
            format!("dongle devices-read {id} --columns release.version,callName -o {format}");
        assert_eq!(cli.line(&line).good(), text, "{format}");
    }
}

#[test]
fn an_item_that_is_not_an_object_is_in_one_column() {
    let url = support::server(|_| (200, json!([{"a": 1, "b": 2}, "x", null, [1]]).to_string()));
    let cli = Cli::alone()
        .with("AUTOPI_BASE_URL", &url)
        .with("AUTOPI_API_TOKEN", "t");
    let csv = cli.line("api GET /x/ -o csv");
    assert_eq!(csv.good(), "a,b,value\n1,2,\n,,x\n,,\n,,[1]\n");
    let table = cli.line("api GET /x/ -o table");
    assert_eq!(table.good().matches('x').count(), 1, "{table:?}");
}

#[test]
fn the_media_type_of_a_response_says_what_it_is_however_it_is_written() {
    let url = support::server(|path| {
        let body = match path {
            "/lines/" => "content-type: application/x-ndjson\n{\"a\":1}\n{\"a\":2}\n",
            "/upper/" => "content-type: Application/Problem+JSON; Charset=UTF-8\n{\"a\":1}",
            "/page/" => "content-type: Text/HTML\n<html>",
            _ => "\"x\"",
        };
        (200, body.into())
    });
    let cli = Cli::alone()
        .with("AUTOPI_BASE_URL", &url)
        .with("AUTOPI_API_TOKEN", "t");
    let lines = cli.line("api GET /lines/");
    assert_eq!(lines.good(), "{\"a\":1}\n{\"a\":2}\n");
    assert_eq!(cli.line("api GET /upper/ -o yaml").good(), "a: 1\n");
    cli.line("api GET /page/").bad(1, "an HTML page");
    cli.line("api GET /page/ -H Accept:text/html").good();
    // What is not an object has no members.
    assert_eq!(cli.line("api GET /x/").good(), "\"x\"\n");
    cli.line("api GET /x/ --columns a")
        .bad(2, "there is no member `a`\n");
}

#[test]
fn nothing_is_chosen_from_a_response_that_is_not_json() {
    let url = support::server(|_| (200, "content-type: text/csv\na,b\n".into()));
    let cli = Cli::alone()
        .with("AUTOPI_BASE_URL", &url)
        .with("AUTOPI_API_TOKEN", "0123456789abcdef");
    assert_eq!(cli.line("api GET /x/").good(), "a,b\n");
    for option in ["--jq .", "--columns a", "--sort a"] {
        let name = option.split(' ').next().unwrap();
        cli.line(&format!("api GET /x/ {option}"))
            .bad(2, &format!("{name}: the response is not JSON"));
    }
}

#[test]
fn results_of_a_filter_that_json_does_not_have_are_those_of_jq() {
    let cli = Cli::shared();
    let run = |arguments: &[&str]| cli.run(&[&["devices", "--limit", "1"], arguments].concat());
    for format in [&[][..], &["-o", "ndjson"]] {
        let filter = ["--jq", "{a: [nan, infinite, -infinite, 1e1000]}"];
        let ran = run(&[&filter[..], format].concat());
        let most = "1.7976931348623157e+308";
        let wanted = format!("{{\"a\":[null,{most},-{most},{most}]}}\n");
        assert_eq!(ran.good(), wanted, "{format:?}");
    }
    run(&["--jq", "reduce range(300) as $i (null; [.])"])
        .bad(1, "a result has more than 127 levels");
    // What overflows a stack.
    for filter in [
        "def f: [f]; f",
        "def f: f | f; f",
        "reduce range(3000000) as $i (1; [.]) | 1",
    ] {
        run(&["--jq", filter]).bad(1, "--jq: the filter ended by ");
    }
    // An error shows the start of a value.
    let ran = run(&["--jq", "[range(10000)] | error"]);
    ran.bad(1, "--jq: [0,1,2");
    assert!(ran.err.len() < 400, "{ran:?}");
}

#[test]
fn results_of_a_filter_are_written_before_the_next_one_comes() {
    use std::io::{BufRead, BufReader};
    let cli = Cli::shared();
    // The third result never comes.
    let filter = "range(1e18) | select(. < 2)";
    for (format, start) in [
        ("", "0\n1\n"),
        ("ndjson", "0\n1\n"),
        ("json", "[\n  0,\n  1"),
    ] {
        let mut line = vec!["devices", "--limit", "1", "--jq", filter];
        if !format.is_empty() {
            line.extend(["-o", format]);
        }
        let mut command = cli.command(&line);
        let mut child = command
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let (say, said) = std::sync::mpsc::channel();
        let reader = std::thread::spawn(move || {
            let mut text = String::new();
            while text.len() < start.len() && out.read_line(&mut text).is_ok_and(|n| n > 0) {
                // A last line has no end yet.
                text += std::str::from_utf8(out.buffer()).unwrap();
                let buffered = out.buffer().len();
                out.consume(buffered);
            }
            let _ = say.send(text);
        });
        let text = said.recv_timeout(std::time::Duration::from_secs(20));
        child.kill().unwrap();
        child.wait().unwrap();
        reader.join().unwrap();
        assert_eq!(text.as_deref(), Ok(start), "{format}");
    }
}

#[test]
fn items_before_an_error_are_written_in_every_format_that_streams() {
    let url = support::server(|path| match path.contains("page=2") {
        true => (400, "{}".into()),
        false => (
            200,
            json!({"count": 2, "results": [{"id": "a"}]}).to_string(),
        ),
    });
    let cli = Cli::alone()
        .with("AUTOPI_BASE_URL", &url)
        .with("AUTOPI_API_TOKEN", "t");
    for (format, text) in [
        ("json", "[\n  {\n    \"id\": \"a\"\n  }"),
        ("ndjson", "{\"id\":\"a\"}\n"),
        ("csv", "id\na\n"),
        ("yaml", "- id: a\n"),
    ] {
        let ran = cli.line(&format!("devices --all --columns id -o {format}"));
        assert_eq!((ran.code, ran.out.as_str()), (1, text), "{ran:?}");
    }
}

#[test]
fn an_empty_result_is_valid_in_every_format() {
    let cli = Cli::shared();
    for (format, text) in [
        ("json", "[]\n"),
        ("ndjson", ""),
        ("csv", "id,callName\n"),
        ("yaml", "[]\n"),
        ("table", ""),
    ] {
        let ran = cli.line(&format!(
            "dongle devices-list --limit 0 --columns id,callName -o {format}"
        ));
        assert_eq!(ran.good(), text, "{format}");
    }
}

#[test]
fn a_filter_sees_all_of_the_data_and_its_results_are_lines_or_a_format() {
    let cli = Cli::shared();
    let run = |arguments: &[&str]| {
        cli.run(&[&["devices", "--limit", "3"], arguments].concat())
            .good()
            .to_owned()
    };
    assert_eq!(
        run(&["--jq", ".[].callName"]),
        "Truck-01\nTruck-02\nTruck-03\n"
    );
    assert_eq!(
        run(&["--jq", "map({callName, n: (.id | length)})[0]"]),
        "{\"callName\":\"Truck-01\",\"n\":36}\n"
    );
    assert_eq!(
        run(&["--jq", ".[].callName", "-o", "json"]),
        "[\n  \"Truck-01\",\n  \"Truck-02\",\n  \"Truck-03\"\n]\n"
    );
    assert_eq!(run(&["--jq", "length", "-o", "json"]), "3\n");
    // --limit counts items, not results.
    assert_eq!(
        run(&["--jq", "range(5)", "-o", "ndjson"]),
        "0\n1\n2\n3\n4\n"
    );
    assert_eq!(
        run(&["--jq", "[range(5)]", "-o", "csv"]),
        "value\n0\n1\n2\n3\n4\n"
    );
    assert_eq!(
        run(&["--jq", "map({a: .callName})", "-o", "csv"]),
        "a\nTruck-01\nTruck-02\nTruck-03\n"
    );
    for (file, text) in [
        ("./r.csv", "a\nTruck-01\nTruck-02\nTruck-03\n"),
        (
            "./r.txt",
            "{\"a\":\"Truck-01\"}\n{\"a\":\"Truck-02\"}\n{\"a\":\"Truck-03\"}\n",
        ),
    ] {
        assert_eq!(run(&["--jq", ".[] | {a: .callName}", "-o", file]), "");
        let written = std::fs::read_to_string(cli.home.path().join(file));
        assert_eq!(written.unwrap(), text, "{file}");
    }
    assert_eq!(run(&["--jq", "empty"]), "");
    assert_eq!(run(&["--jq", ""]), run(&["--jq", "."]));
}

#[test]
fn a_filter_makes_rows_for_other_programs() {
    let cli = Cli::shared();
    let run = |filter: &str| {
        cli.run(&["devices", "--limit", "1", "--jq", filter])
            .good()
            .to_owned()
    };
    let cells = r#"[.[0].callName, 1, null, true, "a,\"b\t\\"]"#;
    assert_eq!(
        run(&format!("{cells} | @csv")),
        "\"Truck-01\",1,,true,\"a,\"\"b\t\\\"\n"
    );
    assert_eq!(
        run(&format!("{cells} | @tsv")),
        "Truck-01\t1\t\ttrue\ta,\"b\\t\\\\\n"
    );
    assert_eq!(run("[1, \"a\"] | @json"), "[1,\"a\"]\n");
    cli.run(&["devices", "--jq", "[[1]] | @csv"])
        .bad(1, "not a cell");
}

#[test]
fn wide_characters_are_as_wide_as_a_terminal_shows_them() {
    let url = support::server(|_| {
        let wide = json!({"名前": "東京トラック", "id": 1, "e": "e\u{301}"});
        (
            200,
            json!([wide, {"名前": "abc", "id": 2, "e": "ee"}]).to_string(),
        )
    });
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", autopi_sandbox::API_TOKEN);
    let cli = cli.with("AUTOPI_BASE_URL", &url);
    let rows = cli.line("api GET /x/ -o table");
    assert_eq!(
        rows.good(),
        "名前          id  e\n東京トラック  1   e\u{301}\nabc           2   ee\n"
    );
    let one = cli.line("api GET /x/ -o table --jq .[0]");
    assert_eq!(one.good(), "名前  東京トラック\nid    1\ne     e\u{301}\n");
}

#[test]
fn ids_stay_on_one_line_and_examples_can_be_copied_whatever_the_width() {
    let narrow = |width: &str| Cli::shared().with("COLUMNS", width);
    let blocks = narrow("45").line("trips --limit 2 -o table");
    let ids = blocks.good().lines().filter(|line| line.trim().len() == 36);
    assert!(ids.count() >= 2, "{blocks:?}");
    for width in [30, 60, 100] {
        let help = narrow(&width.to_string()).line("dongle_geofences_create --help");
        let (_, example) = help.good().split_once("Example:\n").unwrap();
        let lines: Vec<&str> = example.trim_end().lines().collect();
        let (last, before) = lines.split_last().unwrap();
        assert!(before.iter().all(|line| line.ends_with(" \\")), "{example}");
        assert!(!last.ends_with('\\') && last.starts_with(' '), "{example}");
        let start = narrow(&width.to_string()).line("--help");
        let wide = start
            .good()
            .lines()
            .find(|line| line.chars().count() > width);
        assert_eq!(wide.filter(|_| width > 50), None);
    }
}

#[test]
fn a_narrow_terminal_gets_fewer_columns_then_blocks_and_no_line_of_a_table_is_wider_than_it() {
    for (width, columns) in [(200, 6), (110, 6), (80, 5), (40, 3), (20, 0)] {
        let cli = Cli::shared().with("COLUMNS", &width.to_string());
        let ran = cli.line("devices --limit 2 -o table");
        let first = ran.good().lines().next().unwrap();
        if columns == 0 {
            assert_eq!(first, "callName  Truck-01", "{ran:?}");
            continue;
        }
        assert_eq!(
            first.split_whitespace().count(),
            columns,
            "{width}: {ran:?}"
        );
        assert!(
            ran.out.lines().all(|l| l.chars().count() <= width),
            "{width}: {ran:?}"
        );
        assert!(
            ran.out.contains("2e784850-0dd") && ran.out.contains("0b94bdb2-600"),
            "both ids: {ran:?}"
        );
        // Columns named by the user are all shown at any width.
        let asked =
            cli.line("devices --limit 2 -o table --columns callName,id,unit_id,last_communication");
        assert!(
            asked.good().contains("last_communication"),
            "{width}: {asked:?}"
        );
    }
}

#[test]
fn piped_output_has_no_escapes_and_colours_are_for_terminals() {
    for (name, value) in [("A", "b"), ("NO_COLOR", "1")] {
        let cli = Cli::shared().with(name, value);
        for line in [
            "devices --limit 1 -o table",
            "--help",
            "dongle devices-list --help",
            "dongel",
        ] {
            let ran = cli.line(line);
            assert!(
                !ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'),
                "{line}: {ran:?}"
            );
        }
    }
    let forced = Cli::shared().with("CLICOLOR_FORCE", "1");
    let table = forced.line("devices --limit 1 -o table");
    assert!(table.good().starts_with("\u{1b}[1mcallName"), "{table:?}");
    forced.line("devices --limit 1 -o ./t.txt").good();
    let file = std::fs::read_to_string(forced.home.path().join("t.txt")).unwrap();
    assert!(file.starts_with("callName"), "{file}");
}

/// Terminal escapes from a server, from a document, from the command line.
#[test]
fn no_text_of_a_server_or_document_reaches_a_terminal_unescaped() {
    let api = support::sandbox(autopi_sandbox::Sandbox::builder());
    let cli = Cli::of(&api);
    let id = cli.line("devices --limit 1").json()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let name = "a\u{1b}[2Jb\u{202e}c\u{7}";
    let body = json!({ "callName": name }).to_string();
    cli.run(&["dongle", "devices-partial-update", &id, "--json", &body])
        .good();
    for format in ["json", "ndjson", "yaml", "table"] {
        let ran = cli.run(&[
            "dongle",
            "devices-list",
            "--limit",
            "1",
            "--columns",
            "callName",
            "-o",
            format,
        ]);
        assert!(
            !ran.good().contains(['\u{1b}', '\u{202e}', '\u{7}']),
            "{format}: {ran:?}"
        );
    }
    let ran = cli.run(&[
        "dongle",
        "devices-list",
        "--limit",
        "1",
        "--columns",
        "callName",
        "-o",
        "json",
    ]);
    assert_eq!(
        ran.json()[0]["callName"],
        name,
        "a program reads it as it is"
    );
    let hostile = r#"{"openapi":"3.0.3","info":{"title":"T\u001b[2J","version":"\u202e"},"paths":{"/x\u001b/":{"get":{"operationId":"op\u0007","summary":"s\u001b","description":"d\u001b]0;x\u0007","tags":["t\u001b"],"parameters":[{"name":"p\u001b","in":"query","required":true,"description":"\u001b[31m","schema":{"type":"string","enum":["a\u001b"]}}],"responses":{"200":{"description":""}}}}}}"#;
    let spec = cli.file("hostile.json", hostile);
    for line in [
        "--help",
        "t --help",
        "t op --help",
        "t op",
        "t nothing",
        "search s",
        "search s -o table",
        "man t op",
        "t op --p x --dry-run",
    ] {
        let ran = cli.line(&format!("--spec {spec} {line}"));
        let raw = |text: &str| text.contains(['\u{1b}', '\u{202e}', '\u{7}']);
        assert!(!raw(&ran.out) && !raw(&ran.err), "{line}: {ran:?}");
    }
}

/// A file that would not hold what its name says.
#[test]
fn a_file_named_as_another_format_is_refused_before_anything_is_sent() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::of(&api);
    let id = "0189d7a5-0000-7000-8000-000000000001";
    for (line, says) in [
        (
            "devices -o ./a.xlsx",
            "./a.xlsx: its content would not be xlsx\n  the ending says the format: .json, ",
        ),
        ("devices -o a.XLS", "not be xls"),
        ("devices -o ./a.csv.gz", "not be gz"),
        ("devices -o ./.html", "not be html"),
        ("devices -o ./a.tsv", "not be tsv"),
        ("devices -o ./a.jsn", "not be jsn"),
        ("devices --jq . -o ./a.xlsx", "not be xlsx"),
        (
            "devices -o ./a.parquet",
            "not be parquet\n  `autopi export` writes it",
        ),
        (
            "trips -o ./a.gpx",
            "not be gpx\n  `autopi export` writes it",
        ),
        ("vehicles -o ./a.7z", "not be 7z"),
        ("positions -o ./a.kml", "not be kml"),
        ("alerts -o ./a.xml", "not be xml"),
        ("whoami -o ./a.pdf", "not be pdf"),
        ("profiles -o ./a.toml", "not be toml"),
        ("doctor -o ./a.zip", "not be zip"),
        ("search trips -o ./a.md", "not be md"),
        ("run Truck-01 test.ping -o ./a.docx", "not be docx"),
        ("dongle devices-list -o ./a.ods", "not be ods"),
        ("dongle devices-read ID -o ./a.bak", "not be bak"),
        ("api POST /dongle/devices/ -b a=b -o ./a.pdf", "not be pdf"),
        (
            "trip show ID -o ./a.png",
            "not be png\n  `autopi trip show` draws trips",
        ),
        ("trip show ID --png ./a.svg", "not be svg\n  --png"),
        ("trip show ID --svg ./a.csv", "not be csv"),
        ("trip show ID --html ./a.pdf", "not be pdf"),
        (
            "export telemetry x --from -1d --to now -o ./a.xlsx",
            "`xlsx` is not a format",
        ),
    ] {
        cli.line(&line.replace("ID", id)).bad(2, says);
    }
    assert!(api.requests().is_empty(), "{:?}", api.requests());
    assert_eq!(std::fs::read_dir(cli.home.path()).unwrap().count(), 0);
    let text = |name: &str| std::fs::read_to_string(cli.home.path().join(name)).unwrap();
    for (name, start) in [
        ("a.JSON", "[\n"),
        ("a.jsonl", "{\""),
        (".csv", "callName\n"),
        ("a.yml", "- callName: "),
        ("a.txt", "callName\n"),
        // These endings say nothing.
        ("./a", "[\n"),
        ("./a.2026-01-31", "[\n"),
        ("./tmp.Ab3dE9xYz0", "[\n"),
        ("./a.json~", "[\n"),
    ] {
        cli.line(&format!("devices --columns callName -o {name}"))
            .good();
        assert!(text(name).starts_with(start), "{name}: {}", text(name));
    }
    cli.run(&[
        "devices",
        "--jq",
        ".[] | [.callName, .unit_id] | @tsv",
        "-o",
        "./a.tsv",
    ])
    .good();
    assert!(text("a.tsv").starts_with("Truck-01\t"), "{}", text("a.tsv"));
    // What is no data is written as it is.
    for line in ["completions bash -o ./c.sh", "man -o ./autopi.1"] {
        cli.line(line).good();
    }
    // What a path responds is known once it has.
    cli.line("api GET /dongle/devices/ -o ./a.pdf")
        .bad(2, "not be pdf");
    assert_eq!(api.requests().last().unwrap().status, 200);
}
