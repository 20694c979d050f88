//! The final methods of a builder: `send`, `stream` and the like.

use proc_macro2::TokenStream;
use quote::quote;

/// The ways to send an operation.
pub(super) struct Sends {
    pub(super) sends: TokenStream,
    /// The same for the blocking client, if wanted: it needs no second builder, only other final
    /// methods.
    pub(super) blocking: Option<TokenStream>,
}

impl Sends {
    /// Adds a method: its documentation, its name, its result, and the function of the runtime that
    /// it calls.
    pub(super) fn send(&mut self, about: &str, name: &str, ty: &TokenStream, call: &str) {
        let (name, call) = (
            quote::format_ident!("{name}"),
            quote::format_ident!("{call}"),
        );
        self.sends.extend(quote! {
            #[markup = #about]
            #[inline]
            pub fn #name(self) -> crate::rt::CallFuture<'a, #ty> { self.0.#call() }
        });
        let Some(blocking) = &mut self.blocking else {
            return;
        };
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
        blocking.extend(quote! {
            #[markup = #about]
            #[inline]
            pub fn #name(self) -> #result { crate::rt::wait(self.0.#call()) #into }
        });
    }

    pub(super) fn stream(&mut self, about: &str, name: &str, ty: &TokenStream) {
        let name = quote::format_ident!("{name}");
        self.sends.extend(quote! {
            #[markup = #about]
            #[inline]
            pub fn #name(self) -> crate::rt::ItemStream<'static, #ty> { self.0.#name() }
        });
        let Some(blocking) = &mut self.blocking else {
            return;
        };
        blocking.extend(quote! {
            #[markup = #about]
            #[inline]
            pub fn #name(self) -> crate::blocking::Iter<#ty> {
                crate::blocking::Iter::new(self.0.#name())
            }
        });
    }
}
