//! Distinguishes alternatives without a discriminator: by their JSON types, and by the members that
//! they require.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::{
    Variant, is_object, members,
    tags::{listed, tag},
};
use crate::schema::{self, Document};

/// Returns the required member whose listed values distinguish all objects among the alternatives,
/// and the values of each. If there are several, one with a single value for each alternative is
/// preferred.
pub(super) fn distinguishing_member(
    doc: &Document<'_>,
    variants: &[Variant<'_>],
) -> Option<(String, Vec<Vec<Value>>)> {
    let mut objects = Vec::new();
    for variant in variants {
        match members(doc, variant.schema) {
            Some(members) => objects.push(Some(members)),
            None if is_object(doc, variant.schema) => return None,
            None => objects.push(None),
        }
    }
    let structs: Vec<_> = objects.iter().flatten().collect();
    let (first, _) = structs.first().filter(|_| structs.len() > 1)?;
    let mut found: Option<(usize, String, Vec<Vec<Value>>)> = None;
    for name in first.keys() {
        let mut seen = BTreeSet::new();
        let mut lists = Vec::new();
        for object in &objects {
            let Some((properties, required)) = object else {
                lists.push(Vec::new());
                continue;
            };
            let values = properties
                .get(name)
                .map(|p| listed(doc, p))
                .unwrap_or_default();
            let apart = values.iter().all(|v| seen.insert(v.to_string()));
            if values.is_empty() || !apart || !required.contains(name) {
                lists.clear();
                break;
            }
            lists.push(values);
        }
        let count = lists.iter().map(Vec::len).sum();
        if count > 0 && found.as_ref().is_none_or(|(least, ..)| count < *least) {
            found = Some((count, name.clone(), lists));
        }
    }
    found.map(|(_, name, lists)| (name, lists))
}

/// Collects the shapes of an alternative; several if it is a union.
pub(super) fn shapes(
    doc: &Document<'_>,
    schema: &Value,
    seen: &mut BTreeSet<String>,
    (depth, budget): (u8, &mut usize),
    out: &mut Vec<TokenStream>,
) {
    if *budget == 0 {
        return;
    }
    *budget -= 1;
    let known = doc.known(schema);
    let target = Document::target(doc.written_out(schema));
    if target.is_some_and(|t| !seen.insert(t.to_owned())) {
        return;
    }
    if schema::is_union(known) && target.is_some() {
        for alternative in schema::alternatives(known).into_iter().flatten() {
            shapes(doc, alternative, seen, (depth, budget), out);
        }
        return;
    }
    let record = target.and_then(|target| of_record(doc, target, schema));
    out.push(record.unwrap_or_else(|| of_value(doc, schema, (depth, budget))));
}

/// Returns the shape of a generated record.
fn of_record(doc: &Document<'_>, target: &str, schema: &Value) -> Option<TokenStream> {
    let (properties, required) = members(doc, schema)?;
    let ident = doc.ident(target).ok()?;
    let fixed = properties.iter().filter_map(|(name, property)| {
        let values = listed(doc, property);
        let tag = values.first().filter(|_| values.len() == 1).map(tag)?;
        Some(quote!((#name, &[#tag]),))
    });
    let open = match doc.known(schema).get("additionalProperties") {
        Some(Value::Object(extra)) => !extra.is_empty(),
        other => other == Some(&Value::Bool(true)),
    };
    Some(quote! {
        crate::rt::Shape {
            kinds: crate::rt::kind::OBJECT,
            fields: <crate::types::#ident as crate::rt::Record>::FIELDS,
            required: &[#(#required),*],
            fixed: &[#(#fixed)*],
            open: #open,
            ..crate::rt::Shape::ANY
        }
    })
}

/// Returns the shape of what has no record: its JSON type, its values or format, and its items.
fn of_value(doc: &Document<'_>, schema: &Value, (depth, budget): (u8, &mut usize)) -> TokenStream {
    let known = doc.known(schema);
    let format = known.get("format").and_then(Value::as_str);
    let kinds = match known.get("type").and_then(Value::as_str) {
        Some("string") => quote!(TEXT),
        Some("integer") => quote!(INTEGER),
        Some("number") => quote!(NUMBER),
        Some("boolean") => quote!(BOOLEAN),
        Some("array") => quote!(LIST),
        Some("object") => quote!(OBJECT),
        _ => quote!(ANY),
    };
    let mut more = TokenStream::new();
    if schema::is_open_enum(known) {
        let values = listed(doc, schema);
        let values = values.iter().map(tag);
        more.extend(quote!(values: &[#(#values),*],));
    }
    if matches!(format, Some("uuid" | "date" | "date-time" | "decimal")) {
        more.extend(quote!(formatted: true,));
    }
    if let Some(items) = known.get("items").filter(|_| depth < DEEPEST) {
        let (mut seen, mut inner) = (BTreeSet::new(), Vec::new());
        shapes(doc, items, &mut seen, (depth + 1, budget), &mut inner);
        more.extend(quote!(items: &[#(#inner),*],));
    }
    quote!(crate::rt::Shape { kinds: crate::rt::kind::#kinds, #more ..crate::rt::Shape::ANY })
}

/// How many shapes a union may have in addition to one for each alternative: those of unions inside
/// and of items. Beyond that, a value counts as any JSON.
pub(super) const SHAPES: usize = 64;

/// How deep nested lists are looked into.
pub(super) const DEEPEST: u8 = 4;
