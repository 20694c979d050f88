//! Hooks that wrap an attempt or replace the server: stubs, recordings.

mod support;

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    time::Duration,
};

use autopi::{
    CallFuture, CallInfo, CallOptions, Client, ClientHooks, Error, ErrorKind, Method, Next, Page,
    RetryPolicy,
    rt::{Call, Format, Operation, Place, Style},
    testing::{self, Recorder, Replay, Stub},
};
use autopi_sandbox::{API_TOKEN, Sandbox};
use futures_util::TryStreamExt;
use reqwest::{Request, Response, header::AUTHORIZATION};
use serde_json::{Value, json};
use support::{Server, ok, response, write};

static LIST: Operation = Operation {
    secrets: &[("first_pet", true), ("pin", false)],
    ..support::LIST
};

fn stubbed(stub: impl ClientHooks + 'static) -> Client {
    let retry = RetryPolicy::default().initial_backoff(Duration::from_millis(1));
    let client = Client::builder().api_token("any").retry(retry).hooks(stub);
    client.build().unwrap()
}

#[tokio::test]
async fn a_stubbed_operation_responds_without_a_server() {
    let page = json!({"count": 2, "next": null, "results": [{"id": 1}, {"id": 2}]});
    let client = stubbed(Stub::new().json("rows_list", 200, page));
    let rows: Vec<Value> = Call::new(&client, &LIST)
        .stream()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(rows.len(), 2);
    let error = client.request(Method::GET, "/x/").send().await.unwrap_err();
    assert!(
        error.to_string().contains("no response of `raw`"),
        "{error}"
    );
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn a_stubbed_response_is_decoded_and_retried_like_a_servers() {
    let calls = Arc::new(AtomicU32::new(0));
    let count = calls.clone();
    let stub = Stub::new().on("raw", move |request| {
        assert_eq!(request.headers()[AUTHORIZATION], "APIToken any");
        match count.fetch_add(1, SeqCst) {
            0 => testing::json(503, &Value::Null),
            _ => testing::json(400, &json!({"name": [request.url().path()]})),
        }
    });
    let error = stubbed(stub).request(Method::GET, "/x/").send().await;
    let error = error.unwrap_err();
    assert_eq!(
        (error.status(), error.attempts()),
        (Some(400), 2),
        "{error}"
    );
    assert_eq!(error.field_errors()["name"], ["/x/"]);
}

/// Sends the request to another URL, or changes the response.
struct Around(Option<String>);

impl ClientHooks for Around {
    fn exec<'a>(
        &'a self,
        mut request: Request,
        call: CallInfo,
        next: Next<'a>,
    ) -> CallFuture<'a, Response> {
        Box::pin(async move {
            if let Some(other) = &self.0 {
                *request.url_mut() = other.parse().unwrap();
            }
            let response = next.run(request).await?;
            let size = response.content_length();
            Ok(testing::json(
                200,
                &json!([size, call.operation, call.path]),
            ))
        })
    }
}

#[tokio::test]
async fn a_hook_sees_the_request_and_its_response() {
    let server = Server::responses(vec![response("418 Teapot", "", "12345")]).await;
    let client = server.builder().hooks(Around(None)).build().unwrap();
    let seen: Value = Call::new(&client, &LIST).send().await.unwrap();
    assert_eq!(seen, json!([5, "rows_list", "/rows/"]));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_hook_cannot_send_the_credentials_elsewhere_by_next() {
    let (server, other) = (
        Server::responses(vec![ok("1")]).await,
        Server::responses(vec![ok("1")]).await,
    );
    let around = Around(Some(format!("{}/x/", other.url)));
    let client = server.builder().hooks(around).build().unwrap();
    let error = client.request(Method::GET, "/x/").send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::InvalidRequest, 1)
    );
    assert!(server.requests().is_empty() && other.requests().is_empty());
}

#[tokio::test]
async fn a_connection_that_broke_below_a_hook_is_retried() {
    let server = Server::start(|n, _| match n {
        0 => vec![support::Step::Reset],
        _ => write(ok("1")),
    })
    .await;
    let client = server.builder().hooks(Around(None)).build().unwrap();
    client.request(Method::GET, "/x/").send().await.unwrap();
    assert_eq!(server.requests().len(), 2);
}

/// The path of a file that does not exist yet; a file created there is removed on drop.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        let name = format!("autopi-{name}-{}.jsonl", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_file(&path);
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

const ID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

/// Two pages of a list, a body with secrets, a retried request, a login and a file.
async fn api() -> Server {
    Server::start(|n, request| {
        let url = request.split(' ').nth(1).unwrap_or_default();
        let host = request.lines().find_map(|l| l.strip_prefix("host: ")).unwrap_or_default();
        write(match url {
            _ if n == 0 => response("503 Busy", "x-request-id: r1\r\nset-cookie: canary\r\n", ""),
            "/rows/" | "/rows/?page=1" => ok(&format!(
                r#"{{"count":2,"next":"http://{host}/rows/?page=2","results":[{{"id":1,"wifi_pass":"canary","first_pet":"canary","pin":4}}]}}"#
            )),
            "/rows/?page=2" => ok(
                r#"{"count":2,"next":null,"results":[{"id":2,"iccid":"89450100000000000123","docs":"https://u:canary@x.example/","link":"https://x.example/?sig=canary"}]}"#,
            ),
            "/auth/login/" => ok(r#"{"token":"canary"}"#),
            "/x/?access_token=canary&a=1" if request.contains("canary-password") => {
                ok(&format!(r#"{{"id":"{ID}","session_id":"{ID}","n":1,"secret":5,"echo":"my canary-password, is canary-token"}}"#))
            }
            "/file/" => response("200 OK", "content-type: text/csv\r\n", "canary,canary"),
            _ => ok(&format!(
                r#"{{"id":"{ID}","session_id":"{ID}","n":1,"secret":5,"echo":"is canary-token","hash":"0123456789abcdef0123456789abcdef","json":"{{\"token\":\"canary\"}}"}}"#
            )),
        })
    })
    .await
}

/// The calls of a program, with their results.
async fn calls(client: &Client, password: &str) -> Result<Value, Error> {
    let rows: Vec<Value> = Call::new(client, &LIST).stream().try_collect().await?;
    let sent = json!({"name": "n", "new_password": password, "code": password});
    let request = client.request(Method::POST, "/x/?access_token=canary&a=1");
    let made = request.json(&sent)?.send_json::<Value>().await?.value;
    let request = client.request(Method::POST, "/y/");
    let form = request
        .form("password", password)
        .form("a", "1")
        .send_json::<Value>()
        .await?
        .value;
    let login = client
        .request(Method::POST, "/auth/login/")
        .json(&sent)?
        .send()
        .await?;
    let file = client.request(Method::GET, "/file/").send().await?;
    assert_eq!(file.headers["content-type"], "text/csv");
    Ok(json!([rows, made, form, login.status]))
}

#[tokio::test]
async fn a_recording_is_replayed_without_a_network_and_holds_no_secret() {
    let (server, file) = (api().await, File::new("recording"));
    let recorder = Recorder::create(&file.0).unwrap();
    let client = server.builder().hooks(recorder).build().unwrap();
    let live = calls(&client, "my canary-password").await.unwrap();
    assert_eq!(live[0][0]["wifi_pass"], "canary", "the program sees all");

    let text = std::fs::read_to_string(&file.0).unwrap();
    assert!(
        !text.contains("canary") && !text.contains("0123456789abcdef"),
        "{text}"
    );
    assert!(!text.contains("127.0.0.1"), "{text}");
    assert_eq!(text.lines().count(), 7, "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file.0).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    // Another host, another token, another password.
    let client = stubbed(Replay::open(&file.0).unwrap());
    let played = calls(&client, "another").await.unwrap();
    assert_eq!(played[0][1]["iccid"], "89450100000000000123");
    assert_eq!(
        (&played[0][0]["pin"], &played[1]["n"]),
        (&json!(4), &json!(1))
    );
    let nil = "00000000-0000-0000-0000-000000000000";
    assert_eq!(
        (&played[1]["id"], &played[1]["session_id"]),
        (&json!(ID), &json!(nil))
    );
    assert_eq!((&played[1]["secret"], &played[3]), (&json!(0), &json!(200)));
    // Everything was replayed.
    let error = calls(&client, "another").await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("no unused response to GET /rows/"),
        "{error}"
    );
}

#[tokio::test]
async fn a_recording_masks_a_secret_wherever_it_is_repeated() {
    let server = Server::start(|_, _| {
        write(ok(
            r#"{"said":"77123456, not made-here-17","n":77123456,"link":"/x/?a=can%2Fary%3D","base64":"Y2FuL2FyeT0=",
                "token":"made-here-17","other":12}"#,
        ))
    })
    .await;
    let file = File::new("repeated");
    let recorder = Recorder::create(&file.0).unwrap();
    let client = server.builder().hooks(recorder).build().unwrap();
    let sent =
        json!({"text": "it is can/ary=", "n": 77123456, "pin": 77123456, "api_key": "can/ary="});
    for path in ["/reset-token/tok-7/", "/x/can%2Fary%3D/?a=can/ary%3D"] {
        let request = client.request(Method::POST, path).json(&sent).unwrap();
        request.send().await.unwrap();
    }
    let text = std::fs::read_to_string(&file.0).unwrap();
    for secret in [
        "tok-7",
        "77123456",
        "can/ary",
        "can%2Fary",
        "Y2FuL2F",
        "made-here",
    ] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    assert!(text.contains(r#""other":12"#), "{text}");
}

#[tokio::test]
async fn the_sandbox_replays_a_recording_and_serves_everything_else() {
    let (server, file) = (api().await, File::new("sandbox"));
    let recorder = Recorder::create(&file.0).unwrap();
    let client = server.builder().hooks(recorder).build().unwrap();
    calls(&client, "my canary-password").await.unwrap();

    let sandbox = Sandbox::builder().replay(&file.0).start().await.unwrap();
    let client = Client::builder().base_url(sandbox.url());
    let retry = RetryPolicy::default().initial_backoff(Duration::from_millis(1));
    let client = client.api_token(API_TOKEN).retry(retry).build().unwrap();
    let call = Call::new(&client, &LIST);
    let rows: Vec<Value> = call.stream().try_collect().await.unwrap();
    assert_eq!((rows.len(), &rows[0]["pin"]), (2, &json!(4)));
    for _ in 0..2 {
        let request = client.request(Method::POST, "/x/?access_token=another&a=1");
        let made = request.send_json::<Value>().await.unwrap().value;
        assert_eq!(made["n"], 1);
    }
    let request = client.request(Method::GET, "/dongle/devices/");
    let devices = request.send_json::<Value>().await.unwrap().value;
    assert_eq!(devices["count"], 25, "not recorded");

    std::fs::write(&file.0, "{}").unwrap();
    let refused = Sandbox::builder().replay(&file.0).start().await;
    let error = refused.err().unwrap().to_string();
    assert!(
        error.contains("line 1 is not part of a recording"),
        "{error}"
    );
}

#[tokio::test]
async fn a_recording_is_never_overwritten_and_an_invalid_one_is_refused() {
    let file = File::new("none");
    std::fs::write(&file.0, "{\"a\":1}\n").unwrap();
    let error = Recorder::create(&file.0).unwrap_err();
    assert!(
        error.to_string().contains("cannot write the recording"),
        "{error}"
    );
    let error = Replay::open(&file.0).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("line 1 is not part of a recording"),
        "{error}"
    );
    assert!(Replay::open("/no/such/file").is_err());
}

#[tokio::test]
async fn a_bad_item_of_a_stub_is_kept_out_of_its_page() {
    let page = json!({"results": [1, "no", 3]});
    let client = stubbed(Stub::new().json("rows_list", 200, page));
    let page: Page<i64> = Call::new(&client, &LIST).send().await.unwrap();
    assert_eq!((page.results, page.errors.len()), (vec![1, 3], 1));
}

/// Returns the request of a call, which is not sent.
async fn sent<T>(call: impl AsyncFnOnce(Client) -> T) -> Request {
    let seen = Arc::new(Mutex::new(None));
    let note = seen.clone();
    let reply = move |request: &Request| {
        *note.lock().unwrap() = request.try_clone();
        testing::json(200, &json!([]))
    };
    let stub = Stub::new().on("raw", reply.clone()).on("rows_list", reply);
    call(stubbed(stub)).await;
    seen.lock().unwrap().take().unwrap()
}

#[tokio::test]
async fn a_request_has_the_headers_of_the_document_and_those_of_the_caller_before_them() {
    for (options, own) in [
        (CallOptions::new(), "document"),
        (
            CallOptions::new().header("x-own", "caller").unwrap(),
            "caller",
        ),
    ] {
        let request = sent(async |client: Client| {
            let mut call = Call::new(&client, &LIST);
            call.header("x-own", "document");
            let format = Format {
                place: Place::Query,
                style: Style::Form,
                explode: false,
                reserved: false,
            };
            call.styled("a", &["x", "y"], format);
            call.styled("b", &["z"], format);
            call.options(options);
            call.send::<Value>().await.unwrap()
        })
        .await;
        assert_eq!(request.headers()["accept"], "application/json");
        assert_eq!(request.headers()["x-own"], own);
        assert!(request.headers()["x-own"].is_sensitive());
        assert_eq!(request.url().query(), Some("a=x,y&b=z"));
    }
}

#[tokio::test]
async fn the_media_type_that_a_caller_gives_is_kept_and_an_empty_body_has_a_length() {
    let media = CallOptions::new()
        .header("content-type", "text/x-own")
        .unwrap();
    for body in ["json", "raw", "form"] {
        let request = sent(async |client: Client| {
            let request = client.request(Method::POST, "/x/").options(media.clone());
            let request = match body {
                "json" => request.json(&1).unwrap(),
                "raw" => request.body("text/plain", "x"),
                _ => request.form("a", "b"),
            };
            request.send().await.unwrap()
        })
        .await;
        assert_eq!(request.headers()["content-type"], "text/x-own", "{body}");
        assert!(!request.headers().contains_key("content-length"));
    }
    for (method, length) in [
        (Method::POST, true),
        (Method::PUT, true),
        (Method::PATCH, true),
        (Method::DELETE, false),
        (Method::GET, false),
    ] {
        let request =
            sent(async |client: Client| client.request(method, "/x/").send().await.unwrap()).await;
        let has = request.headers().contains_key("content-length");
        assert_eq!(has, length, "{}", request.method());
    }
}

#[tokio::test]
async fn the_longest_url_that_can_be_sent_is_sent() {
    let rest = (1 << 16) - 2 - "https://api.autopi.io/x/?a=".len();
    for (length, kind) in [(rest, None), (rest + 1, Some(ErrorKind::InvalidRequest))] {
        let client = stubbed(Stub::new().json("raw", 200, json!(1)));
        let request = client
            .request(Method::GET, "/x/")
            .query("a", "x".repeat(length));
        assert_eq!(
            request.send().await.err().map(|e| e.kind()),
            kind,
            "{length}"
        );
    }
}

/// The status and the time of an attempt.
type Attempt = (Option<u16>, Duration);

/// Notes what it gets after each attempt; responds after a while, with an error, or never.
#[derive(Clone, Default)]
struct Told(&'static str, Arc<Mutex<Vec<Attempt>>>);

impl ClientHooks for Told {
    fn exec<'a>(&'a self, _: Request, _: CallInfo, _: Next<'a>) -> CallFuture<'a, Response> {
        Box::pin(async {
            tokio::time::sleep(Duration::from_millis(30)).await;
            match self.0 {
                "never" => std::future::pending().await,
                "error" => Err(Error::other("none")),
                _ => Ok(testing::json(500, &json!(1))),
            }
        })
    }

    fn post(&self, status: Option<u16>, elapsed: Duration, _: &CallInfo) {
        self.1.lock().unwrap().push((status, elapsed));
    }
}

#[tokio::test]
async fn a_hook_gets_the_status_and_the_time_of_each_attempt() {
    let ms = Duration::from_millis;
    let retry = RetryPolicy::default()
        .max_attempts(2)
        .initial_backoff(ms(1));
    for (outcome, options, told, [least, most]) in [
        ("error", CallOptions::new(), vec![None], [30, 9_000]),
        (
            "500",
            CallOptions::new(),
            vec![Some(500), Some(500)],
            [30, 9_000],
        ),
        // The client's timeout of an attempt is not halved, and holds in a long call too.
        ("never", CallOptions::new(), vec![None, None], [280, 9_000]),
        (
            "never",
            CallOptions::new().timeout(ms(60_000)),
            vec![None, None],
            [280, 9_000],
        ),
    ] {
        let hook = Told(outcome, Arc::default());
        let client = Client::builder()
            .api_token("t")
            .retry(retry.clone())
            .timeout(ms(500))
            .attempt_timeout(ms(300))
            .hooks(hook.clone())
            .build()
            .unwrap();
        let call = client.request(Method::GET, "/x/").options(options);
        call.send().await.unwrap_err();
        let all = hook.1.lock().unwrap();
        let statuses: Vec<_> = all.iter().map(|(status, _)| *status).collect();
        assert_eq!(statuses, told, "{outcome}");
        assert!(all[0].1 >= ms(least) && all[0].1 < ms(most), "{all:?}");
    }
}

#[tokio::test]
async fn a_client_stops_to_retry_when_its_budget_is_spent() {
    let count = Arc::new(AtomicU32::new(0));
    let calls = count.clone();
    let client = stubbed(Stub::new().on("raw", move |request| {
        calls.fetch_add(1, SeqCst);
        let status = if request.url().path().ends_with("/up/") {
            200
        } else {
            500
        };
        testing::json(status, &json!(1))
    }));
    let retry = RetryPolicy::default().max_attempts(2);
    let options = CallOptions::new().retry(retry.initial_backoff(Duration::from_millis(1)));
    for _ in 0..120 {
        let call = client.request(Method::GET, "/x/").options(options.clone());
        call.send().await.unwrap_err();
    }
    // 500 permits are 100 retries.
    assert_eq!(count.load(SeqCst), 220);
    // Each success returns one, of the five that a retry costs.
    for (successes, attempts) in [(4, 1), (1, 2), (0, 1), (10, 2), (0, 2), (0, 1)] {
        for _ in 0..successes {
            client.request(Method::GET, "/up/").send().await.unwrap();
        }
        let call = client.request(Method::GET, "/x/").options(options.clone());
        let error = call.send().await.unwrap_err();
        assert_eq!(error.attempts(), attempts, "after {successes}");
    }
}
