//! Makes text from a server safe to show in a terminal or a log.

use std::{
    borrow::Cow,
    fmt::{self, Write},
};

/// Returns whether a character is invisible, or changes how others are shown: controls, text
/// direction, zero width, byte order marks, tags. The same set as in the generator, which this
/// crate does not depend on at run time.
pub fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0e}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Returns a text as it may stand in a log.
pub fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Writing to a `String` cannot fail.
    let _ = Shown(&mut out).write_str(text);
    out
}

/// Returns the start and the end of a text that is too long for an error.
pub(crate) fn short(text: &str) -> Cow<'_, str> {
    const START: usize = 700;
    const END: usize = 300;
    if text.len() <= START + END {
        return text.into();
    }
    let is_boundary = |at: &usize| text.is_char_boundary(*at);
    let start = (0..=START).rev().find(is_boundary).unwrap_or_default();
    let end = (text.len() - END..=text.len())
        .find(is_boundary)
        .unwrap_or_default();
    format!("{} … {}", &text[..start], &text[end..]).into()
}

/// A writer that passes text on, with hidden characters as Rust escapes them: `\n`, `\u{202e}`.
pub struct Shown<W>(pub W);

impl<W: Write> Write for Shown<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for part in text.split_inclusive(hidden) {
            match part.chars().next_back().filter(|c| hidden(*c)) {
                Some(c) => {
                    self.0.write_str(part.strip_suffix(c).unwrap_or_default())?;
                    write!(self.0, "{}", c.escape_default())?;
                }
                None => self.0.write_str(part)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_those_of_the_generator() {
        for c in '\0'..=char::MAX {
            assert_eq!(hidden(c), autopi_codegen::escape::hidden(c), "{c:?}");
        }
    }

    #[test]
    fn a_text_is_cut_only_if_it_is_too_long() {
        let text = "\u{e9}".repeat(500);
        assert_eq!(short(&text), text);
        let cut = short(&format!("{text}x")).into_owned();
        assert!(cut.contains(" \u{2026} ") && cut.len() < 1010, "{cut}");
    }
}
