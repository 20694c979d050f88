//! Reads the parameters of a header as Django does, with Python's `email`.

use std::collections::{BTreeMap, HashMap};

use crate::http::charset::Charset;

/// Returns what stands before the parameters of a header, in lower case, and the parameters, as
/// Python's `email` reads them; nothing if one has a charset that Python does not know.
pub fn parameters(line: &str) -> Option<(String, HashMap<String, String>)> {
    let (mut parts, mut quoted, mut before) = (vec![String::new()], false, ' ');
    for c in line.chars() {
        quoted ^= c == '"' && before != '\\';
        before = c;
        match parts.last_mut() {
            Some(part) if quoted || c != ';' => part.push(c),
            _ => parts.push(String::new()),
        }
    }
    let mut parts = parts.iter().map(|p| p.trim());
    let start = parts.next().unwrap_or_default().to_lowercase();
    let (mut found, mut pieces) = (HashMap::new(), BTreeMap::<_, Vec<_>>::new());
    for (name, value) in parts.map(|p| p.split_once('=').unwrap_or((p, ""))) {
        let (name, value) = (name.trim().to_lowercase(), unquoted(value.trim()));
        match continued(&name) {
            Some((base, number)) => {
                let piece = (number, value, name.ends_with('*'));
                pieces.entry(base.to_owned()).or_default().push(piece);
            }
            None => drop(found.insert(name, value)),
        }
    }
    for (name, mut pieces) in pieces {
        pieces.sort();
        found.insert(name, joined(&pieces)?);
    }
    Some((start, found))
}

/// Returns the name and the number of a parameter that is one of several pieces, or that has a
/// charset (RFC 2231): `name*0`, `name*0*`, `name*`.
fn continued(name: &str) -> Option<(&str, Option<u64>)> {
    let (base, rest) = name.split_once('*')?;
    let number = rest
        .strip_suffix('*')
        .filter(|n| !n.is_empty())
        .unwrap_or(rest);
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let is_name = !base.is_empty() && base.bytes().all(is_word);
    let is_number = number.bytes().all(|b| b.is_ascii_digit());
    (is_name && is_number).then(|| (base, number.parse().ok()))
}

/// Joins the pieces of a value. If any of them is encoded, the whole begins with a charset.
fn joined(pieces: &[(Option<u64>, String, bool)]) -> Option<String> {
    if !pieces.iter().any(|(.., encoded)| *encoded) {
        return Some(pieces.iter().map(|(_, text, _)| text.as_str()).collect());
    }
    // As Python's codec `raw-unicode-escape`.
    let octets = |c| match u32::from(c) {
        n @ ..=0xff => vec![n as u8],
        n @ ..=0xffff => format!("\\u{n:04x}").into_bytes(),
        n => format!("\\U{n:08x}").into_bytes(),
    };
    let octets = |(_, text, encoded): &(_, String, bool)| -> Vec<u8> {
        let octets: Vec<u8> = text.chars().flat_map(octets).collect();
        match encoded {
            true => percent_encoding::percent_decode(&octets).collect(),
            false => octets,
        }
    };
    let octets: Vec<u8> = pieces.iter().flat_map(octets).collect();
    Some(
        match octets.splitn(3, |b| *b == b'\'').collect::<Vec<_>>()[..] {
            [b"", _, text] => Charset::Latin1.lossy(text),
            [charset, _, text] => Charset::named(&String::from_utf8_lossy(charset))?.lossy(text),
            _ => Charset::Ascii.lossy(&octets),
        },
    )
}

fn unquoted(value: &str) -> String {
    let inner = |open, close| value.strip_prefix(open)?.strip_suffix(close);
    match (inner('"', '"'), inner('<', '>')) {
        (Some(text), _) => text.replace("\\\\", "\\").replace("\\\"", "\""),
        (None, Some(text)) => text.into(),
        (None, None) => value.into(),
    }
}
