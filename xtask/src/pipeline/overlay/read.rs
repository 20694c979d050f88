//! Reads an overlay document, by the specifications and schemas of Overlay 1.0, 1.1 and 1.2.

use std::{borrow::Cow, collections::HashMap};

use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use super::{bounds, fail};
use crate::{
    document::{escape, follow},
    locate,
    report::Failure,
};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(super) enum Version {
    V1_0,
    V1_1,
    V1_2,
}

/// The members of an action besides its target.
const FIELDS: [&str; 4] = ["description", "update", "copy", "remove"];

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
    /// No effect: valid, though not in 1.1 without `remove: false`.
    Nothing,
}

/// Reads and checks an overlay in JSON or YAML.
pub(super) fn read(text: &str) -> Result<Overlay, Failure> {
    let whole: Value = locate::parse(text).map_err(|e| fail("", e))?;
    let any = whole.as_object().ok_or_else(|| fail("", "no object"))?;
    let version = match string(any, "overlay", "")? {
        v if is_patch_of(v, "1.0.") => Version::V1_0,
        v if is_patch_of(v, "1.1.") => Version::V1_1,
        v if is_patch_of(v, "1.2.") => Version::V1_2,
        v => {
            let message = format!("version {v} is not 1.0.x, 1.1.x or 1.2.x");
            return Err(fail("/overlay", message));
        }
    };
    let known = [
        "overlay",
        "info",
        "extends",
        "actions",
        "$self",
        "components",
    ];
    let known = &known[..if version < Version::V1_2 { 4 } else { 6 }];
    let root = object(&whole, "", known)?;
    let info = root.get("info").unwrap_or(&Value::Null);
    let info = object(info, "/info", &["title", "version", "description"])?;
    string(info, "title", "/info")?;
    string(info, "version", "/info")?;
    for (holder, key, at) in [(root, "extends", ""), (info, "description", "/info")] {
        optional_string(holder, key, at)?;
    }
    if version >= Version::V1_2 {
        for key in ["$self", "extends"] {
            optional_string(root, key, "")?;
            let text = root.get(key).and_then(Value::as_str).unwrap_or_default();
            if text.contains('#') {
                let message = "names a whole document: leave out the part from `#` on";
                return Err(fail(&format!("/{key}"), message));
            }
        }
        reusable(root)?;
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
            None => {
                let value = effective(&whole, value, &at, version)?;
                action(&value, at, version)
            }
        }
    });
    Ok(Overlay {
        version,
        actions: actions.collect::<Result<_, _>>()?,
    })
}

/// Checks the actions that others refer to.
fn reusable(root: &Map<String, Value>) -> Result<(), Failure> {
    let Some(components) = root.get("components") else {
        return Ok(());
    };
    let components = object(components, "/components", &["actions"])?;
    let at = "/components/actions";
    let none = Value::Object(Map::new());
    let all = components.get("actions").unwrap_or(&none).as_object();
    for (name, reusable) in all.ok_or_else(|| fail(at, "no object"))? {
        let at = format!("{at}/{}", escape(name));
        let reusable = object(reusable, &at, &["description", "fields"])?;
        optional_string(reusable, "description", &at)?;
        let fields = reusable.get("fields").unwrap_or(&none);
        object(fields, &format!("{at}/fields"), &FIELDS)?;
    }
    Ok(())
}

/// Returns an action with the fields of the one that it refers to (1.2).
fn effective<'a>(
    root: &Value,
    value: &'a Value,
    at: &str,
    version: Version,
) -> Result<Cow<'a, Value>, Failure> {
    let Some(reference) = value.get("$ref").filter(|_| version >= Version::V1_2) else {
        return Ok(Cow::Borrowed(value));
    };
    let own = object(value, at, &["$ref", "target", "description"])?;
    let is_name = |name: &str| {
        !name
            .replace("~0", "")
            .replace("~1", "")
            .contains(['~', '/'])
    };
    let known = reference
        .as_str()
        .filter(|r| r.strip_prefix("#/components/actions/").is_some_and(is_name));
    let found = known.and_then(|r| follow(root, r)).ok_or_else(|| {
        let message = format!("{reference} is no action of `components.actions`");
        fail(&format!("{at}/$ref"), message)
    })?;
    let mut all = found
        .get("fields")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    all.extend(own.clone().into_iter().filter(|(key, _)| key != "$ref"));
    Ok(Cow::Owned(all.into()))
}

fn action(value: &Value, at: String, version: Version) -> Result<Action, Failure> {
    let known = ["target"].into_iter().chain(FIELDS).collect::<Vec<_>>();
    let map = object(value, &at, &known)?;
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
        (Some(_), Some(_)) => return Err(fail(&at, "has both `update` and `copy`: keep one")),
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
    let why = match map.get(key) {
        Some(Value::String(text)) => return Ok(text),
        Some(plain @ (Value::Number(_) | Value::Bool(_))) => {
            format!("must be a text: put {plain} in quotes")
        }
        Some(_) => "must be a text".to_owned(),
        None => "is missing".to_owned(),
    };
    Err(fail(&format!("{at}/{key}"), why))
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
    let parsed = JsonPath::parse(text).map_err(|e| {
        let write = bare(text).map(|name| format!(": write `{name}` as `['{name}']`"));
        let write = write.unwrap_or_default();
        fail(
            &at,
            format!("`{text}` is not a JSONPath (RFC 9535): {e}{write}"),
        )
    })?;
    Ok(Path {
        text: text.to_owned(),
        parsed,
    })
}

/// Returns a name after a dot that can only stand in brackets: `x-a`, `/a/{id}/`, `200`.
fn bare(path: &str) -> Option<&str> {
    let ends = |c: char| "[]()\"' =<>!&|,*?@:".contains(c);
    let names = path
        .split('.')
        .skip(1)
        .map(|part| part.split_at(part.find(ends).unwrap_or(part.len())));
    let mut odd = names.filter(|(name, _)| {
        let is_plain = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || c == '_';
        name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(is_plain)
    });
    // In quotes it stands in brackets already.
    odd.find(|(_, rest)| !rest.starts_with(['"', '\'']))
        .map(|(name, _)| name)
}

/// Returns as much of a path as an error shows.
pub(super) fn start(path: &str) -> String {
    path.chars().take(80).collect()
}
