//! The Rust type of a schema.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::{
    Document,
    kinds::{alias, is_unsigned},
};
use crate::{Error, contract};

impl<'a> Document<'a> {
    /// Returns the type of a schema, and adds the components that it names to `used`.
    pub fn rust_type(
        &self,
        schema: &Value,
        used: &mut BTreeSet<String>,
    ) -> Result<TokenStream, Error> {
        self.rust_type_at(schema, used, 0)
    }

    pub(super) fn rust_type_at(
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
            // A component without a type of its own is written out.
            if let Some(inner) = self.schemas.get(name).filter(|s| alias(s)) {
                return self.rust_type_at(inner, used, depth + 1);
            }
            used.insert(name.into());
            return Ok(quote!(crate::types::#ident));
        }
        if let Some(id) = schema.get(contract::ID).and_then(Value::as_str) {
            return Ok(if id == "unit" {
                quote!(crate::UnitId)
            } else {
                quote!(crate::DeviceId)
            });
        }
        if schema.get(contract::JSON) == Some(&Value::Bool(true)) {
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
            Some("integer") if schema.as_object().is_some_and(is_unsigned) => quote!(u64),
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

    /// Returns [`Self::rust_type`], in an `Option` if null is allowed.
    pub fn nullable(
        &self,
        schema: &Value,
        used: &mut BTreeSet<String>,
    ) -> Result<TokenStream, Error> {
        self.nullable_at(schema, used, 0)
    }

    pub(super) fn nullable_at(
        &self,
        schema: &Value,
        used: &mut BTreeSet<String>,
        depth: u8,
    ) -> Result<TokenStream, Error> {
        let inner = self.rust_type_at(schema, used, depth)?;
        Ok(if self.is_nullable(schema) {
            quote!(::std::option::Option<#inner>)
        } else {
            inner
        })
    }

    /// Returns whether null is allowed, here or behind references.
    pub fn is_nullable(&self, schema: &Value) -> bool {
        self.references(schema).take(16).any(|schema| {
            let listed = schema.get("enum").and_then(Value::as_array);
            schema.get("nullable") == Some(&Value::Bool(true))
                || listed.is_some_and(|l| l.contains(&Value::Null))
        })
    }
}
