//! From a schema to the Rust type that stands for it.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::{Map, Value};

use crate::{Error, names};

/// A normalised document, with the Rust name of each component.
pub struct Document<'a> {
    pub schemas: BTreeMap<&'a str, &'a Value>,
    idents: BTreeMap<&'a str, Ident>,
    root: &'a Value,
}

impl<'a> Document<'a> {
    pub fn new(root: &'a Value) -> Self {
        let object = root
            .pointer("/components/schemas")
            .and_then(Value::as_object);
        let schemas: BTreeMap<&str, &Value> = object
            .into_iter()
            .flatten()
            .map(|(k, v)| (k.as_str(), v))
            .collect();
        let mut taken = BTreeSet::new();
        let idents = schemas
            .keys()
            .map(|k| (*k, names::unique(names::type_ident(k), &mut taken)))
            .collect();
        Self {
            schemas,
            idents,
            root,
        }
    }

    /// Follows a `$ref` to parameters, bodies or responses.
    pub fn resolve(&self, value: &'a Value) -> Result<&'a Value, Error> {
        let mut value = value;
        for _ in 0..32 {
            let Some(target) = value.get("$ref").and_then(Value::as_str) else {
                return Ok(value);
            };
            let pointer = target.strip_prefix('#').unwrap_or(target);
            value = self
                .root
                .pointer(pointer)
                .ok_or_else(|| Error::new(pointer, "a $ref points here, where nothing is"))?;
        }
        Err(Error::new("", "a $ref points to itself"))
    }

    /// The component that a schema is: its `$ref`, or an `allOf` of one.
    pub fn target(schema: &Value) -> Option<&str> {
        let only = match schema
            .get("allOf")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
        {
            Some([one]) if schema.get("properties").is_none() => one,
            _ => schema,
        };
        only.get("$ref")?
            .as_str()?
            .strip_prefix("#/components/schemas/")
    }

    /// The schema behind references to components that are no type of their own.
    pub fn written_out<'s>(&'s self, schema: &'s Value) -> &'s Value {
        let mut schema = schema;
        for _ in 0..16 {
            match Self::target(schema)
                .and_then(|t| self.schemas.get(t))
                .filter(|s| alias(s))
            {
                Some(inner) => schema = inner,
                None => break,
            }
        }
        schema
    }

    pub fn ident(&self, name: &str) -> Result<&Ident, Error> {
        self.idents.get(name).ok_or_else(|| {
            Error::new(
                format!("/components/schemas/{name}"),
                "a $ref points here, where nothing is",
            )
        })
    }

    /// The type of a schema; components that it names go into `used`.
    pub fn rust(&self, schema: &Value, used: &mut BTreeSet<String>) -> Result<TokenStream, Error> {
        self.rust_at(schema, used, 0)
    }

    fn rust_at(
        &self,
        schema: &Value,
        used: &mut BTreeSet<String>,
        depth: u8,
    ) -> Result<TokenStream, Error> {
        // An alias of itself (`A: [A]`) has no finite type.
        if depth > 16 {
            return Ok(quote!(crate::Json));
        }
        if let Some(name) = Self::target(schema) {
            let ident = self.ident(name)?;
            // A component that is no type of its own is written out.
            if let Some(inner) = self.schemas.get(name).filter(|s| alias(s)) {
                return self.rust_at(inner, used, depth + 1);
            }
            used.insert(name.into());
            return Ok(quote!(crate::types::#ident));
        }
        if let Some(id) = schema.get("x-autopi-id").and_then(Value::as_str) {
            return Ok(if id == "unit" {
                quote!(crate::UnitId)
            } else {
                quote!(crate::DeviceId)
            });
        }
        if schema.get("x-autopi-json") == Some(&Value::Bool(true)) {
            return Ok(quote!(crate::Json));
        }
        let format = schema
            .get("format")
            .and_then(Value::as_str)
            .unwrap_or_default();
        Ok(match schema.get("type").and_then(Value::as_str) {
            Some("string") => match format {
                "date-time" => quote!(crate::Timestamp),
                "date" => quote!(crate::Date),
                "uuid" => quote!(crate::Uuid),
                "decimal" => quote!(crate::Decimal),
                _ => quote!(::std::string::String),
            },
            Some("integer") => quote!(i64),
            Some("number") if format == "decimal" => quote!(crate::Decimal),
            Some("number") => quote!(f64),
            Some("boolean") => quote!(bool),
            Some("array") => {
                let item =
                    self.nullable_at(schema.get("items").unwrap_or(&Value::Null), used, depth + 1)?;
                quote!(::std::vec::Vec<#item>)
            }
            Some("object") => match schema.get("additionalProperties") {
                Some(value @ Value::Object(map)) if !map.is_empty() => {
                    let value = self.nullable_at(value, used, depth + 1)?;
                    quote!(::std::collections::BTreeMap<::std::string::String, #value>)
                }
                _ => {
                    quote!(crate::serde_json::Map<::std::string::String, crate::serde_json::Value>)
                }
            },
            _ => quote!(crate::Json),
        })
    }

    /// [`Self::rust`], in an `Option` if null is allowed.
    pub fn nullable(
        &self,
        schema: &Value,
        used: &mut BTreeSet<String>,
    ) -> Result<TokenStream, Error> {
        self.nullable_at(schema, used, 0)
    }

    fn nullable_at(
        &self,
        schema: &Value,
        used: &mut BTreeSet<String>,
        depth: u8,
    ) -> Result<TokenStream, Error> {
        let inner = self.rust_at(schema, used, depth)?;
        Ok(if is_nullable(schema) {
            quote!(::std::option::Option<#inner>)
        } else {
            inner
        })
    }

    /// The properties of an object, those of all its `allOf` parts included, and the required names.
    pub fn properties(&self, schema: &'a Value) -> Option<(Map<String, Value>, BTreeSet<String>)> {
        fn walk<'a>(
            doc: &Document<'a>,
            schema: &'a Value,
            depth: u8,
            out: &mut (Map<String, Value>, BTreeSet<String>),
            any: &mut bool,
        ) {
            if depth > 16 {
                return;
            }
            if let Some(inner) = schema
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|r| doc.schemas.get(r.rsplit('/').next()?))
            {
                walk(doc, inner, depth + 1, out, any);
            }
            for part in schema
                .get("allOf")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                walk(doc, part, depth + 1, out, any);
            }
            if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
                *any = true;
                out.0.extend(properties.clone());
            }
            out.1.extend(
                schema
                    .get("required")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .map(str::to_owned),
            );
        }
        let mut out = Default::default();
        let mut any = false;
        walk(self, schema, 0, &mut out, &mut any);
        any.then_some(out)
    }
}

/// Is null allowed?
pub fn is_nullable(schema: &Value) -> bool {
    schema.get("nullable") == Some(&Value::Bool(true))
}

/// The items of a page, if the schema is the envelope of one (`x-autopi-page`, set by the shape stage).
pub fn page_items<'a>(doc: &Document<'a>, schema: &'a Value) -> Option<&'a Value> {
    let schema = Document::target(schema)
        .and_then(|n| doc.schemas.get(n).copied())
        .unwrap_or(schema);
    schema
        .get("x-autopi-page")
        .filter(|v| **v == Value::Bool(true))?;
    schema.pointer("/properties/results/items")
}

/// A component without a type of its own: neither an enum nor an object with properties.
pub fn alias(schema: &Value) -> bool {
    let composed = schema
        .get("allOf")
        .and_then(Value::as_array)
        .is_some_and(|a| !a.is_empty());
    !(schema.get("enum").is_some() || schema.get("properties").is_some() || composed)
}
