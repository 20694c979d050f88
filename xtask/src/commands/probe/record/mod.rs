//! Reads responses from a recording as a stream: HAR 1.2, or values or a list of
//! `{"method", "url", …}`, in a line each or over several.

mod ahead;
mod listed;
mod values;

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
    slice,
};

use anyhow::{Context, Result, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::pipeline::fetch;
use ahead::Ahead;

/// One recorded exchange.
pub struct Exchange {
    pub method: String,
    pub url: String,
    pub status: u16,
    /// The body; `None` if it is not JSON.
    pub body: Option<Value>,
}

/// The maximum size of one line or entry, in bytes.
const LARGEST: u64 = 64 << 20;

/// Calls `take` with each exchange, and `bad` with the reason for each that cannot be read.
///
/// # Errors
/// Returns an error if there is no such file, or one with the line if a HAR file is not JSON.
pub fn read(
    path: &Path,
    take: &mut dyn FnMut(Exchange),
    bad: &mut dyn FnMut(String),
) -> Result<()> {
    let file: Box<dyn Read> = if path == Path::new(fetch::STDIN) {
        Box::new(io::stdin())
    } else {
        let file = File::open(path).with_context(|| path.display().to_string())?;
        if file.metadata()?.is_dir() {
            let path = path.display();
            bail!("{path} is a folder: a HAR file or JSON is read");
        }
        Box::new(file)
    };
    let ahead = Ahead::of(BufReader::new(file));
    all(ahead, take, bad).with_context(|| path.display().to_string())
}

/// Reads HAR files and lists entry by entry; from the first other value on, value by value.
fn all(
    mut ahead: Ahead<impl BufRead>,
    take: &mut dyn FnMut(Exchange),
    bad: &mut dyn FnMut(String),
) -> Result<()> {
    let mut n = 0;
    loop {
        let start = ahead.start()?;
        let members: &[&str] = if start.starts_with(b"{\"log\":") {
            &["log", "entries"]
        } else if start.starts_with(b"[{") {
            &[]
        } else {
            let before = ahead.lines;
            return values::values(BufReader::new(ahead), before, take, bad);
        };
        listed::listed(&mut ahead, members, &mut n, take, bad)?;
    }
}

/// Calls `take` with what is recorded in a value: an exchange, a list of them, or a HAR file.
fn each(value: &Value, take: &mut dyn FnMut(Exchange), bad: &mut dyn FnMut(String)) {
    let entries = value.pointer("/log/entries").unwrap_or(value).as_array();
    for entry in entries.map_or(slice::from_ref(value), Vec::as_slice) {
        match exchange(entry) {
            Ok(exchange) => take(exchange),
            Err(why) => bad(why),
        }
    }
}

/// Reads an exchange of either form.
fn exchange(value: &Value) -> Result<Exchange, String> {
    match value.get("request") {
        Some(Value::Object(_)) => entry(value),
        _ => plain(value),
    }
}

/// Returns a status, which some tools write as a text.
fn status(value: Option<&Value>) -> Result<Option<u16>, &'static str> {
    let number = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(value) => value.as_u64().and_then(|n| u16::try_from(n).ok()),
    };
    number.map(Some).ok_or("invalid HTTP `status`")
}

/// Reads an object of `method`, `url`, `status` and `body`.
fn plain(value: &Value) -> Result<Exchange, String> {
    let body = value.get("body").cloned().map(|body| match &body {
        // The body as it was sent.
        Value::String(text) => {
            let text = text.trim_start_matches('\u{feff}').trim_start();
            let is_sent = text.starts_with(['{', '[']);
            let sent = is_sent.then(|| serde_json::from_str(text).ok());
            sent.flatten().unwrap_or(body)
        }
        _ => body,
    });
    Ok(Exchange {
        method: value
            .get("method")
            .and_then(Value::as_str)
            .unwrap_or("GET")
            .to_owned(),
        url: text(value, "/url")?,
        status: status(value.get("status"))?.unwrap_or(200),
        body,
    })
}

/// Reads one entry of `log.entries`.
fn entry(value: &Value) -> Result<Exchange, String> {
    let content = text(value, "/response/content/text").ok();
    let encoded = value
        .pointer("/response/content/encoding")
        .is_some_and(|e| e == "base64");
    let body = content.and_then(|text| {
        let bytes = match encoded {
            true => STANDARD.decode(text).ok()?,
            false => text.into_bytes(),
        };
        let plain = bytes.strip_prefix("\u{feff}".as_bytes());
        serde_json::from_slice(plain.unwrap_or(&bytes)).ok()
    });
    Ok(Exchange {
        method: text(value, "/request/method")?,
        url: text(value, "/request/url")?,
        status: status(value.pointer("/response/status"))?.ok_or("no `response.status`")?,
        body,
    })
}

fn text(value: &Value, at: &str) -> Result<String, String> {
    let text = value.pointer(at).and_then(Value::as_str);
    text.map(str::to_owned)
        .ok_or_else(|| format!("no text at `{}`", &at[1..].replace('/', ".")))
}
