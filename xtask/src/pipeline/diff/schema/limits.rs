//! Compares lengths, sizes and ranges.

use serde_json::Value;

use super::Holders;
use crate::pipeline::diff::{Rule, place::At, texts::both, values::Maybe, walk::Walker};

impl<'a> Walker<'a> {
    pub(super) fn limit(&mut self, key: &str, at: &At, (old, new): Holders<'a>) {
        let Some((_, tighter)) = LIMITS.iter().find(|(k, _)| *k == key) else {
            return;
        };
        let number = |v: Maybe<'_>| v.and_then(Value::as_f64);
        let off = |v: Maybe<'_>| {
            let all = ["", ".*", "^.*$", "^"];
            v.is_none_or(|v| v.is_null() || *v == false || all.iter().any(|all| v == all))
        };
        let rule = match (number(old), number(new), tighter) {
            (Some(a), Some(b), _) if a == b => Rule::WrittenOtherwise,
            (Some(a), Some(b), Tighter::Up) => {
                if b > a {
                    Rule::LimitTighter
                } else {
                    Rule::LimitLooser
                }
            }
            (Some(a), Some(b), Tighter::Down) => {
                if b < a {
                    Rule::LimitTighter
                } else {
                    Rule::LimitLooser
                }
            }
            // What is a multiple of 4 is one of 2.
            (Some(a), Some(b), Tighter::Multiple) if is_multiple(b, a) => Rule::LimitTighter,
            (Some(a), Some(b), Tighter::Multiple) if is_multiple(a, b) => Rule::LimitLooser,
            _ => match (off(old), off(new)) {
                (true, true) => Rule::WrittenOtherwise,
                (true, false) => Rule::LimitTighter,
                (false, true) => Rule::LimitLooser,
                _ => Rule::LimitOther,
            },
        };
        self.emit(rule, at, both(old, new));
    }
}

fn is_multiple(a: f64, b: f64) -> bool {
    let ratio = a / b;
    (ratio - ratio.round()).abs() < 1e-9 && ratio.round() != 0.0
}

/// Whether a larger number allows less.
pub(super) enum Tighter {
    Up,
    Down,
    Multiple,
    /// Not a matter of size: any other value may refuse what was valid.
    Other,
}

pub(super) const LIMITS: [(&str, Tighter); 13] = [
    ("minLength", Tighter::Up),
    ("maxLength", Tighter::Down),
    ("minimum", Tighter::Up),
    ("maximum", Tighter::Down),
    ("exclusiveMinimum", Tighter::Up),
    ("exclusiveMaximum", Tighter::Down),
    ("minItems", Tighter::Up),
    ("maxItems", Tighter::Down),
    ("minProperties", Tighter::Up),
    ("maxProperties", Tighter::Down),
    ("pattern", Tighter::Other),
    ("uniqueItems", Tighter::Other),
    ("multipleOf", Tighter::Multiple),
];
