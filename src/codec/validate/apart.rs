//! Checks of several alternatives, of which the violations of one are reported.

use super::{MOST, Violation, Violations};

impl Violations {
    /// Returns what a check finds, apart from the violations so far.
    pub fn apart(&mut self, check: impl FnOnce(&mut Self)) -> Vec<Violation> {
        let before = std::mem::take(&mut self.found);
        check(self);
        std::mem::replace(&mut self.found, before)
    }

    /// Adds violations that were found [`apart`](Self::apart).
    pub fn add(&mut self, found: Vec<Violation>) {
        let left = MOST.saturating_sub(self.found.len());
        self.found.extend(found.into_iter().take(left));
    }
}
