//! Marks the members that are secrets, which `Debug`, violations and traces do not show. The
//! overlay adds and removes the same marks.

use std::collections::HashMap;

use autopi_codegen::contract;
use serde_json::{Map, Value};

use super::split::says;
use crate::document;
use crate::{report::Failure, secret};

/// Marks members and parameters as secrets with `x-autopi-secret`: by their name, by their format
/// (`password`), or by a name that is only secret for write-only members.
pub fn marked(doc: &mut Value) -> Result<usize, Failure> {
    let schemas = document::schemas(doc).cloned().unwrap_or_default();
    // Most names occur in many schemas.
    let mut known = HashMap::new();
    let mut n = 0;
    let mut mark = |name: &str, schema: &mut Value| {
        let by_name = known
            .entry(name.to_owned())
            .or_insert_with(|| secret::by_name(name));
        if (*by_name || is_secret(name, schema, &schemas))
            && let Some(map) = schema.as_object_mut()
        {
            map.insert(contract::SECRET.into(), true.into());
            n += 1;
        }
    };
    document::document_schemas(doc, &mut |map| {
        let properties = map.get_mut("properties").and_then(Value::as_object_mut);
        for (name, property) in properties.into_iter().flatten() {
            mark(name, property);
        }
    });
    document::parameters(doc, |_, _, parameter| {
        let name = parameter.get("name").and_then(Value::as_str);
        if let Some(name) = name.map(str::to_owned)
            && let Some(schema) = parameter.get_mut("schema")
        {
            mark(&name, schema);
        }
    });
    Ok(n)
}

fn is_secret(name: &str, schema: &Value, schemas: &Map<String, Value>) -> bool {
    let target = document::resolved(schema, schemas);
    let is_password = |s: &&Value| s.get("format").is_some_and(|f| f == "password");
    [schema, target].iter().any(is_password)
        || (says(schema, "writeOnly", schemas, 8) && secret::when_written(name))
}
