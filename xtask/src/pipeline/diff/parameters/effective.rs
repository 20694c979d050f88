//! The effective parameters of an operation: its own and those of its path item.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::{escape, path_parameters, resolve, target};
use crate::pipeline::diff::{
    paths::Path,
    renames::one_to_one,
    values::{items, text, without},
};

/// A parameter of an operation or of its path item, and its place.
pub(super) struct Parameter<'a> {
    pub(super) pointer: String,
    pub(super) value: &'a Value,
    /// The written form: a reference, or the value itself.
    pub(super) written: &'a Value,
    pub(super) shared: bool,
    /// Whether only the path says that there is one.
    pub(super) implied: bool,
}

/// Returns the parameters by place and name; path parameters by their order in the path, because
/// their names are not part of the wire format.
pub(super) fn effective<'a>(
    doc: &'a Value,
    op: &Path<'a>,
    at: &str,
) -> BTreeMap<(String, String), Parameter<'a>> {
    let item = at.rsplit_once('/').map_or("", |(item, _)| item);
    let lists = [
        (
            format!("{item}/parameters"),
            op.item.get("parameters"),
            true,
        ),
        (format!("{at}/parameters"), op.op.get("parameters"), false),
    ];
    let mut out = BTreeMap::new();
    for (pointer, list, shared) in lists {
        for (i, written) in items(list).iter().enumerate() {
            let value = resolve(doc, written);
            // One that leads nowhere is no parameter.
            if target(value).is_some() {
                continue;
            }
            let (place, name) = (text(Some(value), "in"), text(Some(value), "name"));
            let name = match path_parameters(op.path).position(|n| n == name) {
                Some(position) if place == "path" => format!("#{}", position + 1),
                _ if place == "body" => String::new(),
                // The names of headers have no case.
                _ if place == "header" => name.to_ascii_lowercase(),
                _ => name.to_owned(),
            };
            let key = (place.to_owned(), name);
            // The first of a name counts.
            if out
                .get(&key)
                .is_some_and(|p: &Parameter<'_>| p.shared == shared)
            {
                continue;
            }
            // The key is part of a pointer, and only has digits.
            out.insert(
                key,
                Parameter {
                    pointer: format!("{pointer}/{}", escape(&i.to_string())),
                    value,
                    written,
                    shared,
                    implied: false,
                },
            );
        }
    }
    out
}

/// Returns the old names of renamed parameters in one place: those with the same letters, or with
/// the same description.
pub(super) fn renamed(
    old: &BTreeMap<(String, String), Parameter<'_>>,
    new: &BTreeMap<(String, String), Parameter<'_>>,
) -> Vec<((String, String), (String, String))> {
    let mut out = Vec::new();
    for place in ["query", "header", "cookie", "formData"] {
        let left = |own: &BTreeMap<(String, String), Parameter<'_>>,
                    other: &BTreeMap<(String, String), Parameter<'_>>|
         -> Vec<(String, Value)> {
            own.iter()
                .filter(|(k, _)| k.0 == place && !other.contains_key(*k))
                .map(|(k, p)| (k.1.clone(), without(p.value, &["name"])))
                .collect()
        };
        let (gone, come) = (left(old, new), left(new, old));
        let (gone, come): (Vec<_>, Vec<_>) = (
            gone.iter().map(|(k, v)| (k, v)).collect(),
            come.iter().map(|(k, v)| (k, v)).collect(),
        );
        let pairs = one_to_one(&gone, &come);
        out.extend(
            pairs
                .into_iter()
                .map(|(after, before)| ((place.to_owned(), after), (place.to_owned(), before))),
        );
    }
    out
}
