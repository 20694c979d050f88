//! `oneOf` and `anyOf`: an open enum with a variant for each alternative, and what the runtime must know to choose one. The rule: docs/decisions/0006-unions.md.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::{Map, Value};

use crate::{
    Error, checks, contract, describe, names,
    schema::{self, Document, Tags},
};

/// How many shapes a union may have beside one for each alternative, of unions inside and of items; what has more is any JSON to the choice.
const SHAPES: usize = 64;
/// How many unions inside a union are asked for their tags.
const UNIONS: usize = 16;
/// How deep lists of lists are looked into.
const DEEPEST: u8 = 4;

/// A variant: an alternative, or one of the tags that name it.
struct Variant<'a> {
    schema: &'a Value,
    /// What it is named after.
    name: String,
    /// The value that is written, whatever the alternative holds.
    written: Option<Value>,
    /// Values of the tag.
    tags: Vec<Value>,
}

/// The union's own view of itself.
struct Union<'a> {
    /// The member that tells the alternative; empty if none does.
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
        // An object of a union with a tag is never asked for more.
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
            #[markup = "A value that is of no alternative of the document, kept as it came."]
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

/// The variants of a union.
fn read<'a>(doc: &Document<'a>, name: &str, schema: &'a Value) -> Union<'a> {
    let list = schema::alternatives(schema).map_or(&[][..], Vec::as_slice);
    let explicit = schema
        .pointer("/discriminator/propertyName")
        .and_then(Value::as_str);
    let mut variants = Vec::new();
    // To be itself is no alternative.
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
        // What is no struct has the tag among its own members.
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
        && let Some((property, values)) = told_apart(doc, &variants)
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

fn text(tag: &Value) -> String {
    tag.as_str().map_or_else(|| tag.to_string(), str::to_owned)
}

/// The values of a discriminator that name an alternative; of a union in a union those that name its alternatives too.
fn mapped(doc: &Document<'_>, union: &Value, property: &str, alternative: &Value) -> Vec<Value> {
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

/// The required member whose listed values tell all objects among the alternatives apart, and the values that each has. Of several the one with one value each.
fn told_apart(doc: &Document<'_>, variants: &[Variant<'_>]) -> Option<(String, Vec<Vec<Value>>)> {
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

/// The listed values of a member.
fn listed(doc: &Document<'_>, property: &Value) -> Vec<Value> {
    let known = doc.known(property);
    let list = ["enum", contract::VALUES]
        .iter()
        .find_map(|k| known.get(k)?.as_array());
    let scalar = |v: &&Value| v.is_string() || v.is_i64() || v.is_boolean();
    list.into_iter().flatten().filter(scalar).cloned().collect()
}

/// The members of a struct.
fn members(doc: &Document<'_>, schema: &Value) -> Option<(Map<String, Value>, BTreeSet<String>)> {
    let target = Document::target(doc.written_out(schema))?;
    let schema = doc.schemas.get(target).copied()?;
    if schema::alias(schema) || schema::is_union(schema) || schema::is_open_enum(schema) {
        return None;
    }
    Some(doc.properties(schema).unwrap_or_default())
}

/// Are its values objects?
fn is_object(doc: &Document<'_>, schema: &Value) -> bool {
    let known = doc.known(schema);
    known.get("type").is_none_or(|t| t == "object")
}

/// The name of a variant: of its component, its title or its type. Both directions name their variants alike.
fn named(doc: &Document<'_>, union: &str, schema: &Value) -> String {
    if let Some(target) = Document::target(schema) {
        let own = doc
            .schemas
            .get(target)
            .and_then(|s| s.get(contract::VARIANT));
        if let Some(name) = own.and_then(Value::as_str) {
            return name.to_owned();
        }
        let mut name = target;
        if union.starts_with("Patched") {
            name = name.strip_prefix("Patched").unwrap_or(name);
        }
        if union.ends_with("Request") {
            name = name.strip_suffix("Request").unwrap_or(name);
        }
        return if name.is_empty() { target } else { name }.to_owned();
    }
    let text = |key| schema.get(key).and_then(Value::as_str).unwrap_or_default();
    if !text("title").is_empty() {
        return text("title").to_owned();
    }
    let name = match (text("type"), text("format")) {
        ("string", format @ ("uuid" | "date" | "date-time" | "decimal")) => format,
        ("array", _) => {
            return format!(
                "{}List",
                schema
                    .get("items")
                    .map(|i| named(doc, union, i))
                    .unwrap_or_default()
            );
        }
        ("object", _) if schema.get("additionalProperties").is_some() => "Map",
        ("", _) => "Json",
        (other, _) => other,
    };
    name.to_owned()
}

/// What the values of an alternative look like; several if it is a union.
fn shapes(
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
    if let (Some(target), Some((properties, required))) = (target, members(doc, schema))
        && let Ok(ident) = doc.ident(target)
    {
        let fixed = properties.iter().filter_map(|(name, property)| {
            let values = listed(doc, property);
            let tag = values.first().filter(|_| values.len() == 1).map(tag)?;
            Some(quote!((#name, &[#tag]),))
        });
        let open = match known.get("additionalProperties") {
            Some(Value::Object(extra)) => !extra.is_empty(),
            other => other == Some(&Value::Bool(true)),
        };
        out.push(quote! {
            crate::rt::Shape {
                kinds: crate::rt::kind::OBJECT,
                fields: <crate::types::#ident as crate::rt::Record>::FIELDS,
                required: &[#(#required),*],
                fixed: &[#(#fixed)*],
                open: #open,
                ..crate::rt::Shape::ANY
            }
        });
        return;
    }
    let format = known
        .get("format")
        .and_then(Value::as_str)
        .unwrap_or_default();
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
    if matches!(format, "uuid" | "date" | "date-time" | "decimal") {
        more.extend(quote!(formatted: true,));
    }
    if let Some(items) = known.get("items").filter(|_| depth < DEEPEST) {
        let mut inner = Vec::new();
        shapes(
            doc,
            items,
            &mut BTreeSet::new(),
            (depth + 1, budget),
            &mut inner,
        );
        more.extend(quote!(items: &[#(#inner),*],));
    }
    out.push(
        quote!(crate::rt::Shape { kinds: crate::rt::kind::#kinds, #more ..crate::rt::Shape::ANY }),
    );
}

fn tag(value: &Value) -> TokenStream {
    match (value.as_i64(), value.as_bool()) {
        (Some(n), _) => quote!(crate::rt::Tag::Integer(#n)),
        (_, Some(b)) => quote!(crate::rt::Tag::Boolean(#b)),
        _ => {
            let text = text(value);
            quote!(crate::rt::Tag::Text(#text))
        }
    }
}

/// The value of a tag as Rust.
fn plain(value: &Value) -> TokenStream {
    match (value.as_i64(), value.as_bool()) {
        (Some(n), _) => quote!(#n),
        (_, Some(b)) => quote!(#b),
        _ => {
            let text = text(value);
            quote!(#text)
        }
    }
}

/// The members that are tags of unions.
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

/// What a member of a struct is if it only tells of which alternative of a union it is: then nobody needs to give it.
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
