//! The document against answers over real sockets: the sandbox answers as the live API does where that is known.

use std::{
    fs,
    net::TcpListener,
    process::{Command, Output},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use autopi_sandbox::{API_TOKEN, Sandbox};
use serde_json::Value;
use xtask::{
    fetch, overlay,
    pipeline::normalize,
    probe::{Target, probe},
};

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap()
}

fn target(url: &str) -> Target {
    Target {
        url: url.into(),
        authorization: format!("APIToken {API_TOKEN}"),
        rate: 1000.0,
        skip: vec!["/tasks/".into()],
        parameters: vec![("from_utc".into(), "2026-01-01T00:00:00Z".into())],
    }
}

#[tokio::test]
async fn what_the_probe_proposes_makes_the_document_true() {
    let (upstream, ours) = (
        read("../spec/upstream.json"),
        fetch::parse(&read("../spec/openapi.json")).unwrap(),
    );
    let sandbox = Sandbox::builder()
        .spec(fetch::parse(&upstream).unwrap())
        .answers(ours.clone())
        .start()
        .await
        .unwrap();
    let target = target(sandbox.url());

    // What the overlay knows from the wire, the probe finds by itself.
    let mut doc: Value = normalize(&upstream, None).unwrap().doc;
    let first = probe(&doc, &target).await.unwrap();
    assert!(first.judged > 200 && first.wrong(), "{}", first.text());
    assert!(
        first
            .text()
            .contains("['Trip'].properties['duration']: documented as number, came as string"),
        "{}",
        first.text()
    );
    assert!(
        first.text().contains(
            "['User'].properties['has_devices']: any JSON in the document, always boolean"
        )
    );
    assert!(
        first.others.contains_key("may have an effect (`logout`)")
            && first.others.contains_key("skipped as asked")
    );

    let proposed = first.overlay().unwrap();
    overlay::apply(&mut doc, &proposed).unwrap();
    let second = probe(&doc, &target).await.unwrap();
    assert!(!second.wrong(), "{}", second.text());
    assert_eq!(second.judged, first.judged);

    let with_overlay = probe(&ours, &target).await.unwrap();
    assert!(!with_overlay.wrong(), "{}", with_overlay.text());
}

fn xtask(args: &[&str], env: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command
        .env_remove("AUTOPI_API_TOKEN")
        .env_remove("AUTOPI_JWT")
        .arg("probe")
        .args(args)
        .envs(env.iter().copied());
    command.output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stops_it_is_said_without_the_token() {
    let sandbox = Sandbox::start().await.unwrap();
    let canary = "c0ffee0000000000000000000000000000c0ffee";
    let token = [("AUTOPI_API_TOKEN", canary)];
    for (args, env, words) in [
        (
            &["--url", sandbox.url()][..],
            &token[..],
            "HTTP 401: is the token good?",
        ),
        (&["--url", "http://127.0.0.1:9"], &token, "no answer"),
        (
            &["--url", "http://example.org"],
            &token,
            "a token goes over https only",
        ),
        (&["--url", "nowhere"], &token, "is no URL"),
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
        let output = xtask(args, env);
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
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
            "--url", &url, "--rate", "1000", "--from", library, "--out", &out,
        ];
        let output = xtask(&args, &env);
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(text.contains("1 judged"), "{text}");
    }
    assert_eq!(seen.load(Ordering::SeqCst), 0);
}
