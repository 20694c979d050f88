//! Structs: a field for each property.

mod emit;

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

use super::deprecated;
use crate::{
    Error, checks, describe, names,
    parameters::is_value,
    schema::{self, Document},
    unions,
};

/// The code of a struct, collected field by field.
#[derive(Default)]
struct Code {
    fields: TokenStream,
    keys: Vec<String>,
    /// Indices of fields.
    required: Vec<usize>,
    nullable: Vec<usize>,
    secrets: Vec<usize>,
    /// The code of `Record` that initialises, reads and passes on each field.
    placeholders: TokenStream,
    reads: TokenStream,
    passes: TokenStream,
    /// The code of a request: arguments and initialisers of `new`, setters, checks.
    arguments: TokenStream,
    initial: TokenStream,
    setters: TokenStream,
    checks: TokenStream,
}

/// A field: a property, with its Rust name and type.
struct Field<'p> {
    key: &'p str,
    property: &'p Value,
    ident: Ident,
    /// The type without `Option`.
    inner: TokenStream,
    /// Whether the property is always there, and whether it may be null.
    needed: bool,
    nullable: bool,
}

pub(super) fn object(
    doc: &Document<'_>,
    name: &str,
    schema: &Value,
    sent: bool,
    about: &TokenStream,
) -> Result<TokenStream, Error> {
    let ident = doc.ident(name)?;
    let component = doc.schemas.get(name).copied().unwrap_or(&Value::Null);
    let (properties, required) = doc.properties(component).unwrap_or_default();
    let mut taken = BTreeSet::from(["new".to_owned()]);
    let mut code = Code::default();
    for (key, property) in &properties {
        let mut field = Field {
            key,
            property,
            ident: names::unique(names::value_ident(key), &mut taken),
            inner: doc.rust_type(property, &mut BTreeSet::new())?,
            needed: required.contains(key) && (sent || schema::always(property)),
            nullable: doc.is_nullable(property),
        };
        if Document::target(property).is_some_and(|t| doc.needs_box(t, name)) {
            let inner = &field.inner;
            field.inner = quote!(::std::boxed::Box<#inner>);
            // An object that required a value of its own type could not exist.
            field.needed = false;
        }
        code.add_to_record(doc, &field, sent);
        if sent {
            let tag = unions::literal(doc, name, key, property);
            code.add_to_request(doc, &field, tag.filter(|_| field.needed));
        }
    }
    if sent && !doc.surface {
        code.checks.extend(checks::members(&doc.parts(component)));
    }
    let extra = names::unique(names::value_ident("extra"), &mut taken);
    let keeps = code.add_extra(doc, schema, &extra)?;
    Ok(match doc.surface {
        true => code.surface(ident, sent),
        false => code.emit(ident, about, sent, &extra, keeps),
    })
}

impl Code {
    fn add_to_record(&mut self, doc: &Document<'_>, field: &Field<'_>, sent: bool) {
        let (key, ident, inner) = (field.key, &field.ident, &field.inner);
        let ty = match (field.needed, field.nullable) {
            (true, false) => inner.clone(),
            (false, true) if sent => {
                quote!(::std::option::Option<::std::option::Option<#inner>>)
            }
            _ => quote!(::std::option::Option<#inner>),
        };
        let index = self.keys.len();
        self.keys.push(key.to_owned());
        if field.needed {
            self.required.push(index);
        }
        if field.needed && field.nullable && sent {
            self.nullable.push(index);
        }
        let about = describe::member(doc, key, field.property);
        let deprecated = deprecated(field.property);
        self.fields
            .extend(quote!(#about #deprecated pub #ident: #ty,));
        if doc.surface {
            return;
        }
        if doc.is_secret(key, field.property) {
            self.secrets.push(index);
        }
        self.placeholders
            .extend(quote!(#ident: crate::rt::Placeholder::placeholder(),));
        // The field distinguishes null from absent, so null is one of its values, as of any JSON.
        let has_null = field.nullable || field.inner.to_string() == "crate :: Json";
        self.reads.extend(match sent && !field.needed && has_null {
            true => quote!(#index => member.read_some(&mut self.#ident),),
            false => quote!(#index => member.read(&mut self.#ident),),
        });
        self.passes.extend(match field.needed {
            true => quote!(.required(&self.#ident)),
            false => quote!(.optional(&self.#ident)),
        });
    }

    /// Adds an argument or a setter; a field with a `tag` has no other value.
    fn add_to_request(&mut self, doc: &Document<'_>, field: &Field<'_>, tag: Option<TokenStream>) {
        let (ident, inner, property) = (&field.ident, &field.inner, field.property);
        let (needed, nullable) = (field.needed, field.nullable);
        let checks = checks::field(doc, field.key, ident, property, needed, nullable);
        self.checks.extend(checks);
        if let Some(tag) = tag {
            self.initial
                .extend(quote!(#ident: ::std::convert::Into::into(#tag),));
            return;
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
            // As a literal too: `5` is a `u64` where nothing else can become one.
            false if is_value(inner) || inner.to_string() == "u64" => {
                (quote!(crate::IntoValue<#inner>), quote!(into_value()))
            }
            false => (quote!(::std::convert::Into<#inner>), quote!(into())),
        };
        if needed {
            self.arguments.extend(quote!(#ident: impl #taken,));
            self.initial.extend(quote!(#ident: #ident.#become_value,));
            return;
        }
        self.initial
            .extend(quote!(#ident: ::std::option::Option::None,));
        let about = format!("Sets `{}`.", ident.to_string().trim_start_matches("r#"));
        let deprecated = deprecated(property);
        self.setters.extend(quote! {
            #[markup = #about]
            #deprecated
            #[inline]
            pub fn #ident(mut self, value: impl #taken) -> Self {
                self.#ident = ::std::option::Option::Some(value.#become_value);
                self
            }
        });
    }

    /// Adds the field for all other members; returns the constant that says that the document
    /// allows them.
    fn add_extra(
        &mut self,
        doc: &Document<'_>,
        schema: &Value,
        ident: &Ident,
    ) -> Result<Option<TokenStream>, Error> {
        let others = schema.get("additionalProperties");
        let is_any = |others: &Value| others.as_object().is_none_or(|map| map.is_empty());
        let ty = match others.filter(|others| !is_any(others)) {
            None => quote!(crate::UnknownMembers),
            Some(value) => {
                let each = checks::body(doc, value);
                if !each.is_empty() {
                    self.checks
                        .extend(quote!(v.values("", &self.#ident, |v, value| { #each });));
                }
                let value = doc.nullable(value, &mut BTreeSet::new())?;
                quote!(::std::collections::BTreeMap<::std::string::String, #value>)
            }
        };
        let is_open = others.is_some_and(|others| *others != Value::Bool(false));
        self.placeholders
            .extend(quote!(#ident: crate::rt::Placeholder::placeholder(),));
        self.initial
            .extend(quote!(#ident: ::std::default::Default::default(),));
        let about = "Members that the document does not name.";
        self.fields
            .extend(quote!(#[markup = #about] pub #ident: #ty,));
        Ok(is_open.then(|| {
            quote!(
                const KEEPS_UNKNOWN: bool = true;
            )
        }))
    }
}
