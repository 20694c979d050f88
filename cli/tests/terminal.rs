//! On a terminal: util-linux's `script` is one.
#![cfg(target_os = "linux")]

mod support;

use std::{
    io::Write,
    process::{Command, Stdio},
};

use autopi_sandbox::{API_TOKEN, EMAIL, PASSWORD, Sandbox};
use support::{Cli, sandbox};

/// Types these lines into the command on a terminal; returns what the terminal shows, and the code.
fn typed(cli: &Cli, line: &str, input: &str) -> (String, i32) {
    let program = env!("CARGO_BIN_EXE_autopi");
    let mut command = Command::new("script");
    command.args(["-qec", &format!("{program} {line}"), "/dev/null"]);
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
        // What is typed before it is asked for would be thrown away with the echo.
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
fn what_can_not_be_undone_is_asked_about_and_no_is_the_answer_of_a_bare_return() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::of(&api);
    let count = || api.count("POST", "/dongle/devices/*/execute/");
    for (said, runs) in [("n", 0), ("", 0), ("yes", 1)] {
        let (shown, code) = typed(&cli, "run Truck-01 test.ping --quiet", &format!("{said}\n"));
        assert!(
            shown.contains("this runs test.ping on Truck-01") && shown.contains("go on? [y/N]"),
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
    // A download that is no text stays off it.
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
