//! Values in a form that fits on a line.

use serde_json::Value;

/// The maximum number of characters of a value.
const LENGTH: usize = 60;

/// Returns a value in one line of at most 60 characters.
pub fn short(value: Option<&Value>) -> String {
    cut(&text(value), 0)
}

/// Returns `old → new`; long values start shortly before their first difference.
pub fn both(old: Option<&Value>, new: Option<&Value>) -> String {
    let (old, new) = (text(old), text(new));
    let same = old
        .chars()
        .zip(new.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let longest = old.chars().count().max(new.chars().count());
    let start = if longest <= LENGTH {
        0
    } else {
        same.saturating_sub(LENGTH / 3)
    };
    format!("{} → {}", cut(&old, start), cut(&new, start))
}

fn text(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".into(), Value::to_string)
}

/// Returns [`LENGTH`] characters from `start` on, with marks where something is left out.
fn cut(text: &str, start: usize) -> String {
    let rest: String = text.chars().skip(start).take(LENGTH).collect();
    let (before, after) = (
        if start > 0 { "…" } else { "" },
        if text.chars().count() > start + LENGTH {
            "…"
        } else {
            ""
        },
    );
    format!("{before}{rest}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_show_where_they_differ() {
        let long = |end: &str| Value::String("word ".repeat(30) + end);
        let text = both(Some(&long("old end")), Some(&long("new end")));
        assert!(
            text.contains("old end\"") && text.contains("new end\"") && text.chars().count() < 100,
            "{text}"
        );
        assert_eq!(both(None, Some(&1.into())), "nothing → 1");
    }
}
