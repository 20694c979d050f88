//! Reads an overlay document, by the schemas of Overlay 1.0 and 1.1.

use std::collections::HashMap;

use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use super::{bounds, fail};
use crate::{locate, report::Failure};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V1_0,
    V1_1,
}

pub(super) struct Overlay {
    pub version: Version,
    pub actions: Vec<Action>,
}

pub(super) struct Action {
    /// The JSON pointer of the action in the overlay.
    pub at: String,
    pub target: Path,
    pub change: Change,
}

pub(super) struct Path {
    pub text: String,
    pub parsed: JsonPath,
}

pub(super) enum Change {
    Update(Value),
    Copy(Path),
    Remove,
    /// No effect: valid in 1.0, where every member but the target is optional.
    Nothing,
}

/// Reads and checks an overlay in JSON or YAML.
pub(super) fn read(text: &str) -> Result<Overlay, Failure> {
    let value: Value = locate::parse(text).map_err(|e| fail("", e))?;
    let root = object(&value, "", &["overlay", "info", "extends", "actions"])?;
    let version = match string(root, "overlay", "")? {
        v if is_patch_of(v, "1.0.") => Version::V1_0,
        v if is_patch_of(v, "1.1.") => Version::V1_1,
        v => {
            return Err(fail(
                "/overlay",
                format!("version {v} is not 1.0.x or 1.1.x"),
            ));
        }
    };
    let info = root.get("info").unwrap_or(&Value::Null);
    let info = object(info, "/info", &["title", "version", "description"])?;
    string(info, "title", "/info")?;
    string(info, "version", "/info")?;
    for (holder, key, at) in [(root, "extends", ""), (info, "description", "/info")] {
        optional_string(holder, key, at)?;
    }
    let list = root.get("actions").and_then(Value::as_array);
    let list = list
        .filter(|l| !l.is_empty())
        .ok_or_else(|| fail("/actions", "must be a list of at least one action"))?;
    if list.len() > bounds::ACTIONS {
        let message = format!("{} actions: {} at most", list.len(), bounds::ACTIONS);
        return Err(fail("/actions", message));
    }
    let mut seen = HashMap::new();
    let actions = list.iter().enumerate().map(|(i, value)| {
        let at = format!("/actions/{i}");
        match seen.insert(value, i) {
            Some(same) => Err(fail(&at, format!("is action {same} once more"))),
            None => action(value, at, version),
        }
    });
    Ok(Overlay {
        version,
        actions: actions.collect::<Result<_, _>>()?,
    })
}

fn action(value: &Value, at: String, version: Version) -> Result<Action, Failure> {
    let map = object(
        value,
        &at,
        &["target", "description", "update", "copy", "remove"],
    )?;
    let target = path(map, "target", &at)?;
    optional_string(map, "description", &at)?;
    let remove = match map.get("remove") {
        None => false,
        Some(Value::Bool(remove)) => *remove,
        Some(_) => return Err(fail(&format!("{at}/remove"), "must be a boolean")),
    };
    let kinds = ["update", "copy", "remove"].map(|k| map.contains_key(k));
    if version == Version::V1_1 && kinds.iter().filter(|k| **k).count() != 1 {
        return Err(fail(&at, "must have one of `update`, `copy` and `remove`"));
    }
    let change = match (map.get("update"), map.get("copy")) {
        _ if remove => Change::Remove,
        (_, Some(_)) if version == Version::V1_0 => {
            return Err(fail(
                &format!("{at}/copy"),
                "needs Overlay 1.1: set `overlay: 1.1.0`",
            ));
        }
        (_, Some(_)) => Change::Copy(path(map, "copy", &at)?),
        (Some(update), None) => Change::Update(update.clone()),
        (None, None) => Change::Nothing,
    };
    Ok(Action { at, target, change })
}

fn is_patch_of(version: &str, minor: &str) -> bool {
    let patch = version.strip_prefix(minor);
    patch.is_some_and(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
}

fn object<'a>(
    value: &'a Value,
    at: &str,
    known: &[&str],
) -> Result<&'a Map<String, Value>, Failure> {
    let map = value
        .as_object()
        .ok_or_else(|| fail(at, "missing, or no object"))?;
    match map
        .keys()
        .find(|k| !known.contains(&k.as_str()) && !k.starts_with("x-"))
    {
        Some(odd) => Err(fail(
            at,
            format!(
                "unknown member `{odd}` (known here: {}, x-*)",
                known.join(", ")
            ),
        )),
        None => Ok(map),
    }
}

fn string<'a>(map: &'a Map<String, Value>, key: &str, at: &str) -> Result<&'a str, Failure> {
    map.get(key)
        .and_then(Value::as_str)
        .ok_or_else(|| fail(&format!("{at}/{key}"), "missing, or no string"))
}

fn optional_string(map: &Map<String, Value>, key: &str, at: &str) -> Result<(), Failure> {
    match map.get(key) {
        None | Some(Value::String(_)) => Ok(()),
        Some(_) => Err(fail(&format!("{at}/{key}"), "must be a string")),
    }
}

fn path(map: &Map<String, Value>, key: &str, at: &str) -> Result<Path, Failure> {
    let text = string(map, key, at)?;
    let at = format!("{at}/{key}");
    bounds::path(text).map_err(|why| fail(&at, format!("`{}` {why}", start(text))))?;
    let parsed = JsonPath::parse(text)
        .map_err(|e| fail(&at, format!("`{text}` is not a JSONPath (RFC 9535): {e}")))?;
    Ok(Path {
        text: text.to_owned(),
        parsed,
    })
}

/// Returns as much of a path as an error shows.
pub(super) fn start(path: &str) -> String {
    path.chars().take(80).collect()
}
