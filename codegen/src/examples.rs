//! The documentation of an operation: its arguments, what it takes and returns, and an example. One
//! test compiles all examples ([`crate::examples`]), because 620 doctests would take minutes.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::{
    areas::Operation,
    contract,
    describe::{self, linked, paragraph},
    parameters::Argument,
};

/// The width of an example, which rustdoc shows without scrolling.
const WIDTH: usize = 90;

/// The parts of an operation's documentation that were found so far.
pub struct About<'a> {
    op: &'a Operation<'a>,
    function: &'a Ident,
    required: Vec<String>,
    optional: Vec<String>,
    /// The setters that an example must call, with the type of the argument and whether it is
    /// passed by reference.
    given: Vec<(Ident, TokenStream, bool)>,
    takes: Option<Body>,
    returns: Option<TokenStream>,
    is_list: bool,
}

/// The type of a body, or the media type of bytes.
enum Body {
    Typed(TokenStream),
    Bytes(String),
}

impl<'a> About<'a> {
    pub fn new(op: &'a Operation<'a>, function: &'a Ident) -> Self {
        Self {
            op,
            function,
            required: Vec::new(),
            optional: Vec::new(),
            given: Vec::new(),
            takes: None,
            returns: None,
            is_list: false,
        }
    }

    /// Adds a parameter or a field of a form.
    pub fn argument(&mut self, field: &Ident, argument: &Argument, must: bool, limits: &[String]) {
        let name = field.to_string();
        let name = name.trim_start_matches("r#");
        let text = match limits {
            [] => format!("`{name}`"),
            limits => format!("`{name}` ({})", limits.join(", ")),
        };
        if must {
            self.required.push(text);
            let by_reference = matches!(argument, Argument::Of(_));
            let ty = match argument {
                Argument::Of(ty) => ty.clone(),
                other => other.taken(),
            };
            self.given.push((field.clone(), ty, by_reference));
        } else {
            self.optional.push(text);
        }
    }

    /// Adds a typed body.
    pub fn body(&mut self, ty: &TokenStream, must: bool) {
        self.takes = Some(Body::Typed(ty.clone()));
        self.set_body(ty.clone(), must, true);
    }

    /// Adds a body of bytes.
    pub fn raw(&mut self, media: &str, must: bool) {
        self.takes = Some(Body::Bytes(media.to_owned()));
        self.set_body(quote!(crate::Bytes), must, false);
    }

    fn set_body(&mut self, ty: TokenStream, must: bool, by_reference: bool) {
        let list = match must {
            true => &mut self.required,
            false => &mut self.optional,
        };
        list.push("`body`".into());
        let body = Ident::new("body", proc_macro2::Span::call_site());
        self.given.push((body, ty, by_reference));
    }

    pub fn returns(&mut self, ty: &TokenStream) {
        self.returns = Some(ty.clone());
    }

    /// Notes that the operation returns a list in pages.
    pub fn pages(&mut self) {
        self.is_list = true;
    }

    /// Returns the call as a reader would write it. It only contains Rust names that we made.
    fn example(&self) -> String {
        let (result, end) = match (self.is_list, &self.returns) {
            (true, _) => ("let items: Vec<_> = ", ".stream().try_collect()"),
            (false, Some(_)) => ("let response = ", ".send()"),
            (false, None) => ("", ".send()"),
        };
        let setters = self.given.iter().map(|(field, _, by_reference)| {
            let mark = if *by_reference { "&" } else { "" };
            format!(".{field}({mark}{field})")
        });
        let setters: Vec<String> = setters.collect();
        let function = self.function;
        let line = format!(
            "{result}client.{function}(){}{end}.await?;",
            setters.concat()
        );
        let call = if line.len() <= WIDTH {
            line
        } else {
            let end = end.replace(").", ")\n    .");
            let setters: String = setters.iter().map(|s| format!("\n    {s}")).collect();
            format!("{result}client\n    .{function}(){setters}\n    {end}\n    .await?;")
        };
        match self.is_list {
            true => format!("use futures_util::TryStreamExt;\n\n{call}"),
            false => call,
        }
    }

    /// Returns a function that holds the example.
    #[cfg(feature = "conformance")]
    pub fn test(&self, name: &Ident) -> TokenStream {
        let code: TokenStream = self.example().parse().unwrap_or_default();
        let given = self.given.iter().map(|(field, ty, _)| quote!(#field: #ty));
        quote! {
            pub async fn #name(
                client: &crate::Client,
                #(#given),*
            ) -> ::std::result::Result<(), crate::Error> {
                #code
                ::std::result::Result::Ok(())
            }
        }
    }

    pub fn emit(&self) -> TokenStream {
        let mut out = TokenStream::new();
        let text = |key: &str| {
            let text = self.op.value.get(key).and_then(Value::as_str)?.trim();
            (!text.is_empty()).then_some(text)
        };
        for part in ["summary", "description"].into_iter().filter_map(text) {
            out.extend(quote!(#[markup = ""] #[doc = #part]));
        }
        let mut facts = Vec::new();
        let takes = self.takes.as_ref().map(|body| match body {
            Body::Typed(ty) => linked(ty),
            Body::Bytes(media) => describe::code(media),
        });
        let returns = self.returns.as_ref().map(linked);
        facts.extend(takes.map(|body| format!("Takes {body}.")));
        facts.extend(returns.map(|ty| format!("Returns {ty}.")));
        for (word, names) in [("Required", &self.required), ("Optional", &self.optional)] {
            if !names.is_empty() {
                facts.push(format!("{word}: {}.", names.join(", ")));
            }
        }
        if let Some(id) = text(contract::ORIGINAL_OPERATION_ID) {
            facts.push(format!("Id in the document: {}.", describe::code(id)));
        }
        if !facts.is_empty() {
            out.extend(paragraph(&facts.join(" ")));
        }
        let example = self.example();
        out.extend(quote!(#[markup = ""] #[example = #example]));
        out
    }
}
