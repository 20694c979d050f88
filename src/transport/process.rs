//! Values that belong to one process. A forked process has the memory of its parent, but none of
//! its threads.

use std::sync::OnceLock;

/// The value of this process, followed by those of the processes that were forked from it. No lock
/// of another process is ever taken: the thread that holds it may not exist here.
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

    /// Returns the value of this process, made on the first call.
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
