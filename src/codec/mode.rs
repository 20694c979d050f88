//! How the next value on this thread is read: strictly or tolerantly, and whether it is a whole item.
//!
//! serde's `Deserialize` takes no argument, and a seed would have to go through every generated type: docs/decisions/0003.

use std::{cell::Cell, thread::LocalKey};

thread_local! {
    static STRICT: Cell<bool> = const { Cell::new(false) };
    static ITEM: Cell<bool> = const { Cell::new(false) };
    static RESENT: Cell<bool> = const { Cell::new(false) };
}

/// Runs a decoder for which a bad item is an error: each item is read straight from the text, without a [`Value`](serde_json::Value) in between. Who gets an
/// error decodes once more without it.
pub(crate) fn strictly<T>(decode: impl FnOnce() -> T) -> T {
    within(&STRICT, decode)
}

/// Runs what makes of one type another: members that the document does not name are marked, and only marked ones are kept.
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

/// Returns whether [`resent`] is under way.
pub(crate) fn is_resent() -> bool {
    RESENT.get()
}

/// Returns whether [`strictly`] is under way.
pub(crate) fn is_strict() -> bool {
    STRICT.get()
}

/// Says whether the next record is a whole response, or an item. One whose members are all unknown is none, but something else: `{"detail": "…"}`.
pub(crate) fn expect_item(expected: bool) {
    ITEM.set(expected);
}

/// Returns what [`expect_item`] said, once: what is inside of the record is no item.
pub(crate) fn takes_item() -> bool {
    ITEM.replace(false)
}
