//! Which numbers a `serde_json::Value` and an `f64` keep exactly, and which they change.
//!
//! serde_json's `arbitrary_precision` would keep all of them, but as a feature it applies to the
//! whole dependency tree of a consumer, and it breaks `flatten` and untagged enums there. So a text
//! is searched for numbers that would change before it is read the fast way.

/// Shorter runs of digits and points need no check: an `f64` keeps 15 significant digits.
const RUN: usize = 16;

/// The number of bytes that are compared at once.
const WORD: usize = RUN / 2;

/// The number of positions that one step looks at. It has no branches, so that the compiler can use
/// vector instructions.
const PLACES: usize = 64;

/// The number of bytes that one step reads: an exponent may begin at its last position.
const SEEN: usize = PLACES + 3;

/// Returns whether the text holds a number that changes when it is read as an `i64`, `u64` or
/// `f64`.
///
/// Such a number is long, or too small for 64 bits: then it may have few digits, but its exponent
/// has at least three.
pub(crate) fn any_lost(text: &[u8]) -> bool {
    let (mut at, mut seen) = (0, 0);
    while let Some(block) = text.get(at..).and_then(|t| t.first_chunk::<SEEN>()) {
        if has_exponent(block) && tiny_in(text, at, at + SEEN)
            || has_word(block) && long_in(text, at, at + PLACES, &mut seen)
        {
            return true;
        }
        at += PLACES;
    }
    tiny_in(text, at, text.len()) || long_in(text, at, text.len(), &mut seen)
}

/// Returns whether a negative exponent may begin in the block.
#[inline(always)]
fn has_exponent(block: &[u8; SEEN]) -> bool {
    (0..PLACES).fold(0, |any, i| any | exponent(&block[i..i + 4])) != 0
}

/// Returns whether a word of the block has digits, points and slashes only: a run of [`RUN`] digits
/// and points holds a whole word. (`/` stands between the two in ASCII; [`long_in`] looks closer.)
#[inline(always)]
fn has_word(block: &[u8; SEEN]) -> bool {
    let part = block.map(|b| u8::from(b.wrapping_sub(b'.') < 12));
    let (words, _) = part[..PLACES].as_chunks::<WORD>();
    words.iter().fold(false, |any, w| any | (*w == [1; WORD]))
}

/// Returns 1 at the last digit before a negative exponent, else 0.
#[inline(always)]
fn exponent(at: &[u8]) -> u8 {
    let digit = |b: u8| u8::from(b.wrapping_sub(b'0') < 10);
    digit(at[0]) & u8::from(at[1] | 0x20 == b'e') & u8::from(at[2] == b'-') & digit(at[3])
}

#[cold]
fn tiny_in(text: &[u8], start: usize, end: usize) -> bool {
    let mut places = text[start..end].windows(4).enumerate();
    places.any(|(i, place)| exponent(place) != 0 && is_tiny(text, start + i + 1))
}

/// Returns whether the `e` at this position belongs to a number that 64 bits would change.
fn is_tiny(text: &[u8], e: usize) -> bool {
    let exponent = text.iter().skip(e + 2).take_while(|b| b.is_ascii_digit());
    let part = |b: &&u8| b.is_ascii_digit() || **b == b'.';
    let digits = text[..e].iter().rev().take_while(part).count();
    exponent.count() > 2 && digits > 0 && lost_at(text, e - digits)
}

/// Looks at the numbers of a part of the text, at each word; up to `seen` they were looked at
/// before.
#[cold]
fn long_in(text: &[u8], start: usize, end: usize, seen: &mut usize) -> bool {
    let part = |b: &u8| b.is_ascii_digit() || *b == b'.';
    for at in (start..end).step_by(WORD) {
        let last = text.get(at + WORD - 1);
        if at < *seen || !part(&text[at]) || !last.is_some_and(part) {
            continue;
        }
        let before = text[..at].iter().rev().take_while(|b| part(b)).count();
        let after = text[at..].iter().take_while(|b| part(b)).count();
        *seen = at + after;
        if before + after >= RUN && lost_at(text, at - before) {
            return true;
        }
    }
    false
}

/// Returns whether a number that would change begins here.
fn lost_at(text: &[u8], start: usize) -> bool {
    let sign = start > 0 && text[start - 1] == b'-';
    let start = start - usize::from(sign);
    // Most long runs stand inside a string (an id, a serial number), which keeps all digits.
    let opens = |b: u8| matches!(b, b'[' | b',' | b':') || b.is_ascii_whitespace();
    if start > 0 && !opens(text[start - 1]) {
        return false;
    }
    let token = text[start..]
        .iter()
        .take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'))
        .count();
    std::str::from_utf8(&text[start..start + token]).is_ok_and(|token| !is_kept(token))
}

/// Returns whether a JSON number keeps its digits as an `i64`, `u64` or `f64`.
pub(crate) fn is_kept(token: &str) -> bool {
    if token.parse::<i64>().is_ok() || token.parse::<u64>().is_ok() {
        return true;
    }
    let read = token.parse::<f64>().ok().filter(|f| f.is_finite());
    read.is_some_and(|f| normal(&format!("{f:e}")) == normal(token))
}

/// Returns the sign, the significant digits, and the position of the decimal point relative to
/// them.
fn normal(token: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = token.split_once(['e', 'E']).unwrap_or((token, "0"));
    let negative = mantissa.starts_with('-');
    let mantissa = mantissa.trim_start_matches('-');
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    let point =
        exponent.parse::<i64>().ok()? + whole.len() as i64 - (all.len() - digits.len()) as i64;
    let digits = digits.trim_end_matches('0');
    Some((
        negative,
        digits.to_owned(),
        if digits.is_empty() { 0 } else { point },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_lose_digits_are_recognised() {
        for kept in [
            "0",
            "-0.0",
            "1e3",
            "12.50",
            "18446744073709551615",
            "-9223372036854775808",
            "0.1",
            "1E-7",
            "12.345678901234567",
            "0.00012345678901234567",
            "1.7976931348623157e308",
            "100000000000000000000000",
        ] {
            assert!(is_kept(kept), "{kept}");
        }
        for lost in [
            "89450100000000000123",
            "-9223372036854775809",
            "0.1000000000000000055511151231257827",
            "12345678.123456789012",
            "1e400",
            "1e-400",
            "1.00000000000000000001",
        ] {
            assert!(!is_kept(lost), "{lost}");
        }
    }

    #[test]
    fn a_number_that_loses_digits_is_found_anywhere() {
        for lost in [
            "89450100000000000123",
            "-89450100000000000123",
            "0.12345678901234567891e5",
            "1e-400",
            "-2.5E-0324",
            "9007199254740993e1",
        ] {
            for shift in 0..80 {
                for before in ["[{\"a\":", "[", "[0,", "[0, "] {
                    let text = format!("{}{before}{lost}]", " ".repeat(shift));
                    assert!(any_lost(text.as_bytes()), "{text}");
                }
                let text = format!("{}{lost}", " ".repeat(shift));
                assert!(any_lost(text.as_bytes()), "{text}");
                let text = format!(
                    "{}[{{\"a\":\"{lost}\",\"b\":[12.345678901234567]}}]",
                    " ".repeat(shift)
                );
                assert!(!any_lost(text.as_bytes()), "{text}");
            }
        }
        for kept in [
            "1.2345678901234567e+5",
            "1.2345678901234567E5",
            "-1.234567890123456e-5",
            "18446744073709551615",
            "1.5e-300",
        ] {
            assert!(!any_lost(format!("[{kept}]").as_bytes()), "{kept}");
        }
    }
}
