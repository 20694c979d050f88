//! The table of [`crate::calls`] through progenitor's client: the same arguments as JSON, decoded
//! as the types that its setters take.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToPascalCase, ToSnakeCase};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use serde_json::Value;

use crate::{
    Error,
    areas::Operation,
    bodies::{self, Kind},
    calls::plain,
    parameters::{Argument, Parameter},
    schema::Document,
};

/// The fields of each builder, with the argument types of their setters.
type Builders = BTreeMap<String, BTreeMap<String, TokenStream>>;

pub fn emit(
    doc: &Document<'_>,
    operations: &[Operation<'_>],
    generated: &str,
) -> Result<TokenStream, Error> {
    let file = syn::parse_file(generated).map_err(|e| Error::new("", e.to_string()))?;
    let builders = builders(&file);
    let (mut entries, mut unsaid) = (TokenStream::new(), TokenStream::new());
    for op in operations {
        let id = op
            .value
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let Some(fields) = builders.get(&id.to_pascal_case()) else {
            unsaid.extend(quote!(#id,));
            continue;
        };
        let function = quote::format_ident!("{}", id.to_snake_case());
        let setters = setters(doc, op, fields)?;
        entries.extend(quote!((#id, |client, sample| {
            let call = client.#function() #setters;
            Box::pin(async move { call.send().await.map(drop).map_err(|e| format!("{e:?}")) })
        }),));
    }
    Ok(quote! {
        /// Operation id, and the call through progenitor's client with the arguments of [`CALLS`].
        #[allow(clippy::type_complexity, deprecated)]
        pub const PROGENITOR: &[(
            &str,
            for<'a> fn(
                &'a autopi::progenitor::Client,
                &'a dyn Fn(&str) -> autopi::serde_json::Value,
            ) -> std::pin::Pin<Box<dyn Future<Output = Result<(), String>> + 'a>>,
        )] = &[#entries];
        /// The operations that progenitor's client does not have.
        pub const NOT_IN_PROGENITOR: &[&str] = &[#unsaid];
        fn read<T: serde::de::DeserializeOwned>(value: autopi::serde_json::Value) -> T {
            autopi::serde_json::from_value(value).expect("a value of its own schema")
        }
    })
}

fn setters(
    doc: &Document<'_>,
    op: &Operation<'_>,
    fields: &BTreeMap<String, TokenStream>,
) -> Result<TokenStream, Error> {
    let mut out = TokenStream::new();
    let mut set = |name: &str, value: TokenStream| -> Result<(), Error> {
        let field = setter(name);
        let ty = fields.get(&field).ok_or_else(|| {
            Error::new(op.pointer(), format!("progenitor has no setter `{field}`"))
        })?;
        let field = quote::format_ident!("{field}");
        out.extend(quote!(.#field(read::<#ty>(#value))));
        Ok(())
    };
    let mut taken = crate::operations::reserved();
    for value in &op.parameters {
        let value = doc.resolve(value)?;
        if let Some(parameter) = Parameter::of(doc, value, &mut taken, &mut BTreeSet::new())? {
            let name = value["name"].as_str().unwrap_or_default();
            set(name, json(doc, &parameter.argument, parameter.schema))?;
        }
    }
    match bodies::kind(doc, op)?.map(|(kind, _)| kind) {
        None => {}
        Some(Kind::Json(_, schema)) => {
            let schema = schema.to_string();
            set("body", quote!(sample(#schema)))?;
        }
        Some(Kind::Raw(_)) => out.extend(quote!(.body("sample"))),
        Some(Kind::Form(form)) => {
            let mut members = TokenStream::new();
            for (name, property) in &form.members {
                let (argument, property) =
                    form.argument(doc, name, property, &mut BTreeSet::new())?;
                let value = json(doc, &argument, property);
                members.extend(quote!((#name.to_owned(), #value),));
            }
            set(
                "body",
                quote!([#members].into_iter().collect::<autopi::serde_json::Map<_, _>>().into()),
            )?;
        }
    }
    Ok(out)
}

/// Returns the argument that [`crate::calls`] gives to a setter, as JSON.
fn json(doc: &Document<'_>, argument: &Argument, schema: &Value) -> TokenStream {
    let known = doc.written_out(schema);
    match argument {
        Argument::Plain(ty) | Argument::Into(ty) => {
            let value = plain(doc, known, &ty.to_string());
            quote!(autopi::serde_json::json!(#value))
        }
        Argument::List(item) => {
            let items = known.get("items").unwrap_or(&Value::Null);
            let value = plain(doc, doc.written_out(items), &item.to_string());
            quote!(autopi::serde_json::json!([#value, #value]))
        }
        _ => {
            let schema = schema.to_string();
            quote!(sample(#schema))
        }
    }
}

/// Returns the name that progenitor gives to a setter.
fn setter(name: &str) -> String {
    let name = name.to_snake_case();
    match syn::parse_str::<Ident>(&name) {
        Ok(_) => name,
        Err(_) => format!("{name}_"),
    }
}

fn builders(file: &syn::File) -> Builders {
    let module = |items: &[syn::Item], name: &str| -> Vec<syn::Item> {
        let found = items.iter().find_map(|item| match item {
            syn::Item::Mod(module) if module.ident == name => module.content.clone(),
            _ => None,
        });
        found.map(|(_, items)| items).unwrap_or_default()
    };
    let mut builders = Builders::new();
    for item in module(&file.items, "builder") {
        let syn::Item::Struct(of) = item else {
            continue;
        };
        let fields = of.fields.iter().filter_map(|field| {
            let name = field.ident.as_ref()?.to_string();
            Some((name, taken(argument(&field.ty, "Result")?)))
        });
        builders.insert(of.ident.to_string(), fields.collect());
    }
    builders
}

/// Returns the first type argument of a generic type with this name.
fn argument<'a>(ty: &'a syn::Type, name: &str) -> Option<&'a syn::Type> {
    let syn::Type::Path(path) = ty else {
        return None;
    };
    let last = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == name)?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

/// Returns the argument type of a setter, as it is named outside of the crate.
fn taken(ty: &syn::Type) -> TokenStream {
    let ty = argument(ty, "Option").unwrap_or(ty);
    let text = ty.to_token_stream().to_string().replace(' ', "");
    let text = text
        .replace("types::builder::", "types::")
        .replace("crate::", "autopi::")
        .replace("::uuid::", "autopi::")
        .replace("::serde_json::", "autopi::serde_json::");
    let text = match text.strip_prefix("types::") {
        Some(own) => format!("autopi::progenitor::types::{own}"),
        None => text.replace("<types::", "<autopi::progenitor::types::"),
    };
    text.parse().unwrap_or_default()
}
