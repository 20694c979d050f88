//! Makes text of a document safe to show in a doc comment, a report or a terminal.

use std::borrow::Cow;

use crate::docs;

/// Returns whether a character is invisible, or changes how others are shown: controls, text
/// direction, zero width, byte order marks, tags.
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

/// Returns the text on one line, with hidden characters as Rust escapes them (`\n`, `\u{202e}`).
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// Returns the text as [`line()`] does, but keeps line feeds and tabs.
pub fn lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| matches!(c, '\n' | '\t'))
}

/// Returns a key as a part of a JSON pointer (RFC 6901, section 3).
pub fn pointer(key: &str) -> String {
    if !key.contains(['~', '/']) {
        return key.to_owned();
    }
    key.replace('~', "~0").replace('/', "~1")
}

/// Returns the key that [`pointer()`] has escaped.
pub fn unescape(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

/// Returns a text for a line of Markdown: without markup except code spans, and without hidden
/// characters.
pub fn markdown(text: &str) -> String {
    docs::prose(&line(text), |c| {
        docs::is_markup(c) || matches!(c, '*' | '_')
    })
}

/// Returns a name as a code span of Markdown that nothing in the name can end.
pub fn code(text: &str) -> String {
    let text = line(text);
    let ticks = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let (mark, gap) = ("`".repeat(ticks + 1), if ticks > 0 { " " } else { "" });
    format!("{mark}{gap}{text}{gap}{mark}")
}

/// Returns the same JSON with its hidden characters escaped as `\uXXXX`.
pub fn json(text: &str) -> Cow<'_, str> {
    let shown = |c| hidden(c) && !matches!(c, '\n' | '\t');
    if !text.contains(shown) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if shown(c) {
            let units = c.encode_utf16(&mut [0; 2]).to_vec();
            out.extend(units.iter().map(|u| format!("\\u{u:04x}")));
        } else {
            out.push(c);
        }
    }
    out.into()
}

fn escaped(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    let shown = |c| hidden(c) && !keep(c);
    if !text.contains(shown) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            // `char::escape_default` escapes visible characters too, but never leaves a hidden one
            // as it is.
            c if shown(c) => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_shown() {
        let text = "a\r\u{1b}[2J\u{0}\u{202e}\u{2066}\u{200b}\u{feff}\u{e0041}\u{9b}\n\té\u{915}";
        assert_eq!(
            line(text),
            r"a\r\u{1b}[2J\u{0}\u{202e}\u{2066}\u{200b}\u{feff}\u{e0041}\u{9b}\n\té".to_owned()
                + "\u{915}"
        );
        assert_eq!(lines("a\n\tb\r"), "a\n\tb\\r");
        assert_eq!(
            json("\"a\u{202e}\u{e0041}\"\n"),
            "\"a\\u202e\\udb40\\udc41\"\n"
        );
        for (text, span) in [
            ("a", "`a`"),
            ("`", "`` ` ``"),
            ("a``b`\n", r"``` a``b`\n ```"),
        ] {
            assert_eq!(code(text), span);
        }
        for (text, shown) in [
            ("<b> `c*`\r\n", r"\<b> `c*`\\r\\n"),
            (r"\[a](b) ![c](d)", r"\\\[a\](b) !\[c\](d)"),
            ("```[a](b)`", r"\`\`\`\[a\](b)\`"),
            ("&#x202e; &lt; R&D & A", r"\&#x202e; \&lt; R\&D & A"),
            ("__a_b__ *b*", r"\_\_a_b\_\_ \*b\*"),
        ] {
            assert_eq!(markdown(text), shown, "{text:?}");
        }
        assert!(matches!(line("plain — ünïcode 你好"), Cow::Borrowed(_)));
    }
}
