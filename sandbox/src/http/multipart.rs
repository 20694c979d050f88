//! Reads a multipart form as Django does. It refuses little: what stands between two boundaries is
//! a part, wherever they stand, and a part without a name is left out.

use std::collections::HashMap;

use base64::{
    Engine, alphabet,
    engine::general_purpose::{GeneralPurpose, NO_PAD},
};
use memchr::memmem;
use serde_json::{Value, json};

use crate::{
    handlers::validate::fields::{FILE, FILE_NAME},
    http::charset::Charset,
    util::python,
};

/// The longest head of a part.
const MAX_HEAD: usize = 1024;

/// Returns the names and values of a form. The value of a file is its length and its name; its
/// content is dropped.
pub fn read(media: &str, charset: Charset, body: &[u8]) -> Result<Vec<(String, Value)>, String> {
    if !media.starts_with("multipart/") {
        return Err(format!("Invalid Content-Type: {media}"));
    }
    let boundary = parameters(media).1.remove("boundary");
    let printable = |text: &str| text.bytes().all(|b| (b' '..=b'~').contains(&b));
    let good = |b: &String| (1..=201).contains(&b.len()) && printable(b) && !b.ends_with(' ');
    let Some(boundary) = boundary.as_ref().filter(|b| good(b)) else {
        let shown = boundary.as_deref().unwrap_or("None");
        return Err(format!("Invalid boundary in multipart: {shown}"));
    };
    let separator = format!("--{boundary}");
    let (mut rest, mut fields) = (body, Vec::new());
    while !rest.is_empty() {
        let (part, after) = match memmem::find(rest, separator.as_bytes()) {
            Some(at) => {
                let part = &rest[..at];
                let part = part.strip_suffix(b"\n").unwrap_or(part);
                let part = part.strip_suffix(b"\r").unwrap_or(part);
                (part, &rest[at + separator.len()..])
            }
            // The last boundary may be missing.
            None => (rest, &[][..]),
        };
        fields.extend(field(part, charset)?);
        rest = after;
    }
    Ok(fields)
}

fn field(part: &[u8], charset: Charset) -> Result<Option<(String, Value)>, String> {
    let Some(end) = memmem::find(&part[..part.len().min(MAX_HEAD)], b"\r\n\r\n") else {
        return match part.len() {
            MAX_HEAD.. => Err("Request max total header size exceeded.".into()),
            _ => Ok(None),
        };
    };
    let (mut disposition, mut encoded) = (None, false);
    let head = String::from_utf8_lossy(&part[..end]);
    for line in head.split("\r\n") {
        let (start, parameters) = parameters(line);
        match start.split_once(':') {
            _ if line.contains(char::REPLACEMENT_CHARACTER) => {}
            Some(("content-disposition", _)) => disposition = Some(parameters),
            Some(("content-transfer-encoding", value)) => encoded = value.trim() == "base64",
            _ => {}
        }
    }
    let Some(mut disposition) = disposition else {
        return Ok(None);
    };
    let Some(name) = disposition.remove("name") else {
        return Ok(None);
    };
    let name = charset.lossy(name.trim_ascii().as_bytes());
    let content = &part[end + 4..];
    let decoded = encoded.then(|| decode_base64(content));
    Ok(match disposition.remove("filename") {
        Some(file) if !file.is_empty() => {
            let whole = content.iter().filter(|b| !b.is_ascii_whitespace()).count() % 4 == 0;
            let length = match decoded {
                None => content.len(),
                Some(Some(content)) if whole => content.len(),
                Some(_) => return Err("Could not decode base64 data.".into()),
            };
            file_name(&file).map(|file| (name, json!({ FILE: length, FILE_NAME: file })))
        }
        _ => {
            let content = decoded
                .flatten()
                .map_or(content.into(), std::borrow::Cow::from);
            Some((name, charset.lossy(&content).into()))
        }
    })
}

/// Returns the last part of a file's path, or nothing if Django drops the file.
fn file_name(name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| python::is_printable(*c)).collect();
    Some(name).filter(|n| !matches!(n.as_str(), "" | "." | ".."))
}

/// Returns what stands before the parameters of a header, in lower case, and the parameters, as
/// Python's `email` reads them.
fn parameters(line: &str) -> (String, HashMap<String, String>) {
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
    let pairs = parts.map(|p| p.split_once('=').unwrap_or((p, "")));
    let pairs = pairs.map(|(name, value)| (name.trim().to_lowercase(), unquoted(value.trim())));
    // Those with a charset come last, and win.
    let (extended, plain): (Vec<_>, Vec<_>) = pairs.partition(|(name, _)| name.ends_with('*'));
    let extended = extended.into_iter().map(|(name, value)| {
        let bytes: Vec<u8> = percent_encoding::percent_decode_str(&value).collect();
        let value = match bytes.splitn(3, |b| *b == b'\'').collect::<Vec<_>>()[..] {
            [charset, _, text] => Charset::named(&String::from_utf8_lossy(charset)).lossy(text),
            _ => Charset::Ascii.lossy(&bytes),
        };
        (name.trim_end_matches('*').to_owned(), value)
    });
    (start, plain.into_iter().chain(extended).collect())
}

fn unquoted(value: &str) -> String {
    let inner = |open, close| value.strip_prefix(open)?.strip_suffix(close);
    match (inner('"', '"'), inner('<', '>')) {
        (Some(text), _) => text.replace("\\\\", "\\").replace("\\\"", "\""),
        (None, Some(text)) => text.into(),
        (None, None) => value.into(),
    }
}

/// Decodes as Python does, which skips what is not of the alphabet.
fn decode_base64(data: &[u8]) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        NO_PAD.with_decode_allow_trailing_bits(true),
    );
    let known = |b: &&u8| b.is_ascii_alphanumeric() || b"+/=".contains(b);
    let data: Vec<u8> = data.iter().filter(known).copied().collect();
    let end = data.iter().position(|b| *b == b'=').unwrap_or(data.len());
    let padding = data[end..].iter().take_while(|b| **b == b'=').count();
    let enough = padding >= (4 - end % 4) % 4;
    LENIENT.decode(&data[..end]).ok().filter(|_| enough)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &str) -> Result<String, String> {
        let media = "multipart/form-data; boundary=BB";
        let fields = read(media, Charset::Utf8, body.as_bytes())?;
        Ok(serde_json::to_string(&fields).unwrap())
    }

    #[test]
    fn a_form_with_faults_is_read_as_django_reads_it() {
        let head = "Content-Disposition: form-data; name";
        for (body, fields) in [
            (
                format!("--BB\r\n{head}=a\r\n\r\nb\r\n"),
                r#"[["a","b\r\n"]]"#,
            ),
            (format!("x--BB\r\n{head}=a\r\n\r\nb--BBc"), r#"[["a","b"]]"#),
            (
                format!("--BB\r\nX: y\r\n\r\nb\r\n--BB\r\n{head}=\" a \"\r\n\r\nb\r\n--BB--"),
                r#"[["a","b"]]"#,
            ),
            // The blank line before the boundary belongs to the boundary.
            (format!("--BB\r\n{head}=a\r\n\r\n--BB--"), "[]"),
            (
                format!("--BB\r\n{head}=a; filename*=latin1''%e9.txt\r\n\r\nb\r\n--BB"),
                r#"[["a",{"\u0000file":1,"\u0000name":"é.txt"}]]"#,
            ),
        ] {
            assert_eq!(text(&body).unwrap(), fields, "{body:?}");
        }
        let long = text(&format!("--BB\r\n{head}=a{}", " ".repeat(2000)));
        assert_eq!(long.unwrap_err(), "Request max total header size exceeded.");
        assert_eq!(decode_base64(b"e A==").as_deref(), Some(&b"x"[..]));
        assert_eq!((decode_base64(b"eA="), decode_base64(b"e")), (None, None));
    }
}
