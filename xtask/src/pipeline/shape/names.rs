//! Makes operationIds unique: drf-yasg derives them from the path without its parameters, so that
//! two routes can share one.

use autopi_codegen::contract;
use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use serde_json::Value;

use crate::document;
use crate::report::Failure;

/// Gives operations unique operationIds in snake_case. The first in path order keeps its name; a
/// later one is named after its path and method.
pub fn operation_names(doc: &mut Value) -> Result<usize, Failure> {
    let mut taken = BTreeSet::new();
    let mut changed = 0;
    let mut new_names = BTreeMap::new();
    document::operations(doc, |path, method, op| {
        let original = op
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let from_path = || {
            format!("{path}_{method}")
                .replace(['{', '}', '/'], "_")
                .to_snake_case()
        };
        let mut name = if original.is_empty() {
            from_path()
        } else {
            original.to_snake_case()
        };
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            name = format!("op_{name}");
        }
        if taken.contains(&name) {
            name = from_path();
        }
        if taken.contains(&name) {
            let numbered = |n| format!("{name}_{n}");
            name = numbered(autopi_codegen::free(|n| taken.contains(&numbered(n))));
        }
        taken.insert(name.clone());
        new_names
            .entry(original.clone())
            .or_insert_with(|| name.clone());
        if name != original {
            changed += 1;
            op.insert(
                contract::ORIGINAL_OPERATION_ID.into(),
                Value::String(original),
            );
            op.insert("operationId".into(), Value::String(name));
        }
    });
    links(doc, &new_names);
    Ok(changed)
}

/// Renames operations in links, which use operationIds.
fn links(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|v| links(v, names)),
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("links", Value::Object(named)) => {
                        for link in named.values_mut() {
                            let old = link.get("operationId").and_then(Value::as_str);
                            if let Some(new) = old.and_then(|id| names.get(id)) {
                                link["operationId"] = new.clone().into();
                            }
                        }
                    }
                    ("schemas" | "schema" | "example" | "examples", _) => {}
                    (_, value) => links(value, names),
                }
            }
        }
        _ => {}
    }
}
