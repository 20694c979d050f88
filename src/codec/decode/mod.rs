//! Decoding: a response is read as it is documented and, if that fails, leniently
//! (docs/decisions/0003).

use std::cell::RefCell;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    codec::{any::Any, digits, lenient::Lenient, mode},
    privacy::repeated::Repeated,
};

/// How many empty strings and lists in a value may be read as missing: for each, it is read again.
const EMPTY: usize = 256;

/// The reason why a value does not decode.
pub(crate) struct Fault {
    pub path: String,
    pub message: String,
}

/// Decodes a response or an item: as it is documented, then leniently.
pub(crate) fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, Fault> {
    read_with(text, false, None::<fn() -> Repeated>)
}

/// As [`read`], for the response to a request: what is reported of bad items does not show its
/// secrets.
pub(crate) fn read_hiding<T: DeserializeOwned>(
    text: &[u8],
    secrets: impl FnOnce() -> Repeated,
) -> Result<T, Fault> {
    read_with(text, false, Some(secrets))
}

/// As [`read`], for values that are documented as any JSON: numbers that would lose digits, and
/// Python's `NaN` and `Infinity`, are read as strings.
pub(crate) fn read_any<T: DeserializeOwned>(text: &[u8]) -> Result<T, Fault> {
    read_with(text, true, None::<fn() -> Repeated>)
}

fn read_with<T: DeserializeOwned>(
    text: &[u8],
    any: bool,
    secrets: Option<impl FnOnce() -> Repeated>,
) -> Result<T, Fault> {
    // Checking UTF-8 once for the whole text is faster than string by string.
    let quick = || match std::str::from_utf8(text) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(text),
    };
    mode::expect_item(true);
    let leniently = || {
        let read = || second(text, any, true, &RefCell::default());
        match secrets {
            Some(secrets) => secrets().during(read),
            None => read(),
        }
    };
    let value = match digits::any_lost(text) {
        false => mode::strictly(quick).or_else(|_| leniently()),
        true => leniently(),
    };
    mode::expect_item(false);
    value
}

/// Decodes a part of a response leniently. Empty strings and lists that are found not to fit are
/// noted in `empty`.
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
        // An empty string or list that does not fit was found: read once more with it as missing.
        let now = empty.borrow().len();
        if now == before || now > EMPTY {
            return Err(Fault {
                path: fault.path().to_string(),
                message: fault.inner().to_string(),
            });
        }
    }
}

/// Returns any text as a value: text that is not JSON becomes a string, an empty text null.
pub(crate) fn lossless(text: &[u8]) -> Value {
    if text.is_empty() {
        return Value::Null;
    }
    let value = read_any(text).map(|Any(value)| value);
    value.unwrap_or_else(|_| String::from_utf8_lossy(text).into())
}

#[cfg(test)]
mod tests;
