//! Structs: a field for each property.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::deprecated;
use crate::{
    Error, checks, describe, names,
    parameters::is_value,
    schema::{self, Document},
    unions,
};

pub(super) fn object(
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
            // An object that required a value of its own type could not exist.
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
        // The field distinguishes null from absent, so null is one of its values.
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
        // A string is taken as `str`, so that `None` is an `Option<&str>`.
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
        setters.extend(quote! {
            #[markup = #set]
            #deprecated
            pub fn #field(mut self, value: impl #taken) -> Self {
                self.#field = ::std::option::Option::Some(value.#become_value);
                self
            }
        });
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
            fields.extend(quote! {
                #[markup = #about_extra]
                pub #field: ::std::collections::BTreeMap<::std::string::String, #extra>,
            });
            writes.extend(quote! {
                for (key, value) in &self.#field {
                    crate::rt::write_unknown(map, key, value)?;
                }
            });
            quote! {
                const KEEPS_UNKNOWN: bool = true;
                fn keep<'de, A: crate::rt::serde::de::MapAccess<'de>>(
                    &mut self,
                    key: ::std::string::String,
                    map: &mut A,
                ) -> ::std::result::Result<(), A::Error> {
                    self.#field.insert(key, map.next_value()?);
                    ::std::result::Result::Ok(())
                }
            }
        }
        None => {
            fields.extend(quote!(#[markup = #about_extra] pub #field: crate::UnknownMembers,));
            writes.extend(quote!(self.#field.write(map)?;));
            quote! {
                fn unknown(&mut self) -> ::std::option::Option<&mut crate::UnknownMembers> {
                    ::std::option::Option::Some(&mut self.#field)
                }
            }
        }
    };
    let secrets =
        (!secrets.is_empty()).then(|| quote!(const SECRETS: &'static [usize] = &[#(#secrets),*];));
    let default = (sent && all_optional).then(|| quote!(, Default));
    let methods = sent.then(|| {
        quote! {
            impl #ident {
                #[markup = "Builds a request from its required fields."]
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
            fn read<'de, A: crate::rt::serde::de::MapAccess<'de>>(
                &mut self,
                index: usize,
                map: &mut A,
            ) -> ::std::result::Result<(), A::Error> {
                match index { #reads _ => {} }
                ::std::result::Result::Ok(())
            }
            #keeps
            fn write<M: crate::rt::serde::ser::SerializeMap>(
                &self,
                map: &mut M,
            ) -> ::std::result::Result<(), M::Error> {
                #writes
                ::std::result::Result::Ok(())
            }
        }
        crate::__record!(#ident #(#shown)* ; #field);
        #methods
    })
}
