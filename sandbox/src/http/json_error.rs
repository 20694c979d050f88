//! Explains why a text is not JSON, in the words of Python's `json`. Only called for such texts.

use std::iter::Peekable;

struct Reader<'a> {
    text: &'a str,
    left: Peekable<std::iter::Enumerate<std::str::Chars<'a>>>,
    deep: usize,
}

/// A fault, and the position of its character.
type Fault = (String, usize);

/// The message for JSON that Python would read, but the sandbox does not.
const TOO_DEEP: &str = "It is nested too deep.";

/// Returns whether Python would refuse the body too.
pub fn is_fault(body: &[u8]) -> bool {
    fault(body) != TOO_DEEP
}

pub fn fault(body: &[u8]) -> String {
    let text = match std::str::from_utf8(body) {
        Ok(text) => text,
        Err(e) => {
            let at = e.valid_up_to();
            let byte = body.get(at).copied().unwrap_or_default();
            let why = match byte {
                0xc2..=0xf4 if e.error_len().is_none() => "unexpected end of data",
                0xc2..=0xf4 => "invalid continuation byte",
                _ => "invalid start byte",
            };
            return format!("'utf-8' codec can't decode byte 0x{byte:02x} in position {at}: {why}");
        }
    };
    if text.starts_with('\u{feff}') {
        return "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)".into();
    }
    let mut reader = Reader {
        text,
        left: text.chars().enumerate().peekable(),
        deep: 0,
    };
    let (words, at) = match reader.value() {
        Err(fault) => fault,
        Ok(()) => {
            reader.space();
            if reader.peek().is_none() {
                return TOO_DEEP.into();
            }
            ("Extra data".into(), reader.at())
        }
    };
    if words.starts_with("Out of range") {
        return words;
    }
    let before: Vec<char> = text.chars().take(at).collect();
    let line = before.iter().filter(|c| **c == '\n').count() + 1;
    let column = before.iter().rev().take_while(|c| **c != '\n').count() + 1;
    format!("{words}: line {line} column {column} (char {at})")
}

impl Reader<'_> {
    fn at(&mut self) -> usize {
        let end = || self.text.chars().count();
        self.left.peek().map_or_else(end, |(at, _)| *at)
    }

    fn peek(&mut self) -> Option<char> {
        self.left.peek().map(|(_, c)| *c)
    }

    fn space(&mut self) {
        while self
            .left
            .next_if(|(_, c)| matches!(c, ' ' | '\t' | '\n' | '\r'))
            .is_some()
        {}
    }

    fn fault<T>(&mut self, words: &str) -> Result<T, Fault> {
        Err((words.to_owned(), self.at()))
    }

    fn value(&mut self) -> Result<(), Fault> {
        self.space();
        let start = self.at();
        let expected = Err(("Expecting value".to_owned(), start));
        match self.peek() {
            Some('"') => self.string(),
            Some('{' | '[') if self.deep > 900 => expected,
            Some(open @ ('{' | '[')) => {
                self.deep += 1;
                self.left.next();
                let done = self.members(open == '{');
                self.deep -= 1;
                done
            }
            Some('-' | '0'..='9' | 'a'..='z' | 'A'..='Z') => self.word(start),
            _ => expected,
        }
    }

    /// Reads a number or a name.
    fn word(&mut self, start: usize) -> Result<(), Fault> {
        // Limited to characters of a word, so that a text with many of them is read only once.
        let part = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let ahead = self.left.clone().map(|(_, c)| c);
        let rest: String = ahead.take_while(part).collect();
        for name in ["true", "false", "null", "NaN", "Infinity", "-Infinity"] {
            if rest.starts_with(name) {
                if name.ends_with('N') || name.ends_with('y') {
                    return Err((
                        format!("Out of range float values are not JSON compliant: '{name}'"),
                        start,
                    ));
                }
                self.left.by_ref().take(name.len()).for_each(drop);
                return Ok(());
            }
        }
        let digits = |text: &str| {
            text.find(|c: char| !c.is_ascii_digit())
                .unwrap_or(text.len())
        };
        let sign = usize::from(rest.starts_with('-'));
        let whole = rest.get(sign..).unwrap_or_default();
        let mut long = if whole.starts_with('0') {
            1
        } else {
            digits(whole)
        };
        if long == 0 {
            return Err(("Expecting value".into(), start));
        }
        let after = |long: usize| whole.get(long..).unwrap_or_default();
        if let Some(n) = after(long).strip_prefix('.').map(digits).filter(|n| *n > 0) {
            long += 1 + n;
        }
        if let Some(power) = after(long).strip_prefix(['e', 'E']) {
            let unsigned = power.strip_prefix(['+', '-']).unwrap_or(power);
            let n = digits(unsigned);
            if n > 0 {
                long += 1 + (power.len() - unsigned.len()) + n;
            }
        }
        self.left.by_ref().take(sign + long).for_each(drop);
        Ok(())
    }

    fn members(&mut self, object: bool) -> Result<(), Fault> {
        let close = if object { '}' } else { ']' };
        self.space();
        if self.left.next_if(|(_, c)| *c == close).is_some() {
            return Ok(());
        }
        loop {
            if object {
                self.space();
                if self.peek() != Some('"') {
                    return self.fault("Expecting property name enclosed in double quotes");
                }
                self.string()?;
                self.space();
                if self.left.next_if(|(_, c)| *c == ':').is_none() {
                    return self.fault("Expecting ':' delimiter");
                }
            }
            self.value()?;
            self.space();
            if self.left.next_if(|(_, c)| *c == close).is_some() {
                return Ok(());
            }
            if self.left.next_if(|(_, c)| *c == ',').is_none() {
                return self.fault("Expecting ',' delimiter");
            }
        }
    }

    fn string(&mut self) -> Result<(), Fault> {
        let start = self.at();
        self.left.next();
        loop {
            let here = self.at();
            match self.left.next().map(|(_, c)| c) {
                None => return Err(("Unterminated string starting at".into(), start)),
                Some('"') => return Ok(()),
                Some(c) if c < ' ' => return Err(("Invalid control character at".into(), here)),
                Some('\\') => match self.left.next().map(|(_, c)| c) {
                    None => return Err(("Unterminated string starting at".into(), start)),
                    Some('u') => {
                        for _ in 0..4 {
                            if self.left.next_if(|(_, c)| c.is_ascii_hexdigit()).is_none() {
                                return Err(("Invalid \\uXXXX escape".into(), here + 1));
                            }
                        }
                    }
                    Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => {}
                    Some(_) => return Err(("Invalid \\escape".into(), here)),
                },
                Some(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn a_large_text_is_read_once() {
        let began = std::time::Instant::now();
        let many = format!("[{}x", "1,".repeat(500_000));
        assert!(fault(many.as_bytes()).starts_with("Expecting value"));
        let long = format!("[{}x", "1".repeat(1_000_000));
        assert!(fault(long.as_bytes()).starts_with("Expecting ','"));
        assert_eq!(
            fault(b"\xff"),
            "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"
        );
        assert_eq!(
            fault("[".repeat(200).as_bytes()),
            "Expecting value: line 1 column 201 (char 200)"
        );
        assert_eq!(
            fault(format!("{}{}", "[".repeat(200), "]".repeat(200)).as_bytes()),
            "It is nested too deep."
        );
        assert!(began.elapsed().as_secs() < 10);
    }
}
