//! Reads JSON as Python does: integers of any size, numbers too large for a float, and lone
//! surrogates. What stands for them is never taken from the text itself.

use serde::de::IgnoredAny;
use serde_json::Value;

use crate::{
    http::json_error,
    util::{
        any::Any,
        marks::{NUMBER, SURROGATES},
    },
};

/// Returns the value of a body, or Python's message if the body is not JSON.
pub fn read(body: &[u8]) -> Result<Value, String> {
    let quick = || match serde_json::from_slice(body) {
        Ok(Any(value)) => Ok(value),
        Err(_) => Err(json_error::fault(body)),
    };
    match std::str::from_utf8(body) {
        Ok(text) if may_be_changed(text) => {
            // `marked` relies on valid JSON. serde_json also refuses numbers that Python reads.
            let marked = match serde_json::from_str::<IgnoredAny>(text) {
                Err(_) if json_error::is_fault(body) => None,
                _ => serde_json::from_str(&marked(text))
                    .map(|Any(value)| value)
                    .ok(),
            };
            marked.map_or_else(quick, Ok)
        }
        _ => quick(),
    }
}

/// Returns whether a text may hold what [`marked`] changes: long digits, an exponent of three
/// digits, an escaped surrogate or NUL.
fn may_be_changed(text: &str) -> bool {
    let long = |run: &[u8]| run.iter().all(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    let power = |at: &[u8]| {
        at[0] | 0x20 == b'e' && at[1..].iter().filter(|b| b.is_ascii_digit()).count() > 2
    };
    bytes.windows(19).any(long) || bytes.windows(5).any(power) || text.contains("\\u")
}

/// Returns the JSON with markers in place of numbers and surrogates that no [`Value`] can hold, and
/// with names as [`name`](crate::util::marks::name) keeps them.
fn marked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '"' => {
                let start = out.len();
                let length = string(rest, &mut out);
                let follows = rest.get(length..).unwrap_or_default().trim_start();
                if follows.starts_with(':') && out[start + 1..].starts_with(NUL) {
                    out.insert_str(start + 1, NUL);
                }
                length
            }
            '-' | '0'..='9' => number(rest, &mut out),
            _ => {
                out.push(c);
                c.len_utf8()
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    out
}

fn number(text: &str, out: &mut String) -> usize {
    let part = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E');
    let token = text.find(|c| !part(c)).map_or(text, |end| &text[..end]);
    let whole = !token.contains(['.', 'e', 'E']);
    let kept = match whole {
        true => token.parse::<i64>().is_ok() || token.parse::<u64>().is_ok(),
        false => token.parse().is_ok_and(f64::is_finite),
    };
    let sign = if token.starts_with('-') { "-" } else { "" };
    match kept {
        true => out.push_str(token),
        false if whole => out.push_str(&marker(token)),
        false => out.push_str(&marker(&format!("{sign}inf"))),
    }
    token.len()
}

fn marker(digits: &str) -> String {
    serde_json::json!({ NUMBER: digits }).to_string()
}

const NUL: &str = "\\u0000";

/// Copies the string at the start of the text, with its quotes, and returns its length.
fn string(text: &str, out: &mut String) -> usize {
    let unit = |at: usize| {
        let hex = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(hex, 16).ok()
    };
    let (mut at, mut nuls) = (1, 0);
    out.push('"');
    loop {
        let Some(c) = text.get(at..).and_then(|t| t.chars().next()) else {
            return at;
        };
        let escaped = unit(at);
        let first = escaped.filter(|n| (0xd800..0xe000).contains(n));
        let is_pair = first.is_some_and(|n| n < 0xdc00)
            && unit(at + 6).is_some_and(|n| (0xdc00..0xe000).contains(&n));
        // The pairs of `SURROGATES`.
        if SURROGATES.contains(&c) || is_pair && matches!(first, Some(0xdbf6 | 0xdbf7)) {
            out.push_str(&NUL.repeat(nuls));
        }
        let length = match (c, first) {
            (_, Some(_)) if is_pair => 12,
            (_, Some(lone)) => {
                let stand_in = char::from_u32(0x10_0000 | lone).unwrap_or(*SURROGATES.start());
                out.push_str(&NUL.repeat(nuls + 1));
                out.push(stand_in);
                (at, nuls) = (at + 6, 0);
                continue;
            }
            (_, None) if escaped.is_some() => 6,
            ('\\', None) => 2,
            (c, None) => c.len_utf8(),
        };
        nuls = if escaped == Some(0) { nuls + 1 } else { 0 };
        out.push_str(text.get(at..at + length).unwrap_or_default());
        at += length;
        if c == '"' {
            return at;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::util::{json::write, marks};

    #[test]
    fn what_python_reads_is_read_and_written_back_unchanged() {
        for text in [
            r#"{"a":123456789012345678901234567890,"b":[-18446744073709551616,18446744073709551615]}"#,
            r#"{"a":"123456789012345678901234567890","\"1e400":"\\"}"#,
            r#"["😀",1e300]"#,
            r#"{"$serde_json::private::RawValue":"[5]"}"#,
            r#"{"\u0000number":"5","\u0000\u0000file":[{"\u0000number":"5"}],"a":"\u0000number"}"#,
            r#"{"\ud800":["a\udbff\ud800","\u0000\udfff","\u0000\u0000\udfff\\u0000\ud800"]}"#,
            "{\"\u{10d800}\":[\"\u{10dfff}\",\"\\u0000\u{10dfff}\\ud800\",\"\\u0000\\u0000\u{10dc00}\"]}",
        ] {
            let value = read(text.as_bytes()).unwrap();
            assert_eq!(write(&value).replace("1e+300", "1e300"), text);
        }
        let read = |text: &str| super::read(text.as_bytes());
        assert_eq!(
            read(r#""\ud83d\ude00\udc00x""#),
            Ok(json!("😀\0\u{10dc00}x"))
        );
        let real = json!("\0\0\u{10dbff}\u{10dc00}");
        assert_eq!(
            read(r#""\u0000\udbf6\udfff\udbf7\udc00""#).as_ref(),
            Ok(&real)
        );
        assert_eq!(marks::text("\0\u{10dbff}\u{10dc00}"), real);
        assert_eq!(read("[-1e400]"), Ok(json!([{ NUMBER: "-inf" }])));
        assert_eq!(
            read(r#"{"a":1e400,}"#).unwrap_err(),
            "Expecting property name enclosed in double quotes: line 1 column 12 (char 11)"
        );
        let deep = format!("{}1e400{}", "[".repeat(200), "]".repeat(200));
        assert_eq!(read(&deep).unwrap_err(), "It is nested too deep.");
        assert!(read("NaN").unwrap_err().starts_with("Out of range"));
    }
}
