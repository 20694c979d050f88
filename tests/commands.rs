//! Commands: sent once, then polled until there is a result.

mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use autopi::{
    Client, Command, CommandJob, DeviceId, ErrorKind,
    testing::{self, Stub},
};
use support::{Server, Step, ok, response, write};

const ID: &str = "0189d7a5-0000-7000-8000-000000000001";

fn device() -> DeviceId {
    ID.parse::<autopi::Uuid>().unwrap().into()
}

/// Accepts the command, then returns these results in order, and the last one repeatedly.
async fn device_that(results: Vec<String>) -> Server {
    Server::start(move |n, request| {
        let started = ok(r#"{"jid":"20260101120000000000","minions":["x"]}"#);
        write(if request.starts_with("POST ") {
            started
        } else {
            results[(n - 1).min(results.len() - 1)].clone()
        })
    })
    .await
}

#[tokio::test]
async fn numbers_that_json_cannot_hold_are_texts_in_a_result() {
    let result = r#"{"jid":"1","return":{"load":NaN,"serial":89450100000000000123,"n":1.5}}"#;
    let outcome = run(&device_that(vec![ok(result)]).await, 20_000).await;
    let expected = serde_json::json!({"load": "NaN", "serial": "89450100000000000123", "n": 1.5});
    assert_eq!(outcome.unwrap().value.0, expected);
    let server = Server::start(|_, _| write(ok(r#"{"jid":20260101120000000000}"#))).await;
    let job = server
        .client()
        .start_command(device(), &Command::new("x"))
        .await;
    assert_eq!(
        job.unwrap().jid(),
        "20260101120000000000",
        "more than 64 bits"
    );
}

async fn run(server: &Server, wait: u64) -> Result<autopi::CommandOutcome, autopi::Error> {
    server
        .client()
        .run_command(
            device(),
            &Command::new("obd.query").arg("rpm").kwarg("force", true),
            Duration::from_millis(wait),
        )
        .await
}

#[tokio::test]
async fn a_page_of_html_is_not_the_output_of_a_device() {
    let page = response(
        "200 OK",
        "content-type: text/html\r\n",
        "<html>sign in</html>",
    );
    let server = device_that(vec![page.clone()]).await;
    let result = run(&server, 5_000).await.unwrap_err();
    let server = Server::responses(vec![page]).await;
    let client = server.client();
    let start = client.start_command(device(), &Command::new("x")).await;
    for error in [result, start.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("an HTML page"), "{error}");
    }
}

#[tokio::test]
async fn a_result_is_waited_for() {
    let server = device_that(vec![
        response("404 Not Found", "", "{}"),
        response("503 Busy", "", ""),
        ok(""),
        ok(r#"{"value":900}"#),
    ])
    .await;
    let outcome = run(&server, 20_000).await.unwrap();
    assert_eq!(
        (
            outcome.jid.as_deref(),
            outcome.value.get("value").unwrap().as_i64()
        ),
        (Some("20260101120000000000"), Some(900))
    );
    let requests = server.requests();
    assert_eq!((requests.len(), server.count("POST ")), (5, 1));
    assert!(
        requests[0].starts_with(&format!("POST /dongle/devices/{ID}/execute/ ")),
        "{}",
        requests[0]
    );
    assert!(
        requests[0].ends_with(r#"{"command":"obd.query","arg":["rpm"],"kwarg":{"force":true}}"#),
        "{}",
        requests[0]
    );
    assert!(requests[4].starts_with(&format!(
        "GET /dongle/devices/{ID}/command_result/20260101120000000000/ "
    )));

    let server = device_that(vec![ok("\"pong\"")]).await;
    server
        .client()
        .run_command(device(), &Command::raw("test.ping"), Duration::from_secs(5))
        .await
        .unwrap();
    assert!(server.requests()[0].starts_with(&format!("POST /dongle/devices/{ID}/execute_raw/ ")));
}

#[tokio::test]
async fn a_command_that_fails_or_has_no_result_in_time_is_an_error() {
    let server = device_that(vec![ok(r#"{"jid":"1","state":"TIMEOUT","success":false}"#)]).await;
    let error = run(&server, 5000).await.unwrap_err();
    assert_eq!(
        (error.kind(), server.requests().len()),
        (ErrorKind::Command, 2)
    );

    let server = device_that(vec![ok("{}")]).await;
    let started = Instant::now();
    let error = run(&server, 900).await.unwrap_err();
    assert!(
        error.kind() == ErrorKind::Timeout && error.to_string().contains("20260101120000000000"),
        "{error}"
    );
    assert!(started.elapsed() < Duration::from_secs(2) && server.requests().len() < 6);

    // What was known before an attempt that the end of the wait cuts off.
    let server = Server::start(|n, _| match n {
        0 => write(ok(r#"{"jid":"1"}"#)),
        1 => write(response("404 Not Found", "", "{}")),
        _ => vec![Step::Stall],
    })
    .await;
    let error = run(&server, 900).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Timeout, Some(404))
    );
    assert!(error.to_string().contains("does not know job 1"), "{error}");

    // A command that may have run is never sent again.
    let server = Server::responses(vec![response("503 Busy", "", "")]).await;
    assert_eq!(
        (
            run(&server, 5000).await.unwrap_err().status(),
            server.requests().len()
        ),
        (Some(503), 1)
    );
    let server = Server::responses(vec![response(
        "400 Bad Request",
        "",
        r#"{"status":"device is offline"}"#,
    )])
    .await;
    assert!(
        run(&server, 5000)
            .await
            .unwrap_err()
            .to_string()
            .contains("device is offline")
    );
}

/// Between two polls it waits longer each time, up to 5 s; it never waits beyond its end.
#[tokio::test(start_paused = true)]
async fn the_polls_for_a_result_are_spread_over_the_wait() {
    let polls = Arc::new(AtomicUsize::new(0));
    let count = polls.clone();
    let stub = Stub::new().on("command_result", move |_| {
        count.fetch_add(1, SeqCst);
        testing::json(200, &serde_json::Value::Null)
    });
    let client = Client::builder()
        .api_token("t")
        .hooks(stub)
        .build()
        .unwrap();
    // The waits are random: many times, so that each run meets their limits.
    for (wait, least, most) in [(400, 2, 2), (120_000, 24, 42)].repeat(50) {
        let started = tokio::time::Instant::now();
        let wait = Duration::from_millis(wait);
        let error = client
            .command_job(device(), "1")
            .wait(wait)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(started.elapsed() <= wait, "{:?}", started.elapsed());
        let polled = polls.swap(0, SeqCst);
        assert!((least..=most).contains(&polled), "{polled} in {wait:?}");
    }
}

#[tokio::test]
async fn waiting_for_a_result_can_be_dropped_and_resumed() {
    let server = device_that(vec![ok("{}"), ok("7")]).await;
    let client: Client = server.client();
    let job = client
        .start_command(device(), &Command::new("x"))
        .await
        .unwrap();
    assert!(
        tokio::time::timeout(Duration::from_millis(50), job.wait(Duration::from_secs(9)))
            .await
            .is_err()
    );
    let later: CommandJob = client.command_job(device(), job.jid());
    assert_eq!(
        later
            .wait(Duration::from_secs(9))
            .await
            .unwrap()
            .value
            .as_i64(),
        Some(7)
    );
    assert_eq!((server.requests().len(), server.count("POST ")), (3, 1));
    // A job id is one segment of a path, whatever characters it has.
    let _ = client.command_job(device(), "../../x").poll().await;
    assert!(server.requests()[3].contains("/command_result/..%2F..%2Fx/"));
}

#[tokio::test]
async fn a_local_device_responds_with_the_output() {
    let server = Server::responses(vec![ok(r#"{"value":12.4}"#)]).await;
    let outcome = run(&server, 5000).await.unwrap();
    assert_eq!(
        (
            outcome.jid,
            outcome.value.get("value").unwrap().as_f64(),
            server.requests().len()
        ),
        (None, Some(12.4), 1)
    );
}

#[tokio::test]
async fn a_device_on_the_local_network_is_logged_in_to_and_run_by_its_unit_id() {
    let server = Server::start(|_, request| {
        write(match request {
            r if r.starts_with("POST /auth/login/") && r.ends_with("\r\n\r\n") => {
                ok(r#"{"token":"local","user":{"pk":0,"is_local":true}}"#)
            }
            r if r.contains("authorization: Bearer local\r\n")
                && r.starts_with("GET /dongle/devices/") =>
            {
                ok(r#"[{"unit_id":"u","display":"d"}]"#)
            }
            r if r.contains("authorization: Bearer local\r\n") => ok(r#"{"value":900}"#),
            _ => response("400 Bad Request", "", r#"{"error":"no"}"#),
        })
    })
    .await;
    let client = Client::builder()
        .base_url(&server.url)
        .local_device()
        .build()
        .unwrap();
    let unit = autopi::UnitId::from(ID.parse::<autopi::Uuid>().unwrap());
    let outcome = client
        .run_command(unit, &Command::new("obd.query"), Duration::from_secs(5))
        .await
        .unwrap();
    assert_eq!(
        (outcome.jid, outcome.value.get("value").unwrap().as_i64()),
        (None, Some(900))
    );
    let devices = client
        .request(autopi::Method::GET, "/dongle/devices/")
        .send_json::<autopi::Page<serde_json::Value>>()
        .await
        .unwrap()
        .value;
    assert_eq!(devices.results[0]["unit_id"], "u");
    assert_eq!(
        (
            server.count("POST /auth/login/"),
            server.count(&format!("POST /dongle/{ID}/execute/ "))
        ),
        (1, 1)
    );

    let refused =
        Server::responses(vec![response("400 Bad Request", "", r#"{"error":"no"}"#)]).await;
    let client = Client::builder()
        .base_url(&refused.url)
        .local_device()
        .build()
        .unwrap();
    let error = client
        .run_command(unit, &Command::new("x"), Duration::from_secs(5))
        .await
        .unwrap_err();
    assert!(
        error.kind() == ErrorKind::Auth && error.to_string().contains("local network"),
        "{error}"
    );
    let client = Client::builder()
        .base_url(&refused.url)
        .api_token("t")
        .build()
        .unwrap();
    assert_eq!(
        client
            .run_command(unit, &Command::new("x"), Duration::from_secs(5))
            .await
            .unwrap_err()
            .detail()
            .as_deref(),
        Some("no")
    );
}
