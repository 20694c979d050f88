//! What each process has of its own: one that was forked has the memory of its parent, and none of its threads.

use std::sync::OnceLock;

/// The value of a process, and in a row behind it those of processes that were forked from it. No lock of another process is ever taken: its holder may be a
/// thread that is not here.
pub(crate) struct PerProcess<T>(OnceLock<Box<Own<T>>>);

struct Own<T> {
    process: u32,
    value: T,
    forked: PerProcess<T>,
}

impl<T> PerProcess<T> {
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// Returns that of this process, made at the first call.
    pub fn of(&self, process: u32, make: impl Fn() -> T) -> &T {
        let mut place = self;
        loop {
            let own = place.0.get_or_init(|| {
                Box::new(Own {
                    process,
                    value: make(),
                    forked: Self::new(),
                })
            });
            if own.process == process {
                return &own.value;
            }
            place = &own.forked;
        }
    }
}
