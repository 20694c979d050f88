//! The operations: methods on `Client` that return builders, whose `send` goes through the runtime.

mod method_names;
mod response;
mod sends;

pub use method_names::{Names, RESERVED_METHODS, reserved};
use response::response;
pub use response::{ResponseKind, json_schema, success};
use sends::Sends;

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::{Map, Value};

use crate::{
    Error,
    areas::Operation,
    bodies, describe,
    examples::About,
    index::Areas,
    parameters::{Parameter, Place},
    schema::Document,
    types::{self, Used},
};

/// The emitted code of an operation.
struct Emitted<'a> {
    statics: TokenStream,
    setters: TokenStream,
    sends: Sends,
    about: About<'a>,
}

pub fn emit(
    doc: &Document<'_>,
    operations: &[Operation<'_>],
) -> Result<(TokenStream, Used), Error> {
    let mut used = Used::default();
    let mut builders = TokenStream::new();
    let mut areas = Areas::default();
    let mut taken = Names::default();
    for op in operations {
        let id = op
            .value
            .get("operationId")
            .and_then(Value::as_str)
            .ok_or_else(|| Error::new(op.pointer(), "has no operationId"))?;
        let (function, builder) = taken.of(id);
        let deprecated = types::deprecated(op.value);
        let route = describe::code(&format!("{} {}", op.method.to_uppercase(), op.path));
        let emitted = emit_operation(doc, op, id, &function, &mut used)?;
        let Emitted {
            statics,
            setters,
            sends: Sends { sends, blocking },
            about,
        } = emitted;
        let about = about.emit();
        areas.add(
            op,
            &function,
            &route,
            quote! {
                #[markup = #route]
                #about
                #deprecated
                pub fn #function(&self) -> builder::#builder<'_> { builder::#builder::new(self) }
            },
            {
                // The description is long, and stands at the async method of the same name.
                let short = format!("{route}: see [`{function}`](crate::Client::{function}).");
                quote! {
                    #[markup = #short]
                    #deprecated
                    pub fn #function(&self) -> builder::#builder<'_, crate::Blocking> {
                        builder::#builder::new(&self.0)
                    }
                }
            },
        );
        let short =
            format!("{route}: the builder that [`{function}`](crate::Client::{function}) returns.");
        builders.extend(quote! {
            #[markup = #short]
            #[must_use = "nothing is sent before `send`"]
            pub struct #builder<'a, M = crate::Async>(
                crate::rt::Call<'a>,
                ::std::marker::PhantomData<M>
            );
            impl<'a, M> #builder<'a, M> {
                pub(super) fn new(client: &'a crate::Client) -> Self {
                    static OPERATION: crate::rt::Operation = #statics;
                    Self(crate::rt::Call::new(client, &OPERATION), ::std::marker::PhantomData)
                }
                #setters
                #[markup = "Sets options such as timeouts, retries and headers for this call only."]
                pub fn options(mut self, options: crate::CallOptions) -> Self {
                    self.0.options(options);
                    self
                }
            }
            impl<'a> #builder<'a> { #sends }
            #[cfg(feature = "blocking")]
            impl<'a> #builder<'a, crate::Blocking> { #blocking }
        });
    }
    let areas = areas.emit(doc);
    let code = quote! {
        #areas
        #[markup = "The builders, one for each operation. The method of [`Client`](crate::Client) with the same name returns it."]
        pub mod builder { #builders }
    };
    Ok((code, used))
}

/// Returns the examples of all operations, one function each.
#[cfg(feature = "conformance")]
pub fn examples(doc: &Document<'_>, operations: &[Operation<'_>]) -> Result<TokenStream, Error> {
    let mut out = TokenStream::new();
    let mut taken = Names::default();
    for op in operations {
        let id = op.value.get("operationId").and_then(Value::as_str);
        let id = id.unwrap_or_default();
        let (function, _) = taken.of(id);
        let emitted = emit_operation(doc, op, id, &function, &mut Used::default())?;
        out.extend(emitted.about.test(&function));
    }
    Ok(out)
}

fn emit_operation<'a>(
    doc: &Document<'_>,
    op: &'a Operation<'_>,
    id: &str,
    function: &'a Ident,
    used: &mut Used,
) -> Result<Emitted<'a>, Error> {
    let mut taken = reserved();
    let mut setters = TokenStream::new();
    let (mut required, mut queries) = (Vec::new(), BTreeSet::new());
    let mut about = About::new(op, function);
    let mut requests = BTreeSet::new();
    for parameter in &op.parameters {
        let Some(parameter) = Parameter::of(doc, parameter, &mut taken, &mut requests)? else {
            continue;
        };
        let must = parameter.place == Place::Path || parameter.required;
        if parameter.place != Place::Path && parameter.required {
            required.push(parameter.name.to_owned());
        }
        if parameter.place == Place::Query {
            queries.insert(parameter.name);
        }
        about.argument(
            &parameter.field,
            &parameter.argument,
            must,
            &describe::limits(doc, parameter.schema),
        );
        setters.extend(parameter.setter(doc));
    }
    setters.extend(bodies::setters(
        doc,
        op,
        &mut requests,
        &mut taken,
        &mut required,
        &mut about,
    )?);
    used.accept(requests, function);
    let page = page_params(&queries);
    let mut responses = BTreeSet::new();
    let (accept, sends) = response(doc, op, &mut responses, &mut about)?;
    used.give(responses, function);
    let (method, path) = (op.method.to_uppercase(), op.path);
    let (marked, secret): (Vec<&str>, Vec<bool>) = doc.marked(op.value).into_iter().unzip();
    let statics = quote! {
        crate::rt::Operation {
            id: #id,
            method: #method,
            path: #path,
            required: &[#(#required),*],
            accept: #accept,
            page: #page,
            secrets: &[#((#marked, #secret)),*]
        }
    };
    Ok(Emitted {
        statics,
        setters,
        sends,
        about,
    })
}

fn page_params(queries: &BTreeSet<&str>) -> TokenStream {
    let pair = |page: &str, sizes: &[&str]| {
        let size = sizes
            .iter()
            .find(|s| queries.contains(*s))
            .copied()
            .unwrap_or_default();
        quote!(::std::option::Option::Some(crate::rt::PageParams { page: #page, size: #size }))
    };
    match () {
        () if queries.contains("page_num") => pair("page_num", &["page_size", "page_hits"]),
        () if queries.contains("page") => pair("page", &["page_size", "page_hits"]),
        () if queries.contains("offset") => pair("offset", &["limit"]),
        () => quote!(::std::option::Option::None),
    }
}

/// The content of a body or response: media type objects by media type.
pub type Content<'a> = &'a Map<String, Value>;
