//! The types of ids, by their places in paths and by the nouns that they belong to.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Type, kind};
use crate::document;

/// The types of path parameters.
pub(super) struct Ids {
    /// The types by the path up to the parameter, without names: `/fleet/vehicles/{}`.
    places: BTreeMap<String, Option<Type>>,
    /// The types by the noun in the path: `vehicle`.
    nouns: BTreeMap<String, Option<Type>>,
}

impl Ids {
    pub(super) fn of(doc: &mut Value) -> Self {
        let mut ids = Self {
            places: BTreeMap::new(),
            nouns: BTreeMap::new(),
        };
        document::parameters(doc, |path, _, parameter| {
            let name = parameter.get("name").and_then(Value::as_str);
            let (Some(name), Some(kind)) = (name, parameter.get("schema").and_then(kind)) else {
                return;
            };
            if parameter.get("in").is_none_or(|place| place != "path") {
                return;
            }
            let Some(place) = place_of(path, name) else {
                return;
            };
            let literal = place.rsplit('/').nth(1).unwrap_or_default();
            add(&mut ids.nouns, singular(literal), &kind);
            add(&mut ids.places, place, &kind);
        });
        ids
    }

    pub(super) fn in_path(&self, path: &str, name: &str) -> Option<Type> {
        let place = self.places.get(&place_of(path, name)?).cloned().flatten();
        place.or_else(|| self.of_noun(name))
    }

    /// Returns the type for `vehicle_pk` or `vehicle_id`.
    pub(super) fn of_noun(&self, name: &str) -> Option<Type> {
        let noun = ["_pk", "_id"]
            .iter()
            .find_map(|end| name.strip_suffix(end))?;
        let plain = noun.replace('_', "");
        let of = |noun: &str| self.nouns.get(noun).cloned().flatten();
        of(noun).or_else(|| of(&plain)).or_else(|| {
            // `fleetgeofence` means the `geofence` of `fleet`.
            let ends = self
                .nouns
                .keys()
                .filter(|n| n.len() > 3 && plain.ends_with(n.as_str()));
            of(ends.max_by_key(|n| n.len())?)
        })
    }
}

/// Adds a type; two different types for one key count as none.
pub(super) fn add(map: &mut BTreeMap<String, Option<Type>>, key: String, kind: &Type) {
    map.entry(key)
        .and_modify(|known| {
            if known.as_ref() != Some(kind) {
                *known = None;
            }
        })
        .or_insert_with(|| Some(kind.clone()));
}

pub(super) fn place_of(path: &str, name: &str) -> Option<String> {
    let (before, _) = path.split_once(&format!("{{{name}}}"))?;
    let is_name = |s: &str| s.starts_with('{') && s.ends_with('}');
    let mut out: Vec<_> = before
        .split('/')
        .map(|s| if is_name(s) { "{}" } else { s })
        .collect();
    if out.pop() != Some("") {
        return None;
    }
    out.push("{}");
    Some(out.join("/"))
}

pub(super) fn singular(word: &str) -> String {
    let word = word.replace(['_', '-'], "");
    let cut = |end: &str, with: &str| Some(format!("{}{with}", word.strip_suffix(end)?));
    cut("ies", "y")
        .or_else(|| cut("sses", "ss"))
        .or_else(|| cut("s", "").filter(|_| !word.ends_with("ss")))
        .unwrap_or(word)
}
