//! Converts schemas.

use serde_json::{Map, Value, json};

use crate::{
    document::{drf, each_schema, members::At},
    report::Report,
};

/// Returns the schema of a body in the terms of 3.0. DRF takes and returns any JSON in a
/// `DictField` or `ListField` that has no field for its values, which drf-yasg documents as texts
/// that may be null.
pub fn body_schema_of(old: &Value, at: &At<'_>, report: &mut Report) -> Value {
    let mut new = schema_of(old, at, report);
    each_schema(&mut new, &mut drf::open_values);
    new
}

/// Returns a schema in the terms of 3.0.
pub fn schema_of(old: &Value, at: &At<'_>, report: &mut Report) -> Value {
    let Some(old) = old.as_object() else {
        return old.clone();
    };
    if let Some(target) = old.get("$ref").and_then(Value::as_str) {
        let reference =
            json!({ "$ref": target.replacen("#/definitions/", "#/components/schemas/", 1) });
        // 3.0 ignores the siblings of a $ref.
        let beside: Map<String, Value> = old
            .iter()
            .filter(|(k, _)| *k != "$ref")
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        if beside.is_empty() {
            return reference;
        }
        let mut new = schema_of(&beside.into(), at, report);
        new["allOf"] = json!([reference]);
        return new;
    }
    let mut new = Map::new();
    for (key, value) in old {
        match key.as_str() {
            "x-nullable" => drop(new.insert("nullable".into(), value.clone())),
            "type" if value == "file" => {
                new.insert("type".into(), "string".into());
                new.insert("format".into(), "binary".into());
            }
            "discriminator" if value.is_string() => {
                drop(new.insert(key.clone(), json!({ "propertyName": value })))
            }
            "items" | "additionalProperties" | "not" => {
                drop(new.insert(key.clone(), schema_of(value, &At::Member(at, key), report)))
            }
            "properties" => {
                let properties = At::Member(at, key);
                let each = |(k, v): (&String, &Value)| {
                    (k.clone(), schema_of(v, &At::Member(&properties, k), report))
                };
                let members = value.as_object().into_iter().flatten();
                let converted: Map<String, Value> = members.map(each).collect();
                new.insert(key.clone(), converted.into());
            }
            "allOf" | "anyOf" | "oneOf" => {
                let each = |v: &Value| schema_of(v, &At::Member(at, key), report);
                new.insert(
                    key.clone(),
                    value.as_array().into_iter().flatten().map(each).collect(),
                );
            }
            // JSON Schema draft 3, which drf-yasg accepts in hand-written schemas.
            "required" if !value.is_array() => report.warn(
                format!("{at}/required"),
                "must be a list of names: left out",
            ),
            "collectionFormat" => report.warn(
                format!("{at}/{key}"),
                "3.0 cannot express how an inner array is separated",
            ),
            _ => drop(new.insert(key.clone(), value.clone())),
        }
    }
    new.into()
}
