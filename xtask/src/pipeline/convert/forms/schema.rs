//! `required` of a schema, and what says the same as leaving it out.

use serde_json::{Map, Value, json};

use super::Forms;
use crate::document::members::At;
use crate::report::Failure;

impl Forms {
    /// Moves `required: true` of a member, as JSON Schema draft 3 has it, to the list of the object
    /// around it.
    pub(super) fn required_members(&mut self, map: &mut Map<String, Value>, at: &At<'_>) {
        let mut found = Vec::new();
        let properties = At::Member(at, "properties");
        let members = map.get_mut("properties").and_then(Value::as_object_mut);
        for (name, member) in members.into_iter().flatten() {
            let said = member.get("required");
            let flag = said.and_then(|v| v.as_bool().or_else(|| v.as_str()?.parse().ok()));
            let (Some(flag), Some(member)) = (flag, member.as_object_mut()) else {
                continue;
            };
            member.shift_remove("required");
            let place = At::Member(&properties, name);
            let message = "a flag of the member: read as `required` of the object around it";
            self.warn(&At::Member(&place, "required"), message);
            found.extend(flag.then(|| Value::from(name.as_str())));
        }
        if !found.is_empty()
            && let Value::Array(list) = map.entry("required").or_insert_with(|| json!([]))
        {
            found.retain(|name| !list.contains(name));
            list.extend(found);
        }
    }

    /// Handles a `required` of JSON Schema draft 3, a flag instead of a list, which drf-yasg
    /// accepts in hand-written schemas.
    pub(super) fn required(
        &mut self,
        map: &mut Map<String, Value>,
        at: &At<'_>,
    ) -> Result<(), Failure> {
        let at = At::Member(at, "required");
        match map.get_mut("required") {
            None => Ok(()),
            Some(Value::Bool(_)) => {
                self.warn(&at, "must be a list of names: left out");
                map.shift_remove("required");
                Ok(())
            }
            Some(Value::String(text)) if ["true", "false"].contains(&text.as_str()) => {
                self.warn(&at, "must be a list of names: left out");
                map.shift_remove("required");
                Ok(())
            }
            Some(Value::String(names)) if names.contains(',') => {
                self.warn(&at, "a text: read as a list of its names");
                let names: Vec<Value> = names.split(',').map(|n| n.trim().into()).collect();
                map.insert("required".into(), names.into());
                Ok(())
            }
            Some(value) => self.texts(value, &at),
        }
    }
}

/// Removes what says the same as leaving it out, so that the later stages know one form: flags that
/// are false, limits of 0, and `additionalProperties: true` beside properties, unless a schema
/// around it may refuse what it does not accept (`unevaluatedProperties` of 3.1).
pub(in crate::pipeline::convert) fn drop_defaults(
    map: &mut Map<String, Value>,
    may_be_closed: bool,
) {
    if !map.iter().any(|(key, value)| says_default(key, value)) {
        return;
    }
    let is_object = map
        .get("properties")
        .and_then(Value::as_object)
        .is_some_and(|p| !p.is_empty());
    let says = may_be_closed || !is_object;
    map.retain(|key, value| !says_default(key, value) || (key == "additionalProperties" && says));
}

fn says_default(key: &str, value: &Value) -> bool {
    match value {
        Value::Bool(false) => matches!(
            key,
            "nullable"
                | "x-nullable"
                | "deprecated"
                | "readOnly"
                | "writeOnly"
                | "uniqueItems"
                | "exclusiveMinimum"
                | "exclusiveMaximum"
        ),
        Value::Number(n) => {
            matches!(key, "minLength" | "minItems" | "minProperties") && n.as_u64() == Some(0)
        }
        Value::Bool(true) => key == "additionalProperties",
        Value::Object(map) => key == "additionalProperties" && map.is_empty(),
        Value::Array(list) => key == "required" && list.is_empty(),
        _ => false,
    }
}

/// Replaces a schema that is only an `allOf` of one part by that, unless it is a component,
/// which may be derived from the other.
pub(super) fn unwrap_reference(map: &mut Map<String, Value>, at: &At<'_>) {
    if map.len() != 1 {
        return;
    }
    let is_component = match at {
        At::Member(At::Member(At::Start(""), key), _) => *key == "definitions",
        At::Member(At::Member(At::Member(At::Start(""), "components"), key), _) => {
            *key == "schemas"
        }
        _ => false,
    };
    let parts = map.get("allOf").and_then(Value::as_array);
    let only = parts
        .filter(|p| p.len() == 1)
        .and_then(|p| p[0].as_object());
    if let Some(only) = only.filter(|_| !is_component) {
        *map = only.clone();
    }
}
