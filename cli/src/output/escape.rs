//! Makes text from a server or a document safe for a terminal.

use std::fmt::Write;

use autopi::rt::{hidden, shown};

/// Returns the text on one line, with hidden characters as Rust escapes them: `\n`, `\u{202e}`.
pub fn line(text: &str) -> String {
    shown(text)
}

/// Quotes a text for a POSIX shell. Hidden characters are escaped as POSIX has it since 2024, and
/// other shells before: `$'a\012b'`.
pub fn quoted(text: &str) -> String {
    if line(text) == text {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut out = String::from("$'");
    for c in text.chars() {
        let own = c.to_string();
        match c {
            '\'' | '\\' => out.extend(['\\', c]),
            _ if line(&own) == own => out.push(c),
            _ => own.bytes().for_each(|byte| out += &format!("\\{byte:03o}")),
        }
    }
    out + "'"
}

/// Returns the same JSON with its hidden characters escaped as `\uXXXX`.
pub fn json(text: &str) -> String {
    let is_shown = |c: char| c == '\n' || !hidden(c);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_shown(c) {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a `String` cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}
