//! The sandbox's clock: the system's with an offset, or one that stands still until a test moves
//! it.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, SystemTime},
};

use jiff::Timestamp;

#[derive(Debug, Default)]
pub struct Clock {
    /// The time in milliseconds since 1970; 0 follows the system's clock.
    fixed_at: i64,
    offset: AtomicI64,
}

impl Clock {
    pub fn new(fixed_at: Option<SystemTime>, offset: i64) -> Self {
        let at = fixed_at
            .and_then(|t| Timestamp::try_from(t).ok())
            .map_or(0, Timestamp::as_millisecond);
        Self {
            fixed_at: at,
            offset: AtomicI64::new(offset.saturating_mul(1000)),
        }
    }

    pub fn advance(&self, by: Duration) {
        self.offset.fetch_add(
            i64::try_from(by.as_millis()).unwrap_or(i64::MAX),
            Ordering::AcqRel,
        );
    }

    /// Returns the time in milliseconds since 1970, shifted by `skew` seconds.
    pub fn millis(&self, skew: i64) -> i64 {
        let now = if self.fixed_at == 0 {
            Timestamp::now().as_millisecond()
        } else {
            self.fixed_at
        };
        let now = now
            .saturating_add(self.offset.load(Ordering::Acquire))
            .saturating_add(skew.saturating_mul(1000));
        // The range of an HTTP date.
        now.clamp(0, 253_402_300_799_000)
    }

    pub fn now(&self, skew: i64) -> Timestamp {
        Timestamp::from_millisecond(self.millis(skew)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}
