//! Conversions from responses to requests: for each path where `GET` returns one type and `PUT`
//! takes another.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::{
    Error, Operation,
    bodies::{self, Kind},
    operations::ResponseKind,
    schema::{self, Document},
};

/// Emits the conversions.
///
/// # Errors
/// Returns an error if a `$ref` points to nothing.
pub fn emit(doc: &Document<'_>, operations: &[Operation<'_>]) -> Result<TokenStream, Error> {
    let mut pairs = BTreeSet::new();
    for put in operations.iter().filter(|o| o.method == "put") {
        let get = operations
            .iter()
            .find(|o| o.method == "get" && o.path == put.path);
        let Some(ResponseKind::One(returned)) =
            get.map(|get| ResponseKind::of(doc, get)).transpose()?
        else {
            continue;
        };
        let Some((Kind::Json(_, taken), _)) = bodies::kind(doc, put)? else {
            continue;
        };
        let object = |schema| {
            let name = Document::target(schema)?;
            let known = doc.schemas.get(name)?;
            let other =
                schema::alias(known) || schema::is_open_enum(known) || schema::is_union(known);
            (!other).then_some(name)
        };
        pairs.extend(object(returned).zip(object(taken)).filter(|(a, b)| a != b));
    }
    let mut out = TokenStream::new();
    for (returned, taken) in pairs {
        let (returned, taken) = (doc.ident(returned)?, doc.ident(taken)?);
        let about = "Builds the request that sends a response back, with the members that both \
                     types have, and those that the document does not name.";
        out.extend(quote! {
            impl ::std::convert::TryFrom<&#returned> for #taken {
                type Error = crate::Error;
                #[markup = #about]
                #[inline]
                fn try_from(response: &#returned) -> ::std::result::Result<Self, crate::Error> {
                    crate::rt::resend(response)
                }
            }
        });
    }
    Ok(out)
}
