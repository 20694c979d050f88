//! Requests that an HTTP/2 server did not process are retried for every method; the libraries below
//! log none of their secrets.

#[path = "support/log.rs"]
mod log;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use autopi::{CallOptions, Client, ErrorKind, RetryPolicy};
use bytes::Bytes;
use h2::{Reason, server};
use log::Log;
use reqwest::{Method, retry};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// Ends the first `refused` streams with this reason, and responds to the others with null. Returns
/// its URL, and the count of requests.
async fn server(refused: usize, reason: Reason) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (url, asked) = (
        format!("http://{}", listener.local_addr().unwrap()),
        Arc::<AtomicUsize>::default(),
    );
    let seen = asked.clone();
    tokio::spawn(async move {
        let mut connection = server::handshake(listener.accept().await.unwrap().0)
            .await
            .unwrap();
        while let Some(Ok((_, mut respond))) = connection.accept().await {
            if seen.fetch_add(1, Ordering::SeqCst) < refused {
                respond.send_reset(reason);
                continue;
            }
            let mut body = respond.send_response(Default::default(), false).unwrap();
            body.send_data(Bytes::from_static(b"null"), true).unwrap();
        }
    });
    (url, asked)
}

fn client(url: &str) -> Client {
    let http = Client::builder().http_client_builder().unwrap();
    let http = http
        .http2_prior_knowledge()
        .retry(retry::for_host("").max_retries_per_request(0))
        .build()
        .unwrap();
    Client::builder()
        .base_url(url)
        .api_token("canary-token")
        .http_client(http)
        .retry(RetryPolicy::default().initial_backoff(std::time::Duration::from_millis(1)))
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_refused_stream_is_retried() {
    let (url, asked) = server(1, Reason::REFUSED_STREAM).await;
    client(&url)
        .request(Method::POST, "/x/")
        .send()
        .await
        .unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn refused_streams_are_retried_up_to_the_policy() {
    let (url, asked) = server(usize::MAX, Reason::REFUSED_STREAM).await;
    let error = client(&url)
        .request(Method::POST, "/x/")
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        (asked.load(Ordering::SeqCst), error.attempts(), error.kind()),
        (3, 3, ErrorKind::Transport)
    );
}

#[tokio::test]
async fn a_stream_that_broke_otherwise_is_not_retried() {
    let (url, asked) = server(1, Reason::INTERNAL_ERROR).await;
    let error = client(&url)
        .request(Method::POST, "/x/")
        .send()
        .await
        .unwrap_err();
    assert_eq!((asked.load(Ordering::SeqCst), error.attempts()), (1, 1));
}

#[tokio::test]
async fn no_event_of_any_library_holds_a_secret() {
    let log = Log::default();
    // This thread is the whole runtime of the test.
    let _guard = log.follow(tracing::Level::TRACE);
    let (url, _) = server(0, Reason::NO_ERROR).await;
    let options = CallOptions::new().header("x-own", "canary-header").unwrap();
    let secret = serde_json::json!({"password": "canary-password"});
    let client = client(&url);
    let request = client.request(Method::POST, "/x/?token=canary-query");
    let request = request.options(options);
    request.json(&secret).unwrap().send().await.unwrap();
    let log = log.text();
    let found = log.lines().find(|line| line.contains("canary"));
    assert_eq!(found, None);
    assert!(log.contains("h2::"), "HTTP/2 has logged nothing");
}

/// A frame of HTTP/2 on the connection itself.
fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).unwrap();
    [&[0, 0, length, kind, 0, 0, 0, 0, 0], payload].concat()
}

/// After GOAWAY the server has not processed the streams above the last one that it names. Only if
/// it shuts down without an error it will do so elsewhere.
#[tokio::test]
async fn a_stream_after_goaway_is_retried_if_the_shutdown_is_graceful() {
    for (code, attempts) in [(Reason::NO_ERROR, 3), (Reason::ENHANCE_YOUR_CALM, 1)] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let (settings, mut seen) = (frame(4, &[]), Vec::new());
                socket.write_all(&settings).await.unwrap();
                // The preface, and then frames up to the request's headers.
                let asked = |seen: &[u8]| {
                    let mut rest = seen.get(24..).unwrap_or_default();
                    while let [_, a, b, kind, ..] = *rest {
                        let length = 9 + usize::from(u16::from_be_bytes([a, b]));
                        if kind == 1 {
                            return true;
                        }
                        rest = rest.get(length..).unwrap_or_default();
                    }
                    false
                };
                while !asked(&seen) {
                    let mut buffer = [0; 4096];
                    let n = socket.read(&mut buffer).await.unwrap();
                    seen.extend_from_slice(&buffer[..n]);
                }
                let code = u32::from(code).to_be_bytes();
                let goaway = frame(7, &[&[0; 4], &code[..]].concat());
                socket.write_all(&goaway).await.unwrap();
                tokio::spawn(async move {
                    while socket.read(&mut [0; 4096]).await.is_ok_and(|n| n > 0) {}
                });
            }
        });
        let call = client(&url).request(Method::POST, "/x/").send().await;
        assert_eq!(call.unwrap_err().attempts(), attempts, "{code:?}");
    }
}
