//! The document against servers on loopback, including hostile ones.

use std::{
    fs,
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use autopi_sandbox::API_TOKEN;
use serde_json::{Value, json};
use xtask::commands::probe::{Finding, probe};

use crate::{
    read, target,
    things::{PATHS, corrected, false_values, falsify, small, thing},
};

/// Starts a server on loopback that responds to each path by `reply`; returns its URL.
pub async fn serve(reply: impl Fn(&str) -> Vec<u8> + Clone + Send + 'static) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let reply = reply.clone();
            tokio::spawn(async move {
                let mut head = vec![0; 4096];
                let n = socket.read(&mut head).await.unwrap_or(0);
                let head = String::from_utf8_lossy(&head[..n]).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default();
                let reply = reply(path);
                let _ = socket.write_all(&reply).await;
                match path {
                    // Never ends.
                    "/c/" => tokio::time::sleep(Duration::from_secs(60)).await,
                    "/b/" => {
                        let chunk = vec![b' '; 1 << 20];
                        while socket.write_all(&chunk).await.is_ok() {}
                    }
                    _ => {}
                }
            });
        }
    });
    url
}

pub fn whole(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let n = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {n}\r\nconnection: close\r\n{headers}\r\n{body}")
        .into_bytes()
}

/// Returns the response of an operation that returns `thing`, or a list of it.
pub fn responds(path: &str, thing: Value) -> Vec<u8> {
    let body = match path.ends_with("/one/") {
        true => thing,
        false => json!([thing]),
    };
    let json = "content-type: application/json\r\n";
    whole("200 OK", json, &body.to_string())
}

/// The same as with recordings, but over sockets: each false value at each operation.
#[tokio::test]
async fn a_server_with_one_false_operation_changes_no_other_schema() {
    let now = Arc::new(Mutex::new(None));
    let told = now.clone();
    let url = serve(move |path| {
        let mut thing = thing();
        if let Some((culprit, told)) = &*told.lock().unwrap()
            && *culprit == path
        {
            falsify(&mut thing, told);
        }
        responds(path, thing)
    })
    .await;
    let (doc, target) = (small(), target(&url));
    let truth = probe(&doc, &target).await.unwrap();
    assert!(truth.judged == 6 && truth.findings.is_empty());
    let mut corrections = 0;
    // A selection of all places and values.
    for (i, told) in false_values().into_iter().enumerate().step_by(7) {
        let culprit = PATHS[i % PATHS.len()];
        *now.lock().unwrap() = Some((culprit, told.clone()));
        let first = probe(&doc, &target).await.unwrap();
        let at = format!("GET {culprit}");
        let blamed = |only: &Option<String>| only.as_ref().is_none_or(|only| *only == at);
        assert!(first.findings.iter().all(|f| blamed(&f.only)), "{told:?}");
        let new = corrected(&doc, &first);
        for (name, schema) in doc["components"]["schemas"].as_object().unwrap() {
            assert_eq!(&new["components"]["schemas"][name], schema, "{told:?}");
        }
        let second = probe(&new, &target).await.unwrap();
        assert!(second.findings.is_empty(), "{told:?}: {}", second.text());
        // The false operation gets its own correction; the document is still correct for all
        // others.
        *now.lock().unwrap() = None;
        let truth = probe(&new, &target).await.unwrap();
        let blamed = |f: &Finding| f.actions.iter().all(|a| a.to_string().contains(culprit));
        assert!(
            truth.findings.iter().all(blamed),
            "{told:?}: {}",
            truth.text()
        );
        corrections += usize::from(!first.findings.is_empty());
    }
    assert!(corrections > 30, "{corrections}");
}

#[tokio::test]
async fn responses_of_a_hostile_server_are_bounded_and_reported() {
    let url = serve(|path| match path {
        "/a/" => whole(
            "200 OK",
            "content-type: application/json\r\n",
            &json!([thing()]).to_string(),
        ),
        "/b/" => b"HTTP/1.1 200 OK\r\ncontent-length: 10737418240\r\n\r\n[".to_vec(),
        "/c/" => b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n[".to_vec(),
        "/d/one/" => whole("200 OK", "content-type: text/html\r\n", "<html>"),
        "/e/one/" => whole("302 Found", "location: http://127.0.0.2:9/x/\r\n", ""),
        _ => whole("500 No", "", ""),
    })
    .await;
    let mut target = target(&url);
    target.timeout = Duration::from_secs(5);
    let outcome = probe(&small(), &target).await.unwrap();
    let text = outcome.text();
    assert_eq!(outcome.judged, 1);
    for words in [
        "responded more than 32 MiB: /b/",
        "no response: incomplete after 5 s: /c/",
        "the response is not JSON (text/html): /d/one/",
        "responded 302: a redirect to another host, not followed: /e/one/",
        "responded 500: /f/one/",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[tokio::test]
async fn a_compressed_response_is_read_to_its_end_or_reported() {
    let url = serve(|path| {
        let response = String::from_utf8(responds(path, thing())).unwrap();
        let text = response.split_once("\r\n\r\n").unwrap().1.as_bytes();
        let halves = [&text[..9], &text[9..]].map(|half| {
            let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            zip.write_all(half).unwrap();
            zip.finish().unwrap()
        });
        let (encoding, body) = match path {
            "/a/" => ("br", text.to_vec()),
            "/b/" => ("gzip", halves[0][..12].to_vec()),
            _ => ("gzip", halves.concat()),
        };
        let head = whole("200 OK", &format!("content-encoding: {encoding}\r\n"), "");
        let head = String::from_utf8(head).unwrap();
        let length = format!("content-length: {}", body.len());
        [
            head.replace("content-length: 0", &length).into_bytes(),
            body,
        ]
        .concat()
    })
    .await;
    let outcome = probe(&small(), &target(&url)).await.unwrap();
    let text = outcome.text();
    assert!(outcome.judged == 4 && outcome.findings.is_empty(), "{text}");
    for words in [
        "the body is encoded as `br`, which is not decoded: /a/",
        "the compressed body breaks off: /b/",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[tokio::test]
async fn a_stopped_probe_resumes_with_the_same_findings() {
    let url = serve(|path| {
        let mut thing = thing();
        if path == "/f/one/" {
            thing["id"] = json!("x");
        }
        responds(path, thing)
    })
    .await;
    let (folder, doc) = (tempfile::tempdir().unwrap(), small());
    let state = folder.path().join("state.json");
    let mut target = target(&url);
    let whole = probe(&doc, &target).await.unwrap();
    (target.state, target.max_calls) = (Some(state.clone()), Some(2));
    let mut resumed = probe(&doc, &target).await.unwrap();
    assert_eq!(
        (resumed.judged, resumed.stopped.as_deref()),
        (2, Some("2 requests were made"))
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&state).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let kept = read(state.to_str().unwrap());
    assert!(
        !kept.contains(API_TOKEN) && !kept.contains("2026-01-01\""),
        "{kept}"
    );
    target.resume = true;
    for _ in 0..2 {
        resumed = probe(&doc, &target).await.unwrap();
    }
    assert_eq!(
        (
            resumed.judged,
            resumed
                .json()
                .unwrap()
                .contains("documented as integer, observed as string")
        ),
        (6, true)
    );
    // Only the last two requests were sent, and the result is as without a stop.
    target.max_calls = None;
    if state.exists() {
        resumed = probe(&doc, &target).await.unwrap();
    }
    assert_eq!(resumed.json().unwrap(), whole.json().unwrap());
    assert!(!state.exists());
    let gone = format!("{:#}", probe(&doc, &target).await.err().unwrap());
    assert!(gone.contains("nothing to resume"), "{gone}");
}
