//! Helpers for the tests of your own code: values, responses without a server, recordings.
//!
//! | for | see |
//! | --- | --- |
//! | a value of a response type | [`blank`] |
//! | responses to single operations, without a server | [`Stub`] |
//! | recorded responses of a real environment | [`Recorder`], [`Replay`] |
//! | a whole API with state, pages and faults | the crate `autopi-sandbox` |

#[cfg(not(target_family = "wasm"))]
mod exchange;
#[cfg(not(target_family = "wasm"))]
mod record;
#[cfg(not(target_family = "wasm"))]
mod replay;
#[cfg(not(target_family = "wasm"))]
mod stub;

#[cfg(not(target_family = "wasm"))]
pub use self::{
    record::Recorder,
    replay::Replay,
    stub::{Stub, json},
};
use crate::rt::Placeholder;

/// Returns an empty value of a response type, to be filled in. Optional fields are `None`; required
/// ones are a nil id, 0 or an empty string.
///
/// ```
/// # use autopi::{Page, Timestamp};
/// let mut seen: Option<Timestamp> = autopi::testing::blank();
/// assert_eq!(seen, None);
/// ```
///
/// A response type can also be read from JSON: `serde_json::from_value(json!({"id": 7}))`.
pub fn blank<T: Placeholder>() -> T {
    T::placeholder()
}
