//! The members of objects: how many there are, and those that must be there.

use serde::Serialize;
use serde_json::{Map, Value};

use super::Violations;

/// Returns how many members a record has in JSON; `None` if it cannot be written, which sending it
/// reports.
pub fn members(record: &impl Serialize) -> Option<usize> {
    let json = serde_json::to_value(record).ok()?;
    json.as_object().map(Map::<String, Value>::len)
}

impl Violations {
    pub fn min_members(&mut self, field: &str, len: usize, n: usize) {
        if len < n {
            self.must(field, format_args!("at least {n} members"), len);
        }
    }

    pub fn max_members(&mut self, field: &str, len: usize, n: usize) {
        if len > n {
            self.must(field, format_args!("at most {n} members"), len);
        }
    }

    /// Checks that a map has a member that the document requires.
    pub fn member(&mut self, field: &str, name: &str, is_set: bool) {
        if !is_set {
            let at = |at: &mut String| [field, name].iter().for_each(|step| Self::step(at, step));
            self.within(at, |v| v.fault("required, not set"));
        }
    }
}
