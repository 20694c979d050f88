//! The operations: a method on `Client` that gives a builder, whose `send` goes through the runtime.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::{Map, Value};

use crate::{
    Error,
    areas::Operation,
    bodies, media, names,
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
pub const TAKEN: [&str; 16] = [
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
            functions: TAKEN.map(str::to_owned).into(),
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

pub fn emit(
    doc: &Document<'_>,
    operations: &[Operation<'_>],
) -> Result<(TokenStream, Used), Error> {
    let mut used = Used::default();
    let (mut methods, mut blocking, mut builders) =
        (TokenStream::new(), TokenStream::new(), TokenStream::new());
    let mut taken = Names::default();
    for op in operations {
        let id = op
            .value
            .get("operationId")
            .and_then(Value::as_str)
            .ok_or_else(|| Error::new(op.pointer(), "has no operationId"))?;
        let (function, builder) = taken.of(id);
        let about = about(op);
        let deprecated = types::deprecated(op.value);
        let body = one(doc, op, id, &mut used)?;
        methods.extend(quote! {
            #[doc = #about]
            #deprecated
            pub fn #function(&self) -> builder::#builder<'_> { builder::#builder::new(self) }
        });
        let short = format!("`{} {}`", op.method.to_uppercase(), op.path);
        // Its description is long, and stands at the method of the same name.
        blocking.extend(quote! {
            #[doc = #short]
            #deprecated
            pub fn #function(&self) -> builder::#builder<'_, crate::Blocking> { builder::#builder::new(&self.0) }
        });
        let Body {
            statics,
            setters,
            sends,
        } = body;
        let Sends { sends, blocking } = sends;
        builders.extend(quote! {
            #[doc = #short]
            #[must_use = "nothing is sent before `send`"]
            pub struct #builder<'a, M = crate::Async>(crate::rt::Call<'a>, ::std::marker::PhantomData<M>);
            impl<'a, M> #builder<'a, M> {
                pub(super) fn new(client: &'a crate::Client) -> Self {
                    static OPERATION: crate::rt::Operation = #statics;
                    Self(crate::rt::Call::new(client, &OPERATION), ::std::marker::PhantomData)
                }
                #setters
                #[doc = "Time-out, retries and headers for this call only."]
                pub fn options(mut self, options: crate::CallOptions) -> Self { self.0.options(options); self }
            }
            impl<'a> #builder<'a> { #sends }
            #[cfg(feature = "blocking")]
            impl<'a> #builder<'a, crate::Blocking> { #blocking }
        });
    }
    let code = quote! {
        impl crate::Client { #methods }
        #[cfg(feature = "blocking")]
        impl crate::blocking::Client { #blocking }
        /// One builder an operation.
        pub mod builder { #builders }
    };
    Ok((code, used))
}

struct Body {
    statics: TokenStream,
    setters: TokenStream,
    sends: Sends,
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
        self.sends.extend(quote!(#[doc = #about] #[inline] pub fn #name(self) -> crate::rt::CallFuture<'a, #ty> { self.0.#call() }));
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
        self.blocking.extend(quote!(#[doc = #about] #[inline] pub fn #name(self) -> #result { crate::rt::wait(self.0.#call()) #into }));
    }

    fn stream(&mut self, about: &str, name: &str, ty: &TokenStream) {
        let name = quote::format_ident!("{name}");
        self.sends.extend(quote!(#[doc = #about] #[inline] pub fn #name(self) -> crate::rt::ItemStream<'static, #ty> { self.0.#name() }));
        let iter = quote!(#[doc = #about] #[inline] pub fn #name(self) -> crate::blocking::Iter<#ty> { crate::blocking::Iter::new(self.0.#name()) });
        self.blocking.extend(iter);
    }
}

fn one(doc: &Document<'_>, op: &Operation<'_>, id: &str, used: &mut Used) -> Result<Body, Error> {
    let mut taken = reserved();
    let mut setters = TokenStream::new();
    let (mut required, mut queries) = (Vec::new(), BTreeSet::new());
    for parameter in &op.parameters {
        let Some(parameter) = Parameter::of(doc, parameter, &mut taken, &mut used.requests)? else {
            continue;
        };
        if parameter.place != Place::Path && parameter.required {
            required.push(parameter.name.to_owned());
        }
        if parameter.place == Place::Query {
            queries.insert(parameter.name);
        }
        setters.extend(parameter.setter(doc));
    }
    setters.extend(bodies::setters(doc, op, used, &mut taken, &mut required)?);
    let page = page_params(&queries);
    let (accept, sends) = answer(doc, op, used)?;
    let (method, path) = (op.method.to_uppercase(), op.path);
    let (marked, secret): (Vec<&str>, Vec<bool>) = doc.marked(op.value).into_iter().unzip();
    let statics = quote!(crate::rt::Operation { id: #id, method: #method, path: #path, required: &[#(#required),*], accept: #accept, page: #page, secrets: &[#((#marked, #secret)),*] });
    Ok(Body {
        statics,
        setters,
        sends,
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
pub enum Answer<'a> {
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

impl<'a> Answer<'a> {
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

fn answer<'a>(
    doc: &Document<'a>,
    op: &Operation<'a>,
    used: &mut Used,
) -> Result<(String, Sends), Error> {
    const SEND: &str = "Sends it; any 2xx answer is decoded.";
    const FULL: &str = "As `send`, with the status and the headers.";
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
    match Answer::of(doc, op)? {
        Answer::Empty => both(
            "Sends it; any 2xx answer is a success.",
            &quote!(()),
            "send_empty",
        ),
        Answer::Any => both(
            "Sends it; any 2xx answer is a success.",
            &quote!(crate::Json),
            "send_any",
        ),
        Answer::One(schema) => both(SEND, &doc.nullable(schema, &mut used.answers)?, "send"),
        Answer::Page(items) => {
            let item = doc.nullable(items, &mut used.answers)?;
            let ty = quote!(crate::Page<#item>);
            both(SEND, &ty, "send");
            sends.stream(
                "Every item of every page that decodes, one after the other; of others `on_bad_item` is told, or the error at the end.",
                "stream",
                &item,
            );
            sends.stream(
                "Every item of every page, good or bad.",
                "stream_results",
                &quote!(::std::result::Result<#item, crate::ItemError>),
            );
            sends.stream("Page by page.", "pages", &ty);
        }
        Answer::File => {
            const ABOUT: &str = "Sends it; the answer has the status and the headers, and its body is yet to be read.";
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

/// Media type and schema of a JSON answer; a file has none.
pub fn json_schema(content: &Map<String, Value>) -> Option<(&String, &Value)> {
    let (kind, media) = media::json(content)?;
    media
        .get("schema")
        .filter(|s| s.get("format").and_then(Value::as_str) != Some("binary"))
        .map(|schema| (kind, schema))
}

fn about(op: &Operation<'_>) -> String {
    let text = |key| {
        op.value
            .get(key)
            .and_then(Value::as_str)
            .map(str::trim)
            .filter(|s| !s.is_empty())
    };
    let mut out = format!("`{} {}`", op.method.to_uppercase(), op.path);
    for part in ["summary", "description"].into_iter().filter_map(text) {
        out.push_str(&format!("\n\n{part}"));
    }
    let named = |required: bool| {
        let asked = op
            .parameters
            .iter()
            .filter(move |p| (p.get("required") == Some(&Value::Bool(true))) == required);
        asked
            .filter_map(|p| p.get("name")?.as_str())
            .map(|n| format!("`{n}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    for (what, names) in [
        ("Must be given", named(true)),
        ("May be given", named(false)),
    ] {
        if !names.is_empty() {
            out.push_str(&format!("\n\n{what}: {names}."));
        }
    }
    if let Some(id) = text("x-original-operation-id") {
        out.push_str(&format!("\n\noperationId in the document: `{id}`"));
    }
    out
}
