//! Decodes the text of a body by the `charset` of its media type, as Django does.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// How the bytes of a body become text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Charset {
    /// Also for a `charset` that Python does not know.
    Utf8,
    Ascii,
    Latin1,
    /// With a byte order mark.
    Utf16,
    Other(&'static Encoding),
}

impl Charset {
    pub fn of(media: &str) -> Self {
        let parameters = media.split(';').skip(1).filter_map(|p| p.split_once('='));
        let named = parameters
            .filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
            .map(|(_, value)| value.trim().trim_matches('"'));
        Self::named(named.last().unwrap_or_default()).unwrap_or(Self::Utf8)
    }

    /// Returns the charset of this name, if Python knows it.
    pub fn named(label: &str) -> Option<Self> {
        let label = label.to_ascii_lowercase().replace('_', "-");
        Some(match label.as_str() {
            "ascii" | "us-ascii" => Self::Ascii,
            "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "l1" => Self::Latin1,
            "utf-16" | "utf16" => Self::Utf16,
            label => {
                let windows = label.strip_prefix("cp").map(|n| format!("windows-{n}"));
                let label = windows.unwrap_or_else(|| label.to_owned());
                match Encoding::for_label_no_replacement(label.as_bytes())? {
                    encoding if encoding == encoding_rs::UTF_8 => Self::Utf8,
                    encoding => Self::Other(encoding),
                }
            }
        })
    }

    /// Returns the text as UTF-8, or Python's message if the bytes are not valid in this encoding.
    /// Bytes that are UTF-8 by their `charset` are checked later, by whatever reads the text.
    pub fn decode<'b>(self, bytes: &'b [u8]) -> Result<Cow<'b, [u8]>, String> {
        let whole = |encoding: &'static Encoding, bytes: &'b [u8]| {
            let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
            let name = encoding.name().to_ascii_lowercase();
            let text = text.ok_or_else(|| format!("'{name}' codec can't decode the body"))?;
            Ok(text.into_owned().into_bytes().into())
        };
        match self {
            Self::Utf8 => Ok(bytes.into()),
            Self::Ascii => match bytes.iter().position(|b| !b.is_ascii()) {
                Some(at) => Err(format!(
                    "'ascii' codec can't decode byte 0x{:02x} in position {at}: ordinal not in \
                     range(128)",
                    bytes[at]
                )),
                None => Ok(bytes.into()),
            },
            Self::Latin1 => Ok(encoding_rs::mem::decode_latin1(bytes)
                .into_owned()
                .into_bytes()
                .into()),
            Self::Utf16 => match bytes {
                [0xff, 0xfe, rest @ ..] => whole(UTF_16LE, rest),
                [0xfe, 0xff, rest @ ..] => whole(UTF_16BE, rest),
                _ => Err("UTF-16 stream does not start with BOM".into()),
            },
            Self::Other(encoding) => whole(encoding, bytes),
        }
    }

    /// Returns the text, with U+FFFD in place of invalid bytes.
    pub fn lossy(self, bytes: &[u8]) -> String {
        if self == Self::Ascii {
            let read = |b: &u8| {
                if b.is_ascii() {
                    char::from(*b)
                } else {
                    '\u{fffd}'
                }
            };
            return bytes.iter().map(read).collect();
        }
        let text = self.decode(bytes).unwrap_or(Cow::Borrowed(bytes));
        String::from_utf8_lossy(&text).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_decoded_by_its_charset() {
        let read = |media: &str, bytes: &[u8]| {
            let text = Charset::of(media).decode(bytes)?;
            Ok::<_, String>(String::from_utf8_lossy(&text).into_owned())
        };
        for (media, bytes) in [
            ("application/json", &b"\xc3\xa9"[..]),
            ("application/json; charset=UTF8", b"\xc3\xa9"),
            ("application/json; charset=nope", b"\xc3\xa9"),
            ("application/json;charset=\"ISO-8859-1\"", b"\xe9"),
            ("application/json; a=b; Charset=cp1252", b"\xe9"),
            ("application/json; charset=utf-16", b"\xff\xfe\xe9\0"),
            ("application/json; charset=utf-16be", b"\0\xe9"),
        ] {
            assert_eq!(read(media, bytes).as_deref(), Ok("é"), "{media}");
        }
        for (media, bytes) in [
            ("x/y; charset=us-ascii", &b"\xc3"[..]),
            ("x/y; charset=utf-16", b"\0x"),
            ("x/y; charset=shift_jis", b"\xff"),
        ] {
            assert!(read(media, bytes).is_err(), "{media}");
        }
    }
}
