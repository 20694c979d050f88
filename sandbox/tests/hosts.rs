//! The sandbox responds only to names of loopback, so that no page on the web can reach it by a
//! name of its own.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use autopi_sandbox::Sandbox;

/// Returns the status and the body of the response to a request with these lines.
async fn ask(api: &Sandbox, head: &str) -> (u16, String) {
    let address = api.url().trim_start_matches("http://").to_owned();
    let head = format!("{head}connection: close\r\n\r\n");
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let status = text.split(' ').nth(1).unwrap().parse().unwrap();
        (status, text.split_once("\r\n\r\n").unwrap().1.to_owned())
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_foreign_host_header_is_refused_before_anything_is_done() {
    let api = Sandbox::builder()
        .allow_host("sandbox.test")
        .fault("status=503@/vehicle/")
        .start()
        .await
        .unwrap();
    for (line, hosts, wanted) in [
        ("GET /?format=openapi", "host: localhost\r\n", 200),
        ("GET /?format=openapi", "host: [::1]:8000\r\n", 200),
        ("GET /?format=openapi", "host: Sandbox.Test:1\r\n", 200),
        (
            "GET http://127.0.0.1/?format=openapi",
            "host: localhost\r\n",
            200,
        ),
        ("GET /?format=openapi", "", 400),
        (
            "GET /?format=openapi",
            "host: localhost\r\nhost: localhost\r\n",
            400,
        ),
        (
            "GET /?format=openapi",
            "host: localhost\r\nhost: evil.com\r\n",
            400,
        ),
        ("GET /?format=openapi", "host: evil.com\r\n", 421),
        ("GET /?format=openapi", "host: 127.0.0.1.evil.com\r\n", 421),
        (
            "GET http://evil.com/?format=openapi",
            "host: localhost\r\n",
            421,
        ),
        (
            "GET http://127.0.0.1/?format=openapi",
            "host: evil.com\r\n",
            421,
        ),
        ("GET http://evil.com@localhost/", "host: localhost\r\n", 400),
        ("GET /__sandbox/faults", "host: evil.com\r\n", 421),
        ("GET /__sandbox/portal/portal.js", "host: evil.com\r\n", 421),
        ("DELETE /__sandbox/faults", "host: evil.com\r\n", 421),
        ("DELETE /__sandbox/faults", "", 400),
        ("GET /vehicle/makes/", "host: evil.com\r\n", 421),
        (
            "GET /vehicle/makes/",
            "host: evil.com\r\nx-sandbox-fault: stall\r\n",
            421,
        ),
    ] {
        let (status, body) = ask(&api, &format!("{line} HTTP/1.1\r\n{hosts}")).await;
        assert_eq!(status, wanted, "{line} {hosts:?}: {body}");
    }
    let faults = ask(
        &api,
        "GET /__sandbox/faults HTTP/1.1\r\nhost: localhost\r\n",
    )
    .await;
    assert!(faults.1.contains("503"), "{faults:?}");
    assert_eq!(api.count("GET", "/vehicle/makes/"), 0);
}

#[tokio::test]
async fn a_host_to_allow_is_a_name() {
    let error = Sandbox::builder().allow_host("http://a").start().await;
    assert!(error.unwrap_err().to_string().contains("without a port"));
}

#[cfg(unix)]
#[tokio::test]
async fn the_log_holds_no_secret_and_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let api = Sandbox::builder().log(&path).start().await.unwrap();
    let head = "GET /x/?p%61ssword=canary&a=1 HTTP/1.1\r\nhost: localhost\r\n";
    ask(&api, head).await;
    let log = std::fs::read_to_string(&path).unwrap();
    let seen = format!("{:?}", api.requests());
    for text in [log, seen] {
        assert!(text.contains("p%61ssword=***&a=1"), "{text}");
        assert!(!text.contains("canary"), "{text}");
    }
    let mode = path.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
