//! Faults on demand, and the log.

mod support;

use std::time::{Duration, Instant};

use autopi_sandbox::{EMAIL, PASSWORD, Sandbox};
use serde_json::{Value, json};
use support::{Api, json_response, scratch};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

async fn raw(api: &Api, fault: &str) -> std::io::Result<Vec<u8>> {
    let mut socket = TcpStream::connect(api.sandbox.url().strip_prefix("http://").unwrap()).await?;
    let request = format!(
        "GET /?format=openapi HTTP/1.1\r\nhost: localhost\r\nx-sandbox-fault: {fault}\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).await?;
    let mut read = Vec::new();
    socket.read_to_end(&mut read).await.map(|_| read)
}

#[tokio::test]
async fn a_request_asks_for_a_fault_by_header() {
    let api = Api::start(Sandbox::builder()).await;
    let with = async |fault: &str| {
        json_response(
            api.request("GET", "/vehicle/makes/")
                .header("X-Sandbox-Fault", fault)
                .send()
                .await
                .unwrap(),
        )
        .await
    };
    let began = Instant::now();
    assert_eq!(with("latency=150ms").await.status, 200);
    assert!(began.elapsed() >= Duration::from_millis(150));
    let busy = with("status=503").await;
    assert_eq!(
        (busy.status, busy.header("retry-after"), &busy.body),
        (503, "1", &json!({"detail": "Service Unavailable"}))
    );
    let page = with("html").await;
    assert!(page.status == 502 && page.body.as_str().unwrap().contains("<html>"));
    assert!(with("bad-json").await.body.is_string());
    let unknown = with("meteor").await;
    assert!(
        unknown.status == 400
            && unknown.body["detail"]
                .as_str()
                .unwrap()
                .contains("known are latency"),
        "{}",
        unknown.body
    );
    assert_eq!(
        raw(&api, "reset").await.unwrap_err().kind(),
        std::io::ErrorKind::ConnectionReset
    );
    let cut = raw(&api, "truncate").await.unwrap();
    let head = cut.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let text = String::from_utf8_lossy(&cut[..head]).to_lowercase();
    let promised: usize = text
        .split("content-length: ")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let came = cut.len() - head - 4;
    assert!(came > 0 && came < promised, "{came} of {promised}");
    let stalled = tokio::time::timeout(Duration::from_millis(200), raw(&api, "stall")).await;
    assert!(stalled.is_err(), "it responded");
    // Without the fault, requests succeed.
    assert_eq!(api.get("/vehicle/makes/").await.status, 200);
}

#[tokio::test]
async fn faults_are_set_by_builder_and_admin_endpoint() {
    let api = Api::start(
        Sandbox::builder()
            .seed(5)
            .fault("status=503:0.3@/vehicle/")
            .fault("latency=1ms"),
    )
    .await;
    let mut failed = 0;
    for _ in 0..200 {
        failed += usize::from(api.get("/vehicle/makes/").await.status == 503);
        assert_eq!(api.get("/dongle/tags/").await.status, 200);
    }
    assert!((30..90).contains(&failed), "{failed}");
    let admin = async |method: &str, body: Value| {
        json_response(
            api.http
                .request(method.parse().unwrap(), api.url("/__sandbox/faults"))
                .json(&body)
                .send()
                .await
                .unwrap(),
        )
        .await
    };
    assert_eq!(
        admin("GET", json!(null)).await.body,
        json!(["status=503:0.3@/vehicle/", "latency=1ms"])
    );
    assert_eq!(admin("PUT", json!(["status=418"])).await.status, 200);
    assert_eq!(api.get("/dongle/tags/").await.status, 418);
    let wrong = admin("PUT", json!(["statsu=418"])).await;
    assert!(
        wrong.status == 400
            && wrong.body["detail"]
                .as_str()
                .unwrap()
                .contains("`statsu=418`"),
        "{}",
        wrong.body
    );
    assert_eq!(admin("DELETE", json!(null)).await.body, json!([]));
    assert_eq!(api.get("/dongle/tags/").await.status, 200);
    api.sandbox.set_faults(&["html=500"]).unwrap();
    assert_eq!(api.get("/dongle/tags/").await.status, 500);
    assert!(
        Sandbox::builder()
            .fault("meteor")
            .start()
            .await
            .unwrap_err()
            .to_string()
            .contains("known are latency")
    );
}

#[tokio::test]
async fn clock_skew_and_token_expiry_are_faults() {
    let api = Api::start(Sandbox::builder()).await;
    let login = json_response(
        api.http
            .post(api.url("/auth/login/"))
            .json(&json!({"email": EMAIL, "password": PASSWORD}))
            .send()
            .await
            .unwrap(),
    )
    .await;
    let bearer = format!("Bearer {}", login.body["token"].as_str().unwrap());
    let with = async |fault: &str| {
        json_response(
            api.http
                .get(api.url("/auth/user/"))
                .header("Authorization", &bearer)
                .header("X-Sandbox-Fault", fault)
                .send()
                .await
                .unwrap(),
        )
        .await
    };
    assert_eq!(with("").await.status, 200);
    assert_eq!(with("token-expiry").await.status, 401);
    let ahead = with("clock-skew=1h").await;
    assert_eq!(ahead.status, 401);
    assert_ne!(
        ahead.header("date").get(..22),
        with("").await.header("date").get(..22)
    );
    assert_eq!(with("clock-skew=-1h").await.status, 200);
    for far in ["clock-skew=-1000000h", "clock-skew=4000000000h"] {
        assert!(with(far).await.header("date").ends_with(" GMT"), "{far}");
    }
    // An API token does not expire.
    assert_eq!(
        json_response(
            api.request("GET", "/auth/user/")
                .header("X-Sandbox-Fault", "token-expiry")
                .send()
                .await
                .unwrap()
        )
        .await
        .status,
        200
    );
}

#[tokio::test]
async fn the_log_has_no_secrets() {
    let file = scratch("requests.jsonl");
    let api = Api::start(Sandbox::builder().log(&file)).await;
    let login = json_response(
        api.http
            .post(api.url("/auth/login/"))
            .json(&json!({"email": EMAIL, "password": PASSWORD}))
            .send()
            .await
            .unwrap(),
    )
    .await;
    let token = login.body["token"].as_str().unwrap().to_owned();
    api.http
        .get(api.url(&format!(
            "/dongle/devices/?token={token}&search=truck&\
             q=0123456789abcdef0123456789abcdef01234567"
        )))
        .bearer_auth(&token)
        .send()
        .await
        .unwrap();
    json_response(
        api.request("GET", "/vehicle/makes/")
            .header("X-Sandbox-Fault", "status=500")
            .send()
            .await
            .unwrap(),
    )
    .await;
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!(lines.len(), 3);
    for secret in [
        token.as_str(),
        autopi_sandbox::API_TOKEN,
        "\"demo\"",
        "Bearer",
    ] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert_eq!(
        (&lines[1]["method"], &lines[1]["path"], &lines[1]["status"]),
        (&json!("GET"), &json!("/dongle/devices/"), &json!(200))
    );
    assert_eq!(lines[1]["query"], "token=***&search=truck&q=***");
    assert_eq!(
        (&lines[2]["fault"], lines[2]["ms"].is_number()),
        (&json!("status=500"), true)
    );
    assert!(!format!("{:?}", api.sandbox.requests()).contains(&token));
}
