//! Limits of an overlay: JSONPath may ask for work that grows exponentially, and `copy` doubles what it takes.

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
    pub fn of(doc: &Value) -> Self {
        Self(10_000_000_usize.min(100_000 + GROWTH * size(doc).0))
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
            return Err("makes values that stand deeper than 128 levels");
        }
        match self.0.checked_sub(values.saturating_mul(targets)) {
            Some(left) => self.0 = left,
            None => return Err("makes the document more than 4 times as large"),
        }
        Ok(())
    }
}

/// Returns the number of values and of levels.
fn size(value: &Value) -> (usize, usize) {
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

/// An open bracket of a JSONPath.
#[derive(Default)]
struct Open {
    commas: usize,
    /// Whether a selector in it may select many values.
    many: bool,
    /// Whether it holds the arguments of `match` or `search`, of which the second is a pattern.
    matches: bool,
}

/// Checks that the work of a JSONPath grows with the size of the document and no faster.
///
/// # Errors
/// Returns what is not taken.
pub(super) fn path(text: &str) -> Result<(), &'static str> {
    const PATTERN: &str = "has a pattern with `{`, or one that the document holds";
    if text.len() > 4_096 {
        return Err("is longer than 4,096 bytes");
    }
    let mut open: Vec<Open> = Vec::new();
    let (mut descendants, mut selected, mut last) = (0, 1_usize, ' ');
    let mut rest = text.char_indices();
    while let Some((i, c)) = rest.next() {
        let in_pattern = open.iter().any(|o| o.matches && o.commas > 0);
        match c {
            '\'' | '"' => {
                let mut escaped = false;
                let closing = rest.by_ref().find(|&(_, inner)| {
                    let ends = inner == c && !escaped;
                    escaped = inner == '\\' && !escaped;
                    ends
                });
                let inside = &text[i + 1..closing.map_or(text.len(), |(end, _)| end)];
                if in_pattern && counts(inside) {
                    return Err(PATTERN);
                }
            }
            '[' | '(' => open.push(Open {
                matches: ["match", "search"]
                    .iter()
                    .any(|f| text[..i].trim_end().ends_with(f)),
                ..Open::default()
            }),
            ']' | ')' => {
                let Open { commas, many, .. } = open.pop().unwrap_or_default();
                if c == ']' && commas > 0 && many {
                    return Err("has `*`, a slice or a filter beside another selector");
                }
                if c == ']' {
                    selected = selected.saturating_mul(commas + 1);
                }
            }
            ',' => open.iter_mut().rev().take(1).for_each(|o| o.commas += 1),
            '*' | ':' | '?' => open.iter_mut().rev().take(1).for_each(|o| o.many = true),
            '.' if last == '.' => descendants += 1,
            '$' if i > 0 => return Err("has a `$` in a filter, which is asked of every value"),
            '@' if in_pattern => return Err(PATTERN),
            '{' => return Err("has a `{` outside of quotes"),
            _ => {}
        }
        if open.len() > 16 {
            return Err("has more than 16 brackets open");
        }
        last = c;
    }
    if descendants > 1 {
        return Err("has more than one `..`");
    }
    match selected > 64 {
        true => Err("selects more than 64 combinations of names"),
        false => Ok(()),
    }
}

/// Returns whether a pattern counts (`a{9}`), or may do so: `\u007b` is a `{` too.
fn counts(pattern: &str) -> bool {
    let plain = pattern.replace("\\p{", "").replace("\\P{", "");
    plain.contains('{') || plain.contains("\\u")
}
