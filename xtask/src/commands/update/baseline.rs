//! The baseline: what the last release was made from, as long as CHANGELOG.md has a block on later
//! changes: `spec/unreleased.json`.
//!
//! It holds the overlay of that release, and a patch from the committed upstream document back to
//! the released one; so it is small, and does not need git.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The name of the file.
pub const FILE: &str = "unreleased.json";

/// The documents of the last release.
pub struct Baseline {
    pub upstream: Value,
    pub overlay: String,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    overlay: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream: Option<Patch>,
}

/// A patch that turns one value into another.
#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(rename_all = "lowercase")]
enum Patch {
    Set(Value),
    Gone,
    In(Map<String, Value>),
}

impl Baseline {
    /// Reads the file, given the committed upstream document; `None` if it is not such a file.
    pub fn read(text: &str, committed: &Value) -> Option<Self> {
        let stored: Stored = serde_json::from_str(text).ok()?;
        let mut upstream = committed.clone();
        if let Some(patch) = stored.upstream {
            apply(&mut upstream, patch)?;
        }
        Some(Self {
            upstream,
            overlay: stored.overlay,
        })
    }

    /// Returns the content of the file for the upstream document that is committed now.
    ///
    /// # Errors
    /// Returns an error if it does not serialise; no such case is known.
    pub fn text(&self, committed: &Value) -> serde_json::Result<String> {
        let upstream = between(Some(committed), Some(&self.upstream));
        Ok(serde_json::to_string_pretty(&Stored {
            overlay: self.overlay.clone(),
            upstream,
        })? + "\n")
    }
}

/// Returns the patch from `from` to `to`; `None` if they are equal.
fn between(from: Option<&Value>, to: Option<&Value>) -> Option<Patch> {
    match (from, to) {
        (a, b) if a == b => None,
        (_, None) => Some(Patch::Gone),
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let keys = a.keys().chain(b.keys().filter(|k| !a.contains_key(*k)));
            let parts = keys.filter_map(|k| {
                Some((
                    k.clone(),
                    serde_json::to_value(between(a.get(k), b.get(k))?).ok()?,
                ))
            });
            Some(Patch::In(parts.collect()))
        }
        (_, Some(to)) => Some(Patch::Set(to.clone())),
    }
}

fn apply(value: &mut Value, patch: Patch) -> Option<()> {
    match patch {
        Patch::Set(new) => *value = new,
        Patch::Gone => return None,
        Patch::In(parts) => {
            let map = value.as_object_mut()?;
            for (key, part) in parts {
                match serde_json::from_value(part).ok()? {
                    Patch::Gone => drop(map.shift_remove(&key)?),
                    Patch::Set(new) => drop(map.insert(key, new)),
                    inner => apply(map.get_mut(&key)?, inner)?,
                }
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_baseline_restores_the_released_document() {
        let released = json!({ "a": { "b": [1, 2], "gone": null, "set": { "in": 1 } }, "n": null, "same": [1] });
        for committed in [
            released.clone(),
            json!({ "a": { "b": [2], "more": {}, "set": { "set": 2 } }, "same": [1] }),
            json!({}),
            json!([]),
        ] {
            let baseline = Baseline {
                upstream: released.clone(),
                overlay: "o: 1\n".into(),
            };
            let text = baseline.text(&committed).unwrap();
            let back = Baseline::read(&text, &committed).unwrap();
            assert_eq!(
                (back.upstream, back.overlay.as_str()),
                (released.clone(), "o: 1\n")
            );
        }
        assert!(Baseline::read("{}", &released).is_none());
    }
}
