//! The completions, without a network.

mod support;

use support::Cli;

fn offered(cli: &Cli, words: &[&str]) -> Vec<String> {
    let ran = cli.run(&[&["__complete", "--"], words].concat());
    assert_eq!(ran.err, "");
    ran.good()
        .lines()
        .map(|l| l.split('\t').next().unwrap().to_owned())
        .collect()
}

#[test]
fn areas_operations_options_and_values_are_offered() {
    // No host is contacted.
    let cli = Cli::alone().with("AUTOPI_BASE_URL", "http://127.0.0.1:1");
    let text = "[default]\napi_token = 'x'\n[fleet]\napi_token = 'y'\n[flo]\nread_only = true\n";
    cli.profiles(text, 0o600);
    for (words, wanted) in [
        (vec!["dong"], vec!["dongle"]),
        (vec!["lo"], vec!["login", "logout", "logbook"]),
        (
            vec!["dongle", "devices-l"],
            vec!["devices-list", "devices-lookup"],
        ),
        (
            vec!["-o", "json", "dongle", "devices-list", "--or"],
            vec!["--ordering"],
        ),
        (vec!["dongle", "devices-list", "--dry"], vec!["--dry-run"]),
        (
            vec!["help", "dongle", "devices-l"],
            vec!["devices-list", "devices-lookup"],
        ),
        (vec!["man", "whoa"], vec!["whoami"]),
        (
            vec!["export", "telemetry", "--format", "p"],
            vec!["parquet"],
        ),
        (vec!["-o", "json", "trip", "s"], vec!["show"]),
        (vec!["-yo", "json", "trip", "s"], vec!["show"]),
        // Behind a word that is no command nothing follows.
        (vec!["no-such-command", ""], vec![]),
        (vec!["dongle", "no-such-operation", ""], vec![]),
        (
            vec!["-o", ""],
            vec!["table", "json", "ndjson", "csv", "yaml"],
        ),
        (vec!["devices", "--output=nd"], vec!["--output=ndjson"]),
        (vec!["alerts", "--severity", "H"], vec!["HIGH"]),
        (vec!["trips", "--from", ""], vec![]),
        (vec!["devices", "--profile", "fl"], vec!["fleet", "flo"]),
        (
            vec!["dongle", "devices-list", "--columns", "callN"],
            vec!["callName"],
        ),
        (
            vec!["dongle", "devices-partial-update", "-b", "callN"],
            vec!["callName="],
        ),
        (
            vec!["fleet", "vehicles-list", "--driving", ""],
            vec!["true", "false"],
        ),
        (
            vec!["devices", "--columns", "id,callN"],
            vec!["id,callName"],
        ),
        (
            vec!["trips", "--columns=id,devi"],
            vec!["--columns=id,device_name", "--columns=id,device"],
        ),
        (
            vec!["trips", "--columns", "device,device_n"],
            vec!["device,device_name"],
        ),
        (vec!["devices", "--sort", "id,-callN"], vec!["id,-callName"]),
        (vec!["positions", "--columns", "nsa"], vec!["nsat"]),
        (vec!["search", "trips", "--sort", "-pa"], vec!["-path"]),
        (vec!["completions", "b"], vec!["bash"]),
        (vec!["api", "PU"], vec!["PUT"]),
        (
            vec!["api", "GET", "/dongle/devices/hw"],
            vec!["/dongle/devices/hw_board_versions/"],
        ),
        (
            vec!["api", "-v", "delete", "/fleet/g"],
            vec!["/fleet/geofences/"],
        ),
        (vec!["api", "GET", "/dongle/devices/", "/"], vec![]),
        // As the script for PowerShell gives the last word.
        (vec!["--last=b", "completions"], vec!["bash"]),
        (vec!["dongle", "devices-read", "--id", ""], vec![]),
        (vec![], vec![]),
    ] {
        assert_eq!(offered(&cli, &words), wanted, "{words:?}");
    }
    assert!(offered(&cli, &[""]).len() > 25);
}

/// All of them, and no others.
#[test]
fn the_columns_of_each_everyday_command_are_offered() {
    let cli = Cli::shared();
    cli.profiles("[default]\napi_token = 'x'\n", 0o600);
    let trip = cli.line("trips --limit 1 --jq .[0].id -o csv");
    let trip = format!("trip show {}", trip.good().lines().last().unwrap());
    for line in [
        "devices --limit 1",
        "vehicles --limit 1",
        "positions --limit 1",
        "trips --limit 1",
        "alerts --limit 1",
        "search trips --limit 1",
        "profiles",
        "whoami",
        "doctor",
        &trip,
        "run Truck-01 test.ping --yes --quiet",
    ] {
        let rows = cli.line(&format!("{line} -o json")).json();
        let row = rows.get(0).unwrap_or(&rows);
        let mut words: Vec<&str> = line.split(' ').collect();
        words.extend(["--columns", ""]);
        let offered = offered(&cli, &words);
        for name in row.as_object().unwrap().keys() {
            assert!(offered.contains(name), "{line}: {name}: {offered:?}");
        }
        let all = cli.line(&format!("{line} -o json --columns {}", offered.join(",")));
        all.good();
    }
}

#[test]
fn no_value_is_offered_that_a_shell_would_run() {
    let cli = Cli::alone();
    let spec = cli.file("hostile.json", r#"{"openapi":"3.0.3","info":{"title":"","version":""},"paths":{"/x/":{"get":{"operationId":"op","tags":["t"],"parameters":[{"name":"p","in":"query","schema":{"type":"string","enum":["$(touch x)","a;b","`c`","*","fine","d\ne","two words"]}}],"responses":{"200":{"description":""}}}}}}"#);
    assert_eq!(
        offered(&cli, &["--spec", &spec, "t", "op", "--p", ""]),
        ["fine", "two words"]
    );
}

#[cfg(unix)]
#[test]
fn bash_completes_with_the_script() {
    let cli = Cli::alone();
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_autopi"))
        .parent()
        .unwrap()
        .display()
        .to_string();
    let test = r#"eval "$(autopi completions bash)"
        # What bash sets: the words, which end at = and : too, and the line.
        try() {
            COMP_LINE=$1; COMP_POINT=${#1}; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
            _autopi; echo "${COMPREPLY[@]}"
        }
        try 'autopi dongle devices-l' autopi dongle devices-l
        try 'autopi devices --output=js' autopi devices --output = js
        try 'autopi devices --output=' autopi devices --output =
        try 'autopi devices --output = js' autopi devices --output = js
        try 'autopi --spec ~/s.json t op --p a:' autopi --spec '~/s.json' t op --p a :
        try 'autopi --spec ~/s.json t op --p=a:b' autopi --spec '~/s.json' t op --p = a : b
        try "autopi --spec '~/s.json' t op --p tw" autopi --spec "$HOME/s.json" t op --p tw"#;
    cli.file("s.json", r#"{"openapi":"3.0.3","paths":{"/x/":{"get":{"operationId":"op","tags":["t"],"parameters":[{"name":"p","in":"query","schema":{"type":"string","enum":["a:b","a:c","two words"]}}]}}}}"#);
    let script = cli.file("test.sh", test);
    let output = std::process::Command::new("bash")
        .arg(script)
        .env_clear()
        .env("HOME", cli.home.path())
        .env("PATH", format!("{folder}:/usr/bin:/bin"))
        .output();
    // Skipped on a machine without bash.
    if let Ok(output) = output {
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let wanted = "devices-list devices-lookup\njson\ntable json ndjson csv yaml\n\nb c\nb\ntwo\\ \
                      words\n";
        assert_eq!(out, wanted, "{output:?}");
    }
}

#[cfg(unix)]
#[test]
fn fish_offers_files_only_where_there_is_nothing_else() {
    let cli = Cli::alone();
    let bin = std::path::Path::new(env!("CARGO_BIN_EXE_autopi")).parent();
    cli.file("a file.json", "");
    let script = r#"autopi completions fish | source
        for line in "autopi devices -o " "autopi devices --output=" "autopi trip show t --html="
            complete -C $line
        end"#;
    let output = std::process::Command::new("fish")
        .args(["-c", script])
        .current_dir(cli.home.path())
        .env_clear()
        .env("HOME", cli.home.path())
        .env("PATH", format!("{}:/usr/bin:/bin", bin.unwrap().display()))
        .output();
    // Skipped on a machine without fish.
    if let Ok(output) = output {
        let out = String::from_utf8_lossy(&output.stdout);
        let formats = ["csv", "json", "ndjson", "table", "yaml"];
        let with_name = formats.map(|format| format!("--output={format}"));
        let wanted = [&formats[..], &with_name.each_ref().map(|s| &s[..])].concat();
        let lines: Vec<&str> = out.lines().collect();
        assert!(lines.starts_with(&wanted), "{output:?}");
        let files = &lines[wanted.len()..];
        assert!(files.contains(&"--html=a file.json"), "{output:?}");
    }
}

/// No PowerShell can be had where this is built: its script is held to the form that PowerShell
/// documents, and `--last=` to what the other scripts get.
#[test]
fn the_script_for_powershell_has_the_form_of_a_native_completer() {
    let script = Cli::alone()
        .line("completions powershell")
        .good()
        .to_owned();
    for part in [
        "Register-ArgumentCompleter -Native -CommandName autopi -ScriptBlock {",
        "param($word, $ast, $cursor)",
        "$ast.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt \
         $cursor }",
        "& autopi __complete -- \"--last=$word\" @words",
        "$_ -split \"`t\", 2",
        "[System.Management.Automation.CompletionResult]::new($value, $parts[0], \
         'ParameterValue', $about)",
    ] {
        assert!(script.contains(part), "{part}");
    }
    let count = |c: char| script.chars().filter(|other| *other == c).count();
    for (open, close) in [('{', '}'), ('(', ')'), ('[', ']')] {
        assert_eq!(count(open), count(close), "{open}{close}");
    }
    assert!(count('"') % 2 == 0 && count('\'') % 2 == 0 && script.is_ascii());
}

#[test]
fn every_shell_has_a_script_and_every_command_a_page() {
    let cli = Cli::alone();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        assert!(
            cli.line(&format!("completions {shell}"))
                .good()
                .contains("autopi __complete --"),
            "{shell}"
        );
    }
    cli.line("man --dir pages").good();
    let count = std::fs::read_dir(cli.home.path().join("pages"))
        .unwrap()
        .count();
    assert!(count > 640, "{count}");
    assert!(
        cli.line("man dongle devices-list")
            .good()
            .contains("GET /dongle/devices/")
    );
}
