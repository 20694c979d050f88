//! Converts parameters: their types move into a schema.

use autopi_codegen::contract;
use serde_json::{Map, Value};

use super::schema::schema_of;
use crate::{document::members::At, report::Report};

/// Keywords that Swagger 2.0 has in the parameter, and 3.0 in its schema.
pub const SCHEMA_KEYS: [&str; 16] = [
    "type",
    "format",
    "items",
    "default",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "enum",
    "multipleOf",
];

/// Returns the schema of a parameter that has one, as only a body has in 2.0, and no type.
pub fn schema_alone(old: &Value, pointer: &str, report: &mut Report) -> Option<Value> {
    let typed = SCHEMA_KEYS.iter().any(|key| old.get(key).is_some());
    let schema = old.get("schema").filter(|_| !typed)?;
    let at = At::Member(&At::Start(pointer), "schema");
    let message = "only a body has a schema in 2.0: read as that of the parameter";
    report.warn(at.to_string(), message);
    Some(schema_of(schema, &at, report))
}

/// Returns the schema of a parameter or header, which is sent as a text.
pub fn text_schema(old: &Value, pointer: &str, report: &mut Report) -> Value {
    let mut part = schema_part(old);
    for (at, inner) in [("type", None), ("items/type", Some("items"))] {
        let holder = match inner {
            None => Some(&mut part),
            Some(key) => part.get_mut(key).and_then(Value::as_object_mut),
        };
        if let Some(kind) = holder
            .and_then(|h| h.get_mut("type"))
            .filter(|t| *t == "file")
        {
            *kind = "string".into();
            let message = "only a field of a form is a file: read as a text";
            report.warn(format!("{pointer}/{at}"), message);
        }
    }
    schema_of(&part.into(), &At::Start(pointer), report)
}

/// Returns the schema keywords of a parameter or header.
pub fn schema_part(parameter: &Value) -> Map<String, Value> {
    let all = parameter.as_object().into_iter().flatten();
    all.filter(|(k, _)| SCHEMA_KEYS.contains(&k.as_str()) || *k == "x-nullable")
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect()
}

/// Returns a parameter of the path, the query or a header.
pub fn parameter_of(old: &Value, pointer: &str, report: &mut Report) -> Value {
    let mut new = Map::new();
    for (key, value) in old.as_object().into_iter().flatten() {
        if !SCHEMA_KEYS.contains(&key.as_str())
            && !["collectionFormat", "x-nullable"].contains(&key.as_str())
        {
            new.insert(key.clone(), value.clone());
        }
    }
    if old.get("type").and_then(Value::as_str) == Some("array") {
        let query = old.get("in").and_then(Value::as_str) == Some("query");
        let (style, explode) = match old
            .get("collectionFormat")
            .and_then(Value::as_str)
            .unwrap_or("csv")
        {
            "multi" if query => ("form", true),
            "ssv" if query => ("spaceDelimited", false),
            "pipes" if query => ("pipeDelimited", false),
            "csv" => (if query { "form" } else { "simple" }, false),
            other => {
                report.warn(
                    format!("{pointer}/collectionFormat"),
                    format!("3.0 cannot express `{other}` here: values are separated by commas"),
                );
                (if query { "form" } else { "simple" }, false)
            }
        };
        new.insert("style".into(), style.into());
        new.insert("explode".into(), explode.into());
        if query && old.get("collectionFormat").is_none() {
            // For the shape stage, which knows what DRF means by this.
            new.insert(contract::COLLECTION_FORMAT_LEFT_OUT.into(), true.into());
        }
    }
    let schema = schema_alone(old, pointer, report);
    let schema = schema.unwrap_or_else(|| text_schema(old, pointer, report));
    new.insert("schema".into(), schema);
    new.into()
}
