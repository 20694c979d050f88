//! The command on a terminal, which util-linux's `script` provides.
#![cfg(target_os = "linux")]

mod support;

use std::{
    io::Write,
    process::{Command, Stdio},
};

use autopi_sandbox::{API_TOKEN, EMAIL, PASSWORD, Sandbox};
use support::{Cli, sandbox};

const PROGRAM: &str = env!("CARGO_BIN_EXE_autopi");

/// Types these lines into the command on a terminal; returns the screen's text, and the exit code.
fn typed(cli: &Cli, line: &str, input: &str) -> (String, i32) {
    shell(cli, &format!("{PROGRAM} {line}"), input)
}

/// The same for a line of shell.
fn shell(cli: &Cli, line: &str, input: &str) -> (String, i32) {
    let mut command = Command::new("script");
    command.args(["-qec", line, "/dev/null"]);
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", cli.home.path())
        .env("TERM", "xterm");
    command.envs(cli.variables.iter().map(|(k, v)| (k, v)));
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for line in input.lines() {
        // Input before the prompt would be discarded when the echo is switched off.
        std::thread::sleep(std::time::Duration::from_millis(700));
        writeln!(stdin, "{line}").unwrap();
    }
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    (
        String::from_utf8(output.stdout).unwrap(),
        output.status.code().unwrap(),
    )
}

#[test]
fn irreversible_operations_ask_and_enter_alone_means_no() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::of(&api);
    let count = || api.count("POST", "/dongle/devices/*/execute/");
    for (said, runs) in [("n", 0), ("", 0), ("yes", 1)] {
        let (shown, code) = typed(&cli, "run Truck-01 test.ping --quiet", &format!("{said}\n"));
        assert!(
            shown.contains("this runs test.ping on Truck-01") && shown.contains("continue? [y/N]"),
            "{shown}"
        );
        assert_eq!(
            (count(), code),
            (runs, i32::from(runs == 0)),
            "{said}: {shown}"
        );
        assert_eq!(shown.contains("nothing was done"), runs == 0, "{shown}");
    }
}

#[test]
fn the_progress_of_an_export_stays_on_its_line() {
    let cli = Cli::shared();
    let line = "export telemetry -d Truck-01 --from 2026-01-01T00:00Z --to 2026-01-01T06:00Z \
                --window 15m --rate 20 --force -o ./x.csv";
    for (width, term) in [(20, "xterm"), (120, "xterm"), (120, "dumb")] {
        let (shown, code) = shell(
            &cli,
            &format!("cd; stty cols {width} rows 24; TERM={term} {PROGRAM} {line}"),
            "",
        );
        assert_eq!(code, 0, "{shown}");
        let progress = || shown.split('\r').filter(|part| part.contains(" % "));
        assert_eq!(progress().count() > 2, term == "xterm", "{shown:?}");
        for part in progress() {
            let text = part.replace("\u{1b}[K", "");
            assert!(text.len() < width, "{text:?}");
            assert!(width == 20 || text.ends_with(" left"), "{text:?}");
        }
    }
}

#[test]
fn a_login_asks_without_an_echo() {
    let api = sandbox(Sandbox::builder().mfa("123456"));
    let cli = Cli::alone();
    let (shown, code) = typed(
        &cli,
        &format!("login --base-url {}", api.url()),
        &format!("{EMAIL}\n{PASSWORD}-wrong\n"),
    );
    assert_eq!(code, 3, "{shown}");
    assert!(
        shown.contains("Password:") && !shown.contains("-wrong"),
        "{shown}"
    );
    let (shown, code) = typed(
        &cli,
        &format!("login --base-url {}", api.url()),
        &format!("{EMAIL}\n{PASSWORD}\n123456\n"),
    );
    assert_eq!(code, 0, "{shown}");
    assert!(
        shown.contains("Code of the second factor:") && !shown.contains("123456"),
        "{shown}"
    );
    assert_eq!(cli.line("whoami").json()["email"], EMAIL);
}

#[test]
fn a_terminal_gets_tables_in_colour_unless_it_says_otherwise() {
    let cli = Cli::shared();
    let (shown, _) = typed(&cli, "devices --limit 1", "");
    assert!(
        shown.contains("\u{1b}[1mcallName") && !shown.contains('{'),
        "{shown}"
    );
    let (shown, _) = typed(
        &Cli::shared().with("NO_COLOR", "1"),
        "devices --limit 1",
        "",
    );
    assert!(!shown.contains('\u{1b}'), "{shown}");
    // A binary download is not written to a terminal.
    let any = sandbox(Sandbox::builder().any_id());
    let line = "reporting reports-download 0189d7a5-0000-7000-8000-000000000001";
    let (shown, code) = typed(&Cli::of(&any), line, "");
    assert!(
        code == 2 && shown.contains("stdout is a terminal"),
        "{shown}"
    );
    let (shown, _) = typed(
        &Cli::alone().with("AUTOPI_API_TOKEN", API_TOKEN),
        "devices --base-url http://127.0.0.1:1 --timeout 20",
        "",
    );
    assert!(shown.contains("\u{1b}[1;31merror:"), "{shown}");
}

#[test]
fn a_signal_at_the_password_prompt_restores_the_terminal() {
    let cli = Cli::alone();
    let login = format!("{PROGRAM} login --email a@b --base-url http://127.0.0.1:1");
    let line = format!("trap : INT; {login}; echo code=$?; stty -a");
    let killed = |s: &str| {
        format!("{login} </dev/tty & sleep 1; kill -{s} $!; wait $!; echo code=$?; stty -a")
    };
    for (line, input, code) in [
        (line, "\u{3}\n", "code=130"),
        (killed("TERM"), "", "code=143"),
        (killed("HUP"), "", "code=129"),
    ] {
        let (shown, _) = shell(&cli, &line, input);
        for part in ["Password: ", code, " icanon", " echo "] {
            assert!(shown.contains(part), "{line}, {part}: {shown:?}");
        }
    }
    // Ctrl-D at a prompt ends the command.
    let (shown, code) = typed(&cli, "login --base-url http://127.0.0.1:1", "\u{4}\n");
    assert!(
        code == 1 && shown.contains("the input ended") && !shown.contains("Password"),
        "{shown:?}"
    );
}

/// The sequence that leaves the alternate screen.
const LEFT: &str = "\u{1b}[?1049l";

#[test]
fn watch_draws_what_fits_and_restores_the_terminal_however_it_ends() {
    let cli = Cli::shared();
    let sized = |size: &str| {
        format!(
            "stty {size}; timeout --foreground 30 {PROGRAM} watch --every 1; echo code=$?; stty -a"
        )
    };
    for quit in ["q", "\u{3}"] {
        let (shown, _) = shell(&cli, &sized("cols 100 rows 10"), &format!("x\n{quit}\n"));
        for part in [
            "Truck-01",
            "silent",
            "devices at",
            LEFT,
            "code=0",
            " icanon",
            " echo ",
        ] {
            assert!(shown.contains(part), "{quit:?}, {part}: {shown:?}");
        }
    }
    let (shown, _) = shell(&cli, &sized("cols 20 rows 6"), "x\nq\n");
    assert!(
        shown.contains("Truck-01") && !shown.contains("lat"),
        "{shown:?}"
    );
    assert!(shown.contains("code=0"), "{shown:?}");
    for signal in ["TERM", "INT", "HUP"] {
        let killed = format!(
            "stty cols 80 rows 9; {PROGRAM} watch </dev/tty & p=$!; sleep 2; kill -{signal} $p; \
             wait $p; echo code=$?; stty -a"
        );
        let (shown, _) = shell(&cli, &killed, "");
        for part in ["Truck-01", LEFT, "code=0", " icanon", " echo "] {
            assert!(shown.contains(part), "{signal}, {part}: {shown:?}");
        }
    }
}

#[test]
fn watch_reports_a_lost_server_and_ends_on_a_refused_credential() {
    let lost = Cli::alone()
        .with("AUTOPI_API_TOKEN", API_TOKEN)
        .with("AUTOPI_BASE_URL", "http://127.0.0.1:1");
    let line = format!("stty cols 120 rows 6; timeout --foreground 30 {PROGRAM} watch --timeout 1");
    let (shown, code) = shell(&lost, &line, "x\nx\nx\nx\nq\n");
    assert!(
        shown.contains("mthe connection is refused") && code == 0,
        "{shown:?}"
    );
    let api = sandbox(Sandbox::builder());
    let refused = Cli::of(&api).with("AUTOPI_API_TOKEN", &"0".repeat(40));
    let (shown, code) = shell(&refused, &line, "");
    let (_, after) = shown.split_once(LEFT).unwrap();
    assert!(after.contains("HTTP 401") && code == 3, "{shown:?}");
    for (line, says) in [
        ("watch", "needs a terminal"),
        ("watch --every 0", "--every"),
        ("watch -o json", "draws a table"),
        ("watch -o x.csv", "draws a table"),
        ("watch --jq .", "draws a table"),
        (
            "watch --columns id,no_such",
            "no device has a member `no_such`",
        ),
        ("watch --sort -no_such", "no device has a member `no_such`"),
    ] {
        Cli::shared().line(line).bad(2, says);
    }
    assert!(
        Cli::shared()
            .line("watch --dry-run")
            .good()
            .starts_with("curl ")
    );
    let (shown, code) = typed(&Cli::shared(), "watch -d Nobody", "");
    assert!(
        code == 4 && shown.contains("no device `Nobody`") && !shown.contains(LEFT),
        "{shown:?}"
    );
}
