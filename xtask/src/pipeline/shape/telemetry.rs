//! Telemetry records are free-form: the serializer names a few header fields, and the API adds a
//! dotted key for each signal.

use serde_json::Value;

use crate::document;
use crate::report::Failure;

/// Opens records (with `@ts`, a dotted key, or `ts` with `t`) with `additionalProperties: true`, so
/// that every key is kept.
pub fn free_form_records(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    for schema in document::schemas(doc)
        .into_iter()
        .flat_map(|s| s.values_mut())
    {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            continue;
        };
        let record = properties
            .keys()
            .any(|k| k.starts_with('@') || k.contains('.'))
            || (properties.contains_key("ts") && properties.contains_key("t"));
        if record && schema.get("additionalProperties").is_none() {
            schema["additionalProperties"] = Value::Bool(true);
            n += 1;
        }
    }
    Ok(n)
}
