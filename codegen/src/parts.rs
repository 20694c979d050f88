//! The headers of a part of a multipart body (OpenAPI 3.0.3, Encoding Object, `headers`).

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::{
    Error,
    media::{self, is_part_header},
    parameters::{Argument, is_value},
    schema::Document,
    setter,
};

pub struct Header<'a> {
    pub name: &'a str,
    about: Option<&'a str>,
    required: bool,
    schema: &'a Value,
}

impl<'a> Header<'a> {
    /// Returns a header, or `None` if a part has it anyway or cannot have it.
    pub fn of(doc: &'a Document<'_>, name: &'a str, header: &'a Value) -> Option<Self> {
        let header = doc.resolve_any(header);
        let text = header.get("description").and_then(Value::as_str);
        is_part_header(name).then(|| Self {
            name,
            required: header.get("required") == Some(&Value::Bool(true)),
            about: text.map(str::trim).filter(|t| !t.is_empty()),
            schema: header.get("schema").unwrap_or(&Value::Null),
        })
    }

    pub fn is_fixed(&self) -> bool {
        media::only(self.schema).is_some_and(|value| media::header_text(value).is_some())
    }

    /// Returns the code that sets the documented value, if there is one, or else requires a
    /// required header.
    pub fn usual(&self, part: &str) -> Option<TokenStream> {
        let name = self.name;
        match media::usual_header(self.schema) {
            Some(value) => Some(quote!(self.0.usual_part_header(#part, #name, #value);)),
            None => self
                .required
                .then(|| quote!(self.0.required_part_header(#part, #name);)),
        }
    }

    /// Returns the argument of its setter, and the schema of that. A list or an object is given as
    /// its text in the header.
    ///
    /// # Errors
    /// Returns an error if a `$ref` points to nothing.
    pub fn argument(
        &self,
        doc: &Document<'_>,
        used: &mut BTreeSet<String>,
    ) -> Result<(Argument, &Value), Error> {
        Ok(match Argument::of(doc, self.schema, used)? {
            known @ (Argument::Plain(_) | Argument::Into(_)) => (known, self.schema),
            _ => (Argument::text(), &Value::Null),
        })
    }

    /// Returns the setter of the header.
    pub fn setter(
        &self,
        doc: &Document<'_>,
        part: &str,
        field: &Ident,
        used: &mut BTreeSet<String>,
    ) -> Result<TokenStream, Error> {
        let name = self.name;
        let about = match self.about {
            Some(about) => format!("The header `{name}` of the part `{part}`: {about}"),
            None => format!("The header `{name}` of the part `{part}`."),
        };
        let (argument, _) = self.argument(doc, used)?;
        let taken = argument.taken();
        let value = match &argument {
            Argument::Into(ty) if is_value(ty) => quote!(value.into_value()),
            Argument::Into(ty) => quote!(::std::convert::Into::<#ty>::into(value)),
            _ => quote!(value),
        };
        let (about, sets) = (
            quote!(#[doc = #about]),
            quote!(self.0.part_header(#part, #name, #value);),
        );
        Ok(setter::emit(&about, &quote!(), field, &taken, &sets))
    }
}
