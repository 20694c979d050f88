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
    parameters::Parameter,
    schema::Document,
    style::Place,
    types::{self, Used},
};

/// The emitted code of an operation.
struct Emitted<'a> {
    /// The constant that describes it.
    operation: Option<TokenStream>,
    setters: TokenStream,
    sends: Sends,
    about: About<'a>,
}

/// Passes the code of each builder to `builder`; returns the methods of the clients, and the
/// components that the operations use.
pub fn emit(
    doc: &Document<'_>,
    operations: &[Operation<'_>],
    builder: &mut dyn FnMut(TokenStream),
) -> Result<(TokenStream, Used), Error> {
    let mut areas = Areas::default();
    let used = each(doc, operations, &mut |op, function, name, emitted| {
        let deprecated = types::deprecated(op.value);
        let route = route(op);
        let about = emitted.about.emit();
        areas.add(
            op,
            function,
            &route,
            quote! {
                #[markup = #route]
                #about
                #deprecated
                #[inline]
                pub fn #function(&self) -> builder::#name<'_> { builder::#name::new(self) }
            },
            {
                // The description is long, and stands at the async method of the same name.
                let short = format!("{route}: see [`{function}`](crate::Client::{function}).");
                quote! {
                    #[markup = #short]
                    #deprecated
                    #[inline]
                    pub fn #function(&self) -> builder::#name<'_, crate::Blocking> {
                        builder::#name::new(&self.0)
                    }
                }
            },
        );
        builder(builder_code(op, function, name, emitted));
    })?;
    Ok((areas.emit(doc), used))
}

/// Passes on the setters and final methods of each builder; returns the components that the
/// operations use.
pub fn builders(
    doc: &Document<'_>,
    operations: &[Operation<'_>],
    builder: &mut dyn FnMut(TokenStream),
) -> Result<Used, Error> {
    each(doc, operations, &mut |_, _, name, emitted| {
        let (setters, sends) = (emitted.setters, emitted.sends.sends);
        builder(quote! {
            impl<'a, M> #name<'a, M> { #setters }
            impl<'a> #name<'a> { #sends }
        });
    })
}

/// Returns the components that the operations use.
#[cfg(any(
    feature = "conformance",
    feature = "json-schemas",
    feature = "progenitor"
))]
pub fn used(doc: &Document<'_>, operations: &[Operation<'_>]) -> Result<Used, Error> {
    each(doc, operations, &mut |_, _, _, _| {})
}

/// Passes on each operation with the names of its method and builder, and its code.
fn each(
    doc: &Document<'_>,
    operations: &[Operation<'_>],
    with: &mut dyn FnMut(&Operation<'_>, &Ident, &Ident, Emitted<'_>),
) -> Result<Used, Error> {
    let mut used = Used::default();
    let mut taken = Names::default();
    for op in operations {
        let id = op
            .value
            .get("operationId")
            .and_then(Value::as_str)
            .ok_or_else(|| Error::new(op.pointer(), "has no operationId"))?;
        let (function, builder) = taken.of(id);
        let emitted = emit_operation(doc, op, id, &function, &mut used)?;
        with(op, &function, &builder, emitted);
    }
    Ok(used)
}

fn route(op: &Operation<'_>) -> String {
    describe::code(&format!("{} {}", op.method.to_uppercase(), op.path))
}

fn builder_code(
    op: &Operation<'_>,
    function: &Ident,
    builder: &Ident,
    emitted: Emitted<'_>,
) -> TokenStream {
    let Emitted {
        operation,
        setters,
        sends: Sends { sends, blocking },
        ..
    } = emitted;
    let short = format!(
        "{}: the builder that [`{function}`](crate::Client::{function}) returns.",
        route(op)
    );
    quote! {
        #[markup = #short]
        #[must_use = "nothing is sent before `send`"]
        pub struct #builder<'a, M = crate::Async>(
            crate::rt::Call<'a>,
            ::std::marker::PhantomData<M>
        );
        impl<'a, M> #builder<'a, M> {
            #[inline]
            pub(super) fn new(client: &'a crate::Client) -> Self {
                Self(crate::rt::Call::new(client, &#operation), ::std::marker::PhantomData)
            }
            #setters
            #[markup = "Sets options such as timeouts, retries and headers for this call only."]
            #[inline]
            pub fn options(mut self, options: crate::CallOptions) -> Self {
                self.0.options(options);
                self
            }
        }
        impl<'a> #builder<'a> { #sends }
        #[cfg(feature = "blocking")]
        impl<'a> #builder<'a, crate::Blocking> { #blocking }
    }
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
            required.push(parameter.place.argument(parameter.name));
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
    let operation = || {
        let (method, path) = (op.method.to_uppercase(), op.path);
        let (marked, secret): (Vec<&str>, Vec<bool>) = doc.marked(op.value).into_iter().unzip();
        quote! {
            crate::rt::Operation {
                id: #id,
                method: #method,
                path: #path,
                required: &[#(#required),*],
                accept: #accept,
                page: #page,
                secrets: &[#((#marked, #secret)),*]
            }
        }
    };
    Ok(Emitted {
        operation: (!doc.surface).then(operation),
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
