//! Compares lengths, sizes and ranges.

use std::cmp::Ordering;

use serde_json::Value;

use super::SchemaPair;
use crate::pipeline::diff::{Rule, place::At, texts::both, values::Maybe, walk::Walker};

impl<'a> Walker<'a> {
    pub(super) fn limit(
        &mut self,
        key: &str,
        at: &At,
        holders: SchemaPair<'a>,
        (old, new): SchemaPair<'a>,
    ) {
        let Some((_, tighter)) = LIMITS.iter().find(|(k, _)| *k == key) else {
            return;
        };
        // A bound is written by either of two keywords.
        let is_bound = BOUNDS
            .iter()
            .any(|(plain, exclusive, _)| *plain == key || *exclusive == key);
        let bounds = (bound(key, holders.0), bound(key, holders.1));
        if let Some(rule) = is_bound.then(|| between(bounds.0, bounds.1)).flatten() {
            return self.emit(rule, at, both(old, new));
        }
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

/// The bounds of numbers: their keywords, and the sign that makes a larger number the tighter
/// bound.
const BOUNDS: [(&str, &str, f64); 2] = [
    ("minimum", "exclusiveMinimum", 1.0),
    ("maximum", "exclusiveMaximum", -1.0),
];

/// Returns the tightest bound of a schema that this keyword is about, and whether the bound itself
/// is excluded. A larger number is tighter.
fn bound(key: &str, schema: Maybe<'_>) -> Option<(f64, bool)> {
    let (plain, exclusive, sign) = BOUNDS.iter().find(|(a, b, _)| *a == key || *b == key)?;
    let number = |key: &str| Some(schema?.get(key)?.as_f64()? * sign);
    let flag = schema?.get(exclusive).is_some_and(|v| *v == true);
    let all = [
        number(plain).map(|n| (n, flag)),
        number(exclusive).map(|n| (n, true)),
    ];
    let (n, excluded) = all
        .into_iter()
        .flatten()
        .max_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal))?;
    let is_whole = schema?.get("type").is_some_and(|t| t == "integer");
    Some(match (is_whole, excluded && n.fract() == 0.0) {
        (true, true) => (n + 1.0, false),
        (true, false) => (n.ceil(), false),
        (false, _) => (n, excluded),
    })
}

fn between(old: Option<(f64, bool)>, new: Option<(f64, bool)>) -> Option<Rule> {
    match (old, new) {
        (Some(a), Some(b)) => Some(match a.partial_cmp(&b)? {
            Ordering::Equal => Rule::WrittenOtherwise,
            Ordering::Less => Rule::LimitTighter,
            Ordering::Greater => Rule::LimitLooser,
        }),
        (None, Some(_)) => Some(Rule::LimitTighter),
        (Some(_), None) => Some(Rule::LimitLooser),
        (None, None) => None,
    }
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
