//! `oneOf` and `anyOf`: an open enum with a variant for each alternative, and what the runtime
//! needs to choose one. The rule: docs/decisions/0006-unions.md.

mod shapes;
mod tags;
mod variant_name;

use shapes::{SHAPES, distinguishing_member, shapes};
pub use tags::{literal, tags};
use tags::{mapped, plain, tag, text};
use variant_name::named;

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::{Map, Value};

use crate::{
    Error, checks, describe, names,
    schema::{self, Document},
};

/// A variant: an alternative, or one of the tags that name it.
struct Variant<'a> {
    schema: &'a Value,
    /// The name that its Rust name is made from.
    name: String,
    /// The value of the tag that is written, whatever value the alternative holds.
    written: Option<Value>,
    /// The values of the tag that name the variant.
    tags: Vec<Value>,
}

/// A union: its tag and its variants.
struct Union<'a> {
    /// The member that tells the alternative; empty if there is none.
    tag: String,
    variants: Vec<Variant<'a>>,
}

pub fn emit(
    doc: &Document<'_>,
    name: &str,
    schema: &Value,
    sent: bool,
    about: &TokenStream,
) -> Result<TokenStream, Error> {
    let ident = doc.ident(name)?;
    let union = read(doc, name, schema);
    let (mut variants, mut described, mut from, mut alternatives, mut arms) = (
        TokenStream::new(),
        TokenStream::new(),
        TokenStream::new(),
        TokenStream::new(),
        TokenStream::new(),
    );
    let mut taken = BTreeSet::from(["Unknown".to_owned()]);
    let mut accessors = BTreeSet::from(["as_unknown".to_owned()]);
    let mut types = BTreeSet::new();
    let mut budget = SHAPES + union.variants.len();
    for variant in &union.variants {
        let of = doc.rust_type(variant.schema, &mut BTreeSet::new())?;
        let shown = names::unique(names::type_ident(&variant.name), &mut taken);
        let accessor = names::value_ident(&format!("as_{shown}"));
        let accessor = names::unique(accessor, &mut accessors);
        let boxed = Document::target(variant.schema).is_some_and(|t| doc.union_needs_box(t, name));
        let held = if boxed {
            quote!(::std::boxed::Box<#of>)
        } else {
            of.clone()
        };
        let how = match &variant.written {
            Some(tag) => {
                let tag = plain(tag);
                quote!(tagged #tag)
            }
            None => quote!(plain),
        };
        let about = variant.about(doc, &union.tag);
        described.extend(quote!(#about #shown(#held),));
        variants.extend(quote!(#shown(#held) = #accessor(#of) #how,));
        if types.insert(of.to_string()) {
            from.extend(quote!(#shown(#of),));
            from.extend(match of.to_string().as_str() {
                ":: std :: string :: String" => quote!(#shown(&str),),
                "i64" => quote!(#shown(i32), #shown(u32),),
                _ => quote!(),
            });
        }
        let tags = variant.tags.iter().map(tag);
        let mut looks = Vec::new();
        // In a union with a tag, the tag alone decides about objects.
        if union.tag.is_empty() || !is_object(doc, variant.schema) {
            let seen = &mut BTreeSet::new();
            shapes(doc, variant.schema, seen, (0, &mut budget), &mut looks);
        }
        if budget == 0 {
            looks = vec![quote!(crate::rt::Shape::ANY)];
        }
        alternatives.extend(
            quote!(crate::rt::Alternative { tags: &[#(#tags),*], shapes: &[#(#looks),*] },),
        );
        let checks = checks::value(doc, "", variant.schema);
        if !checks.is_empty() {
            arms.extend(quote!(Self::#shown(value) => { #checks }));
        }
    }
    let tag = &union.tag;
    let check = sent.then(|| {
        quote! {
            impl crate::rt::Check for #ident {
                fn check(&self, v: &mut crate::rt::Violations) {
                    match self { #arms _ => {} }
                }
            }
        }
    });
    Ok(quote! {
        #about
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum #ident {
            #described
            #[markup = "A value that matches no alternative of the document, kept unchanged."]
            Unknown(crate::UnknownValue<crate::Json>),
        }
        crate::__union!(#ident { #variants }, #tag, [#from], [#alternatives]);
        #check
    })
}

impl Variant<'_> {
    fn about(&self, doc: &Document<'_>, tag: &str) -> TokenStream {
        let text = describe::text(doc.known(self.schema));
        let text = text.filter(|text| describe::says_more(text, &self.name));
        let values: Vec<String> = self
            .tags
            .iter()
            .map(|t| describe::code(&t.to_string()))
            .collect();
        let tags = match values.is_empty() {
            true => Vec::new(),
            false => vec![format!(
                "{} is {}",
                describe::code(tag),
                values.join(" or ")
            )],
        };
        let otherwise = format!("The alternative {}.", describe::code(&self.name));
        describe::about(text, &otherwise, &tags)
    }
}

/// Returns the tag and the variants of a union.
fn read<'a>(doc: &Document<'a>, name: &str, schema: &'a Value) -> Union<'a> {
    let list = schema::alternatives(schema).map_or(&[][..], Vec::as_slice);
    let explicit = schema
        .pointer("/discriminator/propertyName")
        .and_then(Value::as_str);
    let mut variants = Vec::new();
    // A union cannot be an alternative of itself.
    let is_self = |a: &Value| Document::target(doc.written_out(a)) == Some(name);
    for alternative in list.iter().filter(|a| !is_self(a)) {
        let plain = |tags| Variant {
            schema: alternative,
            name: named(doc, name, alternative),
            written: None,
            tags,
        };
        let Some(property) = explicit else {
            variants.push(plain(Vec::new()));
            continue;
        };
        let tags = mapped(doc, schema, property, alternative);
        // An alternative that is not a struct keeps the tag among its own members.
        if members(doc, alternative).is_none() || tags.is_empty() {
            variants.push(plain(tags));
            continue;
        }
        let several = tags.len() > 1;
        variants.extend(tags.into_iter().map(|tag| Variant {
            name: if several {
                text(&tag)
            } else {
                named(doc, name, alternative)
            },
            schema: alternative,
            written: Some(tag.clone()),
            tags: vec![tag],
        }));
    }
    let mut tag = explicit.unwrap_or_default().to_owned();
    if explicit.is_none()
        && let Some((property, values)) = distinguishing_member(doc, &variants)
    {
        for (variant, values) in variants.iter_mut().zip(values) {
            if let [one] = values.as_slice() {
                variant.written = Some(one.clone());
            }
            variant.tags = values;
        }
        tag = property;
    }
    Union { tag, variants }
}

/// Returns the properties and the required names of a struct.
fn members(doc: &Document<'_>, schema: &Value) -> Option<(Map<String, Value>, BTreeSet<String>)> {
    let target = Document::target(doc.written_out(schema))?;
    let schema = doc.schemas.get(target).copied()?;
    if schema::alias(schema) || schema::is_union(schema) || schema::is_open_enum(schema) {
        return None;
    }
    Some(doc.properties(schema).unwrap_or_default())
}

/// Returns whether the values of a schema are objects.
fn is_object(doc: &Document<'_>, schema: &Value) -> bool {
    let known = doc.known(schema);
    known.get("type").is_none_or(|t| t == "object")
}
