//! Compares extensions that say what a member of the specification could say.

use serde_json::Value;

use super::{Rule, place::At, values::Maybe, walk::Walker};
use crate::document::last;

impl<'a> Walker<'a> {
    /// Compares an extension that callers see; returns false for any other member.
    pub fn extension(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) -> bool {
        let key = last(&at.new);
        let ends =
            |key: &str| key == "x-internal" || key.contains("sunset") || key.contains("deprecat");
        let rule = match key.as_str() {
            "x-example" | "x-examples" => {
                self.words(at, old, new);
                return true;
            }
            "x-stability-level" => stability(old, new),
            key if (key.starts_with("x-") || key == "sunset") && ends(key) => {
                match (is_set(old), is_set(new)) {
                    (_, true) => Some(Rule::Deprecated),
                    (true, false) => Some(Rule::NotDeprecated),
                    (false, false) => Some(Rule::WrittenOtherwise),
                }
            }
            _ => None,
        };
        if let Some(rule) = rule {
            self.differs(rule, &at.clone().what(key), old, new);
        }
        rule.is_some()
    }
}

fn is_set(value: Maybe<'_>) -> bool {
    value.is_some_and(|v| *v != false && !v.is_null())
}

/// Returns the rule for two levels of stability, if they are those of `oasdiff`. One that is gone
/// promises nothing.
fn stability(old: Maybe<'_>, new: Maybe<'_>) -> Option<Rule> {
    let rank = |level: Maybe<'_>| match level.and_then(Value::as_str) {
        None if is_set(level) => None,
        None => Some(0),
        Some(level) => {
            let levels = ["", "draft", "alpha", "beta", "stable"];
            levels.iter().position(|l| *l == level)
        }
    };
    Some(match (rank(old)?, rank(new)?) {
        (was, is) if is < was => Rule::StabilityLower,
        (was, is) if is > was => Rule::StabilityHigher,
        _ => Rule::WrittenOtherwise,
    })
}
