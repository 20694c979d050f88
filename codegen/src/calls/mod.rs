//! Tables of calls through the generated client, one for each operation, for tests that must reach
//! every operation.

mod arguments;

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::{
    Error,
    areas::Operation,
    bodies,
    operations::{Names, ResponseKind},
    schema::Document,
};
#[cfg(feature = "progenitor")]
pub use arguments::plain;
use arguments::{arguments, parameters, setters};

/// Returns all tables.
pub fn emit(doc: &Document<'_>, operations: &[Operation<'_>]) -> Result<TokenStream, Error> {
    let (types, tables) = (types(doc, operations)?, Tables::of(doc, operations)?);
    let requests = tables.requests();
    let Tables {
        blocking,
        bodiless,
        schemas,
        ..
    } = tables;
    Ok(quote! {
        #requests
        type BlockingCall =
            fn(&autopi::blocking::Client, &dyn Fn(&str) -> Json) -> Result<(), autopi::Error>;
        /// The same calls through the blocking client.
        #[allow(clippy::type_complexity, deprecated)]
        pub const BLOCKING: &[(&str, BlockingCall)] = &[#blocking];
        /// A call of each operation with a required body, but without the body.
        #[allow(clippy::type_complexity, deprecated)]
        pub const BODILESS: &[(&str, BlockingCall)] = &[#bodiless];
        /// Each operation with a typed response, and the JSON Schema of that type.
        #[allow(clippy::type_complexity)]
        pub const SCHEMAS: &[(&str, fn() -> autopi::serde_json::Value)] = &[#schemas];
        #types
    })
}

/// Returns the calls and their arguments.
pub fn emit_requests(
    doc: &Document<'_>,
    operations: &[Operation<'_>],
) -> Result<TokenStream, Error> {
    Ok(Tables::of(doc, operations)?.requests())
}

/// Returns the tables of all components that are types.
fn types(doc: &Document<'_>, operations: &[Operation<'_>]) -> Result<TokenStream, Error> {
    let (mut types, mut debug) = (TokenStream::new(), TokenStream::new());
    let mut schemas = TokenStream::new();
    for name in crate::types::all(doc, &crate::operations::used(doc, operations)?)? {
        let ident = doc.ident(&name)?;
        schemas.extend(quote!((#name, schema::<autopi::types::#ident>),));
        debug.extend(quote!((#name, debug::<autopi::types::#ident>),));
        types.extend(quote!((#name, round_trip::<autopi::types::#ident>),));
    }
    Ok(quote! {
        /// For each component that is a type: decodes a value and encodes it again.
        #[allow(clippy::type_complexity)]
        pub const TYPES: &[(&str, fn(&Json) -> Result<Json, autopi::serde_json::Error>)] =
            &[#types];
        /// Each component that is a type, and its JSON Schema.
        #[allow(clippy::type_complexity)]
        pub const TYPE_SCHEMAS: &[(&str, fn() -> autopi::serde_json::Value)] = &[#schemas];
        fn schema<T: autopi::schemars::JsonSchema>() -> autopi::serde_json::Value {
            autopi::schemars::schema_for!(T).to_value()
        }
        /// For each component that is a type: decodes a value and formats it with `Debug`.
        #[allow(clippy::type_complexity)]
        pub const DEBUG: &[(&str, fn(&Json) -> Result<String, autopi::serde_json::Error>)] =
            &[#debug];
        fn debug<T: std::fmt::Debug + serde::de::DeserializeOwned>(
            value: &autopi::serde_json::Value,
        ) -> Result<String, autopi::serde_json::Error> {
            Ok(format!("{:?}", T::deserialize(value)?))
        }
        fn round_trip<T: serde::Serialize + serde::de::DeserializeOwned>(
            value: &autopi::serde_json::Value,
        ) -> Result<autopi::serde_json::Value, autopi::serde_json::Error> {
            autopi::serde_json::to_value(T::deserialize(value)?)
        }
    })
}

/// The rows of all operations.
#[derive(Default)]
struct Tables {
    functions: TokenStream,
    entries: TokenStream,
    blocking: TokenStream,
    bodiless: TokenStream,
    schemas: TokenStream,
    arguments: TokenStream,
}

impl Tables {
    fn of(doc: &Document<'_>, operations: &[Operation<'_>]) -> Result<Self, Error> {
        let (mut tables, mut taken) = (Self::default(), Names::default());
        for (i, op) in operations.iter().enumerate() {
            let id = op.value.get("operationId").and_then(Value::as_str);
            let id = id.unwrap_or_default();
            tables.add(doc, op, id, &taken.of(id).0, i)?;
        }
        Ok(tables)
    }

    fn requests(&self) -> TokenStream {
        let Self {
            functions,
            entries,
            arguments,
            ..
        } = self;
        quote! {
            use autopi::serde_json::Value as Json;
            /// Operation id, method, path template, and a call that returns the decoded response
            /// (all items of a page) as JSON. `sample` returns a valid instance of a schema, which
            /// it is given as JSON text.
            #[allow(clippy::type_complexity, deprecated)]
            pub const CALLS: &[(
                &str, &str, &str,
                for<'a> fn(
                    &'a autopi::Client,
                    &'a dyn Fn(&str) -> Json,
                ) -> autopi::CallFuture<'a, Json>,
            )] = &[#entries];
            #functions
            fn json<T: autopi::rt::serde::Serialize>(value: T) -> Json {
                autopi::serde_json::to_value(value).expect("JSON")
            }
            /// The arguments of these calls: the place (`path`, `query`, `header`, `member` of a
            /// form or `PART;HEADER`, `file` of a form, `json`, `raw`), the name, and the value.
            #[allow(clippy::type_complexity)]
            pub const ARGUMENTS: &[(
                &str,
                fn(&dyn Fn(&str) -> Json) -> Vec<(&'static str, &'static str, Json)>,
            )] = &[#arguments];
        }
    }

    fn add(
        &mut self,
        doc: &Document<'_>,
        op: &Operation<'_>,
        id: &str,
        function: &Ident,
        index: usize,
    ) -> Result<(), Error> {
        let setters = setters(doc, op)?;
        let arguments = arguments(doc, op)?;
        self.arguments
            .extend(quote!((#id, |sample| vec![#arguments]),));
        let name = quote::format_ident!("call_{index}");
        let kind = ResponseKind::of(doc, op)?;
        let ty = match kind {
            ResponseKind::Page(items) => {
                let items = doc.nullable(items, &mut BTreeSet::new())?;
                Some(quote!(autopi::Page<#items>))
            }
            ResponseKind::One(schema) => Some(doc.nullable(schema, &mut BTreeSet::new())?),
            _ => None,
        };
        if let Some(ty) = ty {
            let ty = ty.to_string().replace("crate ::", "autopi ::");
            let ty: TokenStream = ty.parse().unwrap_or_default();
            self.schemas.extend(quote!((#id, schema::<#ty>),));
        }
        let outcome = match kind {
            ResponseKind::Page(_) => quote!(.and_then(|page| page.into_strict())),
            _ => TokenStream::new(),
        };
        let decoded = match kind {
            ResponseKind::Empty | ResponseKind::File => {
                quote!(.map(|_| autopi::serde_json::Value::Null))
            }
            _ => quote!(#outcome .map(|value| autopi::serde_json::to_value(value).expect("JSON"))),
        };
        self.functions.extend(quote! {
            fn #name<'a>(
                client: &'a autopi::Client,
                sample: &'a dyn Fn(&str) -> Json,
            ) -> autopi::CallFuture<'a, Json> {
                let call = client.#function() #setters;
                Box::pin(async move { call.send().await #decoded })
            }
        });
        self.blocking.extend(quote! {
            (#id, |client, sample| client.#function() #setters .send() #outcome .map(drop)),
        });
        if bodies::kind(doc, op)?.is_some_and(|(_, required)| required) {
            let setters = parameters(doc, op, &mut crate::operations::reserved())?;
            self.bodiless.extend(
                quote!((#id, |client, sample| client.#function() #setters .send().map(drop)),),
            );
        }
        let (method, path) = (op.method.to_uppercase(), op.path);
        self.entries.extend(quote!((#id, #method, #path, #name),));
        Ok(())
    }
}
