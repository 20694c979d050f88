//! What stands for values that JSON or Rust cannot hold: members whose names begin with one NUL.
//! Names of a request that begin so have a second one.

use serde_json::{Value, json};

/// The only member of an object that stands for a number that no [`Value`] can hold. Its value is
/// the number's digits, or Python's `inf`.
pub const NUMBER: &str = "\u{0}number";

/// The characters of plane 16 that stand for lone surrogates, which Python's strings may hold and
/// Rust's may not.
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

/// Returns the name of a member as it was sent.
pub fn sent_name(kept: &str) -> &str {
    kept.strip_prefix('\0')
        .filter(|n| n.starts_with('\0'))
        .unwrap_or(kept)
}
