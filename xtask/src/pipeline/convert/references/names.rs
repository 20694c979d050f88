//! Names of new components, and parts of pointers.

use std::path::Path;

use heck::ToUpperCamelCase;
use serde_json::Value;

use crate::document::unescape;

pub fn size(value: &Value) -> usize {
    match value {
        Value::Object(map) => 1 + map.values().map(size).sum::<usize>(),
        Value::Array(list) => 1 + list.iter().map(size).sum::<usize>(),
        _ => 1,
    }
}

/// Characters that would have to be escaped in a reference.
pub(super) const ODD: [char; 3] = ['/', '~', '%'];

/// Returns whether a schema is an object with properties and nothing that only belongs to its
/// place.
pub(super) fn is_plain_object(schema: Option<&Value>) -> bool {
    let has = |key: &str| schema.is_some_and(|s| s.get(key).is_some());
    let of_the_place = [
        "readOnly",
        "writeOnly",
        "nullable",
        "x-nullable",
        "description",
        "title",
    ];
    has("properties") && !of_the_place.into_iter().any(has)
}

/// Returns a name: `/definitions/Car/properties/owner` gives `CarOwner`, `common.yaml` gives
/// `Common`, `common.yaml#/Car` gives `Car`.
pub(super) fn name_of(pointer: &str, file: Option<&Path>) -> String {
    let keys: Vec<String> = pointer.split('/').skip(1).map(str::to_owned).collect();
    // Only parts with names of their own: the keywords between them say nothing.
    let silent = [
        "definitions",
        "components",
        "schemas",
        "properties",
        "$defs",
        "paths",
        "schema",
        "content",
        "responses",
        "parameters",
        "allOf",
        "anyOf",
        "oneOf",
    ];
    let mut name: String = keys
        .iter()
        .filter(|k| !silent.contains(&k.as_str()))
        .map(|k| unescape(k).to_upper_camel_case())
        .collect();
    if name.is_empty() {
        let stem = file.and_then(Path::file_stem).unwrap_or_default();
        name = stem.to_string_lossy().to_upper_camel_case();
    }
    name.retain(|c| !ODD.contains(&c));
    if name.is_empty() {
        "Schema".into()
    } else {
        name
    }
}

pub(super) fn free(base: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(base) {
        return base.to_owned();
    }
    let numbered = |n| format!("{base}{n}");
    numbered(autopi_codegen::free(|n| taken(&numbered(n))))
}

pub(super) fn is_in(at: &str, pointer: &str) -> bool {
    at.strip_prefix(pointer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
