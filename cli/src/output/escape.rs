//! Text of a server or a document, made safe for a terminal.

use std::fmt::Write;

use autopi::rt::{hidden, shown};

/// On one line, with what is hidden as Rust writes it: `\n`, `\u{202e}`.
pub fn line(text: &str) -> String {
    shown(text)
}

/// JSON whose hidden characters are `\uXXXX`: the same to a parser.
pub fn json(text: &str) -> String {
    let is_shown = |c: char| c == '\n' || !hidden(c);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_shown(c) {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // A `String` takes all.
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}
