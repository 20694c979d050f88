//! Closed lists become named open enums. drf-yasg puts a `title` on each field, so names come from the owner and the field, never from the title.

use heck::ToUpperCamelCase;
use serde_json::{Map, Value};

use super::walk;
use crate::report::Failure;

/// Moves every inline `enum` of strings or integers into a component; equal lists of one field name share one.
pub fn open_enums(doc: &mut Value) -> Result<usize, Failure> {
    let mut all = Named {
        existing: walk::schemas(doc).cloned().unwrap_or_default(),
        made: Map::new(),
    };
    for (name, schema) in walk::schemas(doc).into_iter().flatten() {
        all.visit(schema, name, true);
    }
    walk::operations(doc, |_, _, op| {
        let name = op
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_upper_camel_case();
        for parameter in op
            .get_mut("parameters")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            let field = parameter
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_upper_camel_case();
            if let Some(schema) = parameter.get_mut("schema") {
                all.visit(schema, &format!("{name}{field}"), false);
            }
        }
        walk::bodies(op, |_, _, schema| all.visit(schema, &name, false));
    });
    let n = all.made.len();
    if let Some(schemas) = walk::schemas(doc) {
        schemas.extend(all.made);
    }
    Ok(n)
}

/// drf-spectacular writes `choices` with blank or null as `oneOf` the list, `BlankEnum` and `NullEnum`. An open enum keeps `""` as it is, and null is nullable.
pub fn blank_and_null_choices(doc: &mut Value) -> Result<usize, Failure> {
    let schemas = walk::schemas(doc).cloned().unwrap_or_default();
    let values = |part: &Value| {
        schemas
            .get(walk::ref_name(part)?)?
            .get("enum")?
            .as_array()
            .cloned()
    };
    let mut n = 0;
    walk::document_schemas(doc, &mut |map| {
        for key in ["oneOf", "anyOf"] {
            let Some(parts) = map.get(key).and_then(Value::as_array) else {
                continue;
            };
            let listed: Option<Vec<_>> = parts
                .iter()
                .map(|p| Some((p.clone(), values(p)?)))
                .collect();
            let is_rest = |values: &[Value]| values.iter().all(|v| v.is_null() || v == "");
            let Some((rest, main)) =
                listed.map(|l| l.into_iter().partition::<Vec<_>, _>(|(_, v)| is_rest(v)))
            else {
                continue;
            };
            let [(main, _)] = main.as_slice() else {
                continue;
            };
            map.shift_remove(key);
            map.insert("allOf".into(), Value::Array(vec![main.clone()]));
            if rest.iter().any(|(_, v)| v.contains(&Value::Null)) {
                map.insert("nullable".into(), true.into());
            }
            n += 1;
        }
    });
    Ok(n)
}

struct Named {
    existing: Map<String, Value>,
    made: Map<String, Value>,
}

impl Named {
    fn visit(&mut self, schema: &mut Value, name: &str, top: bool) {
        let values = schema.get("enum").and_then(Value::as_array);
        if let Some(values) = values.filter(|_| !top) {
            let kind = schema
                .get("type")
                .and_then(Value::as_str)
                .unwrap_or("string");
            let had_null = values.contains(&Value::Null);
            let values: Vec<Value> = values.iter().filter(|v| !v.is_null()).cloned().collect();
            if !(values.iter().all(Value::is_string) || values.iter().all(Value::is_i64)) {
                // Choices of booleans or numbers are their type; of several types, anything.
                let mixed =
                    !(values.iter().all(Value::is_boolean) || values.iter().all(Value::is_number));
                let Some(map) = schema.as_object_mut() else {
                    return;
                };
                map.shift_remove("enum");
                if mixed {
                    map.shift_remove("type");
                    map.insert("x-autopi-json".into(), true.into());
                } else if had_null {
                    map.insert("nullable".into(), true.into());
                }
                return;
            }
            let component = serde_json::json!({ "type": kind, "enum": values });
            let taken = |n: &str| {
                self.existing.contains_key(n) || self.made.get(n).is_some_and(|m| *m != component)
            };
            let name = walk::free_name(name, taken);
            self.made.insert(name.clone(), component);
            let Some(map) = schema.as_object_mut() else {
                return;
            };
            map.shift_remove("enum");
            map.shift_remove("type");
            map.insert("allOf".into(), Value::Array(vec![walk::reference(&name)]));
            if had_null {
                map.insert("nullable".into(), Value::Bool(true));
            }
            return;
        }
        for (field, value) in schema
            .get_mut("properties")
            .and_then(Value::as_object_mut)
            .into_iter()
            .flatten()
        {
            self.visit(
                value,
                &format!("{name}{}", field.to_upper_camel_case()),
                false,
            );
        }
        for key in ["items", "additionalProperties"] {
            if let Some(value) = schema.get_mut(key).filter(|v| v.is_object()) {
                self.visit(value, name, false);
            }
        }
        for part in schema
            .get_mut("allOf")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            self.visit(part, name, top);
        }
    }
}
