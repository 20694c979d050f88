//! The operations: a method on `Client` that gives a builder, whose `send` goes through the runtime.

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
    media, names,
    parameters::{Parameter, Place},
    schema::{self, Document},
    types::{self, Used},
};

/// The Rust names of the operations, given out in document order.
pub struct Names {
    functions: BTreeSet<String>,
    builders: BTreeSet<String>,
}

/// The methods that the hand-written `Client` has, and those of traits that a method of the client itself would hide.
pub const RESERVED_METHODS: [&str; 16] = [
    "authorization",
    "borrow",
    "borrow_mut",
    "builder",
    "can_renew",
    "clone",
    "clone_into",
    "command_job",
    "fmt",
    "from_env",
    "into",
    "request",
    "run_command",
    "start_command",
    "to_owned",
    "type_id",
];

impl Default for Names {
    fn default() -> Self {
        Self {
            functions: RESERVED_METHODS.map(str::to_owned).into(),
            // The parameter of each builder's type.
            builders: ["M".to_owned()].into(),
        }
    }
}

impl Names {
    pub fn of(&mut self, id: &str) -> (Ident, Ident) {
        (
            names::unique(names::value_ident(id), &mut self.functions),
            names::unique(names::type_ident(id), &mut self.builders),
        )
    }
}

/// What a builder has beside its setters.
pub fn reserved() -> BTreeSet<String> {
    [
        "new",
        "options",
        "send",
        "send_full",
        "stream",
        "stream_results",
        "pages",
        "body",
    ]
    .map(str::to_owned)
    .into()
}

/// An operation as it is emitted.
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
        areas.add(op, &function, &route, quote! {
            #[markup = #route]
            #about
            #deprecated
            pub fn #function(&self) -> builder::#builder<'_> { builder::#builder::new(self) }
        }, {
            // Its description is long, and stands at the method of the same name.
            let short = format!("{route}: as [`{function}`](crate::Client::{function}).");
            quote! {
                #[markup = #short]
                #deprecated
                pub fn #function(&self) -> builder::#builder<'_, crate::Blocking> { builder::#builder::new(&self.0) }
            }
        });
        let short = format!("{route}: made by [`{function}`](crate::Client::{function}).");
        builders.extend(quote! {
            #[markup = #short]
            #[must_use = "nothing is sent before `send`"]
            pub struct #builder<'a, M = crate::Async>(crate::rt::Call<'a>, ::std::marker::PhantomData<M>);
            impl<'a, M> #builder<'a, M> {
                pub(super) fn new(client: &'a crate::Client) -> Self {
                    static OPERATION: crate::rt::Operation = #statics;
                    Self(crate::rt::Call::new(client, &OPERATION), ::std::marker::PhantomData)
                }
                #setters
                #[markup = "Sets timeouts, retries and headers for this call only."]
                pub fn options(mut self, options: crate::CallOptions) -> Self { self.0.options(options); self }
            }
            impl<'a> #builder<'a> { #sends }
            #[cfg(feature = "blocking")]
            impl<'a> #builder<'a, crate::Blocking> { #blocking }
        });
    }
    let areas = areas.emit(doc);
    let code = quote! {
        #areas
        #[markup = "The builders: one for each operation, made by the method of [`Client`](crate::Client) of the same name."]
        pub mod builder { #builders }
    };
    Ok((code, used))
}

/// The ways to send an operation.
#[derive(Default)]
struct Sends {
    sends: TokenStream,
    /// The same, blocking: no second builder, only other last steps.
    blocking: TokenStream,
}

impl Sends {
    /// One more way: its name, what it gives, and the call of the runtime.
    fn send(&mut self, about: &str, name: &str, ty: &TokenStream, call: &str) {
        let (name, call) = (
            quote::format_ident!("{name}"),
            quote::format_ident!("{call}"),
        );
        self.sends.extend(quote!(#[markup = #about] #[inline] pub fn #name(self) -> crate::rt::CallFuture<'a, #ty> { self.0.#call() }));
        let file = call == "send_download";
        let (ty, into) = if file {
            (
                quote!(crate::blocking::Download),
                quote!(.map(crate::blocking::Download::from)),
            )
        } else {
            (ty.clone(), quote!())
        };
        let result = quote!(::std::result::Result<#ty, crate::Error>);
        self.blocking.extend(quote!(#[markup = #about] #[inline] pub fn #name(self) -> #result { crate::rt::wait(self.0.#call()) #into }));
    }

    fn stream(&mut self, about: &str, name: &str, ty: &TokenStream) {
        let name = quote::format_ident!("{name}");
        self.sends.extend(quote!(#[markup = #about] #[inline] pub fn #name(self) -> crate::rt::ItemStream<'static, #ty> { self.0.#name() }));
        let iter = quote!(#[markup = #about] #[inline] pub fn #name(self) -> crate::blocking::Iter<#ty> { crate::blocking::Iter::new(self.0.#name()) });
        self.blocking.extend(iter);
    }
}

/// The examples of all operations, a function each.
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
    let statics = quote!(crate::rt::Operation { id: #id, method: #method, path: #path, required: &[#(#required),*], accept: #accept, page: #page, secrets: &[#((#marked, #secret)),*] });
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

/// What the success of an operation holds.
pub enum ResponseKind<'a> {
    /// 204: nothing.
    Empty,
    /// The document does not say: any JSON, or nothing.
    Any,
    /// Bytes.
    File,
    /// A page of these items.
    Page(&'a Value),
    /// This schema.
    One(&'a Value),
}

impl<'a> ResponseKind<'a> {
    /// # Errors
    /// A `$ref` that points to nothing.
    pub fn of(doc: &Document<'a>, op: &Operation<'a>) -> Result<Self, Error> {
        let (status, content) = success(doc, op)?;
        let Some(content) = content else {
            return Ok(if status == "204" {
                Self::Empty
            } else {
                Self::Any
            });
        };
        let Some((_, schema)) = json_schema(content) else {
            return Ok(Self::File);
        };
        // The array of a list may be a page on the wire.
        let list =
            if schema.get("type").and_then(Value::as_str) == Some("array") && op.method == "get" {
                schema.get("items")
            } else {
                None
            };
        Ok(schema::page_items(doc, schema)
            .or(list)
            .map_or(Self::One(schema), Self::Page))
    }
}

fn response<'a>(
    doc: &Document<'a>,
    op: &Operation<'a>,
    used: &mut BTreeSet<String>,
    about: &mut About<'_>,
) -> Result<(String, Sends), Error> {
    const SEND: &str = "Sends the request and decodes any 2xx response.";
    const FULL: &str = "As [`send`](Self::send), with the status and the headers.";
    let mut sends = Sends::default();
    let mut both = |about: &str, ty: &TokenStream, call: &str| {
        sends.send(about, "send", ty, call);
        sends.send(
            FULL,
            "send_full",
            &quote!(crate::Response<#ty>),
            &format!("{call}_full"),
        );
    };
    match ResponseKind::of(doc, op)? {
        ResponseKind::Empty => both(
            "Sends the request; any 2xx response is a success.",
            &quote!(()),
            "send_empty",
        ),
        ResponseKind::Any => both(
            "Sends the request; any 2xx response is a success.",
            &quote!(crate::Json),
            "send_any",
        ),
        ResponseKind::One(schema) => {
            let ty = doc.nullable(schema, used)?;
            about.returns(&ty);
            both(SEND, &ty, "send");
        }
        ResponseKind::Page(items) => {
            let item = doc.nullable(items, used)?;
            let ty = quote!(crate::Page<#item>);
            about.returns(&ty);
            about.pages();
            both(SEND, &ty, "send");
            sends.stream(
                "Streams the items of all pages that decode; of others `on_bad_item` is told, or the error at the end.",
                "stream",
                &item,
            );
            sends.stream(
                "Streams the items of all pages, good or bad.",
                "stream_results",
                &quote!(::std::result::Result<#item, crate::ItemError>),
            );
            sends.stream("Streams page after page.", "pages", &ty);
        }
        ResponseKind::File => {
            const ABOUT: &str = "Sends the request; the response has the status and the headers, and its body is yet to be read.";
            about.returns(&quote!(crate::Download));
            sends.send(ABOUT, "send", &quote!(crate::Download), "send_download");
        }
    }
    Ok((media::accept(success(doc, op)?.1), sends))
}

/// Media type → media type object.
pub type Content<'a> = &'a Map<String, Value>;

/// The status of the success and its content, if it has any.
///
/// # Errors
/// A `$ref` that points to nothing.
pub fn success<'a>(
    doc: &Document<'a>,
    op: &Operation<'a>,
) -> Result<(&'a str, Option<Content<'a>>), Error> {
    let responses = op.value.get("responses").and_then(Value::as_object);
    let find = |wanted: fn(&str) -> bool| responses.into_iter().flatten().find(|(k, _)| wanted(k));
    let Some((status, response)) =
        find(|k| k.starts_with('2')).or_else(|| find(|k| k == "default"))
    else {
        return Ok(("", None));
    };
    Ok((
        status,
        doc.resolve(response)?
            .get("content")
            .and_then(Value::as_object)
            .filter(|c| !c.is_empty()),
    ))
}

/// Media type and schema of a JSON response; a file has none.
pub fn json_schema(content: &Map<String, Value>) -> Option<(&String, &Value)> {
    let (kind, media) = media::json(content)?;
    media
        .get("schema")
        .filter(|s| s.get("format").and_then(Value::as_str) != Some("binary"))
        .map(|schema| (kind, schema))
}
