//! The arguments of the calls: a valid value for each setter.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use serde_json::Value;

use crate::{
    Error,
    areas::Operation,
    bodies::{self, Kind},
    names,
    parameters::{Argument, Parameter},
    schema::Document,
    style::Place,
};

/// Returns the setters of all parameters, each with a valid value.
pub fn parameters(
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
pub fn setters(doc: &Document<'_>, op: &Operation<'_>) -> Result<TokenStream, Error> {
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
            for (part, headers) in form.headers(doc) {
                for header in headers {
                    let name = format!("{part}_{}", header.name);
                    let field = names::unique(names::value_ident(&name), &mut taken);
                    let (argument, schema) = header.argument(doc, &mut BTreeSet::new())?;
                    let value = value(doc, &argument, schema);
                    members.extend(quote!(.#field(#value)));
                }
            }
            members
        }
    });
    Ok(out)
}

/// Returns the place, the name and the value of each argument of [`setters`].
pub fn arguments(doc: &Document<'_>, op: &Operation<'_>) -> Result<TokenStream, Error> {
    let mut out = TokenStream::new();
    for parameter in &op.parameters {
        let parameter = Parameter::of(doc, parameter, &mut BTreeSet::new(), &mut BTreeSet::new())?;
        let Some(parameter) = parameter else { continue };
        let name = parameter.name;
        let place = match parameter.place {
            Place::Path => "path",
            Place::Query => "query",
            Place::Header => "header",
        };
        let value = as_json(doc, &parameter.argument, parameter.schema);
        out.extend(quote!((#place, #name, #value),));
    }
    match bodies::kind(doc, op)?.map(|(kind, _)| kind) {
        None => {}
        Some(Kind::Json(_, schema)) => {
            let schema = schema.to_string();
            out.extend(quote!(("json", "", sample(#schema)),));
        }
        Some(Kind::Raw(_)) => out.extend(quote!(("raw", "", json("sample")),)),
        Some(Kind::Form(form)) => {
            for (name, property) in &form.members {
                let (argument, property) =
                    form.argument(doc, name, property, &mut BTreeSet::new())?;
                let place = match argument {
                    Argument::File | Argument::Files => "file",
                    _ => "member",
                };
                let value = as_json(doc, &argument, property);
                out.extend(quote!((#place, #name, #value),));
            }
            for (part, headers) in form.headers(doc) {
                for header in headers {
                    let name = format!("{part};{}", header.name);
                    let (argument, schema) = header.argument(doc, &mut BTreeSet::new())?;
                    let value = as_json(doc, &argument, schema);
                    out.extend(quote!(("member", #name, #value),));
                }
            }
        }
    }
    Ok(out)
}

/// Returns the argument of a setter as JSON; that of a file is the text of the file.
fn as_json(doc: &Document<'_>, argument: &Argument, schema: &Value) -> TokenStream {
    match argument {
        Argument::Of(_) | Argument::Any => {
            let schema = schema.to_string();
            quote!(sample(#schema))
        }
        Argument::File | Argument::Files => quote!(json("sample")),
        argument => {
            let value = value(doc, argument, schema);
            quote!(json(#value))
        }
    }
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
            match ty {
                "u64" => n.unsigned_abs().into_token_stream(),
                _ => quote!(#n),
            }
        }
        ("number", _) => quote!(1.5),
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
