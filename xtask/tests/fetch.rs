//! Responses that the `fetch` stage accepts and refuses.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use xtask::pipeline::fetch::{Fetched, Limits, Validators, download, parse};

/// Starts a server that responds to every request with `response`; with `None` it never responds.
async fn server<T: AsRef<[u8]> + Copy + Send + Sync + 'static>(
    response: Option<T>,
) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let seen = count.clone();
    tokio::spawn(async move {
        let mut open = Vec::new();
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            seen.fetch_add(1, Ordering::SeqCst);
            let mut head = [0; 4096];
            let n = socket.read(&mut head).await.unwrap_or(0);
            match &response {
                None => open.push(socket),
                Some(_)
                    if String::from_utf8_lossy(&head[..n]).contains("if-none-match: \"v1\"") =>
                {
                    let _ = socket
                        .write_all(b"HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\n")
                        .await;
                }
                Some(text) => {
                    let _ = socket.write_all(text.as_ref()).await;
                    let _ = socket.shutdown().await;
                }
            }
        }
    });
    (url, count)
}

async fn refused(url: &str) -> String {
    let limits = Limits {
        total: Duration::from_millis(300),
        bytes: 1 << 20,
        ..Limits::default()
    };
    download(url, &Validators::default(), &limits)
        .await
        .expect_err("must be refused")
        .to_string()
}

#[tokio::test]
async fn a_document_comes_with_its_validators_and_304_the_next_time() {
    let (url, _) = server(Some(
        "HTTP/1.1 200 OK\r\netag: \"v1\"\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
    ))
    .await;
    let Fetched::New { text, validators } =
        download(&url, &Validators::default(), &Limits::default())
            .await
            .unwrap()
    else {
        panic!("304")
    };
    assert_eq!(
        (text.as_str(), validators.etag.as_deref()),
        ("{}", Some("\"v1\""))
    );
    assert!(matches!(
        download(&url, &validators, &Limits::default())
            .await
            .unwrap(),
        Fetched::NotModified
    ));
}

#[tokio::test]
async fn a_compressed_document_is_read_to_its_end_or_refused() {
    let zip = |text: &[u8]| {
        let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        zip.write_all(text).unwrap();
        zip.finish().unwrap()
    };
    let two = [zip(b"swagger: '2.0'\n"), zip(b"paths: {}\n")].concat();
    let half = two[..two.len() - 9].to_vec();
    let bomb = zip(&[b' '; 2 << 20]);
    let sent = |name: &str, body: Vec<u8>| {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-encoding: {name}\r\ncontent-length: {}\r\nconnection: \
             close\r\n\r\n",
            body.len()
        );
        &*[head.into_bytes(), body].concat().leak()
    };
    let padded = [&two[..], &[0; 700]].concat();
    for (name, body) in [
        ("gzip", &two),
        ("X-GZip", &two),
        ("identity, gzip", &two),
        ("gzip", &padded),
    ] {
        let url = server(Some(sent(name, body.clone()))).await.0;
        let new = download(&url, &Validators::default(), &Limits::default()).await;
        let Ok(Fetched::New { text, .. }) = new else {
            panic!("{new:?}")
        };
        assert_eq!(text, "swagger: '2.0'\npaths: {}\n");
    }
    // What breaks off may come whole at the next attempt; what is damaged comes so again.
    for (name, body, why, attempts) in [
        ("gzip", half, "the compressed body breaks off", 3),
        ("gzip", b"{}".to_vec(), "breaks off", 3),
        ("gzip", b"{\"swagger\":\"2.0\"}".to_vec(), "is damaged", 1),
        ("gzip", [&padded[..], b"more"].concat(), "is damaged", 1),
        ("gzip", vec![0; 30], "is damaged", 1),
        ("gzip", bomb, "larger than 1 MiB", 1),
        ("br", b"{}".to_vec(), "encoded as `br`", 1),
        ("gzip, gzip", zip(&zip(b"{}")), "encoded as `gzip, gzip`", 1),
    ] {
        let (url, asked) = server(Some(sent(name, body))).await;
        let found = refused(&url).await;
        assert!(found.contains(why), "{why}: {found}");
        assert_eq!(asked.load(Ordering::SeqCst), attempts, "{why}");
    }
}

#[tokio::test]
async fn errors_of_bad_servers_name_them_with_a_remedy() {
    let missing = server(Some(
        "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    ))
    .await;
    assert!(refused(&missing.0).await.contains("HTTP 404"));
    assert_eq!(missing.1.load(Ordering::SeqCst), 1);

    let broken = server(Some(
        "HTTP/1.1 500 Oops\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    ))
    .await;
    assert!(refused(&broken.0).await.contains("3 times"));
    assert_eq!(broken.1.load(Ordering::SeqCst), 3);

    let looping = server(Some(
        "HTTP/1.1 302 Found\r\nlocation: /again\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    ))
    .await;
    assert!(refused(&looping.0).await.contains("loop"));

    let elsewhere = server(Some(
        "HTTP/1.1 302 Found\r\nlocation: https://other.example/\r\ncontent-length: \
         0\r\nconnection: close\r\n\r\n",
    ))
    .await;
    assert!(refused(&elsewhere.0).await.contains("other.example"));

    let cut = server(Some(
        "HTTP/1.1 200 OK\r\ncontent-length: 999\r\nconnection: close\r\n\r\n{",
    ))
    .await;
    assert!(refused(&cut.0).await.contains("broke after 1 bytes"));
    assert_eq!(cut.1.load(Ordering::SeqCst), 3);

    assert!(refused("http://example.com/").await.contains("https"));
    assert!(refused("nonsense").await.contains("is not a URL"));
}

#[tokio::test]
async fn a_stall_ends_at_the_limit() {
    let (url, _) = server(None::<&str>).await;
    let start = Instant::now();
    assert!(refused(&url).await.contains("no response within 0.3 s"));
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn a_stalled_body_is_requested_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let seen = Arc::new(AtomicUsize::new(0));
    let count = seen.clone();
    tokio::spawn(async move {
        let mut open = Vec::new();
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
            let _ = socket.read(&mut [0; 4096]).await;
            let head = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{";
            let _ = socket.write_all(head).await;
            open.push(socket);
        }
    });
    let why = refused(&url).await;
    assert!(
        why.contains("incomplete after the timeout: 1 bytes were received"),
        "{why}"
    );
    assert_eq!(seen.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_huge_body_is_cut_off() {
    let huge: &'static str = Box::leak(
        format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}",
            " ".repeat(3 << 20)
        )
        .into_boxed_str(),
    );
    let (url, count) = server(Some(huge)).await;
    assert!(refused(&url).await.contains("larger than 1 MiB"));
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[test]
fn a_login_page_is_recognised() {
    assert!(
        parse("<!doctype html><form>")
            .unwrap_err()
            .to_string()
            .contains("login page")
    );
}

/// The test runs itself again with an environment that names a proxy.
#[tokio::test]
async fn loopback_goes_through_no_proxy_of_the_environment() {
    const TEXT: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";
    if let Ok(url) = std::env::var("AUTOPI_TEST_SERVER") {
        download(&url, &Validators::default(), &Limits::default())
            .await
            .unwrap();
        return;
    }
    let ((url, asked), (proxy, seen)) = (server(Some(TEXT)).await, server(Some(TEXT)).await);
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child
        .args([
            "--exact",
            "loopback_goes_through_no_proxy_of_the_environment",
        ])
        .env("AUTOPI_TEST_SERVER", url)
        .env_remove("NO_PROXY")
        .env_remove("no_proxy");
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        child.env(name, &proxy);
    }
    let output = tokio::task::spawn_blocking(move || child.output())
        .await
        .unwrap()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert_eq!(
        (asked.load(Ordering::SeqCst), seen.load(Ordering::SeqCst)),
        (1, 0)
    );
}

#[tokio::test]
async fn no_secret_of_a_url_is_stored_or_shown() {
    for (url, shown) in [
        ("https://h/?format=openapi", "https://h/?format=openapi"),
        (
            "https://h/?token=canary&format=openapi#canary",
            "https://h/?format=openapi",
        ),
        ("https://h/a?api%5Fkey=canary", "https://h/a"),
        ("https://h/?X-Amz-Signature=canary&v=2", "https://h/?v=2"),
        (
            "https://h/?q=0123456789abcdef0123456789abcdef",
            "https://h/",
        ),
        ("https://h/?0123456789abcdef0123456789abcdef", "https://h/"),
        ("https://h/?a=1;token=canary&v=2", "https://h/?v=2"),
        ("https://h/?next=%2Fx%3Ftok%2565n%3Dcanary", "https://h/"),
    ] {
        assert_eq!(xtask::pipeline::fetch::shown(&url.parse().unwrap()), shown);
    }
    for url in [
        "https://user:canary@h/",
        "https://canary@h/",
        "http://h.example/?token=canary",
        "http://127.0.0.1:1/?token=canary",
        "not canary",
    ] {
        let error = refused(url).await;
        assert!(!error.contains("canary"), "{error}");
    }
}
