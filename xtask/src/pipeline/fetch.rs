//! The `fetch` stage: a document from a URL or a file.

use std::{borrow::Cow, fs, io::Read, path::Path, time::Duration};

use reqwest::Url;
use serde_json::Value;

use crate::{
    body::{self, Fault},
    locate, place,
    report::Failure,
    secret, tls,
};

const ATTEMPTS: u32 = 3;
/// The file name that means stdin.
pub const STDIN: &str = "-";

/// The timeouts of a connection and of an attempt with its body, and the maximum size.
#[derive(Debug, Clone)]
pub struct Limits {
    pub connect: Duration,
    pub total: Duration,
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            total: Duration::from_secs(120),
            bytes: 64 << 20,
        }
    }
}

/// Validators for a conditional request (RFC 9110, 13.1), from the last download.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// The result of a download.
#[derive(Debug)]
pub enum Fetched {
    New {
        text: String,
        validators: Validators,
    },
    /// The document is the same as last time (304).
    NotModified,
}

/// Returns whether the URL is https, or http on loopback.
pub fn is_private(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && place::is_loopback(url))
}

/// Returns a builder of the HTTP client for this URL, without redirects, for loopback without
/// proxy.
///
/// # Errors
/// Returns an error if the program's cryptography provider supports no safe version of TLS.
pub fn http(url: &Url) -> Result<reqwest::ClientBuilder, rustls::Error> {
    let http = reqwest::Client::builder()
        .tls_backend_preconfigured(tls::config(&[])?)
        // `body` decodes, also where another package switches reqwest's decoder on.
        .no_gzip()
        .redirect(reqwest::redirect::Policy::none());
    Ok(if place::is_loopback(url) {
        http.no_proxy()
    } else {
        http
    })
}

/// Parses a URL that the user gave. The error does not show it.
///
/// # Errors
/// Returns an error if it is no URL, has credentials, or is neither https nor http on loopback.
pub fn url(text: &str) -> Result<Url, Failure> {
    let fail = |message: String| Failure::new("fetch", "", message).at("--url");
    let url = Url::parse(text).map_err(|e| fail(format!("is not a URL ({e})")))?;
    place::without_user_info(&url).map_err(&fail)?;
    if !is_private(&url) {
        return Err(fail("only https, or http on loopback, is fetched".into()));
    }
    Ok(url)
}

/// Returns a URL that may be stored and printed: without the secrets of its query.
pub fn shown(url: &Url) -> String {
    let secret = |(name, value): &(Cow<str>, Cow<str>)| secret::in_query(name, value);
    let Some(query) = url.query() else {
        return place::shown(url);
    };
    if !url.query_pairs().any(|pair| secret(&pair)) {
        return format!("{}?{query}", place::shown(url));
    }
    let mut kept = url.clone();
    kept.query_pairs_mut()
        .clear()
        .extend_pairs(url.query_pairs().filter(|pair| !secret(pair)));
    let query = kept.query().unwrap_or_default();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{mark}{query}", place::shown(url))
}

/// Downloads a document through https, or http on loopback, without redirects to another host, and
/// with a few attempts if the server or the connection fails.
///
/// # Errors
/// Returns the errors of [`url()`], and an error if there is no connection, if the status is not
/// 200, or if the body is too large or not UTF-8.
pub async fn download(text: &str, known: &Validators, limits: &Limits) -> Result<Fetched, Failure> {
    let parsed = url(text)?;
    let from = shown(&parsed);
    let fail = |message: String| Failure::new("fetch", "", message).at(&from);
    let same = reqwest::redirect::Policy::custom(|a| {
        let same = a
            .previous()
            .first()
            .is_some_and(|first| first.origin() == a.url().origin());
        if same && a.previous().len() <= 5 {
            a.follow()
        } else {
            a.stop()
        }
    });
    let client = http(&parsed)
        .map_err(|e| fail(e.to_string()))?
        .connect_timeout(limits.connect)
        .timeout(limits.total)
        .redirect(same);
    let client = client.build().map_err(|e| fail(e.to_string()))?;
    let mut attempts = 0;
    loop {
        attempts += 1;
        let mut request = client
            .get(parsed.clone())
            .header("accept", "application/openapi+json, application/json")
            .header("accept-encoding", "gzip");
        for (name, value) in [
            ("if-none-match", &known.etag),
            ("if-modified-since", &known.last_modified),
        ] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let again = match request.send().await {
            Ok(r) if r.status() == 304 => return Ok(Fetched::NotModified),
            Ok(r) if r.status().is_success() => match read_body(r, limits.bytes, &fail).await {
                Err((_, true)) if attempts < ATTEMPTS => true,
                other => return other.map_err(|(e, _)| e),
            },
            Ok(r) if r.status().is_server_error() => {
                attempts < ATTEMPTS
                    || return Err(fail(format!("HTTP {}, {attempts} times", r.status()))
                        .help("run the command again later"))
            }
            Ok(r) if r.status().is_redirection() => {
                let to = r
                    .headers()
                    .get("location")
                    .and_then(|v| r.url().join(v.to_str().ok()?).ok())
                    .map_or_else(|| "nowhere".into(), |to| place::shown(&to));
                return Err(fail(format!(
                    "HTTP {} to {to}: another host, or a loop, is not followed",
                    r.status()
                ))
                .help("give the right URL with --url"));
            }
            Ok(r) => {
                return Err(fail(format!("HTTP {}", r.status()))
                    .help("is this the URL of the document? Give another one with --url"));
            }
            Err(e) if attempts < ATTEMPTS && e.is_connect() => true,
            Err(e) => {
                let why = if e.is_timeout() {
                    format!("no response within {} s", limits.total.as_secs_f32())
                } else {
                    e.without_url().to_string()
                };
                return Err(
                    fail(why).help("check the network, or give a downloaded file with --from FILE")
                );
            }
        };
        if again {
            tokio::time::sleep(Duration::from_millis(500) * attempts).await;
        }
    }
}

/// Reads the body; the flag of an error says whether another attempt may succeed.
async fn read_body(
    response: reqwest::Response,
    limit: usize,
    fail: &impl Fn(String) -> Failure,
) -> Result<Fetched, (Failure, bool)> {
    let header = |name: &str| {
        response
            .headers()
            .get(name)
            .and_then(|v| v.to_str().ok())
            .map(str::to_owned)
    };
    let validators = Validators {
        etag: header("etag"),
        last_modified: header("last-modified"),
    };
    // Hidden without a terminal.
    let bar = indicatif::ProgressBar::new_spinner().with_message("downloading");
    bar.set_style(
        indicatif::ProgressStyle::with_template("{spinner} {msg} {bytes} ({bytes_per_sec})")
            .unwrap_or_else(|_| indicatif::ProgressStyle::default_spinner()),
    );
    let bytes = body::read(response, limit, |n| bar.inc(n as u64)).await;
    let bytes = bytes.map_err(|fault| {
        let error = match &fault {
            Fault::TooLarge(_) => fail(format!("{fault}: no API document")),
            Fault::Encoded(_) => {
                fail(fault.to_string()).help("give a downloaded file with --from FILE")
            }
            _ => fail(fault.to_string()).help("run the command again"),
        };
        (error, fault.may_pass())
    })?;
    bar.finish_and_clear();
    let text = String::from_utf8(bytes)
        .map_err(|_| (fail("not UTF-8: no JSON or YAML document".into()), false))?;
    Ok(Fetched::New { text, validators })
}

/// Reads a document from a file, or from stdin if the file is [`STDIN`].
///
/// # Errors
/// Returns an error with the path if the file cannot be read, or is larger than a download may be.
pub fn read(path: &Path) -> Result<String, Failure> {
    let fail = |message: String| {
        Failure::new("read", "", message)
            .at(path.display())
            .help("is the path right, and the file UTF-8?")
    };
    let limit = Limits::default().bytes as u64;
    let mut text = String::new();
    let read = if path == Path::new(STDIN) {
        std::io::stdin().take(limit + 1).read_to_string(&mut text)
    } else {
        fs::File::open(path).and_then(|f| f.take(limit + 1).read_to_string(&mut text))
    };
    read.map_err(|e| fail(e.to_string()))?;
    if text.len() as u64 > limit {
        let mib = limit >> 20;
        return Err(fail(format!("larger than {mib} MiB: no API document")));
    }
    Ok(text)
}

/// Parses JSON, or else YAML, which must be an API document.
///
/// # Errors
/// Returns an error that says what came instead.
pub fn parse(text: &str) -> Result<Value, Failure> {
    let fail = |message: String| Failure::new("parse", "", message);
    if text.trim_start().starts_with('<') {
        return Err(fail("the server sent an HTML page, not a document".into())
            .help("a login page? Ask for `?format=openapi`, and check the URL"));
    }
    let doc = locate::parse(text).map_err(|e| fail(e).help("is the download whole?"))?;
    // YAML reads an unquoted version as a number.
    let version = |key: &str| match doc.get(key) {
        Some(Value::String(text)) => Some(text.trim().to_owned()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let known = |v: &str| {
        let minor = ["3.0", "3.1", "3.2"]
            .into_iter()
            .find_map(|m| v.strip_prefix(m));
        minor.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
    };
    match (version("swagger"), version("openapi")) {
        (Some(v), _) if v == "2.0" || v == "2" || v.starts_with("2.0.") => Ok(doc),
        (_, Some(v)) if v == "3" || known(&v) => Ok(doc),
        (Some(v), _) => Err(fail(format!("`swagger` is {v}, not 2.0"))),
        (_, Some(v)) => Err(fail(format!("`openapi` is {v}, not 3.0, 3.1 or 3.2"))),
        _ => Err(fail(
            "no API document: neither `swagger` nor `openapi` is there".into(),
        )),
    }
}
