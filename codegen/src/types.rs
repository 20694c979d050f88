//! The types: structs for objects, open enums for lists of values.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::{
    Error, checks, names,
    parameters::is_value,
    schema::{self, Document},
    unions,
};

/// What the operations use, by direction.
#[derive(Default)]
pub struct Used {
    pub answers: BTreeSet<String>,
    pub requests: BTreeSet<String>,
}

/// Every component that becomes a type.
pub fn all(doc: &Document<'_>, used: &Used) -> Result<BTreeSet<String>, Error> {
    let mut all = closure(doc, &used.answers)?;
    all.append(&mut closure(doc, &used.requests)?);
    all.retain(|name| {
        doc.schemas
            .get(name.as_str())
            .is_some_and(|s| !schema::alias(s))
    });
    Ok(all)
}

pub fn emit(doc: &Document<'_>, used: &Used) -> Result<TokenStream, Error> {
    let requests = closure(doc, &used.requests)?;
    let mut out = TokenStream::new();
    for name in &all(doc, used)? {
        let Some(schema) = doc.schemas.get(name.as_str()) else {
            continue;
        };
        let ident = doc.ident(name)?;
        out.extend(if schema::is_open_enum(schema) {
            open_enum(ident, schema)
        } else if schema::is_union(schema) {
            unions::emit(doc, name, schema, requests.contains(name))?
        } else {
            object(doc, name, ident, schema, requests.contains(name))?
        });
    }
    Ok(out)
}

/// Everything that can be reached from `start`.
fn closure(doc: &Document<'_>, start: &BTreeSet<String>) -> Result<BTreeSet<String>, Error> {
    let mut found = start.clone();
    let mut todo: Vec<String> = start.iter().cloned().collect();
    while let Some(name) = todo.pop() {
        for next in direct(doc, &name)? {
            if found.insert(next.clone()) {
                todo.push(next);
            }
        }
    }
    Ok(found)
}

fn direct(doc: &Document<'_>, name: &str) -> Result<BTreeSet<String>, Error> {
    let mut used = BTreeSet::new();
    let Some(schema) = doc.schemas.get(name) else {
        return Ok(used);
    };
    if schema::is_union(schema) {
        for alternative in schema::alternatives(schema).into_iter().flatten() {
            doc.rust(alternative, &mut used)?;
        }
        return Ok(used);
    }
    match doc.properties(schema) {
        Some((properties, _)) => {
            for property in properties.values() {
                doc.rust(property, &mut used)?;
            }
            if let Some(extra) = schema.get("additionalProperties").filter(|v| v.is_object()) {
                doc.rust(extra, &mut used)?;
            }
        }
        None => {
            doc.rust(schema, &mut used)?;
        }
    }
    Ok(used)
}

fn open_enum(ident: &Ident, schema: &Value) -> TokenStream {
    let values = schema["enum"].as_array().cloned().unwrap_or_default();
    let mut taken = BTreeSet::from(["Unknown".to_owned()]);
    let mut seen = BTreeSet::new();
    let mut variants = TokenStream::new();
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
        let doc = format!("`{text}`");
        match value.as_i64().filter(|_| integers) {
            Some(n) => variants.extend(quote!(#[doc = #doc] #variant = #n,)),
            None => variants.extend(quote!(#[doc = #doc] #variant = #text,)),
        }
    }
    let about = doc_line(schema);
    if integers {
        quote!(crate::__open_int_enum! { #[doc = #about] #ident { #variants } })
    } else {
        quote!(crate::__open_enum! { #[doc = #about] #ident { #variants } })
    }
}

/// The warning at what the document marks as deprecated.
pub fn deprecated(value: &Value) -> Option<TokenStream> {
    (value.get("deprecated") == Some(&Value::Bool(true)))
        .then(|| quote!(#[deprecated = "the API's document marks it as deprecated"]))
}

pub fn doc_line(schema: &Value) -> String {
    let text = |key| {
        schema
            .get(key)
            .and_then(Value::as_str)
            .map(str::trim)
            .filter(|s| !s.is_empty())
    };
    let mut line = text("description")
        .or(text("title"))
        .unwrap_or("As the API documents it.")
        .to_owned();
    if let Some(format) =
        text("format").filter(|f| matches!(*f, "email" | "uri" | "ipv4" | "binary"))
    {
        line.push_str(&format!(" ({format})"));
    }
    line
}

fn object(
    doc: &Document<'_>,
    name: &str,
    ident: &Ident,
    schema: &Value,
    sent: bool,
) -> Result<TokenStream, Error> {
    let schema_ref = doc.schemas.get(name).copied().unwrap_or(&Value::Null);
    let (properties, required) = doc.properties(schema_ref).unwrap_or_default();
    let mut taken = BTreeSet::from(["new".to_owned()]);
    let (mut fields, mut setters, mut checks) =
        (TokenStream::new(), TokenStream::new(), TokenStream::new());
    let (mut arguments, mut initial) = (TokenStream::new(), TokenStream::new());
    let mut all_optional = true;
    let (mut keys, mut must) = (Vec::new(), Vec::new());
    let (mut shown, mut secrets) = (Vec::new(), Vec::new());
    let (mut blanks, mut reads, mut writes) =
        (TokenStream::new(), TokenStream::new(), TokenStream::new());
    for (key, property) in &properties {
        let field = names::unique(names::value_ident(key), &mut taken);
        let mut used = BTreeSet::new();
        let mut inner = doc.rust(property, &mut used)?;
        let mut needed = required.contains(key) && (sent || schema::always(property));
        if Document::target(property).is_some_and(|t| doc.holds(t, name)) {
            inner = quote!(::std::boxed::Box<#inner>);
            // An object that must hold itself could not exist.
            needed = false;
        }
        let nullable = doc.is_nullable(property);
        let about = doc_line(property);
        let deprecated = deprecated(property);
        let ty = match (needed, nullable) {
            (true, false) => inner.clone(),
            (false, true) if sent => quote!(::std::option::Option<::std::option::Option<#inner>>),
            _ => quote!(::std::option::Option<#inner>),
        };
        let index = keys.len();
        keys.push(key);
        if needed {
            must.push(index);
        }
        if doc.is_secret(key, property) {
            secrets.push(index);
        }
        fields.extend(quote!(#[doc = #about] #deprecated pub #field: #ty,));
        blanks.extend(quote!(#field: crate::rt::Placeholder::placeholder(),));
        shown.push(field.clone());
        // Null is a value of a field that tells it from absent.
        reads.extend(if !needed && nullable && sent {
            quote!(#index => self.#field = ::std::option::Option::Some(map.next_value()?),)
        } else {
            quote!(#index => self.#field = map.next_value()?,)
        });
        writes.extend(if needed {
            quote!(map.serialize_entry(#key, &self.#field)?;)
        } else {
            quote!(crate::rt::serialize_if_some(map, #key, &self.#field)?;)
        });
        if !sent {
            continue;
        }
        checks.extend(checks::field(doc, key, &field, property, needed, nullable));
        if needed && let Some(tag) = unions::literal(doc, name, key, property) {
            all_optional = false;
            initial.extend(quote!(#field: ::std::convert::Into::into(#tag),));
            continue;
        }
        // A text is taken as `str`, so that `None` is an `Option<&str>`.
        let target = match inner.to_string() == ":: std :: string :: String" {
            true => quote!(::std::primitive::str),
            false => inner.clone(),
        };
        let (taken, become_value) = match nullable {
            true => (
                quote!(crate::IntoNullable<#target>),
                quote!(into_nullable()),
            ),
            false if is_value(&inner) => (quote!(crate::IntoValue<#inner>), quote!(into_value())),
            false => (quote!(::std::convert::Into<#inner>), quote!(into())),
        };
        if needed {
            all_optional = false;
            arguments.extend(quote!(#field: impl #taken,));
            initial.extend(quote!(#field: #field.#become_value,));
            continue;
        }
        initial.extend(quote!(#field: ::std::option::Option::None,));
        setters.extend(quote!(#[doc = #about] #deprecated pub fn #field(mut self, value: impl #taken) -> Self { self.#field = ::std::option::Option::Some(value.#become_value); self }));
    }
    let extra = match schema.get("additionalProperties") {
        Some(value @ Value::Object(map)) if !map.is_empty() => Some((
            doc.nullable(value, &mut BTreeSet::new())?,
            checks::body(doc, value),
        )),
        Some(Value::Bool(true)) => Some((quote!(crate::serde_json::Value), quote!())),
        _ => None,
    };
    let mut rest = TokenStream::new();
    let keeps = extra.map(|(extra, each)| {
        let field = names::unique(names::value_ident("extra"), &mut taken);
        if !each.is_empty() {
            checks.extend(quote!(v.values("", &self.#field, |v, value| { #each });));
        }
        rest = quote!(; #field);
        fields.extend(quote!(#[doc = "Members that the document does not name."] pub #field: ::std::collections::BTreeMap<::std::string::String, #extra>,));
        blanks.extend(quote!(#field: crate::rt::Placeholder::placeholder(),));
        initial.extend(quote!(#field: ::std::default::Default::default(),));
        writes.extend(quote!(for (key, value) in &self.#field { map.serialize_entry(key, value)?; }));
        quote! {
            const KEEPS_UNKNOWN: bool = true;
            fn keep<'de, A: crate::rt::serde::de::MapAccess<'de>>(&mut self, key: ::std::string::String, map: &mut A) -> ::std::result::Result<(), A::Error> {
                self.#field.insert(key, map.next_value()?);
                ::std::result::Result::Ok(())
            }
        }
    });
    let secrets =
        (!secrets.is_empty()).then(|| quote!(const SECRETS: &'static [usize] = &[#(#secrets),*];));
    let about = doc_line(schema);
    let default = (sent && all_optional).then(|| quote!(, Default));
    let methods = sent.then(|| {
        quote! {
            impl #ident {
                #[doc = "With what is required, and nothing else."]
                pub fn new(#arguments) -> Self { Self { #initial } }
                #setters
            }
            impl crate::rt::Check for #ident {
                fn check(&self, v: &mut crate::rt::Violations) { #checks }
            }
        }
    });
    Ok(quote! {
        #[doc = #about]
        #[derive(Clone, PartialEq #default)]
        #[non_exhaustive]
        pub struct #ident { #fields }
        impl crate::rt::Placeholder for #ident {
            #[inline]
            fn placeholder() -> Self { Self { #blanks } }
        }
        impl crate::rt::Record for #ident {
            const FIELDS: &'static [&'static str] = &[#(#keys),*];
            const REQUIRED: &'static [usize] = &[#(#must),*];
            #secrets
            fn read<'de, A: crate::rt::serde::de::MapAccess<'de>>(&mut self, index: usize, map: &mut A) -> ::std::result::Result<(), A::Error> {
                match index { #reads _ => {} }
                ::std::result::Result::Ok(())
            }
            #keeps
            fn write<M: crate::rt::serde::ser::SerializeMap>(&self, map: &mut M) -> ::std::result::Result<(), M::Error> {
                #writes
                ::std::result::Result::Ok(())
            }
        }
        crate::__record!(#ident #(#shown)* #rest);
        #methods
    })
}
