//! Tables of calls through the generated client, one for each operation, for tests that must reach
//! every operation.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::{
    Error,
    areas::Operation,
    bodies::{self, Kind},
    names,
    operations::{Names, ResponseKind},
    parameters::{Argument, Parameter},
    schema::Document,
};

pub fn emit(doc: &Document<'_>, operations: &[Operation<'_>]) -> Result<TokenStream, Error> {
    let (types, mut tables) = (types(doc, operations)?, Tables::default());
    let mut taken = Names::default();
    for (i, op) in operations.iter().enumerate() {
        let id = op.value.get("operationId").and_then(Value::as_str);
        let id = id.unwrap_or_default();
        tables.add(doc, op, id, &taken.of(id).0, i)?;
    }
    let Tables {
        functions,
        entries,
        blocking,
        bodiless,
        schemas,
    } = tables;
    Ok(quote! {
        use autopi::serde_json::Value as Json;
        /// Operation id, method, path template, and a call that returns the decoded response (all
        /// items of a page) as JSON. `sample` returns a valid instance of a schema, which it is
        /// given as JSON text.
        #[allow(clippy::type_complexity, deprecated)]
        pub const CALLS: &[(
            &str, &str, &str,
            for<'a> fn(
                &'a autopi::Client,
                &'a dyn Fn(&str) -> Json,
            ) -> autopi::CallFuture<'a, Json>,
        )] = &[#entries];
        #functions
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
}

impl Tables {
    fn add(
        &mut self,
        doc: &Document<'_>,
        op: &Operation<'_>,
        id: &str,
        function: &Ident,
        index: usize,
    ) -> Result<(), Error> {
        let setters = setters(doc, op)?;
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

/// Returns the setters of all parameters, each with a valid value.
fn parameters(
    doc: &Document<'_>,
    op: &Operation<'_>,
    taken: &mut BTreeSet<String>,
) -> Result<TokenStream, Error> {
    let mut out = TokenStream::new();
    for parameter in &op.parameters {
        if let Some(parameter) = Parameter::of(doc, parameter, taken, &mut BTreeSet::new())? {
            let value = value(doc, &parameter.argument, parameter.schema);
            let field = &parameter.field;
            out.extend(quote!(.#field(#value)));
        }
    }
    Ok(out)
}

/// Returns the setters of all parameters and of the body, each with a valid value.
fn setters(doc: &Document<'_>, op: &Operation<'_>) -> Result<TokenStream, Error> {
    let mut taken = crate::operations::reserved();
    let mut out = parameters(doc, op, &mut taken)?;
    out.extend(match bodies::kind(doc, op)?.map(|(kind, _)| kind) {
        None => quote!(),
        Some(Kind::Json(_, schema)) => {
            let schema = schema.to_string();
            quote!(.body(&autopi::serde_json::from_value(sample(#schema)).expect(#schema)))
        }
        Some(Kind::Raw(_)) => quote!(.body("sample")),
        Some(Kind::Form(form)) => {
            let mut members = TokenStream::new();
            for (name, property) in &form.members {
                let field = names::unique(names::value_ident(name), &mut taken);
                let (argument, property) =
                    form.argument(doc, name, property, &mut BTreeSet::new())?;
                let value = value(doc, &argument, property);
                members.extend(quote!(.#field(#value)));
            }
            members
        }
    });
    Ok(out)
}

/// Returns the argument of a setter.
fn value(doc: &Document<'_>, argument: &Argument, schema: &Value) -> TokenStream {
    let known = doc.written_out(schema);
    match argument {
        Argument::Plain(ty) | Argument::Into(ty) => plain(doc, known, &ty.to_string()),
        Argument::List(item) => {
            let items = known.get("items").unwrap_or(&Value::Null);
            let value = plain(doc, doc.written_out(items), &item.to_string());
            quote!([#value, #value])
        }
        Argument::Of(_) => {
            let schema = schema.to_string();
            quote!(&autopi::serde_json::from_value(sample(#schema)).expect(#schema))
        }
        Argument::Any => {
            let schema = schema.to_string();
            quote!(sample(#schema))
        }
        Argument::File => quote!(autopi::Upload::bytes("sample.txt", "sample")),
        Argument::Files => quote!([autopi::Upload::bytes("sample.txt", "sample")]),
    }
}

/// Returns a value of the type `ty`, or one that converts into it.
pub fn plain(doc: &Document<'_>, schema: &Value, ty: &str) -> TokenStream {
    let target = Document::target(schema).and_then(|t| doc.schemas.get(t).copied());
    let known = target.unwrap_or(schema);
    if let Some(first) = known.get("enum").and_then(|e| e.get(0)) {
        return match first.as_i64() {
            Some(n) => quote!(#n),
            None => {
                let text = first.as_str().unwrap_or_default();
                quote!(#text)
            }
        };
    }
    let uuid = quote!(autopi::Uuid::from_u128(
        0x1234_5678_9abc_4def_8123_4567_89ab_cdef
    ));
    let number =
        |key: &str, default: i64| schema.get(key).and_then(Value::as_i64).unwrap_or(default);
    let format = schema
        .get("format")
        .and_then(Value::as_str)
        .unwrap_or_default();
    match (
        schema
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default(),
        format,
    ) {
        (_, "uuid") => uuid,
        _ if ty.ends_with("Id") => uuid,
        (_, "date-time") => quote!(
            "2026-01-01T00:00:00Z"
                .parse::<autopi::Timestamp>()
                .expect("a time")
        ),
        (_, "date") => quote!("2026-01-01".parse::<autopi::Date>().expect("a date")),
        (_, "decimal") => quote!("1.5".parse::<autopi::Decimal>().expect("a decimal")),
        (_, "email") => quote!("sample@example.com"),
        ("integer", _) => {
            let n = number("minimum", 1).clamp(-1_000_000, 1_000_000);
            quote!(#n)
        }
        ("number", _) => quote!(1.0),
        ("boolean", _) => quote!(true),
        _ => {
            let text = "sample".repeat(
                usize::try_from(number("minLength", 1).min(1 << 20))
                    .unwrap_or(1)
                    .div_ceil(6)
                    .max(1),
            );
            let text: String = text
                .chars()
                .take(usize::try_from(number("maxLength", 1 << 20)).unwrap_or(6))
                .collect();
            quote!(#text)
        }
    }
}
