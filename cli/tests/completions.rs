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
            vec!["-o", ""],
            vec!["table", "json", "ndjson", "csv", "yaml"],
        ),
        (vec!["devices", "--output=nd"], vec!["--output=ndjson"]),
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
        (vec!["completions", "b"], vec!["bash"]),
        (vec!["dongle", "devices-read", "--id", ""], vec![]),
        (vec![], vec![]),
    ] {
        assert_eq!(offered(&cli, &words), wanted, "{words:?}");
    }
    assert!(offered(&cli, &[""]).len() > 25);
}

#[test]
fn no_value_is_offered_that_a_shell_would_run() {
    let cli = Cli::alone();
    let spec = cli.file("hostile.json", r#"{"openapi":"3.0.3","info":{"title":"","version":""},"paths":{"/x/":{"get":{"operationId":"op","tags":["t"],"parameters":[{"name":"p","in":"query","schema":{"type":"string","enum":["$(touch x)","a;b","`c`","*","fine","d\ne"]}}],"responses":{"200":{"description":""}}}}}}"#);
    assert_eq!(
        offered(&cli, &["--spec", &spec, "t", "op", "--p", ""]),
        ["fine"]
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
        COMP_WORDS=(autopi dongle devices-l); COMP_CWORD=2; COMP_LINE=x; export COMP_LINE; _autopi; echo "${COMPREPLY[@]}"
        COMP_WORDS=(autopi devices --output = js); COMP_CWORD=4; _autopi; echo "${COMPREPLY[@]}""#;
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
        assert_eq!(out, "devices-list devices-lookup\njson\n", "{output:?}");
    }
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
