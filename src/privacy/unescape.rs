//! What an escape of a URL, JSON, a program or HTML stands for.

/// Returns how many bytes the first character has; a byte that is no text counts as one.
pub(super) fn char_length(bytes: &[u8; 4]) -> usize {
    match bytes[0] {
        0..0xc2 => 1,
        _ if bytes[1] == 0 => 1,
        0xc2..0xe0 => 2,
        0xe0..0xf0 => 3,
        _ => 4,
    }
}

/// Returns how many bytes from `from` on repeat `step` (`2525` in `%252541`): at most seven steps.
pub(super) fn run(text: &[u8], from: usize, step: &[u8]) -> usize {
    let steps = text.get(from..).unwrap_or_default();
    let steps = steps.chunks_exact(step.len()).take(7);
    step.len() * steps.take_while(|part| *part == step).count()
}

/// Returns what the escape at the start of the text stands for, and its length: `%41`, `%2541`,
/// `\u0041`, `\\u0041`, `\/`, `&#65;`, `&amp;`.
pub(super) fn escape(text: &[u8]) -> Option<([u8; 4], usize)> {
    let digits = |at: usize, n: usize, radix: u32| {
        let digits = std::str::from_utf8(text.get(at..at + n)?).ok()?;
        let is_number = digits.bytes().all(|c| c.is_ascii_alphanumeric());
        u32::from_str_radix(digits, radix)
            .ok()
            .filter(|_| is_number)
    };
    let character = |code: u32, length: usize| {
        let mut bytes = [0; 4];
        char::from_u32(code)?.encode_utf8(&mut bytes);
        Some((bytes, length))
    };
    let run = |from: usize, step: &[u8]| from + run(text, from, step);
    match *text.first()? {
        b'%' => {
            let at = run(1, b"25");
            let byte = digits(at, 2, 16)? as u8;
            Some(([byte, 0, 0, 0], at + 2))
        }
        b'\\' => {
            let at = run(1, b"\\");
            match *text.get(at)? {
                b'u' if text.get(at + 1) == Some(&b'{') => {
                    let n = text[at + 2..].iter().take(7).position(|c| *c == b'}')?;
                    character(digits(at + 2, n, 16)?, at + 3 + n)
                }
                b'u' => {
                    let high = digits(at + 1, 4, 16)?;
                    let low = run(at + 5, b"\\");
                    match digits(low + 1, 4, 16) {
                        Some(second @ 0xdc00..0xe000) if (0xd800..0xdc00).contains(&high) => {
                            let code = 0x10000 + ((high - 0xd800) << 10) + (second - 0xdc00);
                            character(code, low + 5)
                        }
                        _ => character(high, at + 5),
                    }
                }
                b'U' => character(digits(at + 1, 8, 16)?, at + 9),
                b'x' => character(digits(at + 1, 2, 16)?, at + 3),
                plain if plain.is_ascii_punctuation() => Some(([plain, 0, 0, 0], at + 1)),
                _ => Some(([b'\\', 0, 0, 0], at)),
            }
        }
        b'&' => {
            let at = run(1, b"amp;");
            let n = text[at..].iter().take(10).position(|c| *c == b';');
            match &text[at..at + n.unwrap_or(0)] {
                [b'#', b'x' | b'X', number @ ..] => {
                    character(digits(at + 2, number.len(), 16)?, at + 3 + number.len())
                }
                [b'#', number @ ..] => {
                    character(digits(at + 1, number.len(), 10)?, at + 2 + number.len())
                }
                name => {
                    let names = [("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\'')];
                    let named = names.iter().find(|(known, _)| known.as_bytes() == name);
                    match named {
                        Some((_, c)) => character(*c as u32, at + name.len() + 1),
                        None => (at > 1).then_some(([b'&', 0, 0, 0], at)),
                    }
                }
            }
        }
        _ => None,
    }
}
