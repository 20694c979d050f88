//! Limits and lists of values of a schema.

use autopi_codegen::projection::keywords::listed;
use serde_json::{Map, Value};

use super::{super::from_31::exclusive_limits, Forms, is_plain, scalars::short};
use crate::document::{
    drf,
    members::{At, SCHEMA},
    types::{const_as_enum, types},
};

impl Forms {
    /// Leaves out limits that no value can be within, or that are no limits.
    pub(super) fn limits(&mut self, map: &mut Map<String, Value>, at: &At<'_>) {
        // Every schema comes here, and few have any.
        if !map.keys().any(|key| is_limit(key)) {
            return;
        }
        let mut gone: Vec<String> = Vec::new();
        for (key, value) in map.iter_mut().filter(|(key, _)| is_limit(key)) {
            let (is, here) = (SCHEMA.member(key), At::Member(at, key));
            let wrong = !is_plain(is, value) && self.value(value, is, &here).is_err();
            let never = key == "multipleOf" && value.as_f64().is_some_and(|n| n <= 0.0);
            if wrong || never {
                gone.push(key.clone());
            }
        }
        let pairs = [
            ("minLength", "maxLength"),
            ("minItems", "maxItems"),
            ("minProperties", "maxProperties"),
            ("minimum", "maximum"),
        ];
        for (least, most) in pairs.into_iter().filter(|_| !self.as_said) {
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

    /// Reads values of another type than the schema's as what they mean: `1` is "1" in a list of
    /// texts. What belongs to 3.1 is read as 3.0 has it.
    pub(super) fn values(&mut self, map: &mut Map<String, Value>, at: &At<'_>) {
        let key = ["enum", "const"][usize::from(map.contains_key("const"))];
        if !self.lists_of_types && map.keys().any(|key| is_later(key)) {
            self.later(map, at);
        }
        if ["readOnly", "writeOnly"]
            .iter()
            .all(|key| map.get(*key) == Some(&true.into()))
        {
            map.shift_remove("readOnly");
            map.shift_remove("writeOnly");
            self.warn(at, "only read and only written at once: read as both");
        }
        for key in ["enum", "const"] {
            self.listed(map, at, key);
        }
        if key == "const" && listed(map).is_some_and(|all| all.is_empty()) && !self.as_said {
            map.retain(|key, _| key != "enum" && key != "const");
            self.warn(
                &At::Member(at, key),
                "is not in `enum`: no value is allowed: left out",
            );
        }
        self.unchecked(map, at, key);
    }

    /// Warns about values of which the client knows no more than their type; `key` is what lists
    /// them in the document.
    fn unchecked(&mut self, map: &Map<String, Value>, at: &At<'_>, key: &str) {
        let Some(values) = listed(map) else {
            return;
        };
        let both = [true, false].map(Value::from);
        let known = match values.iter().filter(|v| !v.is_null()).count() {
            0 => true,
            1 => values.len() == 1 && values[0].is_boolean(),
            _ => both.iter().all(|value| values.contains(value)),
        };
        let types = types(map);
        let declared = match map.get("type") {
            Some(Value::Array(_)) => types.first().copied().filter(|_| types.len() == 1),
            one => one.and_then(Value::as_str),
        };
        let (read, kept) = drf::choices(declared, &values);
        if !known && kept.is_empty() {
            let all = match read {
                Some(_) => "any of its type",
                None => "any JSON",
            };
            let message =
                format!("only texts and integers of an `i64` are a list: {all} is accepted");
            self.tell(&At::Member(at, key), &message);
        }
    }

    fn listed(&mut self, map: &mut Map<String, Value>, at: &At<'_>, key: &str) {
        let kind = map.get("type").and_then(Value::as_str);
        let kind = kind.unwrap_or_default().to_owned();
        let (at, one) = (At::Member(at, key), key == "const");
        let list: &mut [Value] = match map.get_mut(key) {
            Some(Value::Array(list)) if !one && list.is_empty() => {
                map.shift_remove(key);
                return self.warn(&at, "no value is allowed: left out");
            }
            Some(Value::Array(list)) if !one => list,
            Some(value) if one => std::slice::from_mut(value),
            _ => return,
        };
        let read = |value: &Value| -> Option<Value> {
            match (kind.as_str(), value) {
                ("string", Value::Number(_) | Value::Bool(_)) => Some(value.to_string().into()),
                ("integer" | "number" | "boolean", Value::String(text)) => {
                    let new: Value = serde_json::from_str(text.trim()).ok()?;
                    let fits = match kind.as_str() {
                        "boolean" => new.is_boolean(),
                        "integer" => new.is_i64() || new.is_u64(),
                        _ => new.is_number(),
                    };
                    fits.then_some(new)
                }
                _ => None,
            }
        };
        // A list of several types may be just that.
        let own = list.iter_mut().filter(|value| !value.is_null());
        let new: Option<Vec<_>> = own.map(|value| Some((read(value)?, value))).collect();
        if let Some(new) = new.filter(|new| !new.is_empty()) {
            new.into_iter().for_each(|(new, value)| *value = new);
            self.warn(&at, &format!("values of another type: read as `{kind}`"));
        }
    }

    /// Reads keywords of 3.1 in a document of an earlier version.
    fn later(&mut self, map: &mut Map<String, Value>, at: &At<'_>) {
        let number = |key| map.get(key).is_some_and(Value::is_number);
        if number("exclusiveMinimum") || number("exclusiveMaximum") {
            self.warn(at, "an exclusive limit as in 3.1: read as that of 3.0");
            exclusive_limits(map);
        }
        let is_possible = listed(map).is_some_and(|all| !all.is_empty());
        if is_possible && const_as_enum(map) {
            self.warn(
                &At::Member(at, "const"),
                "needs OpenAPI 3.1: read as its only value",
            );
        }
        if self.nullable == "nullable"
            && let Some(value) = map.shift_remove("x-nullable")
        {
            self.warn(&At::Member(at, "x-nullable"), "read as `nullable`");
            map.entry("nullable").or_insert(value);
        }
        for (flag, limit) in [
            ("exclusiveMinimum", "minimum"),
            ("exclusiveMaximum", "maximum"),
        ] {
            if map.get(flag).is_some_and(|v| *v == true) && !map.contains_key(limit) {
                map.shift_remove(flag);
                self.warn(
                    &At::Member(at, flag),
                    "there is no limit to exclude: left out",
                );
            }
        }
        for key in LATER {
            if map.shift_remove(key).is_some() {
                self.warn(&At::Member(at, key), "needs OpenAPI 3.1: left out");
            }
        }
    }
}

/// The conditions of 3.1.
const LATER: [&str; 12] = [
    "if",
    "then",
    "else",
    "prefixItems",
    "patternProperties",
    "contains",
    "minContains",
    "maxContains",
    "propertyNames",
    "dependentSchemas",
    "dependentRequired",
    "unevaluatedProperties",
];

/// Returns whether [`Forms::later`] knows this keyword.
fn is_later(key: &str) -> bool {
    let others = [
        "exclusiveMinimum",
        "exclusiveMaximum",
        "const",
        "x-nullable",
    ];
    others.contains(&key) || LATER.contains(&key)
}

fn is_limit(key: &str) -> bool {
    let of_size = ["Length", "Items", "Properties", "imum"];
    key == "multipleOf"
        || key.starts_with(['m', 'e'])
            && key != "examples"
            && of_size.iter().any(|s| key.ends_with(s))
}
