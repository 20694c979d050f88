//! Reads and writes values as Python does.

use std::{borrow::Cow, sync::LazyLock};

use regex_syntax::hir::{Class, ClassUnicodeRange, HirKind};
use serde_json::Value;

use crate::util::marks::{NUMBER, characters, sent_name};

/// Returns the text of a number, of any size.
pub fn number(value: &Value) -> Option<String> {
    match value {
        Value::Number(n) if n.is_f64() => n.as_f64().map(float),
        Value::Number(n) => Some(n.to_string()),
        Value::Object(map) => map.get(NUMBER)?.as_str().map(str::to_owned),
        _ => None,
    }
}

/// Returns Python's name of the type.
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        other => match number(other) {
            Some(text) if text.bytes().all(|b| b.is_ascii_digit() || b == b'-') => "int",
            Some(_) => "float",
            None => "dict",
        },
    }
}

/// Returns the result of Python's `str`.
pub fn str_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => repr(other),
    }
}

fn repr(value: &Value) -> String {
    match value {
        Value::Null => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::String(text) => quoted(text),
        Value::Array(list) => {
            let items: Vec<String> = list.iter().map(repr).collect();
            format!("[{}]", items.join(", "))
        }
        other => number(other).unwrap_or_else(|| {
            let map = other.as_object().into_iter().flatten();
            let items: Vec<String> = map
                .map(|(k, v)| format!("{}: {}", quoted(sent_name(k)), repr(v)))
                .collect();
            format!("{{{}}}", items.join(", "))
        }),
    }
}

/// Returns a text in quotes, with escapes for what cannot be printed.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut out = String::from(quote);
    for c in characters(text) {
        let c = match c {
            Ok(c) => c,
            Err(unit) => {
                out.push_str(&format!("\\u{unit:04x}"));
                continue;
            }
        };
        match (c, u32::from(c)) {
            ('\n', _) => out.push_str("\\n"),
            ('\r', _) => out.push_str("\\r"),
            ('\t', _) => out.push_str("\\t"),
            ('\\', _) => out.push_str("\\\\"),
            _ if c == quote => out.extend(['\\', c]),
            (_, n) if !is_printable(c) => {
                out.push_str(&match n {
                    0..=0xff => format!("\\x{n:02x}"),
                    0x100..=0xffff => format!("\\u{n:04x}"),
                    _ => format!("\\U{n:08x}"),
                });
            }
            _ => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// Returns the characters of a class, in order.
fn class(expression: &str) -> Vec<ClassUnicodeRange> {
    match regex_syntax::parse(expression).map(|hir| hir.into_kind()) {
        Ok(HirKind::Class(Class::Unicode(class))) => class.ranges().to_vec(),
        _ => Vec::new(),
    }
}

/// Returns the range that holds the character.
fn range_of(ranges: &[ClassUnicodeRange], c: char) -> Option<&ClassUnicodeRange> {
    let at = ranges.partition_point(|range| range.end() < c);
    ranges.get(at).filter(|range| range.start() <= c)
}

/// Returns what Python's `isprintable` does: of controls and separators only the space is.
pub fn is_printable(c: char) -> bool {
    static HIDDEN: LazyLock<Vec<ClassUnicodeRange>> =
        LazyLock::new(|| class(r"[[\p{C}\p{Z}]--[ ]]"));
    range_of(&HIDDEN, c).is_none()
}

/// Returns a float with the fewest digits that read as the same number. From 1e16 on, and below
/// 1e-4, it has an exponent of at least two digits.
fn float(number: f64) -> String {
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    match exponent.parse::<i32>() {
        Ok(-4..=15) | Err(_) => format!("{number:?}"),
        Ok(power) => {
            let sign = if power < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", power.abs())
        }
    }
}

/// Removes white space from both ends.
pub fn strip(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c))
}

/// Returns the text with the decimal digits of all scripts as those of ASCII.
pub fn ascii_digits(text: &str) -> Cow<'_, str> {
    // Unicode has them in tens, each in its order.
    static TENS: LazyLock<Vec<ClassUnicodeRange>> = LazyLock::new(|| class(r"\d"));
    let digit = |c: char| {
        let tens = range_of(&TENS, c)?;
        char::from_digit((u32::from(c) - u32::from(tens.start())) % 10, 10)
    };
    match text.is_ascii() {
        true => text.into(),
        false => text.chars().map(|c| digit(c).unwrap_or(c)).collect(),
    }
}

/// Returns the digits that an integer may have, with underscores between them.
fn joined(text: &str, radix: u32) -> Option<String> {
    let good = |group: &str| !group.is_empty() && group.chars().all(|c| c.is_digit(radix));
    text.split('_').all(good).then(|| text.replace('_', ""))
}

/// Returns the digits of an integer that `int` reads: with white space around it, a sign, and
/// underscores between digits.
pub fn int(text: &str) -> Option<String> {
    let text = ascii_digits(text.trim());
    let joined = joined(text.strip_prefix(['+', '-']).unwrap_or(&text), 10)?;
    let digits = match joined.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let sign = if text.starts_with('-') && digits != "0" {
        "-"
    } else {
        ""
    };
    Some(format!("{sign}{digits}"))
}

/// Returns the number that `float` reads, if it is finite.
pub fn finite(text: &str) -> Option<f64> {
    let text = ascii_digits(text.trim());
    let parts: Vec<&str> = text.split('_').collect();
    let digit = |b: Option<&u8>| b.is_some_and(u8::is_ascii_digit);
    let between =
        |pair: &[&str]| digit(pair[0].as_bytes().last()) && digit(pair[1].as_bytes().first());
    if !parts.windows(2).all(between) {
        return None;
    }
    parts.concat().parse().ok().filter(|n: &f64| n.is_finite())
}

/// Returns the text of a decimal that is a number, of any size.
pub fn decimal(text: &str) -> Option<String> {
    let text = ascii_digits(strip(text)).replace('_', "");
    let first = text.trim_start_matches(['+', '-']).bytes().next()?;
    let numeric = first == b'.' || first.is_ascii_digit();
    (numeric && text.parse::<f64>().is_ok()).then_some(text)
}

/// Returns the UUID that `UUID(hex=…)` reads: with hyphens anywhere, and its 32 characters as `int`
/// reads them.
pub fn uuid(text: &str) -> Option<uuid::Uuid> {
    if let (36, Ok(id)) = (text.len(), uuid::Uuid::try_parse(text)) {
        return Some(id);
    }
    let hex = text.replace("urn:", "").replace("uuid:", "");
    let hex = hex.trim_matches(['{', '}']).replace('-', "");
    let number = ascii_digits(&hex);
    let number = number.trim();
    let number = number.strip_prefix('+').unwrap_or(number);
    let prefix = number.get(..2).filter(|p| p.eq_ignore_ascii_case("0x"));
    let number = prefix.map_or(number, |_| number[2..].trim_start_matches('_'));
    let id = u128::from_str_radix(&joined(number, 16)?, 16).ok()?;
    (hex.chars().count() == 32).then(|| uuid::Uuid::from_u128(id))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_as_python_writes_them() {
        for (value, text) in [
            (json!(["it's", "a\"b", "'\""]), r#"["it's", 'a"b', '\'"']"#),
            (
                json!({"é": "\n\\\u{7f}\u{200b}"}),
                r"{'é': '\n\\\x7f\u200b'}",
            ),
            (json!([null, true, 1, -2.0]), "[None, True, 1, -2.0]"),
            (
                json!([1e16, 1e-5, 0.0001, 123456789012345.6]),
                "[1e+16, 1e-05, 0.0001, 123456789012345.6]",
            ),
            (
                json!([{NUMBER: "1000000000000000000000"}]),
                "[1000000000000000000000]",
            ),
        ] {
            assert_eq!(str_of(&value), text);
        }
        assert_eq!(
            type_name(&json!({NUMBER: "-1000000000000000000000"})),
            "int"
        );
        assert_eq!(type_name(&json!({NUMBER: "inf"})), "float");
    }

    #[test]
    fn combining_marks_are_printable_and_controls_are_not() {
        for c in " ~\u{a1}\u{301}\u{5bf}\u{200d7}\u{fffd}\"'\\\u{e0100}".chars() {
            assert!(is_printable(c), "{c:?}");
        }
        for c in "\t\u{7f}\u{a0}\u{ad}\u{200b}\u{2028}\u{3000}\u{e000}\u{ffff}".chars() {
            assert!(!is_printable(c), "{c:?}");
        }
    }

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        for (text, digits) in [(" +1_0\u{85}", "10"), ("-007", "-7"), ("-0", "0")] {
            assert_eq!(int(text).as_deref(), Some(digits));
        }
        for text in ["", "\u{1f}1", "_1", "1_", "1__0", "1.0", "+ 1", "0x1"] {
            assert_eq!(int(text), None, "{text}");
        }
        assert_eq!(
            (finite("1_0.5"), finite("1__0"), finite("1_e5")),
            (Some(10.5), None, None)
        );
        assert_eq!(decimal(" 5__0 ").as_deref(), Some("50"));
        let other = "\u{663}\u{1d7e4}_\u{ff10}";
        assert_eq!(int(other).as_deref(), Some("320"));
        assert_eq!(
            (finite(other), decimal(other).as_deref()),
            (Some(320.0), Some("320"))
        );
        assert_eq!((int("\u{b2}"), int("\u{4e00}")), (None, None));
        assert_eq!(uuid(&"\u{663}".repeat(32)), uuid(&"3".repeat(32)));
        assert!(
            uuid(&format!("0x{}", "f".repeat(30))).is_some() && uuid(&"g".repeat(32)).is_none()
        );
        assert!(
            decimal("1e400").is_some() && decimal("nan").is_none() && decimal("-inf").is_none()
        );
    }
}
