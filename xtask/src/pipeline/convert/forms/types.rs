//! `type` of a schema.

use serde_json::{Map, Value, json};

use super::super::quirks::TYPES;
use super::{Forms, wrong};
use crate::document::{
    members::At,
    types::{is_several, split, types},
};
use crate::report::Failure;

impl Forms {
    /// Converts a list of types, which belongs to 3.1; before that it can only mean "or null", or
    /// any JSON.
    pub(super) fn types(
        &mut self,
        map: &mut Map<String, Value>,
        around: &At<'_>,
    ) -> Result<(), Failure> {
        let is_scalar = SCALAR.iter().any(|key| map.contains_key(*key));
        let members = map.get("properties").and_then(Value::as_object);
        let has_members = members.is_some_and(|members| !members.is_empty());
        let Some(value) = map.get_mut("type") else {
            return Ok(());
        };
        let at = At::Member(around, "type");
        if let Some(scalar @ ("string" | "integer" | "number" | "boolean")) = value.as_str()
            && has_members
        {
            if is_scalar {
                let message = format!("a `{scalar}` has no `properties`: left out");
                self.warn(&At::Member(around, "properties"), &message);
                map.shift_remove("properties");
                return Ok(());
            }
            let message = format!("`{scalar}` has no `properties`: read as `object`");
            self.warn(&at, &message);
            *value = "object".into();
        }
        let Value::Array(list) = value else {
            self.text(value, &at)?;
            let said = value.as_str().unwrap_or_default().to_owned();
            let Some((right, format)) = meant(&said, self) else {
                return Ok(());
            };
            let meaning = match (right, format) {
                ("null", _) => "null".to_owned(),
                ("array", "") if item_type(&said).is_some() => "a list of those".to_owned(),
                ("", _) => "any JSON".to_owned(),
                (right, "") => format!("`{right}`"),
                (right, format) => format!("`{right}` of the format `{format}`"),
            };
            self.warn(&at, &format!("\"{said}\" is not a type: read as {meaning}"));
            match right {
                "" => drop(map.shift_remove("type")),
                "null" => {
                    map.shift_remove("type");
                    map.insert(self.nullable.into(), true.into());
                    map.entry("enum").or_insert_with(|| json!([null]));
                }
                right => *value = right.into(),
            }
            if let Some(item) = item_type(&said) {
                map.entry("items")
                    .or_insert_with(|| json!({ "type": item }));
            }
            if !format.is_empty() {
                map.entry("format").or_insert(format.into());
            }
            return Ok(());
        };
        // In YAML, `null` without quotes is no text.
        for entry in list.iter_mut().filter(|entry| entry.is_null()) {
            *entry = "null".into();
            self.warn(&at, "null in a list of types: read as \"null\"");
        }
        if !list.iter().all(Value::is_string) {
            return Err(wrong(&at, "a text, or a list of texts"));
        }
        for entry in list.iter_mut() {
            let said = entry.as_str().unwrap_or_default().to_owned();
            if let Some((right, "")) = meant(&said, self)
                && TYPES.contains(&right)
                && item_type(&said).is_none()
            {
                *entry = right.into();
                self.warn(&at, &format!("\"{said}\" is not a type: read as `{right}`"));
            }
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
}

/// Keywords that say of a text or a number which it may be.
const SCALAR: [&str; 11] = [
    "enum",
    "const",
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
];

/// Types of other languages, and the type and the format that each of them is.
const FOREIGN: [(&str, &str, &str); 33] = [
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
    ("binary", "string", "binary"),
    ("byte", "string", "byte"),
    ("bigint", "integer", "int64"),
    ("timestamp", "string", "date-time"),
    ("time", "string", "time"),
    ("email", "string", "email"),
    ("url", "string", "uri"),
    ("uri", "string", "uri"),
    ("hostname", "string", "hostname"),
    ("password", "string", "password"),
    ("enum", "string", ""),
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
    if lower == "null" {
        // A type in 3.1.
        return (!forms.lists_of_types).then_some(("null", ""));
    }
    if item_type(said).is_some() {
        return Some(("array", ""));
    }
    let foreign = FOREIGN.iter().find(|(name, ..)| *name == lower);
    Some(foreign.map_or(("", ""), |(_, kind, format)| (*kind, *format)))
}

/// Returns the type of the items of `string[]` or `array[string]`.
fn item_type(said: &str) -> Option<String> {
    let said = said.trim();
    let of = ["array", "list", "set"].iter().find_map(|outer| {
        let rest = said
            .to_ascii_lowercase()
            .starts_with(outer)
            .then(|| &said[outer.len()..])?;
        let inner = rest.strip_prefix(['[', '<', '('])?;
        inner.strip_suffix([']', '>', ')'])
    });
    let item = said.strip_suffix("[]").or(of)?.trim();
    (!item.is_empty()).then(|| item.to_owned())
}
