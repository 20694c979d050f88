//! The request body of an operation: one setter for a JSON or raw body, or one for each member of a
//! form.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::{
    Error,
    areas::Operation,
    checks, describe,
    examples::About,
    form::{Form, REPEATED},
    media, names,
    parameters::Argument,
    schema::{self, Document, is_file},
    setter,
    style::{self, Place},
    types,
};

/// The kind of a body.
pub enum Kind<'a> {
    /// JSON of this media type and schema.
    Json(&'a str, &'a Value),
    /// Bytes of this media type.
    Raw(&'a str),
    Form(Form<'a>),
}

/// Returns the kind of an operation's body, and whether it is required. If it has to hold a file, a
/// form is preferred to JSON, which cannot hold bytes.
///
/// # Errors
/// Returns an error if a `$ref` points to nothing.
pub fn kind<'a>(doc: &Document<'a>, op: &Operation<'a>) -> Result<Option<(Kind<'a>, bool)>, Error> {
    let Some(body) = op.value.get("requestBody") else {
        return Ok(None);
    };
    let body = doc.resolve(body)?;
    let Some(content) = body.get("content").and_then(Value::as_object) else {
        return Ok(None);
    };
    let required = body.get("required") == Some(&Value::Bool(true));
    let form = |is: fn(&str) -> bool| {
        let (media, value) = content.iter().find(|(m, _)| is(m))?;
        let (members, required) = doc.properties(value.get("schema")?)?;
        Some(Form {
            multipart: media::is_multipart(media),
            members,
            required,
            encoding: value.get("encoding"),
        })
    };
    let json = media::json(content)
        .map(|(media, value)| (media, value.get("schema").unwrap_or(&Value::Null)));
    let json = json.filter(|(_, schema)| !is_file(doc.written_out(schema)));
    let has_file = |form: &Form<'_>| form.members.values().any(|m| doc.file(m).is_some());
    let (multipart, urlencoded) = (form(media::is_multipart), form(media::is_urlencoded));
    let kind = match ([multipart, urlencoded], json) {
        // FastAPI names each form that is a model urlencoded; only the other kind holds a file.
        ([Some(mut form), _] | [_, Some(mut form)], _) if has_file(&form) => {
            form.multipart = true;
            Kind::Form(form)
        }
        (_, Some((media, schema))) => Kind::Json(media::sent(media, "application/json"), schema),
        ([multipart, urlencoded], None) => match urlencoded.or(multipart) {
            Some(form) => Kind::Form(form),
            None => match content.keys().next() {
                Some(media) => Kind::Raw(media::sent(media, "application/octet-stream")),
                None => return Ok(None),
            },
        },
    };
    Ok(Some((kind, required)))
}

pub fn setters<'a>(
    doc: &Document<'a>,
    op: &Operation<'a>,
    used: &mut BTreeSet<String>,
    taken: &mut BTreeSet<String>,
    required: &mut Vec<TokenStream>,
    describe: &mut About<'_>,
) -> Result<TokenStream, Error> {
    let Some((kind, must)) = kind(doc, op)? else {
        return Ok(TokenStream::new());
    };
    if must {
        required.push(quote!(crate::rt::Argument::Body));
    }
    let about = if must {
        "Sets the request body, which is required."
    } else {
        "Sets the request body."
    };
    match kind {
        Kind::Json(media, schema) => {
            let ty = doc.nullable(schema, used)?;
            describe.body(&ty, must);
            let checks = checks::body(doc, schema);
            let check = (!checks.is_empty())
                .then(|| quote!(self.0.check_body(|v| { let value = body; #checks });));
            let set = match media {
                "application/json" => quote!(json(body)),
                media => quote!(json_as(#media, body)),
            };
            Ok(quote! {
                #[markup = #about]
                #[inline]
                pub fn body(mut self, body: &#ty) -> Self {
                    self.0.#set;
                    #check
                    self
                }
            })
        }
        Kind::Raw(media) => {
            describe.raw(media, must);
            let media_type = describe::code(media);
            let about = format!("{about} It is sent unchanged, as {media_type}.");
            Ok(quote! {
                #[markup = #about]
                pub fn body(mut self, body: impl ::std::convert::Into<crate::Bytes>) -> Self {
                    self.0.raw(#media, body);
                    self
                }
            })
        }
        Kind::Form(form) => {
            let fields = form.required.iter().map(|name| style::field(name));
            required.extend(fields);
            let mut out = TokenStream::new();
            for (name, property) in &form.members {
                let field = names::unique(names::value_ident(name), taken);
                let (argument, checked) = form.argument(doc, name, property, used)?;
                let must = form.required.contains(name);
                describe.argument(&field, &argument, must, &describe::limits(doc, checked));
                out.extend(member(
                    doc, &form, name, &field, property, &argument, checked,
                ));
            }
            for (part, headers) in form.headers(doc) {
                for header in headers {
                    let name = format!("{part}_{}", header.name);
                    let field = names::unique(names::value_ident(&name), taken);
                    out.extend(header.setter(doc, part, &field, used)?);
                }
            }
            Ok(out)
        }
    }
}

fn member(
    doc: &Document<'_>,
    form: &Form<'_>,
    name: &str,
    field: &Ident,
    property: &Value,
    argument: &Argument,
    checked: &Value,
) -> TokenStream {
    let text = describe::text(property).or_else(|| describe::text(doc.written_out(property)));
    let about = setter::about(doc, name, text, &describe::limits(doc, checked));
    let checks = argument.checked(doc, &style::field(name), name, checked);
    let deprecated = types::deprecated(property);
    let multipart = form.multipart;
    let texts = if multipart {
        quote!(form_fields)
    } else {
        quote!(form_values)
    };
    let string = quote!(::std::string::String);
    let style = form.style(name);
    let format = style
        .map(|(style, explode, reserved)| style::format(Place::Query, style, explode, reserved));
    let call = match argument {
        Argument::Plain(ty) => quote!(#texts::<#ty>(#name, [value])),
        Argument::Into(ty) => quote!(#texts::<#ty>(#name, [value])),
        // DRF reads a list from repeated fields (`QueryDict.getlist`).
        Argument::List(item) => match &format {
            Some(format) if style != REPEATED => {
                quote!(form_list::<#item>(#name, value, #format))
            }
            _ => quote!(#texts::<#item>(#name, value)),
        },
        Argument::Of(_) | Argument::Any if format.is_some() => {
            let value = match argument {
                Argument::Any => quote!(&value),
                _ => quote!(value),
            };
            quote!(form_styled(#name, #value, #format))
        }
        Argument::Of(_) if !multipart && schema::is_union(doc.known(property)) => {
            quote!(form_either(#name, value))
        }
        Argument::Of(_) => quote!(form_json(#name, value, #multipart)),
        Argument::Any => quote!(form_json(#name, &value, #multipart)),
        Argument::File if multipart => quote!(form_file(#name, value)),
        Argument::Files if multipart => quote!(form_files(#name, value)),
        // Such a form cannot hold a file, so its text is sent.
        Argument::File => {
            let taken = quote!(impl ::std::convert::Into<#string>);
            let sets = quote!(self.0.form_values::<#string>(#name, [value]););
            return setter::emit(&about, &deprecated, field, &taken, &sets);
        }
        Argument::Files => {
            let taken = quote!(impl ::std::convert::Into<#string>);
            let taken = quote!(impl ::std::iter::IntoIterator<Item = #taken>);
            let sets = quote!(self.0.form_values::<#string>(#name, value););
            return setter::emit(&about, &deprecated, field, &taken, &sets);
        }
    };
    let media = form.content_type(name).filter(|_| multipart);
    let media = media.map(|media| quote!(self.0.form_type(#name, #media);));
    let headers = form.headers_of(doc, name);
    let headers = headers.iter().filter_map(|header| header.usual(name));
    let taken = argument.taken();
    let sets = quote!(#checks self.0.#call; #media #(#headers)*);
    setter::emit(&about, &deprecated, field, &taken, &sets)
}
