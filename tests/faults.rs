//! How the client reacts when the server or the network fails, and how many requests the server
//! sees.

mod support;

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use autopi::{
    CallFuture, CallInfo, CallOptions, Client, ClientHooks, Error, ErrorKind, Method, Next,
    RetryPolicy, Upload,
    rt::{Call, Operation},
};
use autopi_sandbox::{API_TOKEN, Sandbox};
use futures_util::{StreamExt, future::join_all, stream};
use support::{Server, Step, ok, response, write};

const MS: Duration = Duration::from_millis(1);

async fn get(client: &Client) -> Result<serde_json::Value, Error> {
    client
        .request(Method::GET, "/x/")
        .send_json()
        .await
        .map(|r| r.value)
}

/// A client with an attempt timeout of 150 ms.
async fn impatient(server: &Server) -> Client {
    server.builder().attempt_timeout(150 * MS).build().unwrap()
}

/// Returns the error of a GET, and the number of requests that the server saw.
async fn fault(script: impl Fn(usize) -> Vec<Step> + Send + Sync + 'static) -> (Error, usize) {
    let server = Server::start(move |n, _| script(n)).await;
    let error = get(&impatient(&server).await).await.unwrap_err();
    assert_eq!(
        error.attempts() as usize,
        server.requests().len(),
        "{error}"
    );
    (error, server.requests().len())
}

/// Checks that a GET succeeds if the fault happens only once.
async fn heals(script: impl Fn() -> Vec<Step> + Send + Sync + 'static) {
    let server = Server::start(move |n, _| if n == 0 { script() } else { write(ok("7")) }).await;
    assert_eq!(get(&impatient(&server).await).await.unwrap(), 7);
    assert_eq!(server.requests().len(), 2);
}

fn head_of_100() -> Step {
    Step::Write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n[1,".to_vec())
}

#[tokio::test]
async fn a_refused_connection_is_retried() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let retry = RetryPolicy::default().initial_backoff(MS);
    let client = Client::builder()
        .base_url(format!("http://{closed}"))
        .api_token("t")
        .retry(retry)
        .build()
        .unwrap();
    let error = get(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 3));
    assert!(
        std::error::Error::source(&error).is_some() && error.to_string().contains("base URL"),
        "{error}"
    );
}

#[tokio::test]
async fn a_url_that_is_too_long_is_refused_before_it_is_sent() {
    let server = Server::start(|_, _| write(ok("7"))).await;
    let client = impatient(&server).await;
    let error = client
        .request(Method::GET, "/x/")
        .query("q", "a".repeat(65_535))
        .send_json::<serde_json::Value>()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("at most 65534"), "{error}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_reset_before_the_headers_is_retried() {
    let (error, requests) = fault(|_| vec![Step::Reset]).await;
    assert_eq!((error.kind(), requests), (ErrorKind::Transport, 3));
    heals(|| vec![Step::Reset]).await;
}

#[tokio::test]
async fn a_reset_in_the_body_is_retried() {
    let script = || vec![head_of_100(), Step::Wait(30 * MS), Step::Reset];
    let (error, requests) = fault(move |_| script()).await;
    assert_eq!((error.kind(), requests), (ErrorKind::Transport, 3));
    heals(script).await;
}

#[tokio::test]
async fn a_body_that_ends_early_is_retried() {
    let (error, requests) = fault(|_| vec![head_of_100()]).await;
    assert_eq!((error.kind(), requests), (ErrorKind::Transport, 3));
}

#[tokio::test]
async fn a_stall_in_the_headers_times_out_and_is_retried() {
    let script = || {
        vec![
            Step::Write(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec()),
            Step::Stall,
        ]
    };
    let (error, requests) = fault(move |_| script()).await;
    assert_eq!((error.kind(), requests), (ErrorKind::Timeout, 3));
    assert!(
        error.elapsed() >= 450 * MS && error.elapsed() < Duration::from_secs(3),
        "{:?}",
        error.elapsed()
    );
    heals(script).await;
}

#[tokio::test]
async fn a_stall_in_the_body_times_out_and_is_retried() {
    let script = || vec![head_of_100(), Step::Stall];
    let (error, requests) = fault(move |_| script()).await;
    assert_eq!((error.kind(), requests), (ErrorKind::Timeout, 3));
    heals(script).await;
}

fn drip(pieces: usize) -> Vec<Step> {
    let mut steps = vec![Step::Write(
        format!("HTTP/1.1 200 OK\r\ncontent-length: {pieces}\r\n\r\n").into(),
    )];
    steps.extend((0..pieces).flat_map(|_| [Step::Write(b"7".to_vec()), Step::Wait(50 * MS)]));
    steps
}

#[tokio::test]
async fn a_slow_drip_is_read_while_it_drips_and_ends_with_the_calls_time() {
    let server = Server::start(|_, _| drip(8)).await;
    assert_eq!(
        get(&impatient(&server).await).await.unwrap(),
        77_777_777,
        "slower than an attempt may stall, but never silent for long"
    );

    let server = Server::start(|_, _| drip(1000)).await;
    let client = server
        .builder()
        .attempt_timeout(150 * MS)
        .timeout(400 * MS)
        .build()
        .unwrap();
    let error = get(&client).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts(), server.requests().len()),
        (ErrorKind::Timeout, 1, 1)
    );
    assert!(error.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn truncated_gzip_is_retried() {
    // The first half of `gzip` of a JSON text, with the length of that half.
    let half = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\x56\x4a\x54";
    let (error, requests) = fault(move |_| {
        let head = format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-encoding: gzip\r\ncontent-length: \
             {}\r\n\r\n",
            half.len()
        );
        vec![Step::Write([head.as_bytes(), half].concat())]
    })
    .await;
    assert_eq!((error.kind(), requests), (ErrorKind::Transport, 3));
}

/// Its text is `Throttled.default_detail` with `extra_detail_singular` or `extra_detail_plural`.
#[tokio::test]
async fn a_429_of_django_rest_framework_says_when_to_come_back() {
    for (limit, fault, wait, words) in [
        (30, None, 30, "30 seconds"),
        (1, None, 1, "1 second"),
        (9, Some("status=429"), 1, "1 second"),
    ] {
        let mut api = Sandbox::builder()
            .rate_limit(u32::from(fault.is_some()), Duration::from_secs(limit))
            .clock_at(SystemTime::now());
        if let Some(fault) = fault {
            api = api.fault(fault);
        }
        let api = api.start().await.unwrap();
        let client = Client::builder()
            .base_url(api.url())
            .api_token(API_TOKEN)
            .retry(RetryPolicy::none());
        let call = client.build().unwrap();
        let error = call.request(Method::GET, "/dongle/devices/").send().await;
        let error = error.unwrap_err();
        let text = format!("Request was throttled. Expected available in {words}.");
        assert!(
            error.is_throttled() && error.to_string().contains(&text),
            "{error}"
        );
        assert_eq!(error.detail(), Some(text));
        assert_eq!(error.retry_after(), Some(Duration::from_secs(wait)));
    }
}

#[tokio::test]
async fn a_429_is_retried_when_the_server_says() {
    let slow = |headers: &str| {
        response(
            "429 Too Many Requests",
            headers,
            r#"{"detail":"throttled"}"#,
        )
    };
    for headers in ["", "retry-after: 0\r\n"] {
        let responses = [slow(headers)];
        let (error, requests) = fault(move |_| write(responses[0].clone())).await;
        assert_eq!(
            (error.status(), error.detail().as_deref(), requests),
            (Some(429), Some("throttled"), 3)
        );
        assert!(error.is_throttled());
    }
    // If the hint is beyond the call's timeout, the call does not wait.
    let server = Server::responses(vec![slow("retry-after: 9\r\n")]).await;
    let client = server
        .builder()
        .timeout(Duration::from_secs(2))
        .build()
        .unwrap();
    let error = get(&client).await.unwrap_err();
    assert_eq!(
        (error.status(), error.retry_after(), server.requests().len()),
        (Some(429), Some(Duration::from_secs(9)), 1)
    );
    // The next call is paused too, and fails at once without a request.
    let started = Instant::now();
    assert_eq!(
        (
            get(&client).await.unwrap_err().kind(),
            server.requests().len()
        ),
        (ErrorKind::Timeout, 1)
    );
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_429_slows_the_whole_client() {
    let server = Server::start(|n, _| {
        write(if n == 0 {
            response("429 Too Many Requests", "retry-after: 1\r\n", "")
        } else {
            ok("7")
        })
    })
    .await;
    let client = server.client();
    let first = tokio::spawn({
        let client = client.clone();
        async move { get(&client).await }
    });
    tokio::time::sleep(200 * MS).await;
    let started = Instant::now();
    join_all((0..20).map(|_| get(&client)))
        .await
        .into_iter()
        .for_each(|r| drop(r.unwrap()));
    assert!(
        started.elapsed() > 700 * MS,
        "others wait too: {:?}",
        started.elapsed()
    );
    first.await.unwrap().unwrap();
    assert_eq!(server.requests().len(), 22);
}

/// Without `Retry-After` all calls wait for the backoff of the refused call: random, up to 20 s.
#[tokio::test]
async fn a_429_without_a_hint_slows_the_whole_client() {
    let server = Server::start(|n, _| {
        write(if n == 0 {
            response("429 Too Many Requests", "", "")
        } else {
            ok("7")
        })
    })
    .await;
    let client = server
        .builder()
        .retry(RetryPolicy::default().initial_backoff(Duration::from_secs(20)))
        .build()
        .unwrap();
    fastrand::seed(1);
    let mut first = Box::pin(get(&client));
    assert!(tokio::time::timeout(100 * MS, &mut first).await.is_err());
    assert!(tokio::time::timeout(100 * MS, get(&client)).await.is_err());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_503_is_retried_up_to_the_policy() {
    heals(|| write(response("503 Busy", "", ""))).await;
    let (error, requests) = fault(|_| write(response("503 Busy", "", ""))).await;
    assert_eq!((error.status(), requests), (Some(503), 3));
}

/// The methods of RFC 9110 and the draft of `QUERY`.
#[tokio::test]
async fn a_503_is_retried_for_methods_that_may_be_sent_again() {
    let repeatable = ["GET", "HEAD", "OPTIONS", "TRACE", "QUERY", "PUT", "DELETE"];
    for method in repeatable.into_iter().chain(["POST", "PATCH", "COPY"]) {
        let server = Server::responses(vec![response("503 Busy", "", "")]).await;
        let policy = RetryPolicy::default().initial_backoff(MS);
        let client = server.builder().retry(policy).build().unwrap();
        let sent = client.request(method.parse().unwrap(), "/x/").send().await;
        assert!(sent.is_err());
        let wanted = if repeatable.contains(&method) { 3 } else { 1 };
        assert_eq!(server.requests().len(), wanted, "{method}");
    }
}

#[tokio::test]
async fn a_401_with_a_token_is_final() {
    let (error, requests) = fault(|_| write(response("401 Unauthorized", "", ""))).await;
    assert_eq!(
        (error.status(), error.is_unauthorized(), requests),
        (Some(401), true, 1)
    );
}

#[tokio::test]
async fn a_401_with_a_login_logs_in_once_more() {
    for (always, calls) in [(false, 2), (true, 2)] {
        let server = Server::start(move |n, request| {
            write(match request {
                r if r.starts_with("POST /auth/login/") => ok(&format!(r#"{{"token":"t{n}"}}"#)),
                r if always || r.contains("Bearer t0") => response("401 Unauthorized", "", ""),
                _ => ok("7"),
            })
        })
        .await;
        let client = Client::builder()
            .base_url(&server.url)
            .login("a@b.c", "p")
            .build()
            .unwrap();
        let result = client
            .request(Method::POST, "/x/")
            .json(&1)
            .unwrap()
            .send()
            .await;
        assert_eq!(result.err().and_then(|e| e.status()), always.then_some(401));
        assert_eq!(
            (server.count("POST /auth/login/"), server.count("POST /x/")),
            (2, calls)
        );
    }
}

#[tokio::test]
async fn an_html_page_in_place_of_json_is_an_error_that_says_so() {
    let page = "\n<!doctype html><html>log in</html>";
    let (error, requests) = fault(move |_| write(response("200 OK", "", page))).await;
    assert_eq!((error.kind(), requests), (ErrorKind::Decode, 1));
    assert!(error.to_string().contains("HTML page"), "{error}");
}

#[tokio::test]
async fn an_html_502_is_an_error_that_says_so() {
    let (error, requests) = fault(|_| {
        write(response(
            "502 Bad Gateway",
            "content-type: text/html\r\n",
            "<html>nginx</html>",
        ))
    })
    .await;
    assert_eq!(
        (error.kind(), error.status(), requests),
        (ErrorKind::Status, Some(502), 3)
    );
    assert!(error.to_string().contains("HTML page"), "{error}");
    assert_eq!(error.raw_body(), Some(b"<html>nginx</html>".as_slice()));
}

#[tokio::test]
async fn a_response_without_a_body_is_null_or_an_error() {
    for none in [
        "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_owned(),
        ok(""),
    ] {
        let server = Server::responses(vec![none]).await;
        let client = server.client();
        assert_eq!(
            client
                .request(Method::GET, "/x/")
                .send()
                .await
                .unwrap()
                .value
                .len(),
            0
        );
        assert_eq!(get(&client).await.unwrap(), serde_json::Value::Null);
        let error = client
            .request(Method::GET, "/x/")
            .send_json::<Vec<u8>>()
            .await
            .unwrap_err();
        assert!(error.to_string().contains("the body is empty"), "{error}");
        assert_eq!(server.requests().len(), 3);
    }
}

/// Whether it comes at once or in pieces.
#[tokio::test]
async fn a_page_is_a_download_only_for_who_accepts_pages() {
    static FILE: Operation = Operation {
        id: "file",
        accept: "application/pdf",
        page: None,
        ..support::LIST
    };
    let server = Server::start(|_, _| {
        let piece = |text: &str| Step::Write(text.into());
        let head = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n<!do";
        vec![piece(head), Step::Wait(30 * MS), piece("ctype html><p>")]
    })
    .await;
    let client = server.client();
    let refused = Call::new(&client, &FILE).send_download().await.unwrap_err();
    assert!(refused.to_string().contains("HTML page"), "{refused}");
    let own: fn(&mut Call<'_>) = |call| call.header("accept", "text/html");
    let option: fn(&mut Call<'_>) = |call| {
        call.options(CallOptions::new().header("Accept", "*/*").unwrap());
    };
    for accept in [own, option] {
        let mut call = Call::new(&client, &FILE);
        accept(&mut call);
        let page = call.send_download().await.unwrap().bytes().await.unwrap();
        assert_eq!(page, "<!doctype html><p>");
    }
}

#[tokio::test]
async fn a_page_of_html_and_bytes_are_not_json_of_any_form() {
    static ANY: Operation = Operation {
        id: "any",
        method: "GET",
        path: "/x/",
        required: &[],
        accept: "",
        page: None,
        secrets: &[],
    };
    let read = async |media: &str, body: &[u8]| {
        let head = format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: {media}\r\ncontent-length: \
             {}\r\n\r\n",
            body.len()
        );
        let whole = [head.as_bytes(), body].concat();
        let server = Server::start(move |_, _| vec![Step::Write(whole.clone())]).await;
        let client = server.client();
        Call::new(&client, &ANY).send_any().await.map(|json| json.0)
    };
    for (media, body, fault) in [
        ("text/html; charset=utf-8", &b"<html>"[..], "an HTML page"),
        ("Text/HTML", b"[1]", "an HTML page"),
        ("text/csv; charset=iso-8859-1", b"caf\xe9", "UTF-8"),
        ("application/json", b"\"caf\xe9\"", "UTF-8"),
    ] {
        let error = read(media, body).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        let text = error.to_string();
        assert!(
            text.starts_with("any (GET /x/): ") && text.contains(fault),
            "{text}"
        );
        assert_eq!(error.raw_body(), Some(body));
    }
    let text = read("text/plain", "caf\u{e9}".as_bytes()).await;
    assert_eq!(text.unwrap(), "caf\u{e9}");
}

#[tokio::test]
async fn a_response_that_is_not_json_is_an_error_at_once() {
    for bad in ["{\"a\": ", "[1] 2", "<html>", "\u{0}"] {
        let server = Server::responses(vec![response("503 Busy", "", ""), ok(bad)]).await;
        let error = get(&server.client()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts(), server.requests().len()),
            (ErrorKind::Decode, 2, 2),
            "a call with an invalid response is not retried"
        );
        assert!(error.elapsed() > Duration::ZERO && error.raw_body() == Some(bad.as_bytes()));
    }
    let server = Server::start(|_, _| {
        vec![Step::Write(
            b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n\"\xff\xfe\"".to_vec(),
        )]
    })
    .await;
    let error = get(&server.client()).await.unwrap_err();
    assert_eq!(
        (error.kind(), server.requests().len()),
        (ErrorKind::Decode, 1)
    );
}

/// Starts a server that sends 100 MB, with or without `Content-Length`.
async fn endless(told: bool) -> Server {
    let mega = Arc::new(vec![b' '; 1 << 20]);
    Server::start(move |_, _| {
        let head = if told {
            "content-length: 104857600\r\n"
        } else {
            ""
        };
        let mut steps = vec![Step::Write(
            format!("HTTP/1.1 200 OK\r\nconnection: close\r\n{head}\r\n").into(),
        )];
        steps.extend((0..100).map(|_| Step::Write(mega.to_vec())));
        steps
    })
    .await
}

#[tokio::test]
async fn a_response_of_100_mb_is_refused_in_memory_and_streamed() {
    for told in [true, false] {
        let server = endless(told).await;
        let client = server
            .builder()
            .max_response_bytes(5 << 20)
            .build()
            .unwrap();
        let error = get(&client).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status(), server.requests().len()),
            (ErrorKind::Decode, Some(200), 1)
        );
        assert!(
            error
                .to_string()
                .contains("larger than 5242880 bytes: raise max_response_bytes"),
            "{error}"
        );
        let mut stream = client
            .request(Method::GET, "/x/")
            .send_download()
            .await
            .unwrap()
            .into_stream();
        let mut length = 0;
        while let Some(chunk) = stream.next().await {
            length += chunk.unwrap().len();
        }
        assert_eq!(length, 100 << 20, "as a stream it has no limit");
        assert!(stream.next().await.is_none(), "it stays at its end");
    }
}

#[tokio::test]
async fn a_download_that_stalls_times_out() {
    let server = Server::start(|_, _| vec![head_of_100(), Step::Stall]).await;
    let mut download = impatient(&server)
        .await
        .request(Method::GET, "/x/")
        .send_download()
        .await
        .unwrap();
    assert_eq!(download.chunk().await.unwrap().unwrap().as_ref(), b"[1,");
    let error = download.chunk().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 1));
    // The call's own timeout of an attempt, and not the client's.
    let own = CallOptions::new().attempt_timeout(60 * MS);
    let client = server.client();
    let call = client.request(Method::GET, "/x/").options(own);
    let mut download = call.send_download().await.unwrap();
    download.chunk().await.unwrap();
    let error = download.chunk().await.unwrap_err().to_string();
    assert!(
        error.contains("within 60ms (the attempt's timeout)"),
        "{error}"
    );
}

#[tokio::test]
async fn the_reason_of_an_error_that_does_not_end_is_waited_for_5_s() {
    let head = "HTTP/1.1 404 No\r\ncontent-length: 100\r\n\r\nsome words";
    let server = Server::start(move |_, _| vec![Step::Write(head.into()), Step::Stall]).await;
    let error = get(&server.client()).await.unwrap_err();
    assert_eq!(error.raw_body(), Some(&b"some words"[..]), "{error}");
    assert!((4..20).contains(&error.elapsed().as_secs()), "{error:?}");
}

#[tokio::test]
async fn redirects_stay_on_the_host() {
    let other = Server::responses(vec![ok("1")]).await;
    for status in ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"] {
        let server = Server::responses(vec![response(
            status,
            &format!("location: {}/x/\r\n", other.url),
            "",
        )])
        .await;
        let error = get(&server.client()).await.unwrap_err();
        assert_eq!(
            (error.kind(), server.requests().len()),
            (ErrorKind::Status, 1)
        );
        assert!(error.to_string().contains("redirect"), "{error}");
    }
    assert_eq!(other.requests().len(), 0);
    let server = Server::start(|n, _| {
        write(if n == 0 {
            response("302 Found", "location: /y/\r\n", "")
        } else {
            ok("7")
        })
    })
    .await;
    assert_eq!(get(&server.client()).await.unwrap(), 7);
    assert!(server.requests()[1].contains("authorization: APIToken canary-token\r\n"));
}

#[tokio::test]
async fn calls_in_flight_and_per_second_are_limited() {
    let server =
        Server::start(|_, _| vec![Step::Wait(100 * MS), Step::Write(ok("7").into())]).await;
    let client = server.builder().max_in_flight(2).build().unwrap();
    let started = Instant::now();
    join_all((0..6).map(|_| get(&client)))
        .await
        .into_iter()
        .for_each(|r| drop(r.unwrap()));
    assert!(started.elapsed() >= 300 * MS, "{:?}", started.elapsed());

    let server = Server::responses(vec![ok("7")]).await;
    let client = server.builder().max_per_second(50.0).build().unwrap();
    let started = Instant::now();
    join_all((0..11).map(|_| get(&client)))
        .await
        .into_iter()
        .for_each(|r| drop(r.unwrap()));
    assert!(started.elapsed() >= 200 * MS, "{:?}", started.elapsed());
    let odd = [0.0, -1.0, f64::NAN].map(|rate| server.builder().max_per_second(rate));
    for odd in odd.into_iter().chain([server.builder().max_in_flight(0)]) {
        let error = odd.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
    }
}

#[tokio::test]
async fn a_body_in_an_encoding_that_nobody_asked_for_is_an_error() {
    let encoding = |name: &str| format!("Content-Encoding: {name}\r\n");
    let encoded = |name: &str| response("200 OK", &encoding(name), "[1]");
    for name in ["br", "deflate", "gzip, gzip", "zstd", "x-gzip2"] {
        let server = Server::responses(vec![encoded(name)]).await;
        let client = server.client();
        let request = || client.request(Method::GET, "/x/");
        let whole = request().send().await.unwrap_err();
        let streamed = request().send_download().await.unwrap_err();
        for error in [whole, streamed] {
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 1));
            assert!(error.to_string().contains(&format!("encoded as `{name}`")));
        }
        let asked = CallOptions::new().header("Accept-Encoding", "br").unwrap();
        let own = request().options(asked.clone()).send().await.unwrap();
        assert_eq!(own.value, "[1]", "its caller decodes it");
        // What the client decodes is not the caller's to decode.
        let typed = client
            .dongle_devices_list()
            .options(asked.clone())
            .send()
            .await;
        let json = request().options(asked).send_json::<Vec<u8>>().await;
        let server = Server::responses(vec![response("403 No", &encoding(name), "\u{1}")]).await;
        let failed = server.client().request(Method::GET, "/x/").send().await;
        for error in [typed.map(drop), json.map(drop), failed.map(drop)] {
            let text = error.unwrap_err().to_string();
            assert!(text.contains(&format!("encoded as `{name}`")), "{text}");
        }
    }
    for name in ["identity", "Identity", "", "identity, identity"] {
        let server = Server::responses(vec![encoded(name)]).await;
        let client = server.client();
        let plain = client.request(Method::GET, "/x/").send().await.unwrap();
        assert_eq!(plain.value, "[1]", "{name}");
    }
    let server = Server::responses(vec![encoded("gzip")]).await;
    let client = server.client();
    let sent = client.request(Method::GET, "/x/").send().await;
    let text = sent.unwrap_err().to_string();
    assert!(
        text.contains("compressed body of the response is damaged"),
        "{text}"
    );
}

/// A hook that reads the response, as a recorder does.
struct Plain;

impl ClientHooks for Plain {
    fn exec<'a>(
        &'a self,
        request: reqwest::Request,
        _: CallInfo,
        next: Next<'a>,
    ) -> CallFuture<'a, reqwest::Response> {
        Box::pin(async move {
            let response = next.run(request).await?;
            assert!(response.headers().get("content-encoding").is_none());
            let text = response.text().await.unwrap();
            assert!(text.starts_with("{"), "{text}");
            Ok(http::Response::new(text).into())
        })
    }
}

/// A hook that asks for an encoding of its own.
struct Asks(&'static str);

impl ClientHooks for Asks {
    fn exec<'a>(
        &'a self,
        mut request: reqwest::Request,
        _: CallInfo,
        next: Next<'a>,
    ) -> CallFuture<'a, reqwest::Response> {
        let name = http::HeaderValue::from_static(self.0);
        request.headers_mut().insert("accept-encoding", name);
        Box::pin(next.run(request))
    }
}

#[tokio::test]
async fn a_hook_asks_for_an_encoding_of_its_own() {
    for name in ["identity", "br, gzip;q=0.5", ""] {
        let server = Server::responses(vec![ok("[1]")]).await;
        let client = server.builder().hooks(Asks(name)).build().unwrap();
        client.request(Method::GET, "/x/").send().await.unwrap();
        let request = server.requests().remove(0).to_lowercase();
        let lines = request.lines();
        let asked: Vec<_> = lines
            .filter_map(|l| l.strip_prefix("accept-encoding:"))
            .collect();
        assert_eq!(asked.iter().map(|l| l.trim()).collect::<Vec<_>>(), [name]);
    }
}

/// Names of encodings have no case, and `x-gzip` is `gzip` (RFC 9110, 8.4.1).
#[tokio::test]
async fn gzip_is_decoded_however_it_is_written() {
    // `{"detail":"not this one!"}`.
    let zipped = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x4a\x49\x2d\x49\xcc\xcc\x51\xb2\x52\xca\xcb\x2f\x51\x28\xc9\xc8\x2c\x56\xc8\xcf\x4b\x55\x54\xaa\x05\x00\xf3\xf1\x11\xd5\x1a\x00\x00\x00";
    let sent = |status: &str, name: &str, body: &[u8]| {
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-encoding: {name}\r\ncontent-length: \
             {length}\r\nx-other: kept\r\n\r\n"
        );
        [head.as_bytes(), body].concat()
    };
    for name in [
        "gzip",
        "GZIP",
        "x-gzip",
        "X-GZip",
        "identity, gzip",
        "gzip,",
    ] {
        let whole = sent("200 OK", name, zipped);
        let failed = sent("404 Not Found", name, zipped);
        let half = sent("200 OK", name, &zipped[..30]);
        let two = sent("200 OK", name, &zipped.repeat(2));
        let padded = [&zipped[..], &[0; 70_000]].concat();
        let more = [&zipped[..], b"{}"].concat();
        let behind = [&padded[..], zipped].concat();
        let [padded, more, behind] = [padded, more, behind].map(|b| sent("200 OK", name, &b));
        let none = format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-encoding: {name}\r\n\
             transfer-encoding: chunked\r\n\r\n0\r\n\r\n"
        );
        let none = none.into_bytes();
        let server = Server::start(move |_, request| {
            let path = request.split(' ').nth(1).unwrap_or_default();
            vec![Step::Write(match path {
                "/whole/" => whole.clone(),
                "/failed/" => failed.clone(),
                "/none/" => none.clone(),
                "/two/" => two.clone(),
                "/padded/" => padded.clone(),
                "/more/" => more.clone(),
                "/behind/" => behind.clone(),
                _ => half.clone(),
            })]
        })
        .await;
        let client = server.client();
        let get = |path| client.request(Method::GET, path);
        let whole = get("/whole/").send().await.unwrap();
        assert_eq!(whole.value, r#"{"detail":"not this one!"}"#, "{name}");
        assert!(whole.headers.get("content-encoding").is_none());
        assert_eq!(whole.headers["x-other"], "kept");
        // A file may have several members (RFC 1952, 2.2).
        let two = get("/two/").send().await.unwrap();
        assert_eq!(two.value, whole.value.repeat(2), "{name}");
        // Zeros behind it are padding, also to gzip(1).
        let padded = get("/padded/").send().await.unwrap();
        assert_eq!(padded.value, whole.value, "{name}");
        for path in ["/more/", "/behind/"] {
            let error = get(path).send().await.unwrap_err().to_string();
            let fault = "compressed body of the response is damaged (other bytes are behind it)";
            assert!(error.contains(fault), "{name}: {error}");
        }
        let download = get("/whole/").send_download().await.unwrap();
        assert_eq!(download.bytes().await.unwrap(), whole.value, "{name}");
        let hooked = server.builder().hooks(Plain).build().unwrap();
        let two = hooked.request(Method::GET, "/two/").send().await.unwrap();
        assert_eq!(two.value, whole.value.repeat(2), "{name}");
        let failed = get("/failed/").send().await.unwrap_err();
        assert_eq!(failed.detail().as_deref(), Some("not this one!"), "{name}");
        let half = get("/half/").send().await.unwrap_err();
        assert_eq!(
            (half.kind(), half.attempts()),
            (ErrorKind::Transport, 3),
            "{name}"
        );
        let head = client
            .request(Method::HEAD, "/empty/")
            .send()
            .await
            .unwrap();
        assert!(head.value.is_empty(), "{name}");
        let none = client.request(Method::POST, "/none/").send().await;
        assert_eq!(none.unwrap().value, "", "{name}");
        let asked = || CallOptions::new().header("Accept-Encoding", name).unwrap();
        let own = get("/whole/").options(asked()).send().await.unwrap();
        assert_eq!(own.value, whole.value, "{name}");
    }
}

#[tokio::test]
async fn a_consumed_body_is_never_sent_again() {
    let busy = || Server::responses(vec![response("503 Busy", "", "")]);
    let send = |server: Server, file: Upload| async move {
        let options = CallOptions::new().idempotent(true);
        let request = server
            .client()
            .request(Method::PUT, "/x/")
            .part("name", "n")
            .file("file", file)
            .unwrap()
            .options(options)
            .send()
            .await;
        (request.unwrap_err().attempts(), server.requests())
    };
    let pieces = stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(
        b"contents",
    ))]);
    let (attempts, requests) = send(
        busy().await,
        Upload::body("f.txt", reqwest::Body::wrap_stream(pieces)),
    )
    .await;
    assert_eq!((attempts, requests.len()), (1, 1));
    let (attempts, requests) = send(busy().await, Upload::bytes("f.txt", "contents")).await;
    assert_eq!((attempts, requests.len()), (3, 3));
    assert!(requests.iter().all(|r| r.contains("contents")
        && r.contains(r#"name="name""#)
        && r.contains(r#"filename="f.txt""#)));
}

#[tokio::test]
async fn a_backoff_beyond_the_time_left_is_not_waited_for() {
    let server = Server::responses(vec![response("503 Busy", "", "")]).await;
    let long = std::time::Duration::from_secs(1_000_000);
    let retry = RetryPolicy::default()
        .initial_backoff(long)
        .max_backoff(long);
    let client = server.builder().retry(retry).build().unwrap();
    let started = std::time::Instant::now();
    let sent = client.request(Method::GET, "/x/").send().await;
    let error = sent.unwrap_err();
    assert_eq!(
        (error.status(), error.attempts()),
        (Some(503), 1),
        "{error}"
    );
    assert!(started.elapsed() < 5_000 * MS);
}

#[tokio::test]
async fn a_form_is_sent_urlencoded() {
    let server = Server::responses(vec![ok("7")]).await;
    server
        .client()
        .request(Method::POST, "/x/")
        .form("a", "1 2")
        .form("b", "&")
        .send()
        .await
        .unwrap();
    let request = &server.requests()[0];
    assert!(
        request.contains("content-type: application/x-www-form-urlencoded\r\n")
            && request.ends_with("a=1+2&b=%26"),
        "{request}"
    );
}

#[tokio::test]
async fn options_of_a_call_override_those_of_the_client() {
    let server = Server::start(|_, _| vec![Step::Stall]).await;
    let options = CallOptions::new()
        .attempt_timeout(30 * MS)
        .retry(RetryPolicy::none())
        .header("x-mine", "1")
        .unwrap();
    let error = server
        .client()
        .request(Method::GET, "/x/")
        .options(options)
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), server.requests().len()),
        (ErrorKind::Timeout, 1)
    );
    assert!(server.requests()[0].contains("x-mine: 1"));
    // A timeout beyond the range of the clock counts as none.
    let server = Server::responses(vec![ok("7")]).await;
    let client = server
        .builder()
        .timeout(Duration::MAX)
        .attempt_timeout(Duration::MAX)
        .build()
        .unwrap();
    assert_eq!(get(&client).await.unwrap(), 7);
}

/// The server has not acted on a request that exceeded the rate, so it is retried for every method
/// if its body can be sent again.
#[tokio::test]
async fn a_429_of_any_method_is_retried() {
    let slow = || response("429 Too Many Requests", "retry-after: 0\r\n", "");
    for method in [
        Method::POST,
        Method::PATCH,
        Method::PUT,
        Method::DELETE,
        Method::GET,
    ] {
        let server = Server::responses(vec![slow(), ok("7")]).await;
        let client = server.client();
        let request = client.request(method.clone(), "/x/").json(&"body").unwrap();
        let request = request.options(CallOptions::new().idempotent(false));
        request.send().await.unwrap();
        let bodies = server
            .requests()
            .iter()
            .filter(|r| r.ends_with("\"body\""))
            .count();
        assert_eq!((bodies, server.requests().len()), (2, 2), "{method}");
    }
    let pieces = stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(b"once"))]);
    let once = Upload::body("f.txt", reqwest::Body::wrap_stream(pieces));
    for (file, requests) in [(once, 1), (Upload::bytes("f.txt", "again"), 2)] {
        let server = Server::responses(vec![slow(), ok("7")]).await;
        let sent = server
            .client()
            .request(Method::POST, "/x/")
            .file("file", file)
            .unwrap()
            .send()
            .await;
        assert_eq!(
            (server.requests().len(), sent.is_ok()),
            (requests, requests == 2)
        );
    }
    let server = Server::responses(vec![slow(), ok("7")]).await;
    let client = server.builder().retry(RetryPolicy::none()).build().unwrap();
    assert!(get(&client).await.unwrap_err().is_throttled());
    // A policy for 429 only.
    for (status, requests) in [("429 Slow", 3), ("503 Busy", 1)] {
        let server = Server::responses(vec![response(status, "", "")]).await;
        let policy = RetryPolicy::throttled_only().initial_backoff(MS);
        let client = server.builder().retry(policy).build().unwrap();
        assert!(get(&client).await.is_err());
        assert_eq!(server.requests().len(), requests, "{status}");
    }
}

#[tokio::test]
async fn a_retry_after_beyond_the_time_left_is_an_error_at_once() {
    let year = Duration::from_secs(365 * 24 * 3600);
    for (hint, told, requests) in [
        ("0.2", 200 * MS, 2),
        ("60", Duration::from_secs(60), 1),
        ("10000000000000000000", year, 1),
        ("99999999999999999999999", year, 1),
        ("Fri, 31 Dec 9999 23:59:59 GMT", year, 1),
        ("Wed, 21 Oct 2015 07:28:00 GMT", Duration::ZERO, 2),
    ] {
        let busy = response("503 Busy", &format!("retry-after: {hint}\r\n"), "");
        let server = Server::responses(vec![busy]).await;
        // Also if `max_retry_after` would shorten the wait.
        let policy = RetryPolicy::default()
            .initial_backoff(MS)
            .max_attempts(2)
            .max_retry_after(100 * MS);
        let client = server
            .builder()
            .retry(policy)
            .timeout(10_000 * MS)
            .build()
            .unwrap();
        let error = get(&client).await.unwrap_err();
        assert_eq!(
            (error.retry_after(), server.requests().len()),
            (Some(told), requests),
            "{hint}"
        );
        assert!(error.elapsed() < 5000 * MS);
    }
}

#[tokio::test]
async fn a_call_whose_timeout_is_over_at_once_sends_nothing() {
    let server = Server::start(|_, _| write(ok("7"))).await;
    let client = server.builder().build().unwrap();
    for timeout in [Duration::ZERO, Duration::from_nanos(1)] {
        let request = client.request(Method::POST, "/reset/0123456789abcdef0123456789abcdef/");
        let options = CallOptions::new().timeout(timeout);
        let error = request.options(options).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        let text = "raw (POST /reset/** redacted **/): nothing was sent within";
        assert!(error.to_string().starts_with(text), "{error}");
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_stall_leaves_time_for_another_attempt_in_a_short_call() {
    let stalls = || {
        Server::start(|n, _| {
            if n == 0 {
                vec![Step::Stall]
            } else {
                write(ok("7"))
            }
        })
    };
    let server = stalls().await;
    let client = server.builder().timeout(1000 * MS).build().unwrap();
    assert_eq!(get(&client).await.unwrap(), 7);
    // A call's timeout, with a client whose attempt timeout is longer.
    let server = stalls().await;
    let client = server
        .builder()
        .attempt_timeout(20_000 * MS)
        .build()
        .unwrap();
    let options = CallOptions::new().timeout(1000 * MS);
    let request = client.request(Method::GET, "/x/").options(options.clone());
    assert_eq!(request.send_json::<u8>().await.unwrap().value, 7);
    assert_eq!(server.requests().len(), 2);
    // A call that cannot be retried has its whole timeout, and so has one with its own attempt
    // timeout.
    let slow = || Server::start(|_, _| vec![Step::Wait(600 * MS), Step::Write(ok("7").into())]);
    for (method, options) in [
        (Method::POST, options.clone()),
        (Method::GET, options.clone().retry(RetryPolicy::none())),
        (
            Method::GET,
            options.clone().retry(RetryPolicy::throttled_only()),
        ),
        (Method::GET, options.clone().idempotent(false)),
        (Method::GET, options.clone().attempt_timeout(900 * MS)),
    ] {
        let server = slow().await;
        let client = server.client();
        client
            .request(method, "/x/")
            .options(options)
            .send()
            .await
            .unwrap();
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn an_error_says_which_timeout_was_over_and_how_long_it_was() {
    let server = Server::start(|_, r| {
        if r.contains("/error/") {
            let head = "HTTP/1.1 404 No\r\ncontent-length: 100\r\n\r\n{";
            vec![Step::Write(head.into()), Step::Stall]
        } else if r.contains("/body/") {
            vec![head_of_100(), Step::Stall]
        } else {
            vec![Step::Stall]
        }
    })
    .await;
    let builder = || server.builder().retry(RetryPolicy::none());
    let says = |error: Error, text: &str| {
        assert!(
            error.kind() == ErrorKind::Timeout && error.to_string().contains(text),
            "{error}"
        );
    };
    let client = builder().attempt_timeout(150 * MS).build().unwrap();
    says(
        get(&client).await.unwrap_err(),
        "no response within 150ms (the attempt's timeout)",
    );
    let body = || client.request(Method::GET, "/body/");
    says(
        body().send().await.unwrap_err(),
        "no more of the response within 150ms (the attempt's timeout)",
    );
    let mut download = body().send_download().await.unwrap();
    download.chunk().await.unwrap();
    says(
        download.chunk().await.unwrap_err(),
        "no more of the response within 150ms (the attempt's timeout)",
    );
    let client = builder()
        .timeout(160 * MS)
        .max_in_flight(1)
        .build()
        .unwrap();
    says(
        get(&client).await.unwrap_err(),
        "no response within 160ms (the call's timeout)",
    );
    let started = Instant::now();
    let refused = client.request(Method::GET, "/error/").send().await;
    says(
        refused.unwrap_err(),
        "the error response did not end within 160ms (the call's timeout)",
    );
    assert!(started.elapsed() < 2000 * MS, "{:?}", started.elapsed());
    let stall = tokio::spawn({
        let client = client.clone();
        async move {
            client
                .request(Method::GET, "/x/")
                .options(CallOptions::new().timeout(9000 * MS))
                .send()
                .await
        }
    });
    tokio::time::sleep(20 * MS).await;
    says(
        get(&client).await.unwrap_err(),
        "no turn within 160ms (the call's timeout)",
    );
    stall.abort();
    let client = builder()
        .timeout(50 * MS)
        .max_per_second(0.1)
        .build()
        .unwrap();
    drop(get(&client).await);
    says(get(&client).await.unwrap_err(), "its turn would come in ");
    let client = Client::builder()
        .base_url(&server.url)
        .login("a@b.c", "p")
        .timeout(170 * MS)
        .build()
        .unwrap();
    says(
        get(&client).await.unwrap_err(),
        "no credentials within 170ms (the call's timeout)",
    );
}

#[tokio::test]
async fn the_error_text_fits_the_status() {
    let with = |status: &'static str, path: &'static str, body: &'static str| async move {
        let server = Server::responses(vec![response(status, "", body)]).await;
        let operation: &'static Operation = Box::leak(Box::new(Operation {
            id: "thing_read",
            method: "GET",
            path,
            required: &[],
            accept: "",
            page: None,
            secrets: &[],
        }));
        let client = server.client();
        let mut call = Call::new(&client, operation);
        call.path("id", 7);
        call.path("unit_id", 7);
        call.send_empty().await.unwrap_err().to_string()
    };
    let text = |status, path| with(status, path, "");
    for (path, hint) in [
        ("/dongle/devices/{id}/", true),
        ("/dongle/{unit_id}/execute/", true),
        ("/fleet/vehicles/{id}/", false),
        ("/devices/", false),
    ] {
        let text = text("404 Not Found", path).await;
        assert_eq!(text.contains("unit id"), hint, "{text}");
        assert!(
            text.starts_with(&format!("thing_read (GET {path}): HTTP 404: not found")),
            "{text}"
        );
    }
    let text = with(
        "404 Not Found",
        "/devices/{id}/",
        r#"{"detail":"Invalid page."}"#,
    )
    .await;
    assert!(
        text.ends_with("\"Invalid page.\": the list has no such page"),
        "{text}"
    );
    for (status, says) in [
        (
            "407 Proxy Authentication Required",
            "a proxy asks for credentials",
        ),
        ("511 Network Authentication Required", "asks for a sign-in"),
    ] {
        let text = with(status, "/x/", "").await;
        assert!(text.contains(says), "{text}");
    }
    let text = with("304 Not Modified", "/x/", "").await;
    assert!(
        text.contains("not modified") && !text.contains("redirect"),
        "{text}"
    );
}

/// Calls are dropped at any point of logins, rate slots, permits and prefetched pages; the next
/// call still gets its response.
#[tokio::test]
async fn a_client_works_after_calls_were_dropped_anywhere() {
    static LIST: Operation = Operation {
        id: "rows_list",
        method: "GET",
        path: "/rows/",
        required: &[],
        accept: "",
        page: None,
        secrets: &[],
    };
    let server = Server::start(|n, request| {
        let body = match request {
            r if r.starts_with("POST /auth/login/") => r#"{"token":"t"}"#.to_owned(),
            r if r.starts_with("GET /rows/") => {
                format!(r#"{{"next":"?page={n}","results":[{n}]}}"#)
            }
            _ => "7".to_owned(),
        };
        vec![Step::Wait(n as u32 % 7 * MS), Step::Write(ok(&body).into())]
    })
    .await;
    for seed in 0..20 {
        let mut random = fastrand::Rng::with_seed(seed);
        let client = Client::builder()
            .base_url(&server.url)
            .login("a@b.c", "p")
            .max_in_flight(2)
            .max_per_second(300.0)
            .build()
            .unwrap();
        join_all((0..40).map(|n| {
            let (client, dropped_after) = (client.clone(), random.u32(0..40) * MS);
            tokio::time::timeout(dropped_after, async move {
                match n % 3 {
                    0 => drop(
                        Call::new(&client, &LIST)
                            .stream::<u64>()
                            .take(5)
                            .count()
                            .await,
                    ),
                    _ => drop(get(&client).await),
                }
            })
        }))
        .await;
        let next = tokio::time::timeout(3000 * MS, get(&client)).await;
        assert_eq!(next.unwrap().unwrap(), 7, "{seed}");
    }
}
