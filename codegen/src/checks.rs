//! Checks of limits: they apply to what is sent, never to responses.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::{
    contract,
    schema::{self, Document, is_file},
};

/// Returns the checks of a field of a request.
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
        (false, true) => quote! {
            if let ::std::option::Option::Some(::std::option::Option::Some(value)) = &self.#field {
                #checks
            }
        },
        _ => quote!(if let ::std::option::Option::Some(value) = &self.#field { #checks }),
    }
}

/// Returns the checks of `value`, a reference to a value of the schema.
pub fn value(doc: &Document<'_>, key: &str, schema: &Value) -> TokenStream {
    value_at(doc, key, schema, 0, each_at)
}

/// Returns the checks of `value`, the list that a setter takes: none of its items is null.
pub fn list(doc: &Document<'_>, key: &str, schema: &Value) -> TokenStream {
    value_at(doc, key, schema, 0, item_at)
}

/// How deep nested lists are checked; deeper ones are left to the server, because a component may
/// be a list of itself.
const DEPTH: u8 = 4;

/// What returns the checks of an item of a list, or a value of a map.
type Each = fn(&Document<'_>, &Value, u8) -> TokenStream;

fn value_at(doc: &Document<'_>, key: &str, schema: &Value, depth: u8, each: Each) -> TokenStream {
    if doc.surface {
        return TokenStream::new();
    }
    let checks = checks_at(doc, key, schema, depth, each);
    match checks.is_empty() || !doc.is_secret(key, schema) {
        true => checks,
        false => quote!(v.secret(|v| { #checks });),
    }
}

fn checks_at(
    doc: &Document<'_>,
    key: &str,
    schema: &Value,
    depth: u8,
    each_at: Each,
) -> TokenStream {
    let mut checks = TokenStream::new();
    let known = doc.written_out(schema);
    let items = || known.get("items").map(|items| doc.written_out(items));
    let text = |key: &str| known.get(key).and_then(Value::as_str).unwrap_or_default();
    let kind = match (text("type"), text("format")) {
        _ if known.get(contract::JSON).is_some() => return checks,
        ("string" | "number", "decimal") => "decimal",
        ("string", _) if !is_text(known) => return checks,
        ("array", _) if items().is_some_and(is_file) => "files",
        (kind, _) => kind,
    };
    if depth == 0 && nested(doc, schema, 0) {
        checks.extend(quote!(v.nested(#key, value);));
    }
    if schema::is_union(known) {
        return checks;
    }
    // Keywords beside a reference to a plain schema limit the value too.
    for schema in doc.aliases(schema) {
        checks.extend(limits(key, kind, schema));
    }
    let within = match kind {
        "array" => ("items", quote!(items)),
        "object" => ("additionalProperties", quote!(values)),
        _ => return checks,
    };
    let (inner, each) = within;
    let inner = known.get(inner).filter(|_| depth < DEPTH);
    let inner = inner.map(|inner| each_at(doc, inner, depth + 1));
    if let Some(inner) = inner.filter(|c| !c.is_empty()) {
        checks.extend(quote!(v.#each(#key, value, |v, value| { #inner });));
    }
    checks
}

/// Returns the checks of `self`, a record of all these parts, for the number of its members.
pub fn members(parts: &[&Value]) -> TokenStream {
    let mut checks = TokenStream::new();
    for (rule, function) in [
        ("minProperties", quote!(min_members)),
        ("maxProperties", quote!(max_members)),
    ] {
        let limits = parts.iter().filter_map(|part| part.get(rule)?.as_u64());
        let limits = limits.filter_map(|n| usize::try_from(n).ok());
        checks.extend(limits.map(|n| quote!(v.#function("", len, #n);)));
    }
    if checks.is_empty() {
        return checks;
    }
    // To count the members, the record is written once.
    quote! {
        if let ::std::option::Option::Some(len) = crate::rt::members(self) {
            #checks
        }
    }
}

/// Returns the checks of `value`, a reference to a body or to a member that the document does not
/// name.
pub fn body(doc: &Document<'_>, schema: &Value) -> TokenStream {
    let nested = nested(doc, schema, 0).then(|| quote!(v.nested("", value);));
    let limits = each_at(doc, schema, 1);
    quote!(#nested #limits)
}

fn item_at(doc: &Document<'_>, schema: &Value, depth: u8) -> TokenStream {
    value_at(doc, "", schema, depth, each_at)
}

/// Returns the checks of `value`, a reference to an item of a list or a value of a map.
fn each_at(doc: &Document<'_>, schema: &Value, depth: u8) -> TokenStream {
    let checks = item_at(doc, schema, depth);
    match checks.is_empty() || !doc.is_nullable(schema) {
        true => checks,
        false => quote!(if let ::std::option::Option::Some(value) = value { #checks }),
    }
}

/// Returns the checks of the limits in one schema of this kind.
fn limits(key: &str, kind: &str, schema: &Value) -> TokenStream {
    let mut checks = TokenStream::new();
    let size = |rule: &str, function: &str, len: TokenStream| {
        let n = schema.get(rule).and_then(Value::as_u64)?;
        let (n, function) = (
            usize::try_from(n).unwrap_or(usize::MAX),
            quote::format_ident!("{function}"),
        );
        Some(quote!(v.#function(#key, #len, #n);))
    };
    match kind {
        "string" => {
            checks.extend(size("minLength", "min_length", quote!(value)));
            checks.extend(size("maxLength", "max_length", quote!(value)));
            let pattern = schema.get("pattern").and_then(Value::as_str);
            checks.extend(pattern.map(|p| quote!(v.pattern(#key, value, #p);)));
        }
        "integer" | "number" | "decimal" => {
            let number = match kind {
                "decimal" => quote!(f64::from(*value)),
                _ => quote!(*value as f64),
            };
            // Limits that are those of a 64-bit integer are implied by the type.
            let limit = |rule: &str| {
                schema
                    .get(rule)
                    .and_then(Value::as_f64)
                    .filter(|n| n.abs() < 9e15)
            };
            for (rule, strictly, function) in [
                ("minimum", "exclusiveMinimum", quote!(minimum)),
                ("maximum", "exclusiveMaximum", quote!(maximum)),
            ] {
                let strictly = schema.get(strictly) == Some(&Value::Bool(true));
                checks.extend(
                    limit(rule).map(|n| quote!(v.#function(#key, #number, #n, #strictly);)),
                );
            }
            let multiple = limit("multipleOf").filter(|n| *n > 0.0);
            checks.extend(multiple.map(|n| quote!(v.multiple_of(#key, #number, #n);)));
        }
        "array" | "files" => {
            checks.extend(size("minItems", "min_items", quote!(value.len())));
            checks.extend(size("maxItems", "max_items", quote!(value.len())));
            let unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
            let unique = unique && kind == "array";
            checks.extend(unique.then(|| quote!(v.unique(#key, value);)));
        }
        "object" => {
            checks.extend(size("minProperties", "min_members", quote!(value.len())));
            checks.extend(size("maxProperties", "max_members", quote!(value.len())));
            let names = schema.get("required").and_then(Value::as_array);
            let names = names.into_iter().flatten().filter_map(Value::as_str);
            let has = |name| quote!(v.member(#key, #name, value.contains_key(#name)););
            checks.extend(names.map(has));
        }
        _ => {}
    }
    checks
}

/// Returns whether the Rust type is `String`.
fn is_text(schema: &Value) -> bool {
    let format = schema
        .get("format")
        .and_then(Value::as_str)
        .unwrap_or_default();
    !matches!(format, "date-time" | "date" | "uuid")
        && ["enum", contract::ID]
            .iter()
            .all(|k| schema.get(k).is_none())
}

/// Returns whether the Rust type contains requests, which check themselves.
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
