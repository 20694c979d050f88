//! `cargo xtask probe` as a process: its exit codes, its output for programs, and its state after a
//! kill.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Command, Output},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use autopi_sandbox::{API_TOKEN, Sandbox};
use serde_json::{Value, json};
use xtask::pipeline::fetch;

use crate::{
    live::{responds, serve, whole},
    read,
    things::{PATHS, small, thing},
};

const TOKEN: [(&str, &str); 1] = [("AUTOPI_API_TOKEN", API_TOKEN)];

fn xtask(args: &[&str], env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command
        .env_remove("AUTOPI_API_TOKEN")
        .env_remove("AUTOPI_JWT")
        .arg("probe")
        .args(args)
        .envs(env.iter().copied());
    command
}

fn said(output: &Output) -> String {
    String::from_utf8([&output.stdout[..], &output.stderr].concat()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_probe_reports_the_reason_without_the_token() {
    let sandbox = Sandbox::start().await.unwrap();
    let canary = "c0ffee0000000000000000000000000000c0ffee";
    let token = [("AUTOPI_API_TOKEN", canary)];
    for (args, env, words) in [
        (
            &["--url", sandbox.url()][..],
            &token[..],
            "HTTP 401: is the token valid?",
        ),
        (&["--url", "http://127.0.0.1:9"], &token, "no response"),
        (
            &["--url", "http://example.org"],
            &token,
            "a token goes over https only",
        ),
        (&["--url", "nowhere"], &token, "is not a URL"),
        (
            &["--url", sandbox.url(), "--param", "x"],
            &token,
            "not NAME=VALUE",
        ),
        (
            &["--url", sandbox.url(), "--rate", "nan"],
            &token,
            "NaN requests a second",
        ),
        (
            &["--url", sandbox.url()],
            &[],
            "set AUTOPI_API_TOKEN or AUTOPI_JWT",
        ),
    ] {
        let output = xtask(args, env).output().unwrap();
        let text = said(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(words) && !text.contains(canary), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_proxy_of_the_environment_sees_a_probe() {
    let library = "tests/fixtures/other/library.yaml";
    let sandbox = Sandbox::builder()
        .spec(fetch::parse(&read(library)).unwrap())
        .start()
        .await
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(AtomicUsize::new(0));
    let count = seen.clone();
    thread::spawn(move || {
        listener
            .incoming()
            .for_each(|_| _ = count.fetch_add(1, Ordering::SeqCst))
    });
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("overlay.yaml").display().to_string();
    for (scheme, host) in [
        ("http", "127.0.0.1"),
        ("socks5", "127.0.0.1"),
        ("http", "localhost"),
    ] {
        let url = sandbox.url().replace("127.0.0.1", host) + "/api/v2";
        let proxy = format!("{scheme}://{address}");
        let mut env = vec![
            ("AUTOPI_API_TOKEN", API_TOKEN),
            ("NO_PROXY", ""),
            ("no_proxy", ""),
        ];
        let names = [
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "http_proxy",
            "https_proxy",
            "all_proxy",
        ];
        env.extend(names.map(|name| (name, proxy.as_str())));
        let args = [
            "--url", &url, "--rate", "1000", "--spec", library, "--out", &out,
        ];
        let output = xtask(&args, &env).output().unwrap();
        let text = said(&output);
        assert!(text.contains("1 judged"), "{text}");
    }
    assert_eq!(seen.load(Ordering::SeqCst), 0);
}

/// Prepares a folder with the small API's document, for the command's files.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("api.json"), small().to_string()).unwrap();
    folder
}

/// Returns a command that probes `url` in a folder.
fn probe_in(folder: &Path, url: &str, more: &[&str]) -> Command {
    let at = |name: &str| folder.join(name).display().to_string();
    let (spec, out, state) = (at("api.json"), at("overlay.yaml"), at("state.json"));
    let args = [
        "--url", url, "--spec", &spec, "--out", &out, "--state", &state, "--rate", "1000",
    ];
    xtask(&[&args, more].concat(), &TOKEN)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_code_and_the_json_agree() {
    let kind = Arc::new(Mutex::new("true"));
    let now = kind.clone();
    let url = serve(move |path| {
        let mut thing = thing();
        match *now.lock().unwrap() {
            "false" if path == "/d/one/" => thing["id"] = json!("x"),
            "false first" if path == "/a/" => thing["id"] = json!("x"),
            "none" => return whole("500 No", "", ""),
            _ => {}
        }
        responds(path, thing)
    })
    .await;
    for (server, more, code, judged, findings) in [
        ("true", &[][..], 0, 6, 0),
        ("false", &[], 1, 6, 1),
        ("false first", &["--max-calls", "2"], 1, 2, 1),
        ("true", &["--max-calls", "2"], 2, 2, 0),
    ] {
        let folder = folder();
        *kind.lock().unwrap() = server;
        let json = [more, &["--format", "json"]].concat();
        let output = probe_in(folder.path(), &url, &json).output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(code),
            "{server}: {}",
            said(&output)
        );
        // Nothing else is on stdout.
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(told["judged"], judged, "{told}");
        let found = told["findings"].as_array().unwrap();
        assert_eq!(found.len(), findings, "{told}");
        assert_eq!(told["stopped"].is_string(), !more.is_empty(), "{told}");
        let overlay = folder.path().join("overlay.yaml");
        assert_eq!(overlay.exists(), findings > 0);
        if server == "false" {
            assert_eq!(found[0]["only"], "GET /d/one/", "{told}");
            let proposed: Value = yaml_serde::from_str(&read(overlay.to_str().unwrap())).unwrap();
            assert_eq!(proposed["actions"], found[0]["actions"], "{proposed}");
        }
        let _ = fs::remove_file(folder.path().join("state.json"));
        let output = probe_in(folder.path(), &url, more).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        assert_eq!(said(&output).contains("written: "), findings > 0);
    }
    *kind.lock().unwrap() = "none";
    let folder = folder();
    let output = probe_in(folder.path(), &url, &["--format", "json"])
        .output()
        .unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
}

/// After a kill at any time no request is repeated, and the result is as without the kill.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_probe_continues_where_it_stopped() {
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let log = asked.clone();
    let url = serve(move |path| {
        // The killed probe may have connected without a request.
        if !path.is_empty() {
            log.lock().unwrap().push(path.to_owned());
        }
        thread::sleep(Duration::from_millis(150));
        let mut thing = thing();
        if path == "/b/" || path == "/f/one/" {
            thing["id"] = json!("x");
        }
        responds(path, thing)
    })
    .await;
    let whole = folder();
    let json = ["--format", "json"];
    let whole = probe_in(whole.path(), &url, &json).output().unwrap();
    assert_eq!(whole.status.code(), Some(1), "{}", said(&whole));
    let folder = folder();
    let state = folder.path().join("state.json");
    let mut child = probe_in(folder.path(), &url, &json).spawn().unwrap();
    let start = Instant::now();
    while !state.exists() || fs::metadata(&state).unwrap().len() == 0 {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "no state is kept"
        );
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let kept: Value = serde_json::from_str(&read(state.to_str().unwrap())).unwrap();
    let done = kept["done"].as_array().unwrap();
    assert!(!done.is_empty() && done.len() < PATHS.len(), "{kept}");
    // What the killed one sent last may arrive after its end.
    thread::sleep(Duration::from_millis(200));
    asked.lock().unwrap().clear();
    let resumed = probe_in(folder.path(), &url, &[&json[..], &["--resume"]].concat());
    let resumed = { resumed }.output().unwrap();
    assert_eq!(resumed.status.code(), Some(1), "{}", said(&resumed));
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), PATHS.len() - done.len(), "{asked:?}");
    assert!(done.iter().all(|path| !asked.iter().any(|a| path == a)));
    assert_eq!(
        String::from_utf8(resumed.stdout).unwrap(),
        String::from_utf8(whole.stdout).unwrap()
    );
    assert!(!state.exists());
}
