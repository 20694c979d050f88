//! Reads responses from a recording as a stream: HAR 1.2, or lines or a list of
//! `{"method", "url", …}`.

use std::{
    cell::Cell,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use anyhow::{Context, Result, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::pipeline::fetch;

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
            bail!("{path} is a folder: a HAR file or JSON lines are read");
        }
        Box::new(file)
    };
    let mut reader = BufReader::new(file);
    let start: String = String::from_utf8_lossy(reader.fill_buf()?)
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '\u{feff}')
        .take(7)
        .collect();
    let read = if start.starts_with("{\"log\":") {
        listed(reader, &["log", "entries"], take, bad)
    } else if start.starts_with("[{") {
        listed(reader, &[], take, bad)
    } else {
        lines(reader, take, bad)
    };
    read.with_context(|| path.display().to_string())
}

fn lines(
    mut reader: impl BufRead,
    take: &mut dyn FnMut(Exchange),
    bad: &mut dyn FnMut(String),
) -> Result<()> {
    let mut line = Vec::new();
    for n in 1_u64.. {
        line.clear();
        if reader.by_ref().take(LARGEST).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.len() as u64 == LARGEST && !line.ends_with(b"\n") {
            bad(format!("line {n}: longer than {} MiB", LARGEST >> 20));
            skip_line(&mut reader)?;
            continue;
        }
        let text = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&line);
        if text.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice(text)
            .map_err(why)
            .and_then(|v| exchange(&v))
        {
            Ok(exchange) => take(exchange),
            Err(why) => bad(format!("line {n}: {why}")),
        }
    }
    Ok(())
}

fn skip_line(reader: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        let end = buffer.iter().position(|b| *b == b'\n');
        let (n, done) = end.map_or((buffer.len(), buffer.is_empty()), |i| (i + 1, true));
        reader.consume(n);
        if done {
            return Ok(());
        }
    }
}

/// Returns why a text is not JSON, without the text, which may be somebody's data.
fn why(e: serde_json::Error) -> String {
    match e.classify() {
        serde_json::error::Category::Eof => "invalid JSON: it ends too early".into(),
        _ => format!("invalid JSON at column {}", e.column()),
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

/// Reads one of the JSON lines.
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

/// Reads the list below these members.
fn listed(
    reader: impl Read,
    members: &[&str],
    take: &mut dyn FnMut(Exchange),
    bad: &mut dyn FnMut(String),
) -> Result<()> {
    let left = Cell::new(LARGEST);
    let mut reader = BufReader::new(Limited {
        reader,
        left: &left,
    });
    if reader.fill_buf()?.starts_with("\u{feff}".as_bytes()) {
        reader.consume(3);
    }
    let mut json = serde_json::Deserializer::from_reader(reader);
    let mut n = 0;
    let mut each = |value: Value| {
        n += 1;
        left.set(LARGEST);
        match exchange(&value) {
            Ok(exchange) => take(exchange),
            Err(why) => bad(format!("entry {n}: {why}")),
        }
    };
    let read = Within(members, &mut each).deserialize(&mut json);
    read.map_err(|e| match e.is_io() {
        true => anyhow::Error::from(io::Error::from(e)),
        false => anyhow::anyhow!(
            "line {}, column {}: no HAR, or no list of exchanges",
            e.line(),
            e.column()
        ),
    })
}

/// A reader with a limit, until `left` is set again.
struct Limited<'a, R> {
    reader: R,
    left: &'a Cell<u64>,
}

impl<R: Read> Read for Limited<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.get() == 0 {
            let why = format!("an entry is larger than {} MiB", LARGEST >> 20);
            return Err(io::Error::other(why));
        }
        let n = self.reader.read(buffer)?;
        self.left.set(self.left.get().saturating_sub(n as u64));
        Ok(n)
    }
}

/// Descends into these members, then calls the function with each item of the list there.
struct Within<'a>(&'a [&'a str], &'a mut dyn FnMut(Value));

impl<'de> DeserializeSeed<'de> for Within<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.0 {
            [] => deserializer.deserialize_seq(self),
            _ => deserializer.deserialize_map(self),
        }
    }
}

impl<'de> Visitor<'de> for Within<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("log.entries")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match self.0 {
                [first, rest @ ..] if key == *first => map.next_value_seed(Within(rest, self.1))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element()? {
            (self.1)(value);
        }
        Ok(())
    }
}
