//! What stands for values that JSON or Rust cannot hold: members whose names begin with one NUL.
//! Names of a request that begin so have a second one. In a text, one NUL more than twice those
//! that were sent stands before what is no character.

use serde_json::{Value, json};

/// The only member of an object that stands for a number that no [`Value`] can hold. Its value is
/// the number's digits, or Python's `inf`.
pub const NUMBER: &str = "\u{0}number";

/// The characters of plane 16 that stand for lone surrogates, which Python's strings may hold and
/// Rust's may not, behind an odd number of NULs. Behind any other they are themselves.
pub const SURROGATES: std::ops::RangeInclusive<char> = '\u{10d800}'..='\u{10dfff}';

/// The marker of a file in a part, with its length in place of its content.
pub const FILE: &str = "\u{0}file";

/// The marker of a file's name.
pub const FILE_NAME: &str = "\u{0}name";

/// Returns an integer of any size.
pub fn integer(digits: &str) -> Value {
    let small = digits.parse::<i64>().map(Value::from);
    let small = small.or_else(|_| digits.parse::<u64>().map(Value::from));
    small.unwrap_or_else(|_| json!({ NUMBER: digits }))
}

/// Returns what stands for an infinity, which is not JSON.
pub fn infinity() -> Value {
    json!({ NUMBER: "inf" })
}

/// Returns what stands for a null that is no missing value.
pub fn null() -> Value {
    json!({ NUMBER: "null" })
}

/// Returns the name of a member as it is kept: one that begins as our markers do has a second NUL.
pub fn name(sent: String) -> String {
    match sent.starts_with('\0') {
        true => format!("\0{sent}"),
        false => sent,
    }
}

/// Returns a text, which has no lone surrogates, as it is kept.
pub fn text(sent: &str) -> String {
    let (mut kept, mut nuls) = (String::with_capacity(sent.len()), 0);
    for c in sent.chars() {
        if SURROGATES.contains(&c) {
            kept.extend(std::iter::repeat_n('\0', nuls));
        }
        nuls = if c == '\0' { nuls + 1 } else { 0 };
        kept.push(c);
    }
    kept
}

/// Returns the characters of a text as it was sent, and its lone surrogates.
pub fn characters(kept: &str) -> Vec<Result<char, u16>> {
    let (mut out, mut nuls) = (Vec::with_capacity(kept.len()), 0_usize);
    for c in kept.chars() {
        let mut sent = Ok(c);
        if SURROGATES.contains(&c) {
            out.truncate(out.len() - nuls.div_ceil(2));
            if nuls % 2 == 1 {
                sent = Err((u32::from(c) & 0xffff) as u16);
            }
        }
        nuls = if c == '\0' { nuls + 1 } else { 0 };
        out.push(sent);
    }
    out
}

/// Returns the name of a member as it was sent.
pub fn sent_name(kept: &str) -> &str {
    kept.strip_prefix('\0')
        .filter(|n| n.starts_with('\0'))
        .unwrap_or(kept)
}
