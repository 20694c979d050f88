//! Reads the files and the JSON that options name.

use std::{
    fs,
    io::Read,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use autopi::rt;
use serde_json::Value;

use crate::{Failure, Result, index::exact, output::line};

/// Reads JSON from a text, from `@FILE`, or from stdin (`-`).
///
/// # Errors
/// Returns an error if the file does not exist, or if the text is not JSON.
pub(super) fn json_of(said: &str) -> Result<Value> {
    let (text, at) = match said.strip_prefix('@') {
        Some("-") => (read_file("-", "--json")?, "stdin".into()),
        Some(path) => (read_file(path, "--json")?, line(path)),
        None if said == "-" => (read_file("-", "--json")?, "stdin".into()),
        None => (said.as_bytes().to_vec(), "the text".into()),
    };
    parse(&text, &format!("--json: {at}")).map_err(|failure| match Path::new(said).is_file() {
        true => failure.hint(format!("--json @{} reads the file", line(said))),
        false => failure,
    })
}

/// Reads JSON as it is written: no member and no digit of it is lost.
///
/// # Errors
/// Returns an error if it is not JSON, or would not stay what it is.
pub fn parse(text: &[u8], at: &str) -> Result<Value> {
    let value = exact::json(serde_json::Deserializer::from_slice(without_mark(text)));
    let value = value.map_err(|e| Failure::usage(format!("{at} is not JSON: {e}")))?;
    match rt::loses_digits(text) {
        true => Err(Failure::usage(format!(
            "{at} has a number with more digits than 64 bits hold: is it a text, in quotes?"
        ))),
        false => Ok(value),
    }
}

/// Returns a text without the byte order mark that programs on Windows put in front of UTF-8.
pub(super) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text)
}

/// Whether stdin was read: a second time it is empty.
static STDIN: AtomicBool = AtomicBool::new(false);

/// Adds how to give a text that begins with `@`.
pub(super) fn perhaps_a_text(failure: Failure, name: &str, path: &str) -> Failure {
    let path = line(path);
    failure.hint(format!(
        "a text that begins with @ is given as JSON: -b '{name}:=\"@{path}\"'"
    ))
}

/// Reads the file that an option names; `-` is stdin.
pub(super) fn read_file(path: &str, option: &str) -> Result<Vec<u8>> {
    let fail = |e: std::io::Error| {
        let failure = Failure::usage(format!("{option}: cannot read {}: {e}", line(path)));
        match option.strip_prefix("-b ") {
            Some(name) => perhaps_a_text(failure, name, path),
            None => failure,
        }
    };
    match path {
        "" => Err(Failure::usage(format!(
            "{option}: the name of the file after @ is missing"
        ))),
        "-" if STDIN.swap(true, Ordering::Relaxed) => Err(Failure::usage(format!(
            "{option}: stdin is read already: `-` can be given once"
        ))),
        "-" => limited(std::io::stdin()).map_err(fail),
        path => fs::File::open(path).and_then(limited).map_err(fail),
    }
}

/// Reads all of a file that is not endless, such as a device.
///
/// # Errors
/// Returns an error if it cannot be read, or if it has more than 256 MiB.
pub fn limited(file: impl Read) -> std::io::Result<Vec<u8>> {
    const MOST: u64 = 256 << 20;
    let mut all = Vec::new();
    file.take(MOST + 1).read_to_end(&mut all)?;
    match all.len() as u64 > MOST {
        true => Err(std::io::Error::other("it has more than 256 MiB")),
        false => Ok(all),
    }
}
