//! How this thread reads its next value: strictly or tolerantly, and whether it is a whole item.
//!
//! These are thread-locals because serde's `Deserialize` takes no argument, and a seed would have
//! to pass through every generated type: docs/decisions/0003.

use std::{cell::Cell, thread::LocalKey};

thread_local! {
    static STRICT: Cell<bool> = const { Cell::new(false) };
    static ITEM: Cell<bool> = const { Cell::new(false) };
    static RESENT: Cell<bool> = const { Cell::new(false) };
}

/// Runs a decoder in strict mode: each item is read straight from the text, without a
/// [`Value`](serde_json::Value) in between, and a bad item is an error. The caller then decodes
/// again without it.
pub(crate) fn strictly<T>(decode: impl FnOnce() -> T) -> T {
    within(&STRICT, decode)
}

/// Runs a conversion from one type to another: members that the document does not name are marked
/// on writing, and only marked ones are kept on reading.
pub(crate) fn resent<T>(convert: impl FnOnce() -> T) -> T {
    within(&RESENT, convert)
}

fn within<T>(state: &'static LocalKey<Cell<bool>>, run: impl FnOnce() -> T) -> T {
    struct Reset(&'static LocalKey<Cell<bool>>, bool);
    impl Drop for Reset {
        fn drop(&mut self) {
            self.0.set(self.1);
        }
    }
    let _reset = Reset(state, state.replace(true));
    run()
}

/// Returns whether this runs inside [`resent`].
pub(crate) fn is_resent() -> bool {
    RESENT.get()
}

/// Returns whether this runs inside [`strictly`].
pub(crate) fn is_strict() -> bool {
    STRICT.get()
}

/// Sets whether the next record is a whole response or an item. If all members of such a record are
/// unknown, it is another object: `{"detail": "…"}`.
pub(crate) fn expect_item(expected: bool) {
    ITEM.set(expected);
}

/// Returns what [`expect_item`] set, and resets it: records inside this one are not items.
pub(crate) fn takes_item() -> bool {
    ITEM.replace(false)
}
