//! The types: structs for objects, open enums for lists of values.

mod fields;
mod used;

use fields::object;
pub use used::{Used, all};
use used::{closure, direct};

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::{
    Error, describe, names,
    schema::{self, Document},
    unions,
};

/// Passes on the code of each type.
pub fn emit(
    doc: &Document<'_>,
    used: &Used,
    with: &mut dyn FnMut(TokenStream),
) -> Result<(), Error> {
    let requests = closure(doc, used.requests.keys())?;
    let all = all(doc, used)?;
    let mut holders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in all.iter().filter(|_| !doc.surface) {
        for inner in direct(doc, name)?.into_iter().filter(|inner| inner != name) {
            let holder = doc.ident(name)?.to_string();
            holders.entry(inner).or_default().push(holder);
        }
    }
    for name in &all {
        let Some(schema) = doc.schemas.get(name.as_str()) else {
            continue;
        };
        let about = match doc.surface {
            true => TokenStream::new(),
            false => type_about(doc, name, schema, used, &holders)?,
        };
        let sent = requests.contains(name);
        with(if schema::is_open_enum(schema) {
            open_enum(doc.ident(name)?, schema, &about)
        } else if schema::is_union(schema) {
            unions::emit(doc, name, schema, sent, &about)?
        } else {
            object(doc, name, schema, sent, &about)?
        });
    }
    Ok(())
}

/// Returns the doc comment of a type: the text of the document, and where the type is used.
fn type_about(
    doc: &Document<'_>,
    name: &str,
    schema: &Value,
    used: &Used,
    holders: &BTreeMap<String, Vec<String>>,
) -> Result<TokenStream, Error> {
    let ident = doc.ident(name)?.to_string();
    let text = describe::text(schema).filter(|text| describe::says_more(text, &ident));
    let otherwise = format!("The schema {} of the API.", describe::code(name));
    let mut out = describe::about(text, &otherwise, &[]);
    let mut uses = Vec::new();
    for (word, of) in [("Returned", &used.responses), ("Accepted", &used.requests)] {
        if let Some(functions) = of.get(name) {
            uses.push(format!("{word} by {}.", describe::methods(functions)));
        }
    }
    if let Some(types) = holders.get(name) {
        uses.push(format!("Part of {}.", describe::types(types)));
    }
    if !uses.is_empty() {
        out.extend(describe::paragraph(&uses.join(" ")));
    }
    Ok(out)
}

fn open_enum(ident: &Ident, schema: &Value, about: &TokenStream) -> TokenStream {
    let values = schema["enum"].as_array().cloned().unwrap_or_default();
    let mut taken = BTreeSet::from(["Unknown".to_owned()]);
    let mut seen = BTreeSet::new();
    let (mut variants, mut pairs) = (TokenStream::new(), TokenStream::new());
    let integers = values.iter().all(Value::is_i64) && !values.is_empty();
    for value in &values {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        if value.is_null() || !seen.insert(text.clone()) {
            continue;
        }
        let name = if text.is_empty() { "Empty" } else { &text };
        let variant = names::unique(names::type_ident(name), &mut taken);
        let shown = match text.is_empty() {
            true => "The empty string.".to_owned(),
            false => format!("{}.", describe::code(&text)),
        };
        variants.extend(quote!(#[markup = #shown] #variant,));
        match value.as_i64().filter(|_| integers) {
            Some(n) => pairs.extend(quote!(#variant = #n,)),
            None => pairs.extend(quote!(#variant = #text,)),
        }
    }
    let (kind, implement) = match integers {
        true => (quote!(i64), quote!(__open_int_enum)),
        false => (quote!(::std::string::String), quote!(__open_enum)),
    };
    quote! {
        #about
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #ident {
            #variants
            #[markup = "A value that the document does not list, kept unchanged."]
            Unknown(crate::UnknownValue<#kind>),
        }
        crate::#implement!(#ident { #pairs });
    }
}

/// Returns the deprecation attribute for whatever the document marks as deprecated.
pub fn deprecated(value: &Value) -> Option<TokenStream> {
    (value.get("deprecated") == Some(&Value::Bool(true)))
        .then(|| quote!(#[deprecated = "the API's document marks it as deprecated"]))
}
