//! Limits of an overlay's size, of its paths, and of what its actions add: `copy` doubles what it
//! takes.

use serde_json::Value;

/// The largest number of actions in an overlay.
pub(super) const ACTIONS: usize = 1_000;

/// The largest number of values that all actions may add, for each value of the document.
const GROWTH: usize = 4;

/// How deep a value may stand in the document, as in a file (serde_json's limit).
const DEPTH: usize = 128;

/// The values that actions may still add.
pub(super) struct Budget(usize);

impl Budget {
    pub fn of(values: usize) -> Self {
        Self(10_000_000_usize.min(100_000 + GROWTH * values))
    }

    /// Takes `update`, once for each of `depths`: how deep the targets stand.
    pub fn take(
        &mut self,
        update: &Value,
        targets: usize,
        deepest: usize,
    ) -> Result<(), &'static str> {
        let (values, depth) = size(update);
        if depth + deepest > DEPTH {
            return Err("makes values that are nested deeper than 128 levels");
        }
        match self.0.checked_sub(values.saturating_mul(targets)) {
            Some(left) => self.0 = left,
            None => return Err("makes the document more than 4 times as large"),
        }
        Ok(())
    }
}

/// Returns the number of values and of levels.
pub(super) fn size(value: &Value) -> (usize, usize) {
    let add = |(n, depth): (usize, usize), inner: &Value| {
        let (more, deeper) = size(inner);
        (n + more, depth.max(deeper + 1))
    };
    match value {
        Value::Array(list) => list.iter().fold((1, 1), add),
        Value::Object(map) => map.values().fold((1, 1), add),
        _ => (1, 0),
    }
}

/// Checks that a JSONPath can be read in no time: its parser takes twice as long for each filter in
/// a filter. What it does then is counted (see [`super::work`]).
///
/// # Errors
/// Returns what is not taken.
pub(super) fn path(text: &str) -> Result<(), &'static str> {
    if text.len() > 4_096 {
        return Err("is longer than 4,096 bytes");
    }
    let (mut open, mut filters) = (0_usize, 0_usize);
    let (mut quote, mut escaped) = (None, false);
    for c in text.chars() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[' | '(') => open += 1,
            (None, ']' | ')') => open = open.saturating_sub(1),
            (None, '?') => filters += 1,
            _ => {}
        }
        if open > 32 || (filters > 8 && open > 8) {
            return Err("has more than 8 filters in filters, or 32 brackets open");
        }
    }
    Ok(())
}
