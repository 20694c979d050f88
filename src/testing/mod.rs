//! For the tests of your own code: values, responses without a server, recordings.
//!
//! | for | see |
//! | --- | --- |
//! | a value of a type of a response | [`blank`] |
//! | one operation that responds as a test wants, and no server | [`Stub`] |
//! | what a real environment responded, played back | [`Recorder`], [`Replay`] |
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

/// Returns a value with nothing in it, to be filled in: of a response type, `None` in each optional field, and a nil id, 0 or an empty text in those that are required.
///
/// ```
/// # use autopi::{Page, Timestamp};
/// let mut seen: Option<Timestamp> = autopi::testing::blank();
/// assert_eq!(seen, None);
/// ```
///
/// A type of a response also reads its JSON: `serde_json::from_value(json!({"id": 7}))`.
pub fn blank<T: Placeholder>() -> T {
    T::placeholder()
}
