//! A response is read twice before it is an error: as it is documented, then leniently (docs/decisions/0003).

use std::cell::RefCell;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::codec::{digits, lenient::Lenient, mode};

/// How many empty texts of a value may stand for nothing.
const EMPTY: usize = 256;
/// Why a value does not decode.
pub(crate) struct Fault {
    pub path: String,
    pub message: String,
}

/// Reads a response or an item: as it is documented, then leniently.
pub(crate) fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, Fault> {
    read_with(text, false)
}

/// As [`read`], of what is documented as any JSON: a number that would change, and Python's `NaN` and `Infinity`, are texts in it.
pub(crate) fn read_any<T: DeserializeOwned>(text: &[u8]) -> Result<T, Fault> {
    read_with(text, true)
}

fn read_with<T: DeserializeOwned>(text: &[u8], any: bool) -> Result<T, Fault> {
    // UTF-8 is checked once for the whole text, not string by string: that is quicker.
    let quick = || match std::str::from_utf8(text) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(text),
    };
    mode::expect_item(true);
    let leniently = || second(text, any, true, &RefCell::default());
    let value = match digits::any_lost(text) {
        false => mode::strictly(quick).or_else(|_| leniently()),
        true => leniently(),
    };
    mode::expect_item(false);
    value
}

/// Reads what is inside of a response leniently; what it finds out of empty texts is noted.
pub(crate) fn leniently<T: DeserializeOwned>(
    text: &[u8],
    empty: &RefCell<Vec<usize>>,
) -> Result<T, Fault> {
    second(text, false, false, empty)
}

fn second<T: DeserializeOwned>(
    text: &[u8],
    any: bool,
    whole: bool,
    empty: &RefCell<Vec<usize>>,
) -> Result<T, Fault> {
    loop {
        mode::expect_item(whole);
        let before = empty.borrow().len();
        let fault = match serde_path_to_error::deserialize(Lenient::new(text, any, empty)) {
            Ok(value) => return Ok(value),
            Err(fault) => fault,
        };
        // An empty text was met that can't be what is wanted: is it wanted at all?
        let now = empty.borrow().len();
        if now == before || now > EMPTY {
            return Err(Fault {
                path: fault.path().to_string(),
                message: fault.inner().to_string(),
            });
        }
    }
}

/// As a value, whatever the text is: what is no JSON is one text, and nothing is null.
pub(crate) fn lossless(text: &[u8]) -> Value {
    if text.is_empty() {
        return Value::Null;
    }
    read_any(text).unwrap_or_else(|_| String::from_utf8_lossy(text).into())
}

#[cfg(test)]
mod tests;
