//! The `verify` stage: conservation, references, names, and the generator's word that it can use the result.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{report::Failure, shape::walk};

/// Path and method of every operation.
pub fn operations(doc: &Value) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (path, item) in doc
        .get("paths")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        // A path item of OpenAPI 3 may stand elsewhere.
        let target = item
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|r| doc.pointer(r.strip_prefix('#')?));
        let item = target.unwrap_or(item);
        found.extend(
            walk::METHODS
                .iter()
                .filter(|m| item.get(**m).is_some())
                .map(|m| (path.clone(), (*m).to_owned())),
        );
    }
    found
}

/// The names of the schemas, of 2.0 or 3.
pub fn schemas(doc: &Value) -> impl Iterator<Item = &String> {
    let named = doc
        .get("definitions")
        .or_else(|| doc.pointer("/components/schemas"));
    named
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, _)| name)
}

/// Checks `after`, made from `before`.
///
/// # Errors
/// The first thing that is wrong, with its JSON pointer.
pub fn verify(before: &Value, after: &Value, text: &str) -> Result<(), Failure> {
    let fail = |pointer: String, message: String| Failure::new("verify", pointer, message);
    let (old, new) = (operations(before), operations(after));
    if old.is_empty() {
        return Err(fail(
            "/paths".into(),
            "the document has no operation".into(),
        ));
    }
    if let Some((path, method)) = old.symmetric_difference(&new).next() {
        return Err(fail(
            format!("/paths/{}/{method}", walk::escape(path)),
            "was lost or made up on the way: this is a fault of the pipeline".into(),
        ));
    }
    for name in schemas(before) {
        if after
            .pointer("/components/schemas")
            .and_then(|s| s.get(name))
            .is_none()
        {
            return Err(fail(
                format!("/components/schemas/{name}"),
                "was lost on the way: this is a fault of the pipeline".into(),
            ));
        }
    }
    references(after, after, String::new())?;
    endless(after)?;
    let mut names = BTreeMap::new();
    for (path, method) in &new {
        let pointer = format!("/paths/{}/{method}", walk::escape(path));
        let Some(op) = after.pointer(&pointer) else {
            continue;
        };
        let id = op
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if let Some(other) = names.insert(id.to_owned(), pointer.clone()) {
            return Err(fail(
                pointer,
                format!("operationId `{id}` is also that of {other}"),
            ));
        }
        let declared: BTreeSet<&str> = op
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter(|p| p.get("in").and_then(Value::as_str) == Some("path"))
            .filter_map(|p| p.get("name")?.as_str())
            .collect();
        let mut wanted = BTreeSet::new();
        for name in walk::path_parameters(path) {
            if !wanted.insert(name) {
                return Err(fail(
                    pointer,
                    format!("path parameter `{name}` stands twice in the path"),
                ));
            }
        }
        if let Some(name) = declared.symmetric_difference(&wanted).next() {
            return Err(fail(
                pointer,
                format!(
                    "path parameter `{name}` is in the path or among the parameters, but not in both"
                ),
            ));
        }
    }
    let parsed: Result<openapiv3::OpenAPI, _> = serde_json::from_str(text);
    parsed.map_err(|e| fail(String::new(), format!("no OpenAPI 3.0 document: {e}")))?;
    autopi_codegen::generate(text, &|_| true)
        .map_err(|e| fail(e.pointer().to_owned(), e.to_string()))?;
    Ok(())
}

/// A component that is nothing but a reference to itself, by whatever way, has no meaning.
fn endless(doc: &Value) -> Result<(), Failure> {
    let schemas = doc
        .pointer("/components/schemas")
        .and_then(Value::as_object);
    for name in schemas.into_iter().flat_map(|s| s.keys()) {
        let mut seen = BTreeSet::new();
        let mut at = Some(name.as_str());
        while let Some(name) = at {
            if !seen.insert(name) {
                return Err(Failure::new(
                    "verify",
                    format!("/components/schemas/{name}"),
                    "a $ref that leads to itself",
                ));
            }
            at = schemas.and_then(|s| s.get(name)).and_then(walk::ref_name);
        }
    }
    Ok(())
}

fn references(root: &Value, value: &Value, pointer: String) -> Result<(), Failure> {
    match value {
        Value::Object(map) => {
            let target = map.get("$ref").and_then(Value::as_str);
            if let Some(target) =
                target.filter(|t| t.strip_prefix('#').and_then(|p| root.pointer(p)).is_none())
            {
                return Err(Failure::new(
                    "verify",
                    pointer,
                    format!("$ref `{target}` points to nothing"),
                ));
            }
            map.iter().try_for_each(|(k, v)| {
                references(root, v, format!("{pointer}/{}", walk::escape(k)))
            })
        }
        Value::Array(list) => list
            .iter()
            .enumerate()
            .try_for_each(|(i, v)| references(root, v, format!("{pointer}/{i}"))),
        _ => Ok(()),
    }
}
