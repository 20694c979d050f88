//! Turns closed lists of values into named open enums. drf-yasg puts a `title` on each field, so
//! names come from the owner and the field, never from the title.

use std::collections::BTreeSet;

use autopi_codegen::contract;
use heck::ToUpperCamelCase;
use serde_json::{Map, Value};

use crate::document::{self, types::of_list};
use crate::report::Failure;

/// Moves every inline `enum` of strings or integers into a component; equal lists of one field name
/// share one.
pub fn open_enums(doc: &mut Value) -> Result<usize, Failure> {
    let mut all = Named {
        existing: document::schema_names(doc),
        made: Map::new(),
    };
    for (name, schema) in document::schemas(doc).into_iter().flatten() {
        all.visit(schema, name, true);
    }
    document::operations(doc, |_, _, op| {
        let name = document::type_prefix(op);
        for (parameter, schema) in document::parameter_schemas(op) {
            if document::is_leaf(schema) {
                continue;
            }
            all.visit(
                schema,
                &format!("{name}{}", parameter.to_upper_camel_case()),
                false,
            );
        }
        document::bodies(op, |_, _, schema| all.visit(schema, &name, false));
    });
    let n = all.made.len();
    if let Some(schemas) = document::schemas(doc) {
        schemas.extend(all.made);
    }
    Ok(n)
}

/// Merges the forms that drf-spectacular uses for `choices` with blank or null: a `oneOf` of the
/// list, `BlankEnum` and `NullEnum`. An open enum keeps `""` as a value, and null becomes nullable.
pub fn blank_and_null_choices(doc: &mut Value) -> Result<usize, Failure> {
    let schemas = document::schemas(doc).cloned().unwrap_or_default();
    let values = |part: &Value| {
        schemas
            .get(document::ref_name(part)?)?
            .get("enum")?
            .as_array()
            .cloned()
    };
    let mut n = 0;
    document::document_schemas(doc, &mut |map| {
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
    existing: BTreeSet<String>,
    made: Map<String, Value>,
}

impl Named {
    /// Moves a list of strings or integers into a component; any other list says no more than its
    /// type.
    fn list(&mut self, schema: &mut Value, name: &str, top: bool) {
        let Some(map) = schema.as_object_mut() else {
            return;
        };
        let values = map.get("enum").and_then(Value::as_array).cloned();
        let values = values.unwrap_or_default();
        if values.contains(&Value::Null) {
            map.insert("nullable".into(), true.into());
        }
        if let [one @ Value::Bool(_)] = values.as_slice() {
            map.insert(contract::VALUES.into(), Value::Array(vec![one.clone()]));
        }
        let declared = map.get("type").and_then(Value::as_str).map(str::to_owned);
        let (kind, values) = of_list(declared.as_deref(), values);
        match kind {
            None => {
                map.shift_remove("type");
                map.insert(contract::JSON.into(), true.into());
            }
            Some(kind) => drop(map.insert("type".into(), kind.into())),
        }
        if values.is_empty() {
            map.shift_remove("enum");
        } else if top {
            map.insert("enum".into(), values.into());
        } else {
            map.shift_remove("enum");
            map.shift_remove("type");
            let component = serde_json::json!({ "type": kind, "enum": values });
            let taken = |n: &str| {
                self.existing.contains(n) || self.made.get(n).is_some_and(|m| *m != component)
            };
            let name = document::free_name(name, taken);
            map.insert(
                "allOf".into(),
                Value::Array(vec![document::reference(&name)]),
            );
            self.made.insert(name, component);
        }
    }

    fn visit(&mut self, schema: &mut Value, name: &str, top: bool) {
        if schema.get("enum").is_some_and(Value::is_array) {
            return self.list(schema, name, top);
        }
        for (field, value) in schema
            .get_mut("properties")
            .and_then(Value::as_object_mut)
            .into_iter()
            .flatten()
            .filter(|(_, v)| !document::is_leaf(v))
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
        for key in ["oneOf", "anyOf"] {
            let alternatives = schema.get_mut(key).and_then(Value::as_array_mut);
            for (i, part) in alternatives.into_iter().flatten().enumerate() {
                self.visit(part, &format!("{name}Option{}", i + 1), false);
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
