//! Values, short enough for a line.

use serde_json::Value;

/// Characters of a value in a line.
const LENGTH: usize = 60;

/// A value in one line of at most 60 characters.
pub fn short(value: Option<&Value>) -> String {
    cut(&text(value), 0)
}

/// `old → new`; long values from shortly before the place where they differ.
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

/// [`LENGTH`] characters from `start` on, with marks where something is left out.
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
