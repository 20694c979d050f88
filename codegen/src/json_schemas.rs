//! The JSON Schema of each type, as data: the document's own words, in those of JSON Schema 2020-12.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::{Map, Value, json};

use crate::{Error, contract, schema::Document};

/// What stands for a schema as it is.
const AS_IT_IS: [&str; 21] = [
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

/// A table of the types, each with its name and its schema. References to types stay, by the component's name.
pub fn emit(doc: &Document<'_>, types: &BTreeSet<String>) -> Result<TokenStream, Error> {
    let mut entries = TokenStream::new();
    for name in types {
        let ident = doc.ident(name)?;
        let schema = doc.schemas.get(name.as_str()).copied();
        let schema = Words {
            doc,
            types,
            deep: 0,
        }
        .of(schema.unwrap_or(&Value::Null));
        let schema = schema.to_string();
        entries.extend(quote!(#ident #name #schema));
    }
    Ok(quote!(json_schemas! { #entries }))
}

#[derive(Clone, Copy)]
struct Words<'a> {
    doc: &'a Document<'a>,
    types: &'a BTreeSet<String>,
    /// Components that are no type are written out, one in another: none has a way back to itself, but a document may be wrong.
    deep: usize,
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
                (key, value) if AS_IT_IS.contains(&key) => {
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
            Some(schema) if self.deep < 32 => {
                let deep = self.deep + 1;
                Self { deep, ..self }.of(schema)
            }
            _ => Value::Bool(true),
        }
    }
}

/// The same, or null.
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
