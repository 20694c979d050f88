//! Logins, profiles, and the handling of secrets.

mod support;

use std::{fs, path::PathBuf, time::Duration};

use autopi_sandbox::{API_TOKEN, EMAIL, PASSWORD, Sandbox};
use support::{Cli, sandbox};

fn profiles(cli: &Cli) -> PathBuf {
    cli.home.path().join(".config/autopi/credentials.toml")
}

fn log_in(cli: &Cli, url: &str) {
    cli.run(&["login", "--token-stdin", "--base-url", url])
        .good();
}

#[test]
fn a_token_from_stdin_is_checked_and_kept_for_its_owner_alone() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::alone().input(&format!("{API_TOKEN}\n"));
    let ran = cli.run(&["login", "--token-stdin", "--base-url", api.url()]);
    ran.good();
    assert!(
        ran.err
            .contains(&format!("logged in as {EMAIL}; profile [default]")),
        "{ran:?}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode =
            |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&profiles(&cli)), 0o600);
        assert_eq!(mode(profiles(&cli).parent().unwrap()), 0o700);
    }
    let who = cli.line("whoami").json();
    assert_eq!(
        (who["email"].as_str(), who["credential"].as_str()),
        (Some(EMAIL), Some("API token"))
    );
    assert!(
        who["source"]
            .as_str()
            .unwrap()
            .contains("profile [default]")
    );
    assert!(!cli.line("profiles -o csv").good().contains(API_TOKEN));
    cli.line("logout").good();
    cli.line("whoami").bad(3, "not logged in");
}

#[test]
fn a_dry_run_of_a_login_shows_its_request_and_reads_nothing() {
    let cli = Cli::alone().input("secret\n");
    let host = ["--base-url", "https://api.example", "--dry-run"];
    let run = |arguments: &[&str]| {
        let ran = cli.run(&[&["login"], arguments, &host].concat());
        assert!(!ran.out.contains("secret"), "{ran:?}");
        ran.good().to_owned()
    };
    for arguments in [&["--email", "a@b.example", "--password-stdin"][..], &[]] {
        let curl = run(arguments);
        let email = arguments.get(1).unwrap_or(&"E-MAIL");
        let body = format!(r#"{{"email":"{email}","password":"** redacted **"}}"#);
        assert!(curl.contains(&body), "{curl}");
        assert!(curl.contains("'https://api.example/auth/login/'"), "{curl}");
        assert!(!curl.contains("Authorization"), "{curl}");
    }
    let curl = run(&["--token-stdin"]);
    assert!(curl.contains("'https://api.example/auth/user/'"), "{curl}");
    assert!(curl.contains("$AUTOPI_API_TOKEN"), "{curl}");
    assert!(!profiles(&cli).exists());
}

/// As in NO_COLOR, and as a variable of CI that has no value.
#[test]
fn an_empty_variable_is_the_same_as_none() {
    let api = sandbox(Sandbox::builder());
    let mut cli = Cli::alone().input(API_TOKEN);
    log_in(&cli, api.url());
    cli.variables = [
        "AUTOPI_API_TOKEN",
        "AUTOPI_BASE_URL",
        "AUTOPI_EMAIL",
        "AUTOPI_JWT",
        "AUTOPI_OUTPUT",
        "AUTOPI_PASSWORD",
        "AUTOPI_PROFILE",
    ]
    .map(|name| (name.to_owned(), String::new()))
    .into();
    let who = cli.line("whoami").json();
    assert_eq!(who["email"], EMAIL);
    assert!(who["source"].as_str().unwrap().contains("[default]"));
    // A space is none that anybody means.
    cli.variables[1].1 = " ".into();
    cli.line("whoami").bad(2, "the base URL is not a URL");
    let help = Cli::alone().line("--help");
    for (name, _) in &cli.variables {
        assert!(help.good().contains(name), "{name}");
    }
}

#[test]
fn logins_at_the_same_moment_are_all_kept() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::alone().input(API_TOKEN);
    let names: Vec<String> = (0..8).map(|n| format!("fleet{n}")).collect();
    std::thread::scope(|scope| {
        for name in &names {
            let login = ["login", "--token-stdin", "--base-url", api.url()];
            let (cli, arguments) = (&cli, [login.as_slice(), &["--profile", name]].concat());
            scope.spawn(move || assert_eq!(cli.run(&arguments).code, 0));
        }
    });
    let kept = fs::read_to_string(profiles(&cli)).unwrap();
    for name in names {
        assert!(kept.contains(&format!("[{name}]")), "{name}: {kept}");
    }
}

#[test]
fn a_login_with_a_password_keeps_the_session_or_the_password() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::alone().input(&format!("{PASSWORD}\n"));
    cli.run(&[
        "login",
        "--email",
        EMAIL,
        "--password-stdin",
        "--base-url",
        api.url(),
    ])
    .good();
    let who = cli.line("whoami").json();
    assert!(
        who["credential"] == "session" && who["expires"].as_str().unwrap().ends_with('Z'),
        "{who}"
    );
    assert!(
        !fs::read_to_string(profiles(&cli))
            .unwrap()
            .contains("password")
    );
    // The session expires, and is not renewed.
    api.advance(Duration::from_secs(3600));
    let ended = cli.line("devices");
    ended.bad(3, "log in again with `autopi login`");
    cli.run(&[
        "login",
        "--email",
        EMAIL,
        "--password-stdin",
        "--save-password",
        "--base-url",
        api.url(),
        "--profile",
        "robot",
    ])
    .good();
    assert_eq!(
        cli.line("whoami --profile robot").json()["credential"],
        "e-mail and password"
    );
    let list = cli.line("profiles").json();
    assert_eq!(list.as_array().unwrap().len(), 2);
    let cli = cli.input("wrong\n");
    let refused = cli.run(&[
        "login",
        "--email",
        EMAIL,
        "--password-stdin",
        "--base-url",
        api.url(),
    ]);
    refused.bad(3, "the login was refused");
    assert!(!refused.err.contains("wrong"));
}

#[test]
fn a_second_factor_is_requested_and_a_wrong_code_is_refused() {
    let api = sandbox(Sandbox::builder().mfa("123456"));
    let with = |input: &str| {
        let cli = Cli::alone().input(input);
        let ran = cli.run(&[
            "login",
            "--email",
            EMAIL,
            "--password-stdin",
            "--base-url",
            api.url(),
        ]);
        (profiles(&cli).exists(), ran)
    };
    let (kept, ran) = with(&format!("{PASSWORD}\n123456\n"));
    assert!(kept && ran.code == 0, "{ran:?}");
    let (kept, ran) = with(&format!("{PASSWORD}\n654321\n"));
    assert!(!kept);
    ran.bad(3, "the second factor was refused");
    assert!(!ran.err.contains("654321"));
    let (kept, ran) = with(&format!("{PASSWORD}\n"));
    assert!(!kept);
    ran.bad(2, "no code was given");
}

#[test]
fn a_login_keeps_the_other_content_of_the_profiles_file() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::alone().input(API_TOKEN);
    log_in(&cli, api.url());
    let path = profiles(&cli);
    let text = fs::read_to_string(&path).unwrap()
        + "\n# a note\n[other]\napi_token = 'x'\nread_only = true\n";
    fs::write(&path, text).unwrap();
    cli.line("logout").good();
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("# a note\n[other]\napi_token = 'x'\nread_only = true")
            && !text.contains(API_TOKEN),
        "{text}"
    );
}

#[test]
fn a_profile_is_a_table_however_toml_writes_it() {
    let api = sandbox(Sandbox::builder());
    let url = api.url();
    for text in [
        format!("[default]\nbase_url = '{url}'\napi_token = '{API_TOKEN}'\n"),
        format!("default = {{base_url = '{url}', api_token = '{API_TOKEN}'}}\n"),
        format!("default.base_url = '{url}'\ndefault.api_token = '{API_TOKEN}'\n"),
        format!("\u{feff}[ \"default\" ]\r\nbase_url = '{url}'\r\napi_token = '{API_TOKEN}'\r\n"),
    ] {
        let cli = Cli::alone().input(API_TOKEN);
        cli.profiles(&text, 0o600);
        assert_eq!(cli.line("whoami").json()["email"], EMAIL, "{text}");
        let out = cli.line("logout");
        assert!(out.err.contains("logged out: profile [default]"), "{out:?}");
        let left = fs::read_to_string(profiles(&cli)).unwrap();
        assert!(!left.contains(API_TOKEN) && left.contains(url), "{left}");
        // At the same host.
        cli.line("login --token-stdin").good();
        assert_eq!(cli.line("whoami").json()["email"], EMAIL, "{text}");
    }
}

#[test]
fn a_profile_that_is_read_only_sends_nothing_that_changes_anything() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::alone().input(API_TOKEN);
    log_in(&cli, api.url());
    let path = profiles(&cli);
    fs::write(
        &path,
        fs::read_to_string(&path).unwrap() + "read_only = true\n",
    )
    .unwrap();
    cli.line("devices --limit 1").good();
    for line in [
        "auth api-tokens-delete 1 --yes",
        "api POST /dongle/devices/ -b a=b",
        "api DELETE /auth/api_tokens/1/ --yes",
        "run Truck-01 test.ping --yes",
        "dongle devices-partial-update 0189d7a5-0000-7000-8000-000000000001 -b callName=x",
    ] {
        cli.line(line).bad(3, "read_only");
    }
    assert!(
        api.requests().iter().all(|r| r.method == "GET"),
        "{:?}",
        api.requests()
    );
}

#[test]
fn a_credential_goes_to_its_own_host_only() {
    let (api, other) = (sandbox(Sandbox::builder()), sandbox(Sandbox::builder()));
    let cli = Cli::alone().input(API_TOKEN);
    log_in(&cli, api.url());
    cli.run(&["devices", "--base-url", other.url()])
        .bad(2, "its credential is not sent to");
    cli.run(&["devices", "--base-url", &format!("{}/", api.url())])
        .good();
    let cli = cli.with("AUTOPI_BASE_URL", other.url());
    cli.line("devices").bad(2, "its credential is not sent to");
    cli.run(&[
        "api",
        "GET",
        &format!("{}/dongle/devices/", other.url()),
        "--base-url",
        api.url(),
    ])
    .bad(2, "another place");
    let cli = Cli::alone();
    let profile = format!("[default]\napi_token = \"{API_TOKEN}\"\nbase_url = \"nowhere\"\n");
    cli.profiles(&profile, 0o600);
    cli.run(&["devices", "--base-url", other.url()])
        .bad(2, "[default] has an invalid base_url: nowhere");
    assert_eq!(other.requests().len(), 0);
}

/// What is set in part, or names nothing, is an error that says what is missing.
#[test]
fn half_of_a_configuration_is_an_error_that_says_what_is_missing() {
    let api = sandbox(Sandbox::builder());
    let text = format!(
        "[default]\napi_token = '{API_TOKEN}'\nbase_url = '{0}'\n[half]\nemail = 'a@b.c'\nbase_url \
         = '{0}'\n[none]\nbase_url = '{0}'\n",
        api.url()
    );
    let with = |variables: &[(&str, &str)]| {
        let cli = Cli::alone();
        cli.profiles(&text, 0o600);
        variables.iter().fold(cli, |cli, (n, v)| cli.with(n, v))
    };
    let email = [("AUTOPI_EMAIL", "a@b.c"), ("AUTOPI_PASSWORD", "")];
    for line in [
        "devices",
        "whoami",
        "api GET /x/",
        "devices --dry-run",
        "mcp",
    ] {
        with(&email)
            .line(line)
            .bad(2, "AUTOPI_EMAIL is set, but AUTOPI_PASSWORD is not");
        let ran = with(&[("AUTOPI_PASSWORD", "canary")]).line(line);
        ran.bad(2, "AUTOPI_PASSWORD is set, but AUTOPI_EMAIL is not");
        assert!(!ran.err.contains("canary"));
        with(&[("AUTOPI_PROFILE", "half")])
            .line(line)
            .bad(2, "has `email` but no `password`");
    }
    let doctor = with(&email).line("doctor -o json");
    assert!(doctor.code == 2 && doctor.out.contains("AUTOPI_PASSWORD is not"));
    // A profile that is named goes before the environment, and needs no other half.
    with(&email).line("whoami --profile default").good();
    with(&[]).line("devices --profile none").bad(
        3,
        "not logged in: [none] has no credential\n  --profile NAME chooses one of default;",
    );
    for line in ["devices", "search trips", "man devices"] {
        with(&[("AUTOPI_PROFILE", "nope")])
            .line(line)
            .bad(2, "there is no profile [nope]");
    }
    Cli::alone().with("AUTOPI_TOKEN", "x").line("devices").bad(
        3,
        "AUTOPI_TOKEN is not read; did you mean AUTOPI_API_TOKEN?",
    );
    let list = with(&email).line("profiles").json();
    assert_eq!(list[1]["credential"], "incomplete");
    assert!(list.as_array().unwrap().iter().all(|p| p["used"] == false));
    let cli = with(&[]);
    cli.line("logout --profile half").good();
    assert!(
        !fs::read_to_string(profiles(&cli))
            .unwrap()
            .contains("email")
    );
    assert_eq!(cli.line("profiles").json()[0]["used"], true);
}

#[test]
fn a_new_login_of_a_profile_is_one_at_its_host() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::alone().input(&format!("APIToken {API_TOKEN}\n"));
    log_in(&cli, api.url());
    cli.line("login --token-stdin").good();
    assert_eq!(cli.line("whoami").json()["base_url"], api.url());
    // The word in front is not part of the token.
    let text = fs::read_to_string(profiles(&cli)).unwrap();
    assert!(text.contains(&format!("\"{API_TOKEN}\"")), "{text}");
}

#[test]
fn whoami_shows_the_source_of_the_credential_and_a_named_profile_wins() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::alone().input(API_TOKEN);
    log_in(&cli, api.url());
    let cli = cli
        .with("AUTOPI_API_TOKEN", API_TOKEN)
        .with("AUTOPI_BASE_URL", api.url());
    assert_eq!(cli.line("whoami").json()["source"], "AUTOPI_API_TOKEN");
    for line in ["login --token-stdin", "logout", "login --token-stdin"] {
        let ran = cli.line(line);
        assert!(
            ran.code == 0
                && ran
                    .err
                    .contains("AUTOPI_API_TOKEN: used before the profile"),
            "{ran:?}"
        );
    }
    assert!(
        cli.line("whoami --profile default").json()["source"]
            .as_str()
            .unwrap()
            .starts_with("profile [default]")
    );
    cli.line("whoami --profile none")
        .bad(2, "there is no profile [none]");
}

/// The token is in no output, whichever error occurs.
#[test]
fn no_output_contains_the_token() {
    const CANARY: &str = "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00";
    let api = sandbox(Sandbox::builder());
    let cli = Cli::alone()
        .with("AUTOPI_API_TOKEN", CANARY)
        .with("AUTOPI_BASE_URL", api.url());
    let hidden = |cli: &Cli, line: &str| {
        let ran = cli.line(line);
        assert!(
            !ran.out.contains(CANARY) && !ran.err.contains(CANARY),
            "{line}: {ran:?}"
        );
    };
    for line in [
        "devices",
        "devices --verbose",
        "devices -o json",
        "devices --dry-run",
        "api GET /dongle/devices/?token=c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00 --dry-run",
        "api GET /dongle/devices/?token=c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00 --verbose",
        "api POST /x/ -b api_token=c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00 --dry-run",
        "whoami",
        "profiles",
        "doctor",
        "api GET https://elsewhere.example/ -o json",
    ] {
        hidden(&cli, line);
    }
    for bad in [format!("{CANARY}\nx"), format!("{CANARY} x")] {
        let cli = Cli::alone()
            .with("AUTOPI_API_TOKEN", &bad)
            .with("AUTOPI_BASE_URL", api.url());
        hidden(&cli, "devices");
        let cli = Cli::alone().input(&bad);
        hidden(&cli, "login --token-stdin");
    }
    let cli = Cli::alone();
    cli.profiles(&format!("[default]\napi_token = {CANARY}"), 0o600);
    hidden(&cli, "devices");
    hidden(&cli, "profiles");
    hidden(&cli, "doctor");
}

/// A dry run that waits for its body: what a core of it would hold.
#[cfg(target_os = "linux")]
#[test]
fn a_dry_run_has_no_credential_in_its_memory() {
    use std::io::{Read, Seek, SeekFrom, Write};
    const CANARY: &str = "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00";
    let cli = Cli::alone();
    cli.profiles(&format!("[default]\napi_token = \"{CANARY}\"\n"), 0o600);
    let holds = |pid: u32| {
        let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
        let mut memory = std::fs::File::open(format!("/proc/{pid}/mem")).unwrap();
        let mut read = |line: &str| {
            let mut range = line.split(' ').next()?.split('-');
            let mut next = || u64::from_str_radix(range.next()?, 16).ok();
            let (from, to) = (next()?, next()?);
            let mut bytes = vec![0; usize::try_from(to - from).ok()?];
            memory.seek(SeekFrom::Start(from)).ok()?;
            memory.read_exact(&mut bytes).ok()?;
            let mut parts = bytes.windows(CANARY.len());
            Some(parts.any(|part| part == CANARY.as_bytes()))
        };
        let writable = maps.lines().filter(|line| line.contains(" rw"));
        writable.filter_map(&mut read).any(|has| has)
    };
    let id = "0189d7a5-0000-7000-8000-000000000001";
    for line in [
        "api POST /x/ --json - --dry-run".to_owned(),
        format!("dongle devices-partial-update {id} --json - --dry-run"),
    ] {
        let mut command = cli.command(&line.split(' ').collect::<Vec<_>>());
        command.stdin(std::process::Stdio::piped());
        command.stdout(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        // It waits in its second read.
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(b"{").unwrap();
        std::thread::sleep(std::time::Duration::from_secs(1));
        assert!(child.try_wait().unwrap().is_none());
        assert!(!holds(child.id()), "{line}");
        stdin.write_all(b"}").unwrap();
        drop(stdin);
        let ran = child.wait_with_output().unwrap();
        assert!(ran.stdout.starts_with(b"curl "), "{line}");
    }
}

/// In a build without the feature, or on a system without a keyring, nothing is stored and the
/// error says what to do.
#[test]
fn without_a_keyring_no_credential_is_stored() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::alone().input(API_TOKEN);
    let ran = cli.run(&[
        "login",
        "--token-stdin",
        "--keyring",
        "--base-url",
        api.url(),
    ]);
    assert!(
        ran.code != 0 && ran.err.contains("the keyring of "),
        "{ran:?}"
    );
    // The command that builds it in keeps the features that this build has.
    if ran.err.contains("built without") {
        ran.bad(
            2,
            "--path cli --features parquet,mcp,keyring` in a checkout",
        );
    }
    assert!(
        !profiles(&cli).exists() && !ran.err.contains(API_TOKEN),
        "{ran:?}"
    );
    cli.profiles("[default]\nkeyring = true\n", 0o600);
    let ran = cli.line("whoami");
    assert!(
        ran.code != 0 && ran.err.contains("the keyring of "),
        "{ran:?}"
    );
    assert_eq!(
        cli.line("profiles").json()[0]["credential"],
        "in the keyring"
    );
}

#[test]
fn a_logout_ends_the_session_on_the_server_or_says_what_stays_valid() {
    let api = sandbox(Sandbox::builder());
    let sent = || api.count("POST", "/auth/logout/");
    let session = || {
        let cli = Cli::alone().input(&format!("{PASSWORD}\n"));
        let url = api.url();
        cli.run(&[
            "login",
            "--email",
            EMAIL,
            "--password-stdin",
            "--base-url",
            url,
        ])
        .good();
        cli
    };
    let gone = |cli: &Cli, line: &str| {
        let ran = cli.line(line);
        ran.good();
        assert!(
            !fs::read_to_string(profiles(cli)).unwrap().contains("jwt"),
            "{ran:?}"
        );
        ran.err
    };
    let cli = session();
    let dry = cli.line("logout --dry-run");
    assert!(
        dry.good().starts_with("curl ") && dry.out.contains("/auth/logout/'"),
        "{dry:?}"
    );
    assert!(fs::read_to_string(profiles(&cli)).unwrap().contains("jwt") && sent() == 0);
    assert_eq!(gone(&cli, "logout").lines().count(), 1);
    assert_eq!(sent(), 1);
    // The server is down, or refuses.
    let spec = cli.file("none.json", r#"{"openapi":"3.0.3","info":{"title":"x","version":"1"},"paths":{"/logout/{id}/":{"post":{"responses":{}}},"/logout/":{"get":{"responses":{}}}}}"#);
    let says = gone(&session(), &format!("logout --spec {spec}"));
    assert!(
        says.contains("the document has no logout") && sent() == 1,
        "{says}"
    );
    let cli = session();
    let path = profiles(&cli);
    fs::write(
        &path,
        fs::read_to_string(&path).unwrap() + "read_only = true\n",
    )
    .unwrap();
    let says = gone(&cli, "logout");
    assert!(
        says.contains("stays valid until it expires") && sent() == 1,
        "{says}"
    );
    for fault in ["status=500", "status=401", "reset"] {
        let cli = session();
        api.set_faults(&[&format!("{fault}@/auth/logout/")])
            .unwrap();
        let says = gone(&cli, "logout --timeout 2");
        assert!(
            says.contains("the server did not end the session"),
            "{fault}: {says}"
        );
        api.set_faults(&[]).unwrap();
    }
    let before = sent();
    let cli = Cli::alone().input(API_TOKEN);
    log_in(&cli, api.url());
    let says = cli.line("logout").err;
    assert!(
        says.contains("the token stays valid on the server") && sent() == before,
        "{says}"
    );
}
