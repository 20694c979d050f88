//! Each kind of invalid input, and its error.

mod support;

use std::{fs, process::Stdio};

use autopi_sandbox::{API_TOKEN, Sandbox};
use serde_json::Value;
use support::{Cli, Ran, sandbox};

const ID: &str = "0189d7a5-0000-7000-8000-000000000001";

#[test]
fn unknown_commands_options_and_values_are_refused() {
    let cli = Cli::shared();
    let body = cli.file("body.json", "{}");
    for (line, says) in [
        ("-o json", "a command is missing"),
        ("dongle -o ndjson", "an operation is missing"),
        ("dongle device-list", "did you mean devices-list"),
        ("dongle nothing-like-it", "`autopi search nothing-like-it`"),
        ("dongel devices-list", "did you mean dongle"),
        ("devises", "did you mean devices"),
        ("--", "a command is missing"),
        ("dongle --", "an operation is missing"),
        ("dongle devices-list --colums a", "'--columns'"),
        ("dongle devices-list --no-such-option 1", "--no-such-option"),
        (
            "dongle devices-list --template x",
            "--template: `x` is not a valid integer",
        ),
        (
            "dongle devices-list --template 1 --template 2",
            "given more than once",
        ),
        ("dongle devices-read", "--id: required, not given"),
        ("dongle devices-read x", "--id: must be an id like"),
        ("dongle devices-read x y", "unexpected argument 'y'"),
        (
            "dongle devices-list --page -1",
            "page: must be a whole number, 0 or more, is `-1`",
        ),
        ("help devises", "did you mean devices"),
        ("dongle devices-list --limit x", "--limit"),
        ("dongle devices-list --limit -1", "invalid value '-1'"),
        (
            "dongle devices-list --columns id,",
            "--columns: a name is missing",
        ),
        ("dongle devices-list --timeout 0", "--timeout"),
        ("dongle devices-list --timeout -1", "invalid value '-1'"),
        ("--spec /dev/zero devices", "more than 256 MiB"),
        ("dongle devices-list -o jsn", "no format of the output"),
        (
            "dongle devices-list --columns no_such",
            "no item has a member `no_such`",
        ),
        (
            "dongle devices-list --sort no_such",
            "no item has a member `no_such`",
        ),
        (
            "devices --jq .[",
            "--jq: the filter is malformed at character",
        ),
        ("devices --jq nothing", "`nothing` is not a known filter"),
        ("devices --jq env", "`env` is not a known filter"),
        ("devices --jq halt", "`halt` is not a known filter"),
        ("api FETCH /x/", "`FETCH` is not a method; there are GET"),
        ("api GET /x/ -q a", "--query a"),
        ("api GET /x/ --json {", "is not JSON"),
        (
            "api GET /x/ -H Authorization:x",
            "comes from the credential",
        ),
        ("api GET /../x/ -H host:x", "is written by HTTP itself"),
        ("api GET /../x/", "path"),
        (
            "api POST /x/ -b a=@- -b b=@-",
            "-b b: stdin is read already",
        ),
        ("api POST /x/ -b a:=text", "as in -b 'a=…'"),
        ("trips -d Truck-01 --limit x", "`autopi trips --help`"),
        (
            "dongle devices-read x --limit x",
            "`autopi dongle devices-read --help`",
        ),
        (
            "devices --columns vehicle.no_such",
            "no item has a member `vehicle.no_such`",
        ),
        ("devices --sort id.x", "no item has a member `id.x`"),
        ("devices --sort -", "--sort: a name is missing"),
        ("devices --sort --id", "no item has a member `-id`"),
        ("whoami --sort no_such", "there is no member `no_such`"),
        (
            "positions --columns positions",
            "no item has a member `positions`",
        ),
        ("trip show x", "error: id: must be an id like"),
        (
            "api -X GET /x/",
            "the method is a word: `autopi api GET PATH`",
        ),
        ("api POST /x/ --data {}", "did you mean '--json'?"),
        ("api GET /x/ /y/", "usage: "),
        ("devices --token x", "AUTOPI_API_TOKEN in the environment"),
        ("devices --no-color", "NO_COLOR=1"),
        ("devices --search Truck", "a text to search for is a word"),
        (
            "devices -o jsonpath={.id}",
            "--columns and --jq choose from the data",
        ),
        ("run Truck-01 --job x test.ping", "cannot be used with"),
        ("run Truck-01 test.ping --wait 5 --yes", "given as --wait=5"),
        ("run Truck-01 a.b x=1 x=2 --yes", "x: given twice"),
        (
            r#"run Truck-01 a.b {"a":1,"a":2} --yes"#,
            "`a` appears twice with different values",
        ),
        (
            "run Truck-01 a.b 12345678901234567890123 --yes",
            "more digits than 64 bits hold",
        ),
        ("login --token-stdin --email x", "cannot be used with"),
        ("login --token-stdin --save-password", "cannot be used with"),
        ("devices --profile=", "a value is required for '--profile"),
        ("api GET http://evil.example/", "another place than http"),
        #[cfg(unix)]
        (
            "api POST /x/ --file a=/dev/null",
            "it is not a regular file\n",
        ),
        (
            "trips --from yesterday",
            "--from: `yesterday` is not a time",
        ),
        ("trips --from 2026-01-31T08:00", "has no time zone"),
        (
            "trips --from 2026-10-25T02:30[Europe/Copenhagen]",
            "does not exist in its zone, or exists twice",
        ),
        ("trips --from now --to -2h", "is after --to"),
        (
            "trips --from 2026-01-31T08:00Z --to 2026-01-31T09:00+01:00",
            "nothing is between them",
        ),
        (
            "logbook v2-trips-list --start-time-utc-gte 2026-01-31",
            "has no time zone",
        ),
        (
            "export telemetry -d Truck-01 --from -1d --to now -o ./x.csv --field=",
            "a value is required for '--field <FIELD>'",
        ),
        ("login --sandbox", "the sandbox needs no login"),
        ("logout --sandbox", "the sandbox needs no login"),
        ("completions bash --limit 3", "--limit: a script is written"),
        ("man --jq . --columns a", "--columns: a page is written"),
        ("logout --all", "--all: it has no data"),
        ("login --token-stdin -o ./x.json", "-o FILE: it has no data"),
        (
            "auth api-tokens-delete 1 --yes -o ./x.json",
            "-o FILE: the response has no data",
        ),
        ("login --sort a", "--sort: it has no data"),
        ("mcp --limit 3", "--limit: each call has its own"),
        (
            "export trips --from -1d --to now -o ./x.csv --all",
            "--all: an export has all",
        ),
        ("trip show x --svg ./x.svg --jq .", "--jq: a picture shows"),
        ("watch --all", "--all: watch draws"),
        ("api GET / -H a:\u{1}", "--header a: the header value"),
        ("run -x test.ping", "use '-- -x'"),
        (
            "devices -d x",
            "usage: autopi devices [OPTIONS] [TEXT]; `autopi",
        ),
        (
            "vehicles --device x",
            "usage: autopi vehicles [OPTIONS] [TEXT]",
        ),
        (
            "devices -limit 1",
            "-limit: an option has two hyphens: --limit",
        ),
        (
            "devices -output csv",
            "-output: an option has two hyphens: --output",
        ),
        (
            "devices \u{2014}limit 1",
            "an option has two hyphens: --limit",
        ),
        ("positions -device=Truck-01", "two hyphens: --device"),
        (
            "dongle devices-list -page-size 2",
            "two hyphens: --page-size",
        ),
        ("-version", "two hyphens: --version"),
        ("version", "did you mean `autopi --version`?"),
        ("trips --from now --to now", "are the same time"),
        ("trips --from -1d --to -1d", "are the same time"),
        ("api GET /x/ -H X:1 -H x:2", "--header x: given twice"),
        (
            "api POST /x/ --json @- --dry-run",
            "--json: stdin is not JSON",
        ),
        ("devices --spec=", "--spec: the name of the file is missing"),
        ("devices -o ./none/", "./none/ is a folder"),
        (
            "trip 6a174764",
            "6a174764: no command of trip\n  there is `autopi trip show`",
        ),
        (
            "export trip",
            "there is `autopi export telemetry`, `autopi export trips`",
        ),
        ("api GET", "<METHOD> <PATH>"),
        ("devices --sort --all", "--sort: a name is missing"),
        ("run Truck-01 --job=", "a value is required for '--job"),
        (
            "devices --columns callname",
            "did you mean callName? there are",
        ),
        ("whoami --columns emial", "did you mean email? there are"),
        ("completions tcsh", "tcsh"),
        ("man nothing", "there is no page of `nothing`"),
    ] {
        let ran = cli.line(line);
        ran.bad(2, says);
        assert!(ran.err.lines().count() <= 4, "{line}: {ran:?}");
    }
    cli.run(&["run", "Truck-01", " ", "--yes"])
        .bad(2, "COMMAND is empty");
    // jq's own errors occur while it runs.
    cli.run(&["devices", "--jq", ".[0] | .callName + 1"])
        .bad(1, "--jq:");
    let nested = |n: usize| format!("{}.{}", "(".repeat(n), ")".repeat(n));
    cli.run(&["devices", "--jq", &nested(4_900)]).good();
    cli.run(&["devices", "--jq", &nested(30_000)])
        .bad(2, "--jq: the filter is longer than 10000 bytes");
    cli.run(&["devices", "--jq", "reduce range(20000) as $i (1; [.])"])
        .bad(1, "more than 127 levels");
    for (words, says) in [
        (&["search", " "][..], "WORD is empty"),
        (&["api", "GET", ""], "'<PATH>'"),
        (&["api", "POST", "/x/", "--json", &body], "--json @"),
    ] {
        cli.run(words).bad(2, says);
    }
    // What begins with a hyphen may be a value, and what is given twice is the same as once.
    for line in [
        "devices --sort -callName --limit 1",
        "devices -yo json --limit 1",
        "trips --from -1d --limit 1",
        "dongle devices-list --ordering -version --limit 1",
        "devices --quiet --quiet --all --all",
    ] {
        cli.line(line).good();
    }
}

#[test]
fn invalid_bodies_are_refused() {
    let cli = Cli::shared();
    let with = |arguments: &[&str]| {
        cli.run(&[&["dongle", "devices-partial-update", ID], arguments].concat())
    };
    let file = cli.file("bad.json", "{\"callName\": ");
    for (arguments, says) in [
        (vec!["-b", "callName"], "a member is NAME=TEXT"),
        (vec!["-b", "template:=x"], "is not JSON"),
        (
            vec!["-b", "template=1"],
            "template: must be an integer, is a text; `:=`",
        ),
        (
            vec!["-b", "callName=@nothing.txt"],
            "-b callName: cannot read nothing.txt",
        ),
        (vec!["-b", "callName=@at"], r#"-b 'callName:="@at"'"#),
        (vec!["-b", "callName=@"], "the file after @ is missing"),
        (
            vec!["-b", "user_metadata.n:=12345678901234567890123"],
            "more digits than 64 bits hold",
        ),
        (
            vec!["-b", r#"user_metadata:={"a":[{"b":1,"b":2}]}"#],
            "`b` appears twice with different values",
        ),
        (
            vec!["--json", r#"{"callName":"a","callName":"b"}"#],
            "`callName` appears twice with different values",
        ),
        (
            vec!["-b", "vehicle.year:=\"x\""],
            "vehicle.year: must be an integer",
        ),
        (
            vec!["-b", "vehicle.type=XYZ"],
            "vehicle.type: must be one of ICE",
        ),
        (vec!["-b", "tags:=[1]"], "tags[0]: must be a text"),
        (
            vec!["-b", "callNam=x"],
            "callNam: is not a member; did you mean `callName`?",
        ),
        (vec!["-b", "callName=a", "-b", "callName=b"], "given twice"),
        (vec!["--json", "{"], "is not JSON"),
        (vec!["--json", "@nothing.json"], "cannot read nothing.json"),
        (vec!["--json", "@bad.json"], "bad.json is not JSON"),
        (vec!["--json", "[]"], "body: must be an object, is a list"),
        (
            vec!["--json", "{}", "-b", "callName=a"],
            "cannot be combined",
        ),
    ] {
        with(&arguments).bad(2, says);
    }
    assert!(fs::read_to_string(file).is_ok());
    let missing = cli.line("can_logging import-dbc-create -b file=@nothing.dbc");
    missing.bad(2, "there is no file nothing.dbc");
    missing.bad(2, "a text that begins with @ is given as JSON");
    cli.line("can_logging import-dbc-create -b file=text")
        .bad(2, "file: must be a file");
    cli.line("can_logging import-dbc-create -b fil=text")
        .bad(2, "did you mean `file`");
}

#[test]
fn what_is_named_in_part_is_listed() {
    let cli = Cli::shared();
    for (line, has) in [
        ("", "dongle         153 operations"),
        ("--quiet", "dongle         153 operations"),
        ("help", "dongle         153 operations"),
        ("help dongle", "devices-list"),
        ("help dongle devices-list", "--page-size"),
        ("help help", "dongle         153 operations"),
        ("dongle", "devices-list"),
        ("dongle --sandbox", "devices-list"),
        ("export", "telemetry"),
        ("trip", "show"),
    ] {
        let ran = cli.line(line);
        assert!(ran.good().contains(has) && ran.err.is_empty(), "{ran:?}");
    }
}

#[test]
fn the_usual_format_is_one_and_its_errors_are_json() {
    let json = |text: &str| serde_json::from_str::<Value>(text).is_ok();
    let cli = Cli::shared().with("AUTOPI_OUTPUT", "jsn");
    cli.line("devices")
        .bad(2, "AUTOPI_OUTPUT: `jsn` is not a format; there are table");
    let cli = Cli::shared().with("AUTOPI_OUTPUT", "ndjson");
    // Nothing else is on stderr, so that a program can read it.
    for line in [
        "devices --columns no_such",
        "dongle nothing",
        "devices x --nothing",
        "devices -o ./x.csv --nothing",
    ] {
        let ran = cli.line(line);
        assert!(ran.code == 2 && json(&ran.err), "{ran:?}");
    }
}

#[test]
fn invalid_and_untrusted_hosts_are_refused() {
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", API_TOKEN);
    for (url, says) in [
        ("api.autopi.io", "the base URL"),
        ("", "the base URL"),
        ("ftp://api.autopi.io", "ftp"),
        (
            "http://api.example",
            "plain http to api.example would show the token to the network: use https\n",
        ),
        ("https://user:canary@api.example", "the base URL"),
    ] {
        let ran = cli.run(&["devices", "--base-url", url]);
        ran.bad(2, says);
        assert!(!ran.err.contains("canary"));
    }
    cli.line("devices --base-url http://127.0.0.1:1 --timeout 20")
        .bad(5, "the connection is refused");
}

#[test]
fn an_html_page_is_an_error_never_data() {
    for (fault, code) in [("html=502", 5), ("html=200", 1)] {
        let api = sandbox(Sandbox::builder().fault(fault));
        let cli = Cli::of(&api);
        for line in [
            "devices",
            "auth user-read",
            "api GET /dongle/devices/",
            "api GET /dongle/devices/ --paginate",
        ] {
            let ran = cli.line(&format!("{line} --timeout 20"));
            assert_eq!(
                (ran.code, ran.out.as_str()),
                (code, ""),
                "{fault} {line}: {ran:?}"
            );
            let says = ran.err.contains("HTML page") || ran.err.contains("page for a browser");
            assert!(says, "{fault} {line}: {ran:?}");
        }
    }
}

#[test]
fn invalid_profiles_are_refused() {
    let profile = |text: &str, mode: u32| {
        let cli = Cli::alone();
        cli.profiles(text, mode);
        cli
    };
    let good = "[default]\napi_token = 'abc'\n";
    for line in ["devices", "whoami", "profiles", "logout"] {
        #[cfg(unix)]
        profile(good, 0o644).line(line).bad(2, "chmod 600");
        profile("[default\napi_token = 'canary'", 0o600)
            .line(line)
            .bad(2, "line 1: not a profile");
        profile("[default]\napi_tokn = 'canary'", 0o600)
            .line(line)
            .bad(2, "line 2: not a profile");
        for twice in ["api_token = 'canary'", "[default]"] {
            profile(&format!("{good}{twice}\n"), 0o600)
                .line(line)
                .bad(2, "line 3: a name stands there for the second time");
        }
    }
    let cli = profile(
        "[default]\napi_token = 'abc'\nspec = '/no/such/file.json'\n",
        0o600,
    );
    // Windows puts a drive before it.
    cli.line("devices").bad(2, "/no/such/file.json: ");
    // Unreadable files: a folder, and a binary file.
    for line in ["devices", "whoami", "profiles", "logout", "trip show x"] {
        let cli = Cli::alone();
        cli.file(".config/autopi/credentials.toml/x", "");
        cli.line(line).bad(2, "it is not a regular file");
        let cli = profile(good, 0o600);
        let path = cli.home.path().join(".config/autopi/credentials.toml");
        fs::write(path, b"[default]\napi_token = '\xff'\n").unwrap();
        cli.line(line).bad(2, "credentials.toml");
    }
}

#[test]
fn invalid_tokens_are_refused() {
    let says = "characters that no token has";
    for token in ["abc\ndef", "a b", "\u{e9}", "a\u{7f}"] {
        let cli = Cli::shared();
        let cli = Cli {
            variables: cli
                .variables
                .into_iter()
                .filter(|(n, _)| n != "AUTOPI_API_TOKEN")
                .collect(),
            ..cli
        };
        let cli = cli.with("AUTOPI_API_TOKEN", token);
        cli.line("devices").bad(2, says);
        let cli = Cli::alone().input(&format!("{token}\n"));
        cli.line("login --token-stdin").bad(2, says);
        assert_eq!(fs::read_dir(cli.home.path()).unwrap().count(), 0);
    }
    Cli::alone()
        .line("login --token-stdin")
        .bad(2, "stdin holds no token");
}

#[test]
fn invalid_documents_are_refused() {
    let cli = Cli::shared();
    for (text, says) in [
        ("", "it is not a document of OpenAPI 3"),
        ("{", "broken JSON: "),
        ("a: [", "broken as YAML: "),
        (
            "openapi: 3.0.3\npaths: {}\npaths:\n  /a: {}\n",
            "`paths` appears twice with different values: keep one at line 4",
        ),
        ("[]", "it is not a document of OpenAPI 3 or Swagger 2.0"),
        (r#"{"openapi":"3.0.3"}"#, "the member `paths` is missing"),
        (
            r#"{"openapi":"3.0.3","paths":{},"paths":{"/a":{}}}"#,
            "`paths` appears twice with different values: keep one at line 1",
        ),
        (
            r#"{"openapi":"3.0.3","paths":{"/a/{b}":{"get":{"parameters":[{"$ref":"common.yaml#/B"}]}}}}"#,
            "/paths/~1a~1{b}/get/parameters/0 refers to another file, common.yaml#/B: make one",
        ),
        (r#"{"openapi":"4.0"}"#, "it is not a document of OpenAPI 3"),
        (r#"{"swagger":"1.2"}"#, "it is not a document of OpenAPI 3"),
    ] {
        let spec = cli.file("spec.json", text);
        cli.run(&["--spec", &spec, "devices"]).bad(2, says);
    }
    cli.line("--spec nothing.json devices")
        .bad(2, "cannot use the document nothing.json");
    cli.line("--spec https://api.example/?format=openapi devices")
        .bad(2, "save it first: curl -o api.json 'https://api.example/?");
    fs::write(cli.home.path().join("utf16.json"), b"\xff\xfe{\0}\0").unwrap();
    cli.line("--spec utf16.json devices")
        .bad(2, "not a text in UTF-8");
}

#[test]
fn a_byte_order_mark_is_not_part_of_a_document_a_body_or_a_token() {
    let cli = Cli::shared();
    let marked = |text: &str| format!("\u{feff}{text}");
    let document =
        r#"{"openapi": "3.0.0", "paths": {"/a/": {"get": {"operationId": "a", "tags": ["t"]}}}}"#;
    let spec = cli.file("spec.json", &marked(document));
    cli.line(&format!("--spec {spec} t a --dry-run")).good();
    let body = cli.file("body.json", &marked("[1]"));
    let sent = cli.line(&format!("api POST /x/ --json @{body} --dry-run"));
    assert!(sent.good().contains("'[1]'"), "{sent:?}");
    let text = cli.file("text.txt", &marked("a"));
    let sent = cli.line(&format!("api POST /x/ -b a=@{text} --dry-run"));
    assert!(sent.good().contains(r#"'{"a":"a"}'"#), "{sent:?}");
    let cli = cli.input(&marked(API_TOKEN));
    cli.run(&["login", "--token-stdin", "--profile", "marked"])
        .good();
}

#[test]
fn an_object_in_place_of_a_list_is_an_error() {
    let url = support::server(|_| (200, r#"{"status": "ok"}"#.into()));
    let cli = Cli::alone()
        .with("AUTOPI_BASE_URL", &url)
        .with("AUTOPI_API_TOKEN", API_TOKEN);
    for line in ["devices", "trips --all -o csv", "dongle devices-list"] {
        cli.line(line)
            .bad(1, "not a list of the API; it is an object with status");
    }
    cli.line("api GET /dongle/devices/").good();
    // Nor is the envelope without its items.
    let url = support::server(|_| (200, r#"{"count": 0}"#.into()));
    let cli = cli.with("AUTOPI_BASE_URL", &url);
    cli.line("devices")
        .bad(1, "not a list of the API; it is an object with count");
}

/// A count that is less than what the page has, or none.
#[test]
fn a_notice_says_how_many_there_are_only_where_that_can_be_true() {
    for (count, says) in [
        ("9", "note: 2 of 9: --all"),
        ("1", "note: the first 2: --all"),
        ("-1", "note: the first 2: --all"),
        ("null", "note: the first 2: --all"),
        ("2", ""),
    ] {
        let next = if count == "2" {
            "null"
        } else {
            r#""/dongle/devices/?page=2""#
        };
        let body = format!(
            r#"{{"count": {count}, "next": {next}, "results": [{{"id": "a"}}, {{"id": "b"}}]}}"#
        );
        let url = support::server(move |_| (200, body.clone()));
        let cli = Cli::alone()
            .with("AUTOPI_BASE_URL", &url)
            .with("AUTOPI_API_TOKEN", API_TOKEN);
        let ran = cli.line("devices --columns id -o csv");
        assert_eq!(ran.good(), "id\na\nb\n");
        let is_said = ran.err.starts_with(says) && ran.err.is_empty() == says.is_empty();
        assert!(is_said, "{count}: {ran:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf_8_is_refused_not_ignored() {
    use std::os::unix::ffi::OsStrExt;
    let cli = Cli::shared();
    for name in ["AUTOPI_PROFILE", "AUTOPI_API_TOKEN", "AUTOPI_OUTPUT"] {
        let mut command = cli.command(&["devices"]);
        command.env(name, std::ffi::OsStr::from_bytes(b"canary\xff"));
        let ran = Ran::from(command.output().unwrap());
        ran.bad(2, &format!("{name}: not valid UTF-8"));
        assert!(!ran.err.contains("canary"));
    }
}

/// Returns the names of the files in its home.
fn files(cli: &Cli) -> Vec<std::ffi::OsString> {
    let entries = fs::read_dir(cli.home.path()).unwrap();
    entries.map(|f| f.unwrap().file_name()).collect()
}

#[cfg(unix)]
#[test]
fn a_signal_leaves_no_partial_file() {
    use std::{os::unix::process::ExitStatusExt, process::Command, thread, time::Duration};
    let url = support::server(|path| match path.contains("page=2") {
        true => loop {
            thread::park();
        },
        false => (200, r#"{"count": 2, "results": [{"id": "a"}]}"#.into()),
    });
    let cli = Cli::alone()
        .with("AUTOPI_BASE_URL", &url)
        .with("AUTOPI_API_TOKEN", API_TOKEN);
    let line = ["devices", "--all", "-o", "./x.json"];
    let mut child = cli.command(&line).spawn().unwrap();
    while files(&cli).is_empty() {
        thread::sleep(Duration::from_millis(20));
    }
    let pid = child.id().to_string();
    let kill = Command::new("kill").args(["-INT", &pid]).status();
    assert!(kill.unwrap().success());
    // A shell stops a script only if it dies of the signal.
    assert_eq!(child.wait().unwrap().signal(), Some(2));
    assert!(files(&cli).is_empty(), "{:?}", files(&cli));
}

#[cfg(unix)]
#[test]
fn a_replaced_file_keeps_its_mode_and_a_link_to_nothing_is_refused() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let cli = Cli::shared();
    let path = cli.file("x.json", "");
    fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    cli.line("devices --limit 1 -o x.json --force").good();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    symlink("nothing.json", cli.home.path().join("link.json")).unwrap();
    cli.line("devices --limit 1 -o link.json")
        .bad(2, "is a symbolic link to a file that does not exist");
}

#[test]
fn unwritable_output_files_are_refused_or_written_whole() {
    let cli = Cli::shared();
    cli.line("devices --limit 1 -o out.json").good();
    let text = fs::read_to_string(cli.home.path().join("out.json")).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&text)
            .unwrap()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    cli.line("devices --limit 2 -o out.json")
        .bad(2, "out.json is there already");
    cli.line("devices --limit 2 -o out.json --force").good();
    cli.line("devices -o none/out.json")
        .bad(2, "there is no such folder");
    cli.line("devices -o ./").bad(2, "is a folder");
    #[cfg(target_os = "linux")]
    cli.line("devices -o /dev/full")
        .bad(1, "No space left on device");
    // No partial file is left after an error.
    cli.run(&["devices", "--jq", "error", "-o", "x.json"])
        .bad(1, "--jq");
    assert_eq!(files(&cli), ["out.json"]);
}

/// `>&-`: Rust opens /dev/null in its place before `main`.
#[cfg(unix)]
#[test]
fn a_closed_stdout_is_an_error_before_anything_is_changed() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::of(&api);
    let device = cli.line("devices --limit 1").json()[0]["id"].clone();
    let device = device.as_str().unwrap();
    let trip = cli.line("trips --limit 1").json()[0]["id"].clone();
    let run = |line: &str, to: &str| {
        let own = cli.command(&[]);
        let mut shell = std::process::Command::new("/bin/sh");
        shell
            .env_clear()
            .envs(own.get_envs().filter_map(|(k, v)| Some((k, v?))))
            .current_dir(cli.home.path())
            .args([
                "-c",
                &format!("exec '{}' {line} {to}", env!("CARGO_BIN_EXE_autopi")),
            ])
            .stdin(Stdio::null());
        Ran::from(shell.output().unwrap())
    };
    for line in [
        "devices --all",
        "devices --limit 1 -o table",
        "devices --dry-run",
        "dongle",
        "dongle devices-list --help",
        "--version",
        "help trips",
        "whoami",
        "doctor",
        "search trips",
        "completions bash",
        "man",
        "mcp",
        "api GET /dongle/devices/",
        "api POST /dongle/devices/ --json '{}'",
        "run Truck-01 test.ping --yes",
        &format!("dongle devices-partial-update {device} -b callName=x"),
        "trip show x --svg -",
    ] {
        let ran = run(line, ">&-");
        let is_usage = line.starts_with("trip");
        ran.bad(
            if is_usage { 2 } else { 1 },
            if is_usage {
                "must be an id"
            } else {
                "the output is closed"
            },
        );
    }
    let is_get = |r: &autopi_sandbox::RecordedRequest| r.method == "GET" || r.method == "HEAD";
    assert!(api.requests().iter().all(is_get), "{:?}", api.requests());
    // What writes nothing to it works, and /dev/null is no closed one, however it was opened.
    for (line, to) in [
        ("devices -o ./x.json", ">&-"),
        (&format!("trip show {trip} --svg ./x.svg"), ">&-"),
        (
            "export trips --from 2026-01-01T00:00Z --to 2026-01-02T00:00Z -o ./x.csv",
            ">&-",
        ),
        ("auth api-tokens-delete 1 --yes", ">&-"),
        ("devices", ">/dev/null"),
        ("devices", "1<>/dev/null"),
        ("devices", "<&- 2>&- >/dev/null"),
    ] {
        let ran = run(line, to);
        assert_eq!(
            (ran.code, ran.out.as_str()),
            (0, ""),
            "{line} {to}: {ran:?}"
        );
    }
}

#[test]
fn a_pipe_that_is_closed_ends_quietly() {
    let cli = Cli::shared();
    for line in [
        "devices --all -o ndjson",
        "api GET /dongle/devices/",
        "--help",
        "man",
        "completions bash",
    ] {
        let mut command = cli.command(&line.split(' ').collect::<Vec<_>>());
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let child = command
            .stdin(Stdio::null())
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!((ran.code, ran.err.as_str()), (141, ""), "{line}");
    }
}

#[test]
fn errors_are_json_for_programs() {
    let cli = Cli::shared();
    for (line, code, kind) in [
        ("dongle devices-read x -o json", 2, "usage"),
        ("dongel x -o json", 2, "usage"),
        (
            "-o ndjson dongle devices-read 0189d7a5-0000-7000-8000-000000000001",
            4,
            "not_found",
        ),
        ("devices --output=json --no-such", 2, "usage"),
        ("devices -o json --jq .[", 2, "usage"),
    ] {
        let ran = cli.line(line);
        assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{line}: {ran:?}");
        let error: Value =
            serde_json::from_str(&ran.err).unwrap_or_else(|e| panic!("{line}: {e}: {ran:?}"));
        assert_eq!(
            (
                error["error"]["kind"].as_str(),
                error["error"]["exit"].as_i64()
            ),
            (Some(kind), Some(i64::from(code))),
            "{line}"
        );
    }
    let ran = cli.run(&[
        "dongle",
        "devices-partial-update",
        ID,
        "-b",
        "callNam=x",
        "-b",
        "template=1",
        "-o",
        "json",
    ]);
    let error: Value = serde_json::from_str(&ran.err).unwrap();
    let fields: Vec<_> = error["error"]["fields"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(fields, ["callNam", "template"]);
}

#[test]
fn a_download_is_written_whole_or_not_at_all() {
    let api = sandbox(Sandbox::builder().any_id());
    let cli = Cli::of(&api);
    let line = format!("reporting reports-download {ID} -o report.pdf");
    cli.line(&line).good();
    let path = cli.home.path().join("report.pdf");
    let whole = fs::read(&path).unwrap();
    assert!(!whole.is_empty());
    cli.line(&line).bad(2, "report.pdf is there already");
    api.set_faults(&["truncate"]).unwrap();
    let broken = cli.line(&format!("{line} --force --timeout 20"));
    assert_eq!(broken.code, 5, "{broken:?}");
    assert_eq!(fs::read(&path).unwrap(), whole, "what was there stays");
    assert_eq!(fs::read_dir(cli.home.path()).unwrap().count(), 1);
}

#[test]
fn an_upload_is_sent_from_its_path() {
    let cli = Cli::shared();
    let file = cli.file("signals.dbc", "VERSION \"\"\nBO_ 100 M: 8 X\n");
    let sent = cli.run(&[
        "can-logging",
        "import-dbc-create",
        "-b",
        &format!("file=@{file}"),
        "-b",
        "name=J1939",
    ]);
    assert!(sent.json().is_object());
    let shown = cli.run(&[
        "can-logging",
        "import-dbc-create",
        "-b",
        &format!("file=@{file}"),
        "-b",
        "name=J1939",
        "--dry-run",
    ]);
    // In quotes, curl reads a backslash as it reads one before a quote.
    let path = file.replace('\\', r"\\");
    assert!(
        shown.good().contains(&format!("-F 'file=@\"{path}\"'"))
            && shown.out.contains("--form-string 'name=J1939'"),
        "{shown:?}"
    );
}

/// Python writes `NaN`, and numbers beyond 64 bits.
#[test]
fn an_item_that_cannot_be_read_is_an_error_after_the_others() {
    let url = support::server(|path| {
        let body = match path {
            "/value/" => r#"{"a": NaN, "icc": 89450100000000000123}"#,
            "/page/" => r#"{"count": 3, "results": [{"n": 1}, {"n": NaN}, {"n": nope}, {"n": 4}]}"#,
            _ => r#"{"count": 3, "next": "/list/?page=2", "results": [{"n": 1e400}, {"n": nope}]}"#,
        };
        let second = r#"{"count": 3, "next": null, "results": [{"n": 4}]}"#;
        let body = if path.contains("page=2") {
            second
        } else {
            body
        };
        (200, body.to_owned())
    });
    let cli = Cli::alone()
        .with("AUTOPI_BASE_URL", &url)
        .with("AUTOPI_API_TOKEN", "t");
    let value = cli.line("api GET /value/");
    assert_eq!(
        value.json(),
        serde_json::json!({"a": "NaN", "icc": "89450100000000000123"})
    );
    let page = cli.line("api GET /page/ --all -o ndjson");
    assert_eq!(
        page.out, "{\"n\":1}\n{\"n\":\"NaN\"}\n{\"n\":4}\n",
        "{page:?}"
    );
    assert!(
        page.err.contains("1 of the items cannot be read"),
        "{page:?}"
    );
    cli.line("api GET /page/ --limit 2").good();
    for format in ["ndjson", "csv", "json", "table", "yaml"] {
        let list = cli.line(&format!("api GET /list/ --all -o {format}"));
        assert_eq!(list.code, 1, "{list:?}");
        assert!(
            list.out.contains("1e400") && list.out.contains('4'),
            "{list:?}"
        );
        assert!(list.err.contains("results[1].n"), "{list:?}");
    }
}

#[test]
fn a_device_is_found_whatever_the_form_of_its_ids() {
    let url = support::server(|path| {
        let devices = r#"{"count": 2, "results": [{"id": 4, "unit_id": null, "callName": "Old"}, {"id": 5, "unit_id": 7, "display": "New"}]}"#;
        let trips = r#"{"count": 1, "results": [{"id": "t", "device": 4}]}"#;
        let is_list = path.starts_with("/dongle/devices/");
        (200, if is_list { devices } else { trips }.to_owned())
    });
    let cli = Cli::alone()
        .with("AUTOPI_BASE_URL", &url)
        .with("AUTOPI_API_TOKEN", "t");
    let named = |word: &str| {
        let trips = cli.line(&format!(
            "trips {word} -o json --columns device,device_name"
        ));
        trips.json()
    };
    let old = serde_json::json!([{"device": 4, "device_name": "Old"}]);
    assert_eq!(named("old"), old);
    assert_eq!(named("4"), old);
    cli.line("trips w").good();
}
