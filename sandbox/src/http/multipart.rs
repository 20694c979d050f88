//! Reads a multipart form as Django does. It refuses little: what stands between two boundaries is
//! a part, wherever they stand, and a part without a name is left out.

use base64::{
    Engine, alphabet,
    engine::general_purpose::{GeneralPurpose, NO_PAD},
};
use memchr::memmem;
use serde_json::{Value, json};

use crate::{
    handlers::query::MAX_FIELDS,
    http::{charset::Charset, parameters::parameters},
    util::{
        marks::{FILE, FILE_NAME},
        python,
    },
};

/// The longest head of a part.
const MAX_HEAD: usize = 1024;

/// How many files Django reads (`DATA_UPLOAD_MAX_NUMBER_FILES`).
const MAX_FILES: usize = 100;

/// Why a form is refused.
pub enum Fault {
    Form(String),
    /// Too many fields or files, which Django refuses before any view.
    TooMany,
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Self::Form(message)
    }
}

/// Returns the names and values of a form. The value of a file is its length and its name; its
/// content is dropped.
pub fn read(media: &str, charset: Charset, body: &[u8]) -> Result<Vec<(String, Value)>, Fault> {
    if !media.starts_with("multipart/") {
        return Err(format!("Invalid Content-Type: {media}").into());
    }
    let boundary = parameters(media).and_then(|(_, mut found)| found.remove("boundary"));
    let printable = |text: &str| text.bytes().all(|b| (b' '..=b'~').contains(&b));
    let good = |b: &String| (1..=201).contains(&b.len()) && printable(b) && !b.ends_with(' ');
    let Some(boundary) = boundary.as_ref().filter(|b| good(b)) else {
        let shown = boundary.as_deref().unwrap_or("None");
        return Err(format!("Invalid boundary in multipart: {shown}").into());
    };
    let separator = format!("--{boundary}");
    let (mut rest, mut fields) = (body, Vec::new());
    // What is before the first boundary and after the last one counts as a field.
    let (mut fields_left, mut files_left) = (MAX_FIELDS + 2, MAX_FILES);
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
        rest = after;
        let left = match field(part, charset)? {
            Part::Field(found) => {
                fields.extend(found);
                &mut fields_left
            }
            Part::File(found) => {
                fields.extend(found);
                &mut files_left
            }
            Part::NamelessFile => continue,
        };
        *left = left.checked_sub(1).ok_or(Fault::TooMany)?;
    }
    Ok(fields)
}

/// A part; one without a name, and a file whose name cannot be used, have no value.
enum Part {
    Field(Option<(String, Value)>),
    File(Option<(String, Value)>),
    NamelessFile,
}

fn field(part: &[u8], charset: Charset) -> Result<Part, String> {
    let Some(end) = memmem::find(&part[..part.len().min(MAX_HEAD)], b"\r\n\r\n") else {
        return match part.len() {
            MAX_HEAD.. => Err("Request max total header size exceeded.".into()),
            _ => Ok(Part::Field(None)),
        };
    };
    let (mut disposition, mut encoded) = (None, false);
    let head = String::from_utf8_lossy(&part[..end]);
    for line in head.split("\r\n") {
        let Some((start, parameters)) = parameters(line) else {
            continue;
        };
        match start.split_once(':') {
            _ if line.contains(char::REPLACEMENT_CHARACTER) => {}
            Some(("content-disposition", _)) => disposition = Some(parameters),
            Some(("content-transfer-encoding", value)) => encoded = value.trim() == "base64",
            _ => {}
        }
    }
    let mut disposition = disposition.unwrap_or_default();
    let file = disposition.remove("filename").filter(|f| !f.is_empty());
    let Some(name) = disposition.remove("name") else {
        return Ok(match file {
            Some(_) => Part::NamelessFile,
            None => Part::Field(None),
        });
    };
    let name = charset.lossy(name.trim_ascii().as_bytes());
    let content = &part[end + 4..];
    let decoded = encoded.then(|| decode_base64(content));
    Ok(match file {
        Some(file) => {
            let whole = content.iter().filter(|b| !b.is_ascii_whitespace()).count() % 4 == 0;
            let length = match decoded {
                None => content.len(),
                Some(Some(content)) if whole => content.len(),
                Some(_) => return Err("Could not decode base64 data.".into()),
            };
            let file = file_name(&file);
            Part::File(file.map(|file| (name, json!({ FILE: length, FILE_NAME: file }))))
        }
        None => {
            let content = decoded
                .flatten()
                .map_or(content.into(), std::borrow::Cow::from);
            Part::Field(Some((name, charset.lossy(&content).into())))
        }
    })
}

/// Returns the last part of a file's path, or nothing if Django drops the file.
fn file_name(name: &str) -> Option<String> {
    let name = htmlize::unescape(name);
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| python::is_printable(*c)).collect();
    Some(name).filter(|n| !matches!(n.as_str(), "" | "." | ".."))
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

    fn text(body: &str) -> String {
        let media = "multipart/form-data; boundary=BB";
        match read(media, Charset::Utf8, body.as_bytes()) {
            Ok(fields) => serde_json::to_string(&fields).unwrap(),
            Err(Fault::Form(message)) => message,
            Err(Fault::TooMany) => "too many".into(),
        }
    }

    #[test]
    fn a_name_of_several_pieces_or_with_entities_is_read_as_django_reads_it() {
        for (name, read) in [
            (
                "filename*0*=utf-8'en'%e2; filename*1*=%82%ac; filename*2=.%41",
                "€.%41",
            ),
            (
                "filename*10=c; filename*9=b; filename*0=a; filename=x",
                "abc",
            ),
            ("filename*=%e2.txt", "\u{fffd}.txt"),
            // The path in front of a backslash is dropped.
            ("filename*=''%e9\u{20ac}.txt", "u20ac.txt"),
            ("filename=\"a&amp;b&#46;t&copy\"", "a&b.t©"),
            ("filename=\"&#x2e;&period;/&sol;x\"", "x"),
            ("filename=\"e\u{301}\u{200b}\u{e000}\"", "e\u{301}"),
        ] {
            let found = text(&format!(
                "--BB\r\nContent-Disposition: form-data; name=a; {name}\r\n\r\nb\r\n--BB"
            ));
            let read = json!([["a", {FILE: 1, FILE_NAME: read}]]);
            assert_eq!(found, read.to_string(), "{name}");
        }
        for dropped in [
            "filename=\"..&#47;\"",
            "filename*=nope''a",
            "filename=\"&period;&#46;\"",
        ] {
            let head = format!("Content-Disposition: form-data; name=a; {dropped}");
            assert_eq!(
                text(&format!("--BB\r\n{head}\r\n\r\nb\r\n--BB")),
                "[]",
                "{dropped}"
            );
        }
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
            assert_eq!(text(&body), fields, "{body:?}");
        }
        let long = text(&format!("--BB\r\n{head}=a{}", " ".repeat(2000)));
        assert_eq!(long, "Request max total header size exceeded.");
        assert_eq!(decode_base64(b"e A==").as_deref(), Some(&b"x"[..]));
        assert_eq!((decode_base64(b"eA="), decode_base64(b"e")), (None, None));
    }
}
