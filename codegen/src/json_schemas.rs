//! The JSON Schema of each type, as data: the document's schemas in the terms of JSON Schema
//! 2020-12.

use std::{cell::Cell, collections::BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::{Map, Value, json};

use crate::{Error, contract, schema::Document};

/// The keywords that are copied unchanged.
const COPIED: [&str; 21] = [
    "default",
    "deprecated",
    "description",
    "enum",
    "format",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "readOnly",
    "required",
    "title",
    "type",
    "uniqueItems",
    "writeOnly",
];

/// Returns a table of the types, each with its name and its schema. References to types are kept,
/// by the name of the component.
pub fn emit(doc: &Document<'_>, types: &BTreeSet<String>) -> Result<TokenStream, Error> {
    let mut entries = TokenStream::new();
    for name in types {
        let ident = doc.ident(name)?;
        let schema = doc.schemas.get(name.as_str()).copied();
        let words = Words {
            doc,
            types,
            left: &Cell::new(WRITTEN_OUT),
        };
        let schema = words.of(schema.unwrap_or(&Value::Null)).to_string();
        entries.extend(quote!(#ident #name #schema));
    }
    Ok(quote!(json_schemas! { #entries }))
}

/// How many components without a type of their own are written out in the schema of one type;
/// further ones become any JSON.
const WRITTEN_OUT: usize = 64;

#[derive(Clone, Copy)]
struct Words<'a> {
    doc: &'a Document<'a>,
    types: &'a BTreeSet<String>,
    /// How many more components may be written out: one may contain itself, or each may contain
    /// the next one twice.
    left: &'a Cell<usize>,
}

impl Words<'_> {
    fn of(self, schema: &Value) -> Value {
        let Some(map) = schema.as_object() else {
            return Value::Bool(true);
        };
        let any = map.get(contract::JSON) == Some(&Value::Bool(true));
        if let Some(target) = map.get("$ref").and_then(Value::as_str).filter(|_| !any) {
            return self.reference(target);
        }
        let mut out = Map::new();
        for (key, value) in map {
            if any
                && !matches!(
                    key.as_str(),
                    "description" | "title" | "deprecated" | "readOnly" | "writeOnly"
                )
            {
                continue;
            }
            match (key.as_str(), value) {
                ("properties", Value::Object(members)) => {
                    let members = members.iter().map(|(name, of)| (name.clone(), self.of(of)));
                    out.insert(key.clone(), members.collect());
                }
                ("items" | "not" | "additionalProperties", value) if value.is_object() => {
                    out.insert(key.clone(), self.of(value));
                }
                ("additionalProperties", value) => {
                    out.insert(key.clone(), value.clone());
                }
                ("allOf" | "anyOf" | "oneOf", Value::Array(list)) => {
                    let list = list.iter().map(|of| self.of(of));
                    out.insert(key.clone(), list.collect());
                }
                ("example", value) => {
                    out.insert("examples".into(), json!([value]));
                }
                (key, value) if COPIED.contains(&key) => {
                    out.insert(key.into(), value.clone());
                }
                _ => {}
            }
        }
        for (bound, exclusive) in [
            ("minimum", "exclusiveMinimum"),
            ("maximum", "exclusiveMaximum"),
        ] {
            if map.get(exclusive) == Some(&Value::Bool(true))
                && let Some(value) = out.shift_remove(bound)
            {
                out.insert(exclusive.into(), value);
            }
        }
        match map.get("nullable") == Some(&Value::Bool(true)) && !any {
            true => nullable(out),
            false => out.into(),
        }
    }

    fn reference(self, target: &str) -> Value {
        let name = target.trim_start_matches("#/components/schemas/");
        match self.doc.schemas.get(name) {
            Some(_) if self.types.contains(name) => json!({ "$ref": target }),
            Some(schema) if self.left.get() > 0 => {
                self.left.set(self.left.get() - 1);
                self.of(schema)
            }
            _ => Value::Bool(true),
        }
    }
}

/// Returns the schema with null allowed.
fn nullable(mut schema: Map<String, Value>) -> Value {
    if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut)
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    match schema.get_mut("type") {
        Some(of) => {
            *of = json!([of, "null"]);
            schema.into()
        }
        None => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_that_refer_to_the_next_twice_take_linear_time() {
        let mut schemas = Map::new();
        for n in 0..40 {
            let next = json!({ "$ref": format!("#/components/schemas/L{}", n + 1) });
            let list = json!({ "type": "array", "items": next, "not": next });
            schemas.insert(format!("L{n}"), list);
        }
        let thing = json!({ "type": "object", "properties": { "a": { "$ref": "#/components/schemas/L0" } } });
        schemas.insert("Thing".into(), thing);
        let document =
            json!({ "openapi": "3.0.3", "paths": {}, "components": { "schemas": schemas } });
        let document = Document::new(&document);
        let code = emit(&document, &BTreeSet::from(["Thing".to_owned()])).unwrap();
        assert!(code.to_string().len() < 10_000);
    }
}
