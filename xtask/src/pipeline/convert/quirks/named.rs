//! Lists of named objects, objects of such, and entries of them that say nothing.

use serde_json::{Map, Value};

use super::Note;
use crate::document::escape;

/// Returns the members of an object as a list, each with its name.
pub(super) fn named(map: &mut Map<String, Value>) -> Value {
    let members = std::mem::take(map).into_iter();
    let with_name = members.map(|(name, mut member)| {
        if let Value::Object(map) = &mut member
            && !map.contains_key("$ref")
        {
            map.entry("name").or_insert(name.into());
        }
        member
    });
    with_name.collect()
}

/// Returns the entries of a list by their names, with the place in the list that each came from;
/// `None` unless each has a name of its own. This is its `name` (of a response its `code`), or else
/// the key of its only member.
pub(super) fn by_name(list: &[Value], key: &str) -> Option<(Map<String, Value>, Vec<String>)> {
    let names: &[&str] = match key {
        "responses" => &["code", "status", "statusCode"],
        "content" => &["mediaType"],
        _ => &["name"],
    };
    let (mut out, mut from) = (Map::new(), Vec::new());
    for (i, entry) in list.iter().enumerate() {
        let mut map = entry.as_object()?.clone();
        let own = names.iter().find_map(|key| match map.get(*key)? {
            Value::String(name) => Some((*key, name.clone())),
            Value::Number(name) => Some((*key, name.to_string())),
            _ => None,
        });
        let (name, value) = match own {
            Some((own, name)) => {
                // The name of a parameter is a member of it too.
                if key != "parameters" {
                    map.shift_remove(own);
                }
                from.push(i.to_string());
                (name, map.into())
            }
            None if map.len() == 1 => {
                let (name, value) = map.into_iter().next()?;
                from.push(format!("{i}/{}", escape(&name)));
                (name, value)
            }
            None => return None,
        };
        if out.insert(name, value).is_some() {
            return None;
        }
    }
    Some((out, from))
}

/// The message about a parameter that cannot be sent.
const NAMELESS: &str = "a parameter without a name";

/// Returns whether a parameter has no name, and needs one: there is only one body.
fn is_nameless(parameter: &Value) -> bool {
    let is_blank = |name: &Value| name.is_null() || name.as_str().is_some_and(|n| n.trim() == "");
    parameter.is_object()
        && parameter.get("$ref").is_none()
        && parameter.get("name").is_none_or(is_blank)
        && !is_in(parameter, "body")
}

fn is_in(parameter: &Value, place: &str) -> bool {
    let said = parameter.get("in").and_then(Value::as_str);
    said.is_some_and(|said| said.trim().eq_ignore_ascii_case(place))
}

/// Leaves out parameters without a name. One in the path may get that of the path.
pub(super) fn drop_nameless(map: &mut Map<String, Value>, note: &mut Note<'_>) {
    let Some(Value::Array(list)) = map.get_mut("parameters") else {
        return;
    };
    let is_lost = |p: &Value| is_nameless(p) && !is_in(p, "path");
    let stays: Vec<bool> = list.iter().map(|p| !is_lost(p)).collect();
    list.retain(|p| !is_lost(p));
    for (i, _) in stays.iter().enumerate().filter(|(_, stays)| !**stays) {
        let message = format!("{NAMELESS}: left out");
        note.warn_gone("parameters", i, &message);
    }
    note.moved_up("parameters", &stays);
}

/// Leaves out links to no operation, and what is no object, or has no name, in the place of a
/// parameter or a security scheme: no call needs it.
pub(super) fn drop_empty(map: &mut Map<String, Value>, note: &mut Note<'_>) {
    for key in [
        "parameters",
        "securitySchemes",
        "securityDefinitions",
        "links",
    ] {
        let Some(Value::Object(entries)) = map.get_mut(key) else {
            continue;
        };
        entries.retain(|name, entry| {
            let leads = ["$ref", "operationId", "operationRef"];
            let (stays, what) = match key {
                "links" => (
                    leads.iter().any(|k| entry.get(k).is_some()),
                    "a link to no operation",
                ),
                _ if !entry.is_object() => (false, "no object"),
                "parameters" => (!is_nameless(entry), NAMELESS),
                _ => (true, ""),
            };
            if !stays {
                note.below(key, |note| note.warn(name, &format!("{what}: left out")));
            }
            stays
        });
    }
}
