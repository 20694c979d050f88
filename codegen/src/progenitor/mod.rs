//! progenitor's client for the same document, with our types in place of its own.

mod narrow;

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
    panic::{self, AssertUnwindSafe},
};

use proc_macro2::{TokenStream, TokenTree};
use progenitor_impl::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TypeImpl};
use quote::quote;
use schemars::schema::{InstanceType, SchemaObject};
use serde_json::{Value, json};
use syn::{UseTree, parse_quote};

use self::narrow::{DEVICE, UNIT, pages, plain, prune, select};
use crate::{
    Error, areas, docs, operations, parse, projection,
    schema::{Document, page_items},
    types,
};

/// The types that replace inline schemas, by format.
const FORMATS: [(&str, &str); 5] = [
    ("date-time", "crate::Timestamp"),
    ("date", "crate::Date"),
    ("decimal", "crate::Decimal"),
    (DEVICE, "crate::DeviceId"),
    (UNIT, "crate::UnitId"),
];

/// Returns the Rust code of progenitor's builders for every operation whose area is `on`. It
/// belongs in a crate that contains the output of [`crate::generate`] for the same document.
///
/// # Errors
/// Returns an error in the same cases as [`crate::generate`], and with progenitor's message if
/// progenitor refuses the document.
pub fn generate(spec: &str, on: &dyn Fn(&str) -> bool) -> Result<String, Error> {
    let doc = parse(spec)?;
    let mut projected = doc.clone();
    select(&mut projected, on)?;
    let pages = pages(&mut projected);
    for key in ["paths", "components"] {
        projected.get_mut(key).into_iter().for_each(plain);
    }
    let renamed = projection::component_names(&projected);
    projection::project(&mut projected);
    let (settings, replaced) = settings(&doc, &pages, &renamed, on)?;
    prune(&mut projected, &replaced);
    let refused = |what: String| Error::new("", format!("progenitor can't read it: {what}"));
    let spec = serde_json::from_value(projected).map_err(|e| refused(e.to_string()))?;
    // typify panics on unexpected input.
    let tokens = panic::catch_unwind(AssertUnwindSafe(|| {
        Generator::new(&settings).generate_tokens(&spec)
    }));
    let tokens = tokens
        .map_err(|_| refused("it panicked".into()))?
        .map_err(|e| refused(e.to_string()))?;
    // progenitor puts texts of the document into doc comments unchanged.
    let tokens = docs::clean(tokens);
    let known = operations_by_key(&doc, on, tokens.clone())?;
    let mut file: syn::File = syn::parse2(tokens).map_err(|e| refused(e.to_string()))?;
    twice(&file.items).map_err(refused)?;
    for item in &mut file.items {
        match item {
            // These constructors would make a client without credentials. Ours is made from an
            // `autopi::Client`.
            syn::Item::Impl(of) if of.trait_.is_none() && is_client(&of.self_ty) => {
                of.items.retain(|item| match item {
                    syn::ImplItem::Fn(f) => {
                        f.sig.ident != "new" && f.sig.ident != "new_with_client"
                    }
                    _ => true,
                });
            }
            syn::Item::Use(of) => without_encode_path(&mut of.tree),
            _ => {}
        }
    }
    file.items.extend([
        // progenitor's own function keeps dots and backslashes, which lead a URL parser to another
        // path.
        parse_quote!(
            use super::encode_path;
        ),
        parse_quote! {
            pub(super) static OPERATIONS: &[super::Known] = &[#(#known),*];
        },
    ]);
    Ok(prettyplease::unparse(&file))
}

/// Removes progenitor's `encode_path` from an import.
fn without_encode_path(tree: &mut UseTree) {
    match tree {
        UseTree::Path(path) => without_encode_path(&mut path.tree),
        UseTree::Group(group) => {
            let kept = std::mem::take(&mut group.items).into_iter();
            group.items = kept
                .filter(|item| !matches!(item, UseTree::Name(name) if name.ident == "encode_path"))
                .collect();
        }
        _ => {}
    }
}

/// Returns the facts of each operation for our client, sorted by the id that progenitor gave it,
/// which is not always the document's.
fn operations_by_key(
    doc: &Value,
    on: &dyn Fn(&str) -> bool,
    tokens: TokenStream,
) -> Result<Vec<TokenStream>, Error> {
    let mut keys = BTreeMap::new();
    keys_by_route(tokens, &mut <_>::default(), &mut keys);
    let document = Document::new(doc);
    let mut found = BTreeMap::new();
    for op in areas::select(doc, on)? {
        let route = (op.method.to_owned(), without_names(op.path));
        if let Some(key) = keys.remove(&route) {
            let (path, id) = (op.path, op.value.get("operationId").and_then(Value::as_str));
            let (marked, secret): (Vec<&str>, Vec<bool>) =
                document.marked(op.value).into_iter().unzip();
            let known = quote! {
                super::Known {
                    key: #key,
                    id: #id,
                    path: #path,
                    secrets: &[#((#marked, #secret)),*],
                }
            };
            found.insert(key.clone(), known);
        }
    }
    Ok(found.into_values().collect())
}

/// Returns a path template with `{}` for each of its parameters.
fn without_names(path: &str) -> String {
    let mut parts = path.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |path, part| {
        path + "{}" + part.split_once('}').map_or(part, |(_, after)| after)
    })
}

/// Collects the ids of progenitor's operations by method and path without names. Its code has them
/// in this order: `format!("{}/path/{}/", …)`, `.get(url)`, `operation_id: "…"`.
fn keys_by_route(
    tokens: TokenStream,
    route: &mut (String, String),
    found: &mut BTreeMap<(String, String), String>,
) {
    let text = |tree: Option<TokenTree>| match tree {
        Some(TokenTree::Literal(literal)) => match syn::Lit::new(literal) {
            syn::Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    };
    let mut last = String::new();
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(name) if name == "operation_id" => {
                if let Some(key) = text(tokens.nth(1)) {
                    found.insert(route.clone(), key);
                }
            }
            TokenTree::Ident(name) => last = name.to_string(),
            TokenTree::Group(group) => {
                let first = group.stream().into_iter().next();
                match first {
                    Some(TokenTree::Ident(name)) if name == "url" => {
                        route.0.clone_from(&last);
                    }
                    first if last == "format" => {
                        let url = text(first).unwrap_or_default();
                        route.1 = url.strip_prefix("{}").unwrap_or_default().to_owned();
                    }
                    _ => keys_by_route(group.stream(), route, found),
                }
            }
            _ => {}
        }
    }
}

/// Returns an error with the name if two items have the same name, which rustc would refuse.
fn twice(items: &[syn::Item]) -> Result<(), String> {
    let mut names = BTreeSet::new();
    for item in items {
        let name = match item {
            syn::Item::Struct(of) => &of.ident,
            syn::Item::Enum(of) => &of.ident,
            syn::Item::Mod(of) => {
                let inner = of.content.as_ref().map_or(&[][..], |(_, items)| items);
                twice(inner)?;
                continue;
            }
            _ => continue,
        };
        if !names.insert(name) {
            return Err(format!("it has two types `{name}`"));
        }
    }
    Ok(())
}

fn is_client(of: &syn::Type) -> bool {
    matches!(of, syn::Type::Path(path) if path.path.is_ident("Client"))
}

/// Returns the settings, and the components that our types replace.
fn settings(
    doc: &Value,
    pages: &[(String, Value)],
    renamed: &BTreeMap<String, String>,
    on: &dyn Fn(&str) -> bool,
) -> Result<(GenerationSettings, BTreeSet<String>), Error> {
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(crate::Client));
    let operations = areas::select(doc, on)?;
    let document = Document::new(doc);
    let used = operations::used(&document, &operations)?;
    let ours = types::all(&document, &used)?;
    let now = |name: &str| renamed.get(name).map_or(name, String::as_str).to_owned();
    let mut replaced = BTreeSet::new();
    let mut replace = |name: &str, ty: TokenStream| {
        settings.with_replacement(
            projection::pascal(name),
            ty.to_string().replace(' ', ""),
            iter::empty(),
        );
    };
    for name in document.schemas.keys() {
        let reference = json!({ "$ref": format!("#/components/schemas/{name}") });
        let mut needed = BTreeSet::new();
        let items = document
            .schemas
            .get(name)
            .and_then(|s| page_items(&document, s));
        let ty = match items {
            Some(items) => {
                let items = document.nullable(items, &mut needed)?;
                quote!(crate::Page<#items>)
            }
            None => document.rust_type(&reference, &mut needed)?,
        };
        if needed.is_subset(&ours) {
            replace(&now(name), ty);
            replaced.insert(now(name));
        }
    }
    for (name, items) in pages {
        let items = document.nullable(items, &mut BTreeSet::new())?;
        replace(&now(name), quote!(crate::Page<#items>));
    }
    for (format, ty) in FORMATS {
        let schema = SchemaObject {
            instance_type: Some(InstanceType::String.into()),
            format: Some(format.into()),
            ..SchemaObject::default()
        };
        let impls = [TypeImpl::Display, TypeImpl::FromStr];
        settings.with_conversion(schema, ty, impls.into_iter());
    }
    Ok((settings, replaced))
}
