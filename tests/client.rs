//! The client over real sockets: against the sandbox, and against a raw server that misbehaves on
//! purpose.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use autopi::{CallInfo, CallOptions, Client, ClientHooks, ErrorKind, Method, RetryPolicy};
use autopi_sandbox::{EMAIL, PASSWORD, Sandbox};
use futures_util::StreamExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

type Heads = Arc<Mutex<Vec<String>>>;

/// Starts a server that sends the n-th response to the n-th request, and the last one from then on;
/// keeps the request heads.
async fn server(responses: Vec<String>) -> (String, Heads) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let heads = Heads::default();
    let seen = heads.clone();
    tokio::spawn(async move {
        for n in 0.. {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.windows(4).any(|w| w == b"\r\n\r\n") {
                let mut buffer = [0; 4096];
                match socket.read(&mut buffer).await {
                    Ok(read) if read > 0 => head.extend_from_slice(&buffer[..read]),
                    _ => break,
                }
            }
            seen.lock()
                .unwrap()
                .push(String::from_utf8_lossy(&head).into_owned());
            let text = &responses[n.min(responses.len() - 1)];
            let _ = socket.write_all(text.as_bytes()).await;
            let _ = socket.shutdown().await;
        }
    });
    (url, heads)
}

fn response(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

fn client(url: &str) -> Client {
    Client::builder()
        .base_url(url)
        .api_token("canary-token")
        .retry(RetryPolicy::default().initial_backoff(Duration::from_millis(1)))
        .build()
        .unwrap()
}

async fn get(client: &Client) -> Result<serde_json::Value, autopi::Error> {
    client
        .request(Method::GET, "/x/")
        .send_json()
        .await
        .map(|r| r.value)
}

#[tokio::test]
async fn a_call_sends_the_authorization_header() {
    let (url, heads) = server(vec![response("200 OK", "", "1")]).await;
    get(&client(&url)).await.unwrap();
    let jwt = Client::builder()
        .base_url(&url)
        .jwt("Bearer a.b.c")
        .build()
        .unwrap();
    get(&jwt).await.unwrap();
    let heads = heads.lock().unwrap().join("").to_lowercase();
    assert!(
        heads.contains("authorization: apitoken canary-token\r\n")
            && heads.contains("authorization: bearer a.b.c\r\n"),
        "{heads}"
    );
}

#[tokio::test]
async fn a_503_is_retried_for_get_and_never_for_post() {
    let (url, heads) = server(vec![
        response("503 Busy", "", ""),
        response("200 OK", "", "7"),
    ])
    .await;
    assert_eq!(get(&client(&url)).await.unwrap(), 7);
    assert_eq!(heads.lock().unwrap().len(), 2);

    let (url, heads) = server(vec![response("503 Busy", "", "")]).await;
    let error = client(&url)
        .request(Method::POST, "/x/")
        .json(&1)
        .unwrap()
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        (
            error.status(),
            error.attempts(),
            heads.lock().unwrap().len()
        ),
        (Some(503), 1, 1)
    );

    let (url, heads) = server(vec![response("503 Busy", "", "")]).await;
    let error = get(&client(&url)).await.unwrap_err();
    assert_eq!(
        (
            error.status(),
            error.attempts(),
            heads.lock().unwrap().len()
        ),
        (Some(503), 3, 3)
    );
}

#[tokio::test]
async fn a_401_renews_the_login_once() {
    let token = response("200 OK", "", r#"{"token":"a.b.c","user":{}}"#);
    let refused = response("401 Unauthorized", "", r#"{"detail":"expired"}"#);
    let other = response("200 OK", "", r#"{"token":"d.e.f","user":{}}"#);
    let (url, heads) = server(vec![token, refused.clone(), other, refused]).await;
    let client = Client::builder()
        .base_url(&url)
        .login("a@b.c", "canary-password")
        .build()
        .unwrap();
    let error = get(&client).await.unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!(error.detail().as_deref(), Some("expired"));
    assert_eq!(heads.lock().unwrap().len(), 4, "login, call, login, call");
}

#[tokio::test]
async fn concurrent_calls_log_in_once() {
    let document =
        serde_json::from_str(&std::fs::read_to_string("spec/upstream.json").unwrap()).unwrap();
    let api = Sandbox::builder().spec(document).start().await.unwrap();
    let client = Client::builder()
        .base_url(api.url())
        .login(EMAIL, PASSWORD)
        .build()
        .unwrap();
    let calls = (0..50).map(|_| async {
        client
            .request(Method::GET, "/dongle/devices/")
            .send()
            .await
            .unwrap()
    });
    futures_util::future::join_all(calls).await;
    assert_eq!(
        api.requests()
            .iter()
            .filter(|r| r.path == "/auth/login/")
            .count(),
        1
    );
}

#[tokio::test]
async fn an_html_response_keeps_its_status_and_says_what_to_do() {
    let (url, _) = server(vec![response(
        "502 Bad Gateway",
        "content-type: text/html\r\n",
        "<html>nginx</html>",
    )])
    .await;
    let error = get(&client(&url)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Status, Some(502))
    );
    assert!(error.to_string().contains("HTML"), "{error}");
}

#[tokio::test]
async fn broken_responses_are_errors_with_the_body() {
    let (url, _) = server(vec![response("200 OK", "", r#"{"a": "#)]).await;
    let error = get(&client(&url)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.raw_body()),
        (ErrorKind::Decode, Some(br#"{"a": "#.as_slice()))
    );

    let refused = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let error = get(&client(&format!("http://{refused}")))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 3));
}

#[tokio::test]
async fn hooks_see_every_attempt() {
    type Attempts = Vec<(u32, Option<u16>)>;
    struct Count(Arc<Mutex<Attempts>>);
    impl ClientHooks for Count {
        fn pre(&self, request: &mut reqwest::Request, _: &CallInfo) -> Result<(), autopi::Error> {
            request.headers_mut().insert(
                "x-mine",
                "1".parse().map_err(|_| autopi::Error::other("no header"))?,
            );
            Ok(())
        }
        fn post(&self, status: Option<u16>, _: Duration, call: &CallInfo) {
            self.0.lock().unwrap().push((call.attempt, status));
        }
    }
    let (url, heads) = server(vec![
        response("503 Busy", "", ""),
        response("200 OK", "", "7"),
    ])
    .await;
    let seen = Arc::default();
    let retry = RetryPolicy::default().initial_backoff(Duration::from_millis(1));
    let client = Client::builder()
        .base_url(url)
        .api_token("t")
        .retry(retry)
        .hooks(Count(Arc::clone(&seen)))
        .build()
        .unwrap();
    get(&client).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [(1, Some(503)), (2, Some(200))]);
    assert!(
        heads
            .lock()
            .unwrap()
            .iter()
            .all(|h| h.contains("x-mine: 1"))
    );
}

#[tokio::test]
async fn a_stalled_server_times_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client = Client::builder()
        .base_url(url)
        .api_token("t")
        .timeout(Duration::from_millis(200))
        .build()
        .unwrap();
    assert_eq!(get(&client).await.unwrap_err().kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn a_redirect_to_another_host_is_not_followed() {
    let (other, heads) = server(vec![response("200 OK", "", "1")]).await;
    let (url, _) = server(vec![response(
        "302 Found",
        &format!("location: {other}/x/\r\n"),
        "",
    )])
    .await;
    let error = get(&client(&url)).await.unwrap_err();
    assert_eq!(
        (error.status(), heads.lock().unwrap().len()),
        (Some(302), 0)
    );
}

#[test]
fn a_client_that_would_leak_its_token_is_not_built() {
    for (url, token) in [
        ("http://example.com", "t"),
        ("https://u:p@example.com", "t"),
        ("ftp://example.com", "t"),
        ("nonsense", "t"),
        ("https://example.com", ""),
    ] {
        let error = Client::builder()
            .base_url(url)
            .api_token(token)
            .build()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{url}");
    }
    let shown = format!(
        "{:?}",
        Client::builder().api_token("canary-token").build().unwrap()
    );
    assert!(!shown.contains("canary"), "{shown}");
}

/// Settings at the ends of their ranges are used, or refused when the client is built.
#[tokio::test]
async fn settings_of_any_size_are_used_or_refused() {
    let retry = RetryPolicy::default().initial_backoff(Duration::MAX);
    let retry = retry
        .max_backoff(Duration::MAX)
        .max_retry_after(Duration::MAX);
    let all = response("200 OK", "", "[]");
    let (url, _) = server(vec![all.clone(), all.clone(), all.clone(), all]).await;
    let extreme = Client::builder()
        .base_url(&url)
        .api_token("t")
        .timeout(Duration::MAX)
        .attempt_timeout(Duration::MAX)
        .connect_timeout(Duration::MAX)
        .max_in_flight(usize::MAX)
        .max_per_second(f64::MAX)
        .max_response_bytes(usize::MAX)
        .retry(retry.clone().max_attempts(u32::MAX))
        .build()
        .unwrap();
    let options = || {
        let options = CallOptions::new()
            .timeout(Duration::MAX)
            .prefetch(usize::MAX);
        options.attempt_timeout(Duration::MAX).retry(retry.clone())
    };
    get(&extreme).await.unwrap();
    let call = extreme.request(Method::GET, "/x/").options(options());
    call.send().await.unwrap();
    let call = extreme.request(Method::GET, "/x/").options(options());
    let items: Vec<_> = call.stream::<serde_json::Value>().collect().await;
    assert_eq!(items.len(), 0);
    let slow = Client::builder().max_per_second(f64::MIN_POSITIVE);
    let slow = slow.base_url(&url).api_token("t").build().unwrap();
    get(&slow).await.unwrap();
    let error = get(&slow).await.unwrap_err();
    assert!(error.to_string().contains("max_per_second"), "{error}");
    for rate in [0.0, -0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let built = Client::builder()
            .max_per_second(rate)
            .api_token("t")
            .build();
        assert_eq!(
            built.unwrap_err().kind(),
            ErrorKind::Configuration,
            "{rate}"
        );
    }
    for agent in ["a\nb", "\0", "\u{e9}", "\t"] {
        // What HTTP does not allow is an error; no agent becomes a header of its own.
        let client = Client::builder()
            .user_agent_suffix(agent)
            .base_url(&url)
            .api_token("t");
        if let Err(error) = client.build() {
            assert_eq!(error.kind(), ErrorKind::Configuration, "{agent:?}");
        }
    }
}
