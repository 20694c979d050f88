//! The types: structs for objects, open enums for lists of values.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::{
    Error, checks, describe, names,
    parameters::is_value,
    schema::{self, Document},
    unions,
};

/// What the operations use, by direction: component → the methods that give or take it.
#[derive(Default)]
pub struct Used {
    pub responses: BTreeMap<String, Vec<String>>,
    pub requests: BTreeMap<String, Vec<String>>,
}

impl Used {
    /// An operation responds with these components.
    pub fn give(&mut self, components: BTreeSet<String>, function: &Ident) {
        note(&mut self.responses, components, function);
    }

    /// An operation takes these components.
    pub fn accept(&mut self, components: BTreeSet<String>, function: &Ident) {
        note(&mut self.requests, components, function);
    }
}

fn note(of: &mut BTreeMap<String, Vec<String>>, components: BTreeSet<String>, function: &Ident) {
    for component in components {
        of.entry(component).or_default().push(function.to_string());
    }
}

/// Every component that becomes a type.
pub fn all(doc: &Document<'_>, used: &Used) -> Result<BTreeSet<String>, Error> {
    let mut all = closure(doc, used.responses.keys())?;
    all.append(&mut closure(doc, used.requests.keys())?);
    all.retain(|name| {
        doc.schemas
            .get(name.as_str())
            .is_some_and(|s| !schema::alias(s))
    });
    Ok(all)
}

pub fn emit(doc: &Document<'_>, used: &Used) -> Result<TokenStream, Error> {
    let requests = closure(doc, used.requests.keys())?;
    let all = all(doc, used)?;
    let mut holders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in &all {
        for inner in direct(doc, name)?.into_iter().filter(|inner| inner != name) {
            let holder = doc.ident(name)?.to_string();
            holders.entry(inner).or_default().push(holder);
        }
    }
    let mut out = TokenStream::new();
    for name in &all {
        let Some(schema) = doc.schemas.get(name.as_str()) else {
            continue;
        };
        let about = type_about(doc, name, schema, used, &holders)?;
        let sent = requests.contains(name);
        out.extend(if schema::is_open_enum(schema) {
            open_enum(doc.ident(name)?, schema, &about)
        } else if schema::is_union(schema) {
            unions::emit(doc, name, schema, sent, &about)?
        } else {
            object(doc, name, schema, sent, &about)?
        });
    }
    Ok(out)
}

/// The doc comment of a type: what the document says, and where it is used.
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

/// Everything that can be reached from `start`.
fn closure<'n>(
    doc: &Document<'_>,
    start: impl Iterator<Item = &'n String>,
) -> Result<BTreeSet<String>, Error> {
    let mut todo: Vec<String> = start.cloned().collect();
    let mut found: BTreeSet<String> = todo.iter().cloned().collect();
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
            doc.rust_type(alternative, &mut used)?;
        }
        return Ok(used);
    }
    match doc.properties(schema) {
        Some((properties, _)) => {
            for property in properties.values() {
                doc.rust_type(property, &mut used)?;
            }
            if let Some(extra) = schema.get("additionalProperties").filter(|v| v.is_object()) {
                doc.rust_type(extra, &mut used)?;
            }
        }
        None => {
            doc.rust_type(schema, &mut used)?;
        }
    }
    Ok(used)
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
            true => "The empty text.".to_owned(),
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
            #[markup = "A value that the document does not list, kept as it came."]
            Unknown(crate::UnknownValue<#kind>),
        }
        crate::#implement!(#ident { #pairs });
    }
}

/// The warning at what the document marks as deprecated.
pub fn deprecated(value: &Value) -> Option<TokenStream> {
    (value.get("deprecated") == Some(&Value::Bool(true)))
        .then(|| quote!(#[deprecated = "the API's document marks it as deprecated"]))
}

fn object(
    doc: &Document<'_>,
    name: &str,
    schema: &Value,
    sent: bool,
    about: &TokenStream,
) -> Result<TokenStream, Error> {
    let ident = doc.ident(name)?;
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
        let mut inner = doc.rust_type(property, &mut used)?;
        let mut needed = required.contains(key) && (sent || schema::always(property));
        if Document::target(property).is_some_and(|t| doc.needs_box(t, name)) {
            inner = quote!(::std::boxed::Box<#inner>);
            // An object that must hold itself could not exist.
            needed = false;
        }
        let nullable = doc.is_nullable(property);
        let field_about = describe::member(doc, key, &field.to_string(), property);
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
        fields.extend(quote!(#field_about #deprecated pub #field: #ty,));
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
        let set = format!("Sets `{}`.", field.to_string().trim_start_matches("r#"));
        setters.extend(quote!(#[markup = #set] #deprecated pub fn #field(mut self, value: impl #taken) -> Self { self.#field = ::std::option::Option::Some(value.#become_value); self }));
    }
    let extra = match schema.get("additionalProperties") {
        Some(value @ Value::Object(map)) if !map.is_empty() => Some((
            doc.nullable(value, &mut BTreeSet::new())?,
            checks::body(doc, value),
        )),
        Some(Value::Bool(true)) => Some((quote!(crate::serde_json::Value), quote!())),
        _ => None,
    };
    let field = names::unique(names::value_ident("extra"), &mut taken);
    blanks.extend(quote!(#field: crate::rt::Placeholder::placeholder(),));
    initial.extend(quote!(#field: ::std::default::Default::default(),));
    let about_extra = "Members that the document does not name.";
    let keeps = match extra {
        Some((extra, each)) => {
            if !each.is_empty() {
                checks.extend(quote!(v.values("", &self.#field, |v, value| { #each });));
            }
            fields.extend(quote!(#[markup = #about_extra] pub #field: ::std::collections::BTreeMap<::std::string::String, #extra>,));
            writes.extend(quote!(for (key, value) in &self.#field { crate::rt::write_unknown(map, key, value)?; }));
            quote! {
                const KEEPS_UNKNOWN: bool = true;
                fn keep<'de, A: crate::rt::serde::de::MapAccess<'de>>(&mut self, key: ::std::string::String, map: &mut A) -> ::std::result::Result<(), A::Error> {
                    self.#field.insert(key, map.next_value()?);
                    ::std::result::Result::Ok(())
                }
            }
        }
        None => {
            fields.extend(quote!(#[markup = #about_extra] pub #field: crate::UnknownMembers,));
            writes.extend(quote!(self.#field.write(map)?;));
            quote!(fn unknown(&mut self) -> ::std::option::Option<&mut crate::UnknownMembers> { ::std::option::Option::Some(&mut self.#field) })
        }
    };
    let secrets =
        (!secrets.is_empty()).then(|| quote!(const SECRETS: &'static [usize] = &[#(#secrets),*];));
    let default = (sent && all_optional).then(|| quote!(, Default));
    let methods = sent.then(|| {
        quote! {
            impl #ident {
                #[markup = "Builds it from what is required."]
                pub fn new(#arguments) -> Self { Self { #initial } }
                #setters
            }
            impl crate::rt::Check for #ident {
                fn check(&self, v: &mut crate::rt::Violations) { #checks }
            }
        }
    });
    Ok(quote! {
        #about
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
        crate::__record!(#ident #(#shown)* ; #field);
        #methods
    })
}
