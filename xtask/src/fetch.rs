//! The `fetch` stage: a document from a URL or a file.

use std::{fs, path::Path, time::Duration};

use serde_json::Value;

use crate::report::Failure;

const LIMIT: usize = 64 << 20;
const TRIES: u32 = 3;

/// Downloads a document: https, or http on loopback; 10 s to connect, 120 s in all, 64 MiB at most, no redirect to another host.
///
/// # Errors
/// No connection, a status that is not 200, too large, or something that is no API document.
pub async fn download(url: &str) -> Result<String, Failure> {
    let fail = |message: String| Failure::new("fetch", "", message).at(url);
    let parsed = reqwest::Url::parse(url).map_err(|e| fail(format!("not a URL: {e}")))?;
    let loopback = matches!(parsed.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if parsed.scheme() != "https" && !(parsed.scheme() == "http" && loopback) {
        return Err(fail("only https, or http on loopback, is fetched".into()));
    }
    let same = reqwest::redirect::Policy::custom(|a| {
        let same = a.previous().first().is_some_and(|first| first.host_str() == a.url().host_str());
        if same && a.previous().len() <= 5 { a.follow() } else { a.stop() }
    });
    let client = reqwest::Client::builder().connect_timeout(Duration::from_secs(10)).timeout(Duration::from_secs(120)).redirect(same);
    let client = client.build().map_err(|e| fail(e.to_string()))?;
    let mut tried = 0;
    let mut response = loop {
        tried += 1;
        match client.get(parsed.clone()).header("accept", "application/openapi+json, application/json").send().await {
            Ok(r) if r.status().is_server_error() && tried < TRIES => {}
            Ok(r) if r.status().is_success() => break r,
            Ok(r) => {
                return Err(
                    fail(format!("HTTP {}", r.status())).way_out("is this the URL of the document? A redirect to another host is not followed")
                );
            }
            Err(e) if tried < TRIES && (e.is_connect() || e.is_timeout()) => {}
            Err(e) => return Err(fail(format!("{e}")).way_out("check the network, or give a downloaded file with --from FILE")),
        }
        tokio::time::sleep(Duration::from_millis(500) * tried).await;
    };
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| fail(format!("the connection broke: {e}")))? {
        body.extend_from_slice(&chunk);
        if body.len() > LIMIT {
            return Err(fail(format!("larger than {} MiB", LIMIT >> 20)));
        }
    }
    String::from_utf8(body).map_err(|_| fail("not UTF-8".into()))
}

/// Reads a document from a file.
///
/// # Errors
/// What the file system says, with the path.
pub fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|e| Failure::new("read", "", e.to_string()).at(path.display()).way_out("is the path right?"))
}

/// JSON, or YAML if it is no JSON; must be an API document.
///
/// # Errors
/// Says what came instead.
pub fn parse(text: &str) -> Result<Value, Failure> {
    let fail = |message: String| Failure::new("parse", "", message);
    let start = text.trim_start();
    if start.starts_with('<') {
        return Err(fail("an HTML page came, not a document".into()).way_out("a login page? Ask for `?format=openapi`, and check the URL"));
    }
    let doc: Value = match serde_json::from_str(text) {
        Ok(doc) => doc,
        Err(e) if start.starts_with(['{', '[']) => return Err(fail(format!("broken JSON: {e}")).way_out("is the download whole?")),
        Err(_) => serde_yaml_ng::from_str(text).map_err(|e| fail(format!("neither JSON nor YAML: {e}")))?,
    };
    match (doc.get("swagger").and_then(Value::as_str), doc.get("openapi").and_then(Value::as_str)) {
        (Some("2.0"), _) => Ok(doc),
        (_, Some(v)) if v.starts_with("3.0.") || v.starts_with("3.1.") => Ok(doc),
        (Some(v), _) => Err(fail(format!("`swagger` is {v}, not 2.0"))),
        (_, Some(v)) => Err(fail(format!("`openapi` is {v}, not 3.0 or 3.1"))),
        _ => Err(fail("no API document: neither `swagger` nor `openapi` is there".into())),
    }
}
