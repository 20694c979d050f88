//! The parameters of an operation, and the arguments of setters.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::{
    Error, checks, describe, media, names,
    schema::{self, Document},
    setter,
    style::{self, Place},
    types,
};

/// The argument of a setter.
pub enum Argument {
    /// A value of this type as it is: a number or a boolean.
    Plain(TokenStream),
    /// A value that converts into this type: a string, a time, an id, an open enum.
    Into(TokenStream),
    /// A list of values that convert into this type.
    List(TokenStream),
    /// A reference to this type: an object, a list of objects.
    Of(TokenStream),
    /// Any value that serialises, because the document gives no type.
    Any,
    File,
    Files,
}

impl Argument {
    /// Returns the argument of the setter for a value of this schema.
    ///
    /// # Errors
    /// Returns an error if a `$ref` points to nothing.
    pub fn of(
        doc: &Document<'_>,
        schema: &Value,
        used: &mut BTreeSet<String>,
    ) -> Result<Self, Error> {
        let schema = doc.written_out(schema);
        match doc.file(schema) {
            Some(false) => return Ok(Self::File),
            Some(true) => return Ok(Self::Files),
            None => {}
        }
        let ty = doc.rust_type(schema, used)?;
        let is_list = |s: &Value| s.get("type").and_then(Value::as_str) == Some("array");
        if is_list(schema) && !is_json(&ty) {
            let items = doc.written_out(schema.get("items").unwrap_or(&Value::Null));
            // One level: a list of lists may be a list of itself.
            if is_list(items) {
                return Ok(Self::Of(ty));
            }
            return Ok(match Self::of(doc, items, used)? {
                Self::File => Self::Files,
                Self::Plain(item) | Self::Into(item) => Self::List(item),
                Self::Any => Self::Any,
                _ => Self::Of(ty),
            });
        }
        let shown = ty.to_string();
        let is_object = shown.contains('<')
            || Document::target(schema)
                .and_then(|t| doc.schemas.get(t))
                .is_some_and(|s| s.get("enum").is_none());
        Ok(match shown.as_str() {
            "i64" | "u64" | "f64" | "bool" => Self::Plain(ty),
            _ if is_json(&ty) => Self::Any,
            _ if is_object => Self::Of(ty),
            _ => Self::Into(ty),
        })
    }

    /// Returns a text that the caller writes, as for what is documented in another media type than
    /// JSON.
    pub fn text() -> Self {
        Self::Into(quote!(::std::string::String))
    }

    /// Returns the type of the argument.
    pub fn taken(&self) -> TokenStream {
        match self {
            Self::Plain(ty) => quote!(#ty),
            Self::Into(ty) if is_value(ty) => quote!(impl crate::IntoValue<#ty>),
            Self::Into(ty) => quote!(impl ::std::convert::Into<#ty>),
            Self::List(item) => {
                quote!(impl ::std::iter::IntoIterator<Item = impl ::std::convert::Into<#item>>)
            }
            Self::Of(ty) => quote!(&#ty),
            Self::Any => quote!(impl crate::rt::serde::Serialize),
            Self::File => quote!(crate::Upload),
            Self::Files => quote!(impl ::std::iter::IntoIterator<Item = crate::Upload>),
        }
    }

    /// Returns the checks of `value`, the argument of the setter.
    /// `of` is what the setter sets.
    pub fn checked(
        &self,
        doc: &Document<'_>,
        of: &TokenStream,
        name: &str,
        schema: &Value,
    ) -> TokenStream {
        let is_file = doc.file(schema).is_some() && schema::is_union(doc.known(schema));
        let mut checks = match (is_file, self) {
            (true, _) => TokenStream::new(),
            (_, Self::List(_)) => checks::list(doc, name, schema),
            _ => checks::value(doc, name, schema),
        };
        match self {
            Self::Plain(ty) if is_float(ty) => checks.extend(quote!(v.finite(#name, *value);)),
            Self::List(item) if is_float(item) => {
                checks.extend(quote!(v.items(#name, value, |v, value| v.finite("", *value));));
            }
            _ => {}
        }
        // Files, and values that are written as JSON or in a style, are checked while they are set.
        let written = !matches!(self, Self::Plain(_) | Self::Into(_));
        if checks.is_empty() {
            return match self {
                Self::Into(ty) if is_value(ty) => quote!(let value = value.into_value();),
                _ if written => quote!(self.0.unchecked(#of);),
                _ => quote!(),
            };
        }
        let become_value = match self {
            Self::Into(ty) if is_value(ty) => quote!(let value = value.into_value();),
            Self::Into(ty) => quote!(let value: #ty = value.into();),
            Self::List(item) => quote! {
                let value: ::std::vec::Vec<#item> =
                    value.into_iter().map(::std::convert::Into::into).collect();
            },
            Self::Files => {
                quote!(let value: ::std::vec::Vec<crate::Upload> = value.into_iter().collect();)
            }
            Self::Of(_) => return quote!(self.0.check(#of, |v| { #checks });),
            _ => quote!(),
        };
        quote!(#become_value self.0.check(#of, |v| { let value = &value; #checks });)
    }
}

/// Returns whether a type is one of the client, for which `IntoValue` defines what it takes.
pub fn is_value(ty: &TokenStream) -> bool {
    let values = ["Date", "Decimal", "DeviceId", "Timestamp", "UnitId", "Uuid"];
    let ty = ty.to_string();
    ty.strip_prefix("crate :: ")
        .is_some_and(|ty| values.contains(&ty))
}

fn is_float(ty: &TokenStream) -> bool {
    ty.to_string() == "f64"
}

fn is_json(ty: &TokenStream) -> bool {
    ty.to_string().ends_with("crate :: Json")
}

/// A parameter of an operation.
pub struct Parameter<'a> {
    pub name: &'a str,
    pub place: Place,
    pub required: bool,
    /// The name of its setter.
    pub field: Ident,
    pub argument: Argument,
    pub schema: &'a Value,
    about: Option<&'a str>,
    /// The variant of `rt::Style`, and `explode`.
    style: (&'static str, bool),
    reserved: bool,
    deprecated: Option<TokenStream>,
}

impl<'a> Parameter<'a> {
    /// Returns a parameter, or `None` if it is in a place without setters.
    ///
    /// # Errors
    /// Returns an error if a `$ref` points to nothing.
    pub fn of(
        doc: &Document<'a>,
        parameter: &'a Value,
        taken: &mut BTreeSet<String>,
        used: &mut BTreeSet<String>,
    ) -> Result<Option<Self>, Error> {
        let parameter = doc.resolve(parameter)?;
        let text = |key| {
            parameter
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let (name, place) = (text("name"), text("in"));
        let field = names::unique(names::value_ident(name), taken);
        let place = match place {
            "path" => Place::Path,
            "query" => Place::Query,
            "header" => Place::Header,
            _ => return Ok(None),
        };
        let content = parameter.get("content").and_then(Value::as_object);
        let content = content.and_then(|c| c.iter().next());
        let schema = content
            .map_or(parameter, |(_, value)| value)
            .get("schema")
            .unwrap_or(&Value::Null);
        let json = content.is_some_and(|(kind, _)| media::may_be_json(kind));
        let flag = |key| parameter.get(key).and_then(Value::as_bool);
        let style = match text("style") {
            _ if json => "Json",
            "label" if place == Place::Path => "Label",
            "matrix" if place == Place::Path => "Matrix",
            query if place == Place::Query => style::of(query),
            _ => "Simple",
        };
        let (argument, schema) = match Argument::of(doc, schema, used)? {
            Argument::List(_) | Argument::Of(_) | Argument::Any if content.is_some() && !json => {
                (Argument::text(), &Value::Null)
            }
            Argument::File => (Argument::text(), schema),
            Argument::Files => (Argument::List(quote!(::std::string::String)), schema),
            other => (other, schema),
        };
        Ok(Some(Self {
            name,
            place,
            required: flag("required") == Some(true),
            field,
            argument,
            schema,
            about: describe::text(parameter),
            style: (style, flag("explode").unwrap_or(style == "Form")),
            reserved: place == Place::Query && flag("allowReserved") == Some(true),
            deprecated: types::deprecated(parameter),
        }))
    }

    pub fn setter(&self, doc: &Document<'a>) -> TokenStream {
        let (name, field) = (self.name, &self.field);
        let about = setter::about(doc, name, self.about, &describe::limits(doc, self.schema));
        let deprecated = &self.deprecated;
        let taken = self.argument.taken();
        let of = self.place.argument(name);
        let checks = self.argument.checked(doc, &of, name, self.schema);
        let (style, explode) = self.style;
        let format = || style::format(self.place, style, explode, self.reserved);
        let usual =
            matches!(style, "Form" | "Simple" | "Space" | "Pipe" | "Deep") && !self.reserved;
        let call = match &self.argument {
            Argument::List(item) if style == "Form" && explode && !self.reserved => {
                quote!(query_list::<#item>(#name, value))
            }
            Argument::List(item) => {
                let format = format();
                quote!(styled_list::<#item>(#name, value, #format))
            }
            Argument::Plain(_) | Argument::Into(_) if usual => {
                let store = match self.place {
                    Place::Path => quote!(path),
                    Place::Query => quote!(query),
                    Place::Header => quote!(header),
                };
                match &self.argument {
                    Argument::Into(ty) if checks.is_empty() => {
                        quote!(#store::<#ty>(#name, value.into()))
                    }
                    _ => quote!(#store(#name, value)),
                }
            }
            Argument::Into(ty) if checks.is_empty() => {
                let format = format();
                quote!(styled::<#ty>(#name, &value.into(), #format))
            }
            Argument::Of(_) => {
                let format = format();
                quote!(styled(#name, value, #format))
            }
            _ => {
                let format = format();
                quote!(styled(#name, &value, #format))
            }
        };
        let sets = quote!(#checks self.0.#call;);
        setter::emit(&about, deprecated, field, &taken, &sets)
    }
}
