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
    let mut parts = Parts::new(SHAPES + union.variants.len());
    for variant in &union.variants {
        parts.add(doc, name, &union.tag, variant)?;
    }
    let Parts {
        variants,
        described,
        from,
        alternatives,
        checks,
        ..
    } = parts;
    let tag = &union.tag;
    let check = sent.then(|| {
        quote! {
            impl crate::rt::Check for #ident {
                fn check(&self, v: &mut crate::rt::Violations) {
                    match self { #checks _ => {} }
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

/// The generated parts of a union, and the names that its variants have taken.
#[derive(Default)]
struct Parts {
    /// The variants as the macro takes them, and as the enum has them.
    variants: TokenStream,
    described: TokenStream,
    /// The types that a variant is made from.
    from: TokenStream,
    alternatives: TokenStream,
    /// The arms that check the limits of a value.
    checks: TokenStream,
    names: BTreeSet<String>,
    accessors: BTreeSet<String>,
    types: BTreeSet<String>,
    /// How many shapes are left.
    budget: usize,
}

impl Parts {
    fn new(budget: usize) -> Self {
        Self {
            names: BTreeSet::from(["Unknown".to_owned()]),
            accessors: BTreeSet::from(["as_unknown".to_owned()]),
            budget,
            ..Self::default()
        }
    }

    fn add(
        &mut self,
        doc: &Document<'_>,
        union: &str,
        tag: &str,
        variant: &Variant<'_>,
    ) -> Result<(), Error> {
        let of = doc.rust_type(variant.schema, &mut BTreeSet::new())?;
        let shown = names::unique(names::type_ident(&variant.name), &mut self.names);
        let accessor = names::value_ident(&format!("as_{shown}"));
        let accessor = names::unique(accessor, &mut self.accessors);
        let boxed = Document::target(variant.schema).is_some_and(|t| doc.union_needs_box(t, union));
        let held = match boxed {
            true => quote!(::std::boxed::Box<#of>),
            false => of.clone(),
        };
        let how = match variant.written.as_ref().map(plain) {
            Some(tag) => quote!(tagged #tag),
            None => quote!(plain),
        };
        let about = variant.about(doc, tag);
        self.described.extend(quote!(#about #shown(#held),));
        self.variants
            .extend(quote!(#shown(#held) = #accessor(#of) #how,));
        if self.types.insert(of.to_string()) {
            self.from.extend(quote!(#shown(#of),));
            self.from.extend(match of.to_string().as_str() {
                ":: std :: string :: String" => quote!(#shown(&str),),
                "i64" => quote!(#shown(i32), #shown(u32),),
                _ => quote!(),
            });
        }
        let checks = checks::value(doc, "", variant.schema);
        if !checks.is_empty() {
            self.checks
                .extend(quote!(Self::#shown(value) => { #checks }));
        }
        let shapes = self.shapes(doc, tag, variant);
        let tags = variant.tags.iter().map(self::tag);
        self.alternatives.extend(
            quote!(crate::rt::Alternative { tags: &[#(#tags),*], shapes: &[#(#shapes),*] },),
        );
        Ok(())
    }

    /// Returns what a value of the variant looks like.
    fn shapes(&mut self, doc: &Document<'_>, tag: &str, variant: &Variant<'_>) -> Vec<TokenStream> {
        let mut found = Vec::new();
        // In a union with a tag, the tag alone decides about objects.
        if tag.is_empty() || !is_object(doc, variant.schema) {
            let seen = &mut BTreeSet::new();
            shapes(doc, variant.schema, seen, (0, &mut self.budget), &mut found);
        }
        match self.budget {
            0 => vec![quote!(crate::rt::Shape::ANY)],
            _ => found,
        }
    }
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
