//! The budget of retries that all calls of a client share, so that they do not overload a server
//! that is down.

use std::sync::atomic::{AtomicU32, Ordering};

/// A token bucket for retries, as in the AWS SDKs: it holds 500 permits; a retry costs 5, a retry
/// after a timeout 10, and a success returns 1.
pub(crate) struct Budget(AtomicU32);

impl Budget {
    const FULL: u32 = 500;

    pub fn new() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    /// Takes permits for another attempt; `None` if too few are left.
    pub fn take(&self, cost: u32) -> Option<Claim<'_>> {
        let taken = |n: u32| n.checked_sub(cost);
        let left = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken);
        left.is_ok().then(|| Claim(self, cost))
    }

    pub fn give(&self, permits: u32) {
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| {
                (n < Self::FULL).then_some(n.saturating_add(permits).min(Self::FULL))
            });
    }
}

/// Permits for an attempt, which are returned if nothing is sent.
pub(crate) struct Claim<'a>(&'a Budget, u32);

impl Claim<'_> {
    pub fn used(mut self) {
        self.1 = 0;
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.0.give(self.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_holds_no_more_than_it_began_with() {
        let budget = Budget::new();
        budget.take(5).map(Claim::used).unwrap();
        budget.give(100);
        let uses = (0..1000).map_while(|_| budget.take(5).map(Claim::used));
        assert_eq!(uses.count(), 100);
    }

    #[test]
    fn the_retry_budget_is_used_up_and_refilled() {
        let budget = Budget::new();
        assert_eq!((0..1000).filter_map(|_| budget.take(5)).count(), 1000);
        let used = |budget: &Budget| budget.take(5).map(Claim::used).is_some();
        assert_eq!((0..1000).filter(|_| used(&budget)).count(), 100);
        (0..5).for_each(|_| budget.give(1));
        assert!(used(&budget) && !used(&budget));
    }
}
