//! The limits of what is sent, checked before sending; never enforced on what comes back.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::schema::{self, Document};

/// The checks of a field of a request.
pub fn field(
    doc: &Document<'_>,
    key: &str,
    field: &Ident,
    property: &Value,
    needed: bool,
    nullable: bool,
) -> TokenStream {
    let checks = value(doc, key, property);
    if checks.is_empty() {
        return checks;
    }
    match (needed, nullable) {
        (true, false) => quote!({ let value = &self.#field; #checks }),
        (false, true) => {
            quote!(if let ::std::option::Option::Some(::std::option::Option::Some(value)) = &self.#field { #checks })
        }
        _ => quote!(if let ::std::option::Option::Some(value) = &self.#field { #checks }),
    }
}

/// The checks of `value`, a reference to what the schema says.
pub fn value(doc: &Document<'_>, key: &str, schema: &Value) -> TokenStream {
    let mut checks = TokenStream::new();
    if nested(doc, schema, 0) {
        checks.extend(quote!(v.nested(#key, value);));
    }
    let schema = doc.written_out(schema);
    let size = |rule: &str| {
        schema
            .get(rule)
            .and_then(Value::as_u64)
            .map(|n| usize::try_from(n).unwrap_or(usize::MAX))
    };
    match schema
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default()
    {
        "string" if is_text(schema) => {
            for (rule, function) in [
                ("minLength", quote!(min_length)),
                ("maxLength", quote!(max_length)),
            ] {
                checks.extend(size(rule).map(|n| quote!(v.#function(#key, value, #n);)));
            }
            checks.extend(
                schema
                    .get("pattern")
                    .and_then(Value::as_str)
                    .map(|p| quote!(v.pattern(#key, value, #p);)),
            );
        }
        "integer" | "number" if schema.get("format").is_none_or(|f| f != "decimal") => {
            for (rule, strictly, function) in [
                ("minimum", "exclusiveMinimum", quote!(minimum)),
                ("maximum", "exclusiveMaximum", quote!(maximum)),
            ] {
                // The limits of a 64-bit integer are those of the type.
                let limit = schema
                    .get(rule)
                    .and_then(Value::as_f64)
                    .filter(|n| n.abs() < 9e15);
                let strictly = schema.get(strictly) == Some(&Value::Bool(true));
                checks.extend(
                    limit.map(|n| quote!(v.#function(#key, *value as f64, #n, #strictly);)),
                );
            }
        }
        "array" => {
            for (rule, function) in [
                ("minItems", quote!(min_items)),
                ("maxItems", quote!(max_items)),
            ] {
                checks.extend(size(rule).map(|n| quote!(v.#function(#key, value.len(), #n);)));
            }
        }
        _ => {}
    }
    checks
}

/// Is the Rust type a `String`?
fn is_text(schema: &Value) -> bool {
    let format = schema
        .get("format")
        .and_then(Value::as_str)
        .unwrap_or_default();
    !matches!(format, "date-time" | "date" | "uuid" | "decimal")
        && ["enum", "x-autopi-id", "x-autopi-json"]
            .iter()
            .all(|k| schema.get(k).is_none())
}

/// Does the Rust type hold requests, which check themselves?
pub fn nested(doc: &Document<'_>, schema: &Value, depth: u8) -> bool {
    let target = Document::target(schema).and_then(|t| doc.schemas.get(t).copied());
    match target {
        _ if depth > 16 => false,
        Some(target) if schema::alias(target) => nested(doc, target, depth + 1),
        Some(target) => target.get("enum").is_none(),
        None => {
            let typed = |key: &str, kind: &str| {
                schema
                    .get(key)
                    .filter(|_| schema.get("type").is_some_and(|t| t == kind))
            };
            let inner = typed("items", "array").or_else(|| typed("additionalProperties", "object"));
            inner.is_some_and(|i| nested(doc, i, depth + 1))
        }
    }
}
