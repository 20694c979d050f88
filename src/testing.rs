//! For the tests of your own code.

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
