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
    /// Converts a list of types. OpenAPI 3.1 allows one; in an older document it can only mean "or
    /// null", or any JSON.
    pub(super) fn types(
        &mut self,
        map: &mut Map<String, Value>,
        around: &At<'_>,
    ) -> Result<(), Failure> {
        self.scalar_with_members(map, around);
        let at = At::Member(around, "type");
        match map.get_mut("type") {
            None => Ok(()),
            Some(Value::Array(list)) => {
                self.listed_names(list, &at)?;
                if !self.lists_of_types {
                    self.list_before_31(map, &at);
                }
                Ok(())
            }
            Some(value) => {
                self.text(value, &at)?;
                let said = value.as_str().unwrap_or_default().to_owned();
                self.name(map, &said, &at);
                Ok(())
            }
        }
    }

    /// Reads `properties` beside the type of a scalar as a mistake: in the type, or in them if
    /// other keywords are those of a scalar too.
    fn scalar_with_members(&mut self, map: &mut Map<String, Value>, around: &At<'_>) {
        let members = map.get("properties").and_then(Value::as_object);
        let has_members = members.is_some_and(|members| !members.is_empty());
        let is_scalar = SCALAR.iter().any(|key| map.contains_key(*key));
        let Some(value) = map.get_mut("type").filter(|_| has_members) else {
            return;
        };
        let Some(scalar @ ("string" | "integer" | "number" | "boolean")) = value.as_str() else {
            return;
        };
        if is_scalar {
            let message = format!("a `{scalar}` has no `properties`: left out");
            self.warn(&At::Member(around, "properties"), &message);
            map.shift_remove("properties");
        } else {
            let message = format!("`{scalar}` has no `properties`: read as `object`");
            self.warn(&At::Member(around, "type"), &message);
            *value = "object".into();
        }
    }

    /// Converts a name that is no type to the type and the format that it means.
    fn name(&mut self, map: &mut Map<String, Value>, said: &str, at: &At<'_>) {
        let Some((right, format)) = meant(said, self) else {
            return;
        };
        let item = item_type(said);
        let meaning = match (right, format) {
            ("null", _) => "null".to_owned(),
            ("array", "") if item.is_some() => "a list of those".to_owned(),
            ("", _) => "any JSON".to_owned(),
            (right, "") => format!("`{right}`"),
            (right, format) => format!("`{right}` of the format `{format}`"),
        };
        self.warn(at, &format!("\"{said}\" is not a type: read as {meaning}"));
        match right {
            "" => drop(map.shift_remove("type")),
            "null" => {
                map.shift_remove("type");
                map.insert(self.nullable.into(), true.into());
                map.entry("enum").or_insert_with(|| json!([null]));
            }
            right => drop(map.insert("type".into(), right.into())),
        }
        if let Some(item) = item {
            map.entry("items")
                .or_insert_with(|| json!({ "type": item }));
        }
        if !format.is_empty() {
            map.entry("format").or_insert(format.into());
        }
    }

    /// Converts the names of a list that are no types.
    fn listed_names(&mut self, list: &mut [Value], at: &At<'_>) -> Result<(), Failure> {
        // In YAML, `null` without quotes is no text.
        for entry in list.iter_mut().filter(|entry| entry.is_null()) {
            *entry = "null".into();
            self.warn(at, "null in a list of types: read as \"null\"");
        }
        if !list.iter().all(Value::is_string) {
            return Err(wrong(at, "a text, or a list of texts"));
        }
        for entry in list {
            let said = entry.as_str().unwrap_or_default().to_owned();
            if let Some((right, "")) = meant(&said, self)
                && TYPES.contains(&right)
                && item_type(&said).is_none()
            {
                *entry = right.into();
                self.warn(at, &format!("\"{said}\" is not a type: read as `{right}`"));
            }
        }
        Ok(())
    }

    /// Writes a list of types as versions before 3.1 can: one type, alternatives, or any JSON.
    fn list_before_31(&mut self, map: &mut Map<String, Value>, at: &At<'_>) {
        let list = map.get("type").and_then(Value::as_array);
        let null = list.is_some_and(|list| list.iter().any(|t| t == "null"));
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
        let message = format!("lists of types need OpenAPI 3.1: read as {meaning}");
        self.warn(at, &message);
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
