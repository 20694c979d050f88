//! `type` and `required` of a schema.

use serde_json::{Map, Value, json};

use super::super::quirks::TYPES;
use super::{Forms, is_plain, scalars::short, wrong};
use crate::document::{
    members::{At, SCHEMA},
    types::{is_several, split, types},
};
use crate::report::Failure;

impl Forms {
    /// Converts a list of types, which belongs to 3.1; before that it can only mean "or null", or
    /// any JSON.
    pub(super) fn types(
        &mut self,
        map: &mut Map<String, Value>,
        at: &At<'_>,
    ) -> Result<(), Failure> {
        let Some(value) = map.get_mut("type") else {
            return Ok(());
        };
        let at = At::Member(at, "type");
        let Value::Array(list) = value else {
            self.text(value, &at)?;
            let said = value.as_str().unwrap_or_default();
            let Some((right, format)) = meant(said, self) else {
                return Ok(());
            };
            let meaning = match (right, format) {
                ("", _) => "any JSON".to_owned(),
                (right, "") => format!("`{right}`"),
                (right, format) => format!("`{right}` of the format `{format}`"),
            };
            self.warn(&at, &format!("\"{said}\" is not a type: read as {meaning}"));
            match right {
                "" => drop(map.shift_remove("type")),
                right => *value = right.into(),
            }
            if !format.is_empty() {
                map.entry("format").or_insert(format.into());
            }
            return Ok(());
        };
        if !list.iter().all(Value::is_string) {
            return Err(wrong(&at, "a text, or a list of texts"));
        }
        if self.lists_of_types {
            return Ok(());
        }
        let null = list.iter().any(|t| t == "null");
        let rest: Vec<String> = types(map).into_iter().map(str::to_owned).collect();
        let meaning = match rest.as_slice() {
            [one] => {
                map.insert("type".into(), one.as_str().into());
                let or_null = if null { " that may be null" } else { "" };
                format!("`{one}`{or_null}")
            }
            _ if self.nullable == "nullable" && is_several(map) => {
                let parts = split(map);
                map.insert("anyOf".into(), parts.into());
                "any of them".into()
            }
            _ => {
                map.shift_remove("type");
                "any JSON".into()
            }
        };
        if null {
            map.insert(self.nullable.into(), true.into());
        }
        self.warn(
            &at,
            &format!("lists of types need OpenAPI 3.1: read as {meaning}"),
        );
        Ok(())
    }

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

    /// Leaves out limits that no value can be within, or that are no limits.
    pub(super) fn limits(&mut self, map: &mut Map<String, Value>, at: &At<'_>) {
        let mut gone: Vec<String> = Vec::new();
        for (key, value) in map.iter_mut().filter(|(key, _)| is_limit(key)) {
            let (is, here) = (SCHEMA.member(key), At::Member(at, key));
            let wrong = !is_plain(is, value) && self.value(value, is, &here).is_err();
            let never = key == "multipleOf" && value.as_f64().is_some_and(|n| n <= 0.0);
            if wrong || never {
                gone.push(key.clone());
            }
        }
        for (least, most) in [
            ("minLength", "maxLength"),
            ("minItems", "maxItems"),
            ("minProperties", "maxProperties"),
            ("minimum", "maximum"),
        ] {
            let number = |key| map.get(key).and_then(Value::as_f64);
            if number(least).zip(number(most)).is_some_and(|(a, b)| a > b) {
                gone.extend([least.to_owned(), most.to_owned()]);
            }
        }
        for key in gone {
            if let Some(value) = map.shift_remove(&key) {
                let message = format!("{} is no possible limit: left out", short(&value));
                self.warn(&At::Member(at, &key), &message);
            }
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
            Some(value) => self.texts(value, &at),
        }
    }
}

fn is_limit(key: &str) -> bool {
    let of_size = ["Length", "Items", "Properties", "imum"];
    key == "multipleOf"
        || key.starts_with(['m', 'e'])
            && key != "examples"
            && of_size.iter().any(|s| key.ends_with(s))
}

/// Removes what says the same as leaving it out, so that the later stages know one form: flags that
/// are false, limits of 0, and `additionalProperties: true` beside properties.
pub(super) fn drop_defaults(map: &mut Map<String, Value>) {
    if !map.iter().any(|(key, value)| says_default(key, value)) {
        return;
    }
    let is_object = map
        .get("properties")
        .and_then(Value::as_object)
        .is_some_and(|p| !p.is_empty());
    map.retain(|key, value| {
        !says_default(key, value) || (key == "additionalProperties" && !is_object)
    });
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

/// Replaces a schema that is only an `allOf` of one reference by that, unless it is a component,
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
    if let Some(only) = only.filter(|o| o.len() == 1 && o.contains_key("$ref") && !is_component) {
        *map = only.clone();
    }
}

/// Types of other languages, and the type and the format that each of them is.
const FOREIGN: [(&str, &str, &str); 22] = [
    ("any", "", ""),
    ("mixed", "", ""),
    ("str", "string", ""),
    ("text", "string", ""),
    ("char", "string", ""),
    ("int", "integer", ""),
    ("int32", "integer", "int32"),
    ("int64", "integer", "int64"),
    ("long", "integer", "int64"),
    ("short", "integer", ""),
    ("bool", "boolean", ""),
    ("float", "number", "float"),
    ("double", "number", "double"),
    ("decimal", "number", ""),
    ("date", "string", "date"),
    ("datetime", "string", "date-time"),
    ("date-time", "string", "date-time"),
    ("uuid", "string", "uuid"),
    ("list", "array", ""),
    ("map", "object", ""),
    ("dict", "object", ""),
    ("file", "string", "binary"),
];

/// Returns the type and the format that a name means which is no type; an empty type is any.
fn meant(said: &str, forms: &Forms) -> Option<(&'static str, &'static str)> {
    let lower = said.trim().to_ascii_lowercase();
    // A type of parameters in 2.0.
    if said == "file" && forms.nullable == "x-nullable" {
        return None;
    }
    if let Some(known) = TYPES.iter().find(|t| **t == lower) {
        return (*known != said).then_some((*known, ""));
    }
    let foreign = FOREIGN.iter().find(|(name, ..)| *name == lower)?;
    Some((foreign.1, foreign.2))
}
