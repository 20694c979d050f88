//! The values of discriminators, and of members that have only one value.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::{members, read};
use crate::{
    contract,
    schema::{self, Document, Tags},
};

/// How many unions inside a union are searched for tags.
const UNIONS: usize = 16;

pub(super) fn text(tag: &Value) -> String {
    tag.as_str().map_or_else(|| tag.to_string(), str::to_owned)
}

/// Returns the values of a discriminator that name an alternative; for a union inside a union, also
/// those that name its alternatives.
pub(super) fn mapped(
    doc: &Document<'_>,
    union: &Value,
    property: &str,
    alternative: &Value,
) -> Vec<Value> {
    let mut tags = Vec::new();
    let (mut todo, mut seen) = (vec![(union, alternative)], BTreeSet::new());
    while let Some((union, alternative)) = todo.pop() {
        let Some(target) = Document::target(alternative) else {
            continue;
        };
        if seen.len() > UNIONS || !seen.insert(target) {
            continue;
        }
        let mapping = union.pointer("/discriminator/mapping");
        let entries = mapping.and_then(Value::as_object).into_iter().flatten();
        let leads = |to: &Value| {
            let to = to.as_str().unwrap_or_default();
            to.strip_prefix("#/components/schemas/").unwrap_or(to) == target
        };
        let named: Vec<&String> = entries.filter(|(_, to)| leads(to)).map(|e| e.0).collect();
        let kind = members(doc, alternative).and_then(|(properties, _)| {
            let property = doc.known(properties.get(property)?);
            Some(property.get("type")?.as_str()?.to_owned())
        });
        let typed = |name: &str| match kind.as_deref() {
            Some("integer") => name.parse::<i64>().map_or(name.into(), Value::from),
            Some("boolean") => name.parse::<bool>().map_or(name.into(), Value::from),
            _ => Value::from(name),
        };
        tags.extend(named.iter().map(|name| typed(name)));
        if named.is_empty() {
            tags.push(typed(target));
        }
        let inner = doc.known(alternative);
        let same = inner.pointer("/discriminator/propertyName");
        if same.is_some_and(|p| p == property) && schema::is_union(inner) {
            let inside = schema::alternatives(inner).into_iter().flatten();
            todo.extend(inside.map(|a| (inner, a)));
        }
    }
    tags
}

pub(super) fn tag(value: &Value) -> TokenStream {
    match (value.as_i64(), value.as_bool()) {
        (Some(n), _) => quote!(crate::rt::Tag::Integer(#n)),
        (_, Some(b)) => quote!(crate::rt::Tag::Boolean(#b)),
        _ => {
            let text = text(value);
            quote!(crate::rt::Tag::Text(#text))
        }
    }
}

/// Returns the value of a tag as Rust code.
pub(super) fn plain(value: &Value) -> TokenStream {
    match (value.as_i64(), value.as_bool()) {
        (Some(n), _) => quote!(#n),
        (_, Some(b)) => quote!(#b),
        _ => {
            let text = text(value);
            quote!(#text)
        }
    }
}

/// Returns the members that are tags of unions.
pub fn tags(doc: &Document<'_>) -> Tags {
    let mut found = Tags::new();
    let unions = doc.schemas.iter().filter(|(_, s)| schema::is_union(s));
    for (name, schema) in unions {
        let union = read(doc, name, schema);
        for variant in union.variants.into_iter().filter(|v| !v.tags.is_empty()) {
            let target = Document::target(doc.written_out(variant.schema)).unwrap_or_default();
            let value = variant.written;
            found
                .entry((target.to_owned(), union.tag.clone()))
                .and_modify(|known| *known = known.take().filter(|k| Some(k) == value.as_ref()))
                .or_insert(value);
        }
    }
    found
}

/// Returns the value of a member that only tells which alternative of a union a struct is, so that
/// nobody needs to set it.
pub fn literal(
    doc: &Document<'_>,
    component: &str,
    member: &str,
    property: &Value,
) -> Option<TokenStream> {
    let value = doc.tag(component, member)?;
    let known = doc.known(property);
    let kind = known.get("type").and_then(Value::as_str)?;
    let fits = match kind {
        "string" => {
            value.is_string() && (known.get("enum").is_some() || known.get("format").is_none())
        }
        "integer" => value.is_i64(),
        "boolean" => value.is_boolean(),
        _ => false,
    };
    let special = [contract::ID, contract::JSON]
        .iter()
        .any(|k| known.get(k).is_some());
    (fits && !special && !doc.is_nullable(property)).then(|| plain(value))
}

/// Returns the listed values of a member.
pub(super) fn listed(doc: &Document<'_>, property: &Value) -> Vec<Value> {
    let known = doc.known(property);
    let list = ["enum", contract::VALUES]
        .iter()
        .find_map(|k| known.get(k)?.as_array());
    let scalar = |v: &&Value| v.is_string() || v.is_i64() || v.is_boolean();
    list.into_iter().flatten().filter(scalar).cloned().collect()
}
