//! Invalid and hostile requests must not stop the sandbox.

mod support;

use std::time::Duration;

use autopi_sandbox::{API_TOKEN, Sandbox};
use serde_json::json;
use support::Api;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

async fn connect(api: &Api) -> TcpStream {
    TcpStream::connect(api.sandbox.url().strip_prefix("http://").unwrap())
        .await
        .unwrap()
}

/// Returns the head of the response, in lower case.
async fn head(socket: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    while !text.windows(4).any(|w| w == b"\r\n\r\n") {
        match tokio::time::timeout(Duration::from_secs(20), socket.read(&mut buffer))
            .await
            .expect("a response in time")
        {
            Ok(read) if read > 0 => text.extend_from_slice(&buffer[..read]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&text).to_lowercase()
}

#[tokio::test]
async fn an_invalid_document_or_a_port_in_use_is_an_error() {
    for (document, words) in [
        (json!({}), "not a Swagger 2.0 or OpenAPI 3"),
        (json!([1]), "not a Swagger 2.0"),
        (json!({"swagger": "2.0"}), "no `paths`"),
    ] {
        let error = Sandbox::builder()
            .spec(document)
            .start()
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains(words), "{error}");
    }
    // Unusual, but valid documents.
    let odd = json!({"swagger": "2.0", "paths": {"/x/": {"get": 7, "post": {"parameters": [7, {"in": "body"}], "responses": {"200": 7}}}, "/y/{": {"get": {}}}});
    let api = Api::start(Sandbox::builder().spec(odd)).await;
    assert_eq!(api.send("POST", "/x/", &json!({})).await.status, 200);
    let port = api
        .sandbox
        .url()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let error = Sandbox::builder()
        .port(port)
        .start()
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains(&format!("cannot listen on 127.0.0.1:{port}")),
        "{error}"
    );
}

#[tokio::test]
async fn a_body_of_a_gigabyte_is_not_read() {
    let api = Api::start(Sandbox::builder()).await;
    let request = |more: &str| {
        format!(
            "POST /vehicle/profile/ HTTP/1.1\r\nhost: localhost\r\nauthorization: APIToken \
             {API_TOKEN}\r\ncontent-type: application/json\r\n{more}\r\n"
        )
    };
    let mut socket = connect(&api).await;
    socket
        .write_all(request("content-length: 1073741824\r\n").as_bytes())
        .await
        .unwrap();
    assert!(head(&mut socket).await.starts_with("http/1.1 413 "));
    // In chunks, without `Content-Length`.
    let mut socket = connect(&api).await;
    socket
        .write_all(request("transfer-encoding: chunked\r\n").as_bytes())
        .await
        .unwrap();
    let (mut read, mut write) = socket.into_split();
    let sender = tokio::spawn(async move {
        let chunk = vec![b' '; 1 << 20];
        let mut sent = 0;
        while sent < 1024
            && write.write_all(b"100000\r\n").await.is_ok()
            && write.write_all(&chunk).await.is_ok()
            && write.write_all(b"\r\n").await.is_ok()
        {
            sent += 1;
        }
        sent
    });
    let mut buffer = [0; 12];
    read.read_exact(&mut buffer).await.unwrap();
    assert_eq!(&buffer, b"HTTP/1.1 413");
    drop(read);
    assert!(sender.await.unwrap() < 200, "megabytes were read");
    assert_eq!(api.get("/vehicle/makes/").await.status, 200);
}

#[tokio::test]
async fn a_header_of_a_megabyte_is_refused() {
    let api = Api::start(Sandbox::builder()).await;
    let mut socket = connect(&api).await;
    let _ = socket
        .write_all(
            format!(
                "GET /vehicle/makes/ HTTP/1.1\r\nhost: localhost\r\nx-large: {}\r\n\r\n",
                "a".repeat(1 << 20)
            )
            .as_bytes(),
        )
        .await;
    let response = head(&mut socket).await;
    // The client may see the reset before the response, because it is still writing.
    assert!(
        response.starts_with("http/1.1 431 ") || response.is_empty(),
        "{response}"
    );
    // A smaller body, which is sent completely before the response arrives.
    let mut socket = connect(&api).await;
    socket
        .write_all(
            format!(
                "GET /vehicle/makes/ HTTP/1.1\r\nhost: localhost\r\nx-large: {}",
                "a".repeat(65_000)
            )
            .as_bytes(),
        )
        .await
        .unwrap();
    socket.write_all("b".repeat(4000).as_bytes()).await.unwrap();
    let response = head(&mut socket).await;
    assert!(response.starts_with("http/1.1 431 "), "{response}");
    assert_eq!(api.get("/vehicle/makes/").await.status, 200);
}

/// Each connection takes two files here, one on each side: as many as the limit allows, at most ten
/// thousand.
#[tokio::test]
async fn idle_connections_do_not_block_the_server() {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files: usize = limits
        .lines()
        .find(|l| l.starts_with("Max open files"))
        .and_then(|l| l.split_whitespace().nth(3)?.parse().ok())
        .unwrap_or(1024);
    let wanted = (files.saturating_sub(300) / 2).min(10_000);
    let api = Api::start(Sandbox::builder()).await;
    let mut idle = Vec::new();
    for _ in 0..wanted {
        idle.push(connect(&api).await);
    }
    println!("{wanted} idle connections of 10,000 (limit of open files: {files})");
    assert_eq!(api.get("/vehicle/makes/").await.status, 200);
    // Half a request does not count as one.
    for socket in idle.iter_mut().take(100) {
        socket.write_all(b"GET /vehicle/makes/ HT").await.unwrap();
    }
    assert_eq!(api.get("/vehicle/makes/").await.status, 200);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let api = Api::start(Sandbox::builder().body_timeout(Duration::from_millis(300))).await;
    let mut socket = connect(&api).await;
    let start = format!(
        "POST /vehicle/profile/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: APIToken \
         {API_TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{"
    );
    socket.write_all(start.as_bytes()).await.unwrap();
    let (mut read, mut write) = socket.into_split();
    // Occasional bytes do not extend the timeout.
    let drip = tokio::spawn(async move {
        while write.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let mut response = Vec::new();
    let all = tokio::time::timeout(Duration::from_secs(10), read.read_to_end(&mut response));
    let _ = all.await.expect("an end in time");
    let response = String::from_utf8_lossy(&response);
    assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
    drip.abort();
    assert_eq!(api.get("/vehicle/makes/").await.status, 200);
}

/// Not a test: the second process of the test below.
#[test]
fn serve() {
    support::serve_if_asked();
}

/// In a process with a low limit of open files, idle connections are closed for new requests.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_server_recovers_from_running_out_of_file_descriptors() {
    let server = support::Server::start(
        &support::scratch("few"),
        Some("ulimit -n 80; exec \"$0\" \"$@\""),
    )
    .await;
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    let mut idle = Vec::new();
    for _ in 0..200 {
        idle.push(TcpStream::connect(&address).await.unwrap());
    }
    let response = tokio::time::timeout(
        Duration::from_secs(30),
        server.send("GET", "/vehicle/makes/", &json!({})),
    )
    .await
    .expect("a response in time");
    assert_eq!(response.status, 200);
}

#[tokio::test]
async fn odd_requests_get_a_response() {
    let api = Api::start(Sandbox::builder()).await;
    let long = format!("/dongle/devices/?search={}", "x".repeat(20_000));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for (request, status) in [
        (api.request("GET", &long), 200),
        (api.request("GET", "/dongle/devices/%FF%00/"), 404),
        (
            api.request(
                "GET",
                "/dongle/devices/?page=99999999999999999999&page_size=-1",
            ),
            404,
        ),
        (
            api.request(
                "GET",
                "/dongle/devices/?ordering=nothing,-,&key_state__gte=%FF&tags__in=,,",
            ),
            200,
        ),
        (
            api.request(
                "GET",
                "/logbook/storage/raw/?device_id=x&start_utc=9999-12-31T23:59:59Z&\
                 end_utc=-9999-01-01T00:00:00Z",
            ),
            400,
        ),
        (
            api.request("POST", "/vehicle/profile/")
                .header("content-type", "application/json")
                .body(deep),
            400,
        ),
        (
            api.request("POST", "/vehicle/profile/")
                .header("content-type", "application/json")
                .body(vec![0xff; 100]),
            400,
        ),
        (
            api.request("POST", "/fleet/vehicles/import_csv/")
                .header("content-type", "multipart/form-data; boundary=x")
                .body("--x\r\nbroken"),
            400,
        ),
        (
            api.request("POST", "/fleet/vehicles/import_csv/")
                .header("content-type", "multipart/form-data")
                .body("x"),
            400,
        ),
        (api.request("BREW", "/vehicle/makes/"), 405),
        (
            api.request("GET", "/vehicle/makes/")
                .header("x-sandbox-fault", " , ,"),
            200,
        ),
    ] {
        let request = request.build().unwrap_or_else(|e| panic!("{e}"));
        let shown = format!("{} {:.60}", request.method(), request.url().path());
        let got = support::json_response(api.http.execute(request).await.unwrap()).await;
        assert_eq!(got.status, status, "{shown}: {}", got.body);
    }
    let device = api.items("/dongle/devices/").await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let far = api
        .get(&format!(
            "/logbook/storage/raw/?device_id={device}&start_utc=0001-01-01T00:00:00Z&\
             end_utc=9999-01-01T00:00:00Z&page_num=18446744073709551615"
        ))
        .await;
    assert!(far.status < 500, "{}", far.body);
    assert!(
        api.get(&format!(
            "/logbook/storage/raw/?device_id={device}&start_utc=0001-01-01T00:00:00Z&\
             end_utc=9999-01-01T00:00:00Z&page_size=0"
        ))
        .await
        .status
            < 500
    );
}

#[tokio::test]
async fn the_log_is_ascii_whatever_a_path_holds() {
    let file = std::env::temp_dir().join(format!("sandbox-{}-ascii.jsonl", std::process::id()));
    let api = Api::start(Sandbox::builder().log(&file)).await;
    let mut socket = connect(&api).await;
    let request = "GET /a\u{9b}31m\u{202e}\u{7f}/?q=\u{9d}\u{feff} HTTP/1.1\r\nHost: \
                   localhost\r\nConnection: close\r\n\r\n";
    socket.write_all(request.as_bytes()).await.unwrap();
    head(&mut socket).await;
    let log = std::fs::read_to_string(&file).unwrap();
    let _ = std::fs::remove_file(&file);
    let seen: String = api
        .sandbox
        .requests()
        .iter()
        .map(ToString::to_string)
        .collect();
    for text in [log.as_str(), seen.as_str()] {
        let plain = text
            .chars()
            .all(|c| c.is_ascii_graphic() || " \n→".contains(c));
        assert!(plain, "{text:?}");
    }
}
