//! The setters of builders.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use crate::{describe, schema::Document};

/// Returns the doc comment of a setter.
pub fn about(doc: &Document<'_>, name: &str, text: Option<&str>, facts: &[String]) -> TokenStream {
    if doc.surface {
        return TokenStream::new();
    }
    let text = text.filter(|text| describe::says_more(text, name));
    let otherwise = format!("Sets {}.", describe::code(name));
    describe::about(text, &otherwise, facts)
}

/// Returns a setter that takes `value`, which the statements `sets` use.
pub fn emit(
    about: &TokenStream,
    deprecated: &impl ToTokens,
    field: &Ident,
    taken: &TokenStream,
    sets: &TokenStream,
) -> TokenStream {
    quote! {
        #about
        #deprecated
        #[inline]
        pub fn #field(mut self, value: #taken) -> Self {
            #sets
            self
        }
    }
}
