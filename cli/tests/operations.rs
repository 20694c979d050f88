//! Operations of the document, and `api`.

mod support;

use autopi_sandbox::Sandbox;
use serde_json::{Value, json};
use support::{Cli, sandbox};

fn first_device(cli: &Cli) -> String {
    let devices = cli.line("dongle devices-list --limit 1 -o json").json();
    devices[0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn an_operation_is_called_by_its_command_or_its_id() {
    let cli = Cli::shared();
    let by_command = cli.line("dongle devices-list --page-size 3").json();
    assert_eq!(by_command.as_array().unwrap().len(), 3);
    for line in [
        "dongle dongle_devices_list --page-size 3",
        "dongle_devices_list --page_size 3",
        "--page-size=3 dongle_devices_list",
    ] {
        let ran = cli.line(line);
        if line.starts_with("--page") {
            ran.bad(2, "--page-size");
        } else {
            assert_eq!(ran.json(), by_command, "{line}");
        }
    }
    let id = first_device(&cli);
    let by_flag = cli.run(&["dongle", "devices-read", "--id", &id]).json();
    assert_eq!(by_flag["id"], json!(id));
    assert_eq!(cli.run(&["dongle", "devices-read", &id]).json(), by_flag);
}

#[test]
fn a_list_shows_one_page_with_a_notice_or_more_with_all_or_limit() {
    let cli = Cli::shared();
    let one = cli.line("dongle devices-list --page-size 10");
    assert_eq!(one.json().as_array().unwrap().len(), 10);
    assert!(one.err.contains("10 of 25: --all"), "{one:?}");
    assert_eq!(
        cli.line("dongle devices-list --page-size 10 --quiet").err,
        ""
    );
    for (line, count) in [
        ("dongle devices-list --page-size 10 --all", 25),
        ("dongle devices-list --page-size 10 --limit 12", 12),
        ("dongle devices-list --page-size 10 --limit 0", 0),
        ("api GET /dongle/devices/ -q page_size=10 --paginate", 25),
        (
            "api GET /dongle/devices/ -q page_size=10 --paginate --limit 11",
            11,
        ),
    ] {
        for format in ["json", "ndjson"] {
            let ran = cli.line(&format!("{line} -o {format}"));
            let items: Vec<Value> = match format {
                "json" => ran.json().as_array().unwrap().clone(),
                _ => ran
                    .good()
                    .lines()
                    .map(|l| serde_json::from_str(l).unwrap())
                    .collect(),
            };
            assert_eq!(items.len(), count, "{line} {format}");
            assert_eq!(ran.err, "", "{line}");
        }
    }
}

#[test]
fn raw_records_are_a_list_of_records() {
    let cli = Cli::shared();
    let line = format!(
        "logbook storage-raw-list --device-id {} --start-utc 2026-01-01T00:00Z --end-utc \
         2026-01-01T01:00Z --page-size 100",
        first_device(&cli)
    );
    let all = cli.line(&format!("{line} --all --jq length"));
    assert!(all.good().trim().parse::<u32>().unwrap() > 300, "{all:?}");
    let two = cli.line(&format!("{line} --limit 2 -o csv"));
    assert!(two.good().starts_with("ts,rec,t,data\n"), "{two:?}");
    assert_eq!(two.out.lines().count(), 3, "{two:?}");
}

#[test]
fn a_body_is_built_from_members_and_validated_before_sending() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::of(&api);
    let id = first_device(&cli);
    let changed = cli
        .run(&[
            "dongle",
            "devices-partial-update",
            &id,
            "-b",
            "callName=Truck 7",
            "-b",
            "template:=null",
            "-b",
            "tags[]=a",
        ])
        .json();
    assert_eq!(
        (&changed["callName"], &changed["tags"]),
        (&json!("Truck 7"), &json!(["a"]))
    );
    let file = cli.file("body.json", r#"{"callName": "of a file"}"#);
    let changed = cli
        .run(&[
            "dongle",
            "devices-partial-update",
            &id,
            "--json",
            &format!("@{file}"),
        ])
        .json();
    assert_eq!(changed["callName"], "of a file");
    let changed = cli
        .input(r#"{"callName": "of stdin"}"#)
        .run(&["dongle", "devices-partial-update", &id, "--json", "-"])
        .json();
    assert_eq!(changed["callName"], "of stdin");
    let sent = api.count("PATCH", "/dongle/devices/*/");
    let cli = Cli::of(&api);
    cli.run(&[
        "dongle",
        "devices-partial-update",
        &id,
        "-b",
        "callNam=x",
        "-b",
        "template=5",
    ])
    .bad(2, "callNam: is not a member; did you mean `callName`?");
    cli.run(&["dongle", "devices-partial-update", &id, "-b", "template=5"])
        .bad(2, "template: must be an integer, is a text");
    cli.run(&["dongle", "devices-partial-update", &id])
        .bad(2, "body: required, not given");
    assert_eq!(
        api.count("PATCH", "/dongle/devices/*/"),
        sent,
        "nothing was sent"
    );
}

#[test]
fn a_dry_run_shows_the_request_without_the_token_and_sends_nothing() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::of(&api);
    let id = "0189d7a5-0000-7000-8000-000000000001";
    let shown = cli.run(&[
        "dongle",
        "devices-partial-update",
        id,
        "-b",
        "callName=it's",
        "-b",
        &format!("token={id}"),
        "--dry-run",
    ]);
    for part in [
        "curl",
        "-X PATCH",
        "/dongle/devices/0189d7a5",
        r#""Authorization: APIToken $AUTOPI_API_TOKEN""#,
        r"it'\''s",
        "** redacted **",
    ] {
        assert!(shown.good().contains(part), "{part}: {shown:?}");
    }
    assert!(!shown.out.contains(autopi_sandbox::API_TOKEN));
    // What curl would do otherwise: send a POST, read a file, take a part of a name for an option.
    let upload = cli.file("a,b;c.txt", "x");
    for (line, parts) in [
        ("api GET /x/ -b a=1", vec!["-X GET"]),
        ("api HEAD /x/", vec!["--head"]),
        (
            &*format!("api POST /x/ --file f={upload} -b a=@/etc/passwd -b token=secret"),
            vec![
                "--form-string 'a=@/etc/passwd'",
                "a,b;c.txt\"'",
                "--form-string 'token=** redacted **'",
            ],
        ),
    ] {
        let shown = cli.line(&format!("{line} --dry-run"));
        for part in parts {
            assert!(shown.good().contains(part), "{part}: {shown:?}");
        }
    }
    // Nothing hidden is shown, and it is sent all the same.
    let shown = cli.run(&[
        "api",
        "POST",
        "/x/",
        "--file",
        &format!("f={upload}"),
        "-b",
        "a=1\t'2\\\n\u{202e}ü",
        "--dry-run",
    ]);
    let wanted = r"--form-string $'a=1\011\'2\\\012\342\200\256ü'";
    assert!(shown.good().contains(wanted), "{shown:?}");
    // The file is that of the data.
    let shown = cli.line("dongle devices-list -o ./list.json --dry-run");
    assert!(shown.good().starts_with("curl"), "{shown:?}");
    assert!(!cli.home.path().join("list.json").exists());
    for line in [
        "dongle devices-list --dry-run",
        "api DELETE /dongle/devices/1/ --dry-run",
        "auth api-tokens-delete 1 --dry-run",
    ] {
        assert!(cli.line(line).good().starts_with("curl"), "{line}");
    }
    assert_eq!(api.requests().len(), 0);
}

#[test]
fn a_dry_run_masks_what_looks_like_a_token_wherever_it_is() {
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.canary-signature";
    let hex = "0123456789abcdef0123456789abcdef01234567";
    let cli = Cli::shared();
    for secret in [token, hex] {
        for mut arguments in [
            vec![format!("/x/{secret}/")],
            vec!["/x/".into(), "-b".into(), format!("a[].b=Bearer {secret}")],
            vec!["/x/".into(), "--json".into(), format!("\"{secret}\"")],
            vec!["/x/".into(), "-H".into(), format!("x-own: {secret}")],
            vec!["/x/".into(), "-q".into(), format!("a={secret}")],
            vec![
                "/x/".into(),
                "--file".into(),
                format!("f={}", cli.file("f.txt", "")),
                "-b".into(),
                format!("a={secret}"),
            ],
        ] {
            arguments.splice(0..0, ["api", "POST", "--dry-run"].map(str::to_owned));
            let words: Vec<_> = arguments.iter().map(String::as_str).collect();
            let shown = cli.run(&words);
            assert!(!shown.good().contains(secret), "{shown:?}");
            assert!(shown.out.contains("redacted"), "{shown:?}");
        }
    }
}

#[test]
fn deletes_need_confirmation_or_yes() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::of(&api);
    let tokens = cli.line("auth api-tokens-list").json();
    let id = tokens[0]["id"].to_string();
    cli.run(&["auth", "api-tokens-delete", &id])
        .bad(2, "there is no terminal to ask on");
    assert_eq!(api.count("DELETE", "/auth/api_tokens/*/"), 0);
    cli.run(&["auth", "api-tokens-delete", &id, "--yes"]).good();
    assert_eq!(api.count("DELETE", "/auth/api_tokens/*/"), 1);
}

#[test]
fn the_exit_code_shows_the_kind_of_failure() {
    let cli = Cli::shared();
    cli.line("dongle devices-read 0189d7a5-0000-7000-8000-000000000001")
        .bad(4, "HTTP 404");
    Cli::alone()
        .line("dongle devices-list")
        .bad(3, "not logged in");
    cli.line("dongle devices-read")
        .bad(2, "--id: required, not given");
    cli.line("dongel devices-list")
        .bad(2, "did you mean dongle");
    let api = sandbox(Sandbox::builder().fault("status=503"));
    Cli::of(&api)
        .line("dongle devices-list --timeout 20")
        .bad(5, "HTTP 503");
    let ran = Cli::of(&api).line("dongle devices-list --timeout 20 -o json");
    let error: Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!(
        (&error["error"]["kind"], &error["error"]["status"]),
        (&json!("unavailable"), &json!(503))
    );
}

/// What is sent is compared with the client's requests in `one_wire.rs`.
#[test]
fn parts_of_a_form_are_checked_with_their_headers() {
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    let spec = format!("{}/../wire/openapi.json", env!("CARGO_MANIFEST_DIR"));
    let file = cli.file("a.png", "x");
    let run = |more: &[&str]| {
        let start = ["--spec", &spec, "t", "forms-parts"];
        cli.run(&[&start[..], more].concat())
    };
    let help = run(&["--help"]);
    let said = "signed;X-Sum  a header of this part, required with it";
    assert!(help.good().contains(said), "{help:?}");
    run(&["-b", "signed=s"]).bad(2, "required, not given: -b 'signed;X-Sum=VALUE'");
    run(&["-b", "where:={\"lat\":\"x\"}"]).bad(2, "where.lat: must be a number");
    run(&["-b", "wheres:={\"lat\":\"x\"}"]).bad(2, "lat: must be a number");
    // A form has no --json.
    let empty = cli.line(&format!("--spec {spec} t forms-patch"));
    empty.bad(2, "body: required, not given: -b NAME=VALUE\n");
    let picture = format!("picture=@{file}");
    for (header, why) in [
        ("signed;X-Sum=@a.png", "signed;X-Sum: a header is a text"),
        (
            "signed;X-Sum:={\"a\":1}",
            "signed;X-Sum: a header is a text",
        ),
        (
            "note;X-Note=of no part",
            "note;X-Note: there is no part `note`",
        ),
    ] {
        run(&["-b", "signed=s", "-b", "signed;X-Sum=1", "-b", header]).bad(2, why);
        run(&["-b", "signed=s", "-b", header, "--unchecked"]).bad(2, why);
    }
    let hidden = run(&[
        "-b",
        "where:={\"password\":\"hunter2\"}",
        "--unchecked",
        "--dry-run",
    ]);
    assert!(
        hidden.good().contains("redacted") && !hidden.out.contains("hunter2"),
        "{hidden:?}"
    );
    let missing = run(&["-b", "signed=a", "-b", "signed=b"]);
    assert_eq!(
        missing.err.matches("X-Sum: required").count(),
        1,
        "{missing:?}"
    );
    let tags = cli.file("tags.json", &json!({
        "openapi": "3.0.3", "info": {"title": "T", "version": "1"},
        "paths": {"/x/": {"post": {"operationId": "x", "tags": ["t"], "responses": {}, "requestBody": {"content": {"multipart/form-data": {"schema": {
            "type": "object", "properties": {"tags": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "string"}}}
        }}}}}}},
    }).to_string());
    let tags = |words: &str| cli.line(&format!("--spec {tags} t x {words} --dry-run"));
    assert!(tags("-b tags=a -b tags[]=b").good().contains("'tags=b'"));
    assert!(
        tags("-b tags:=[\"a\"] -b tags=b")
            .good()
            .contains("'tags=b'")
    );
    tags("-b tags=a").bad(2, "tags: must be at least 2 items");
    tags("-b tags=a -b tags=b -b tags=c").bad(2, "tags: must be at most 2 items");
    run(&["-b", &picture, "-b", "picture=x", "--unchecked"])
        .bad(2, "picture: given as a file and as a text");
    let shown = run(&["-b", "signed=s", "-b", "signed;x-sum=a\"b", "--dry-run"]);
    let line = r#"-F 'signed="s";type=text/plain; of="a\";b";headers="X-Sum: a\"b";headers="X-Kind: note"'"#;
    assert!(shown.good().contains(line), "{shown:?}");
}

#[test]
fn a_value_of_several_types_is_the_first_that_it_fits() {
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    let spec = format!("{}/../wire/openapi.json", env!("CARGO_MANIFEST_DIR"));
    let run = |more: &[&str]| {
        let start = ["--spec", &spec, "t", "unions-post", "7", "--dry-run"];
        cli.run(&[&start[..], more].concat())
    };
    for (option, sent) in [
        (&["--size", "5"][..], "size=5'"),
        (&["--size", "5", "--size", "6"], "size=5&size=6'"),
        (&["--size", "[5,6]"], "size=5&size=6'"),
        (&["--size", "{\"lat\":1.5}"], "lat=1.5'"),
        (&["--joined", "5", "--joined", "6"], "joined=5,6'"),
        (&["--filter", "5"], "filter=%225%22'"),
        (
            &["--filter", "{\"lat\":1.5}"],
            "filter=%7B%22lat%22%3A1.5%7D'",
        ),
        (&["--x-either", "a"], "-H 'x-either: a'"),
        (&["-b", "to=a"], "--data-raw 'to=a'"),
        (&["-b", "piped=5"], "--data-raw 'piped=5'"),
    ] {
        let shown = run(option);
        assert!(shown.good().contains(sent), "{sent}: {shown:?}");
    }
    run(&["--size", "x"]).bad(2, "`x` is not a valid integer or list of integer or object");
    run(&["--size", "5", "--size", "x"]).bad(2, "given more than once");
}

#[test]
fn a_json_patch_is_no_subset_of_anything() {
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    let spec = format!("{}/../wire/openapi.json", env!("CARGO_MANIFEST_DIR"));
    let run = |operation: &str, body: &str| {
        let line = ["--spec", &spec, "t", operation, "--dry-run", "--json", body];
        cli.run(&line)
    };
    run("steps-patch", r#"[{"op":"add","path":"/a","value":1}]"#).good();
    run("steps-patch", r#"[{"op":"add"}]"#).bad(2, "path");
    run("nested-patch", r#"{"list":[{"a":1}]}"#).good();
}
