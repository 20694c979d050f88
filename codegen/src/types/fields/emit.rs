//! The code of a struct, put together.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Code;

impl Code {
    /// Returns what callers see of the code.
    pub(super) fn surface(&self, ident: &Ident, sent: bool) -> TokenStream {
        let (declaration, request) = (self.declaration(ident, sent), self.request(ident, sent));
        let keys = &self.keys;
        quote! {
            #declaration
            impl crate::rt::Record for #ident {
                const FIELDS: &'static [&'static str] = &[#(#keys),*];
            }
            #request
        }
    }

    fn declaration(&self, ident: &Ident, sent: bool) -> TokenStream {
        let fields = &self.fields;
        let default = (sent && self.required.is_empty()).then(|| quote!(, Default));
        quote! {
            #[derive(Clone, PartialEq #default)]
            #[non_exhaustive]
            pub struct #ident { #fields }
        }
    }

    /// Returns the constructor and the setters of a request.
    fn request(&self, ident: &Ident, sent: bool) -> Option<TokenStream> {
        #[rustfmt::skip]
        let Self { arguments, initial, setters, .. } = self;
        sent.then(|| {
            quote! {
                impl #ident {
                    #[markup = "Builds a request from its required fields."]
                    #[inline]
                    pub fn new(#arguments) -> Self { Self { #initial } }
                    #setters
                }
            }
        })
    }

    pub(super) fn emit(
        self,
        ident: &Ident,
        about: &TokenStream,
        sent: bool,
        extra: &Ident,
        keeps: Option<TokenStream>,
    ) -> TokenStream {
        #[rustfmt::skip]
        let Self {
            keys, required, placeholders, reads, passes, checks, ..
        } = &self;
        let (declaration, request) = (self.declaration(ident, sent), self.request(ident, sent));
        let check = sent.then(|| {
            quote! {
                impl crate::rt::Check for #ident {
                    #[inline]
                    fn check(&self, v: &mut crate::rt::Violations) { #checks }
                }
            }
        });
        let nullable = indices("NULLABLE", &self.nullable);
        let secrets = indices("SECRETS", &self.secrets);
        quote! {
            #about
            #declaration
            impl crate::rt::Placeholder for #ident {
                #[inline]
                fn placeholder() -> Self { Self { #placeholders } }
            }
            impl crate::rt::Record for #ident {
                const FIELDS: &'static [&'static str] = &[#(#keys),*];
                const REQUIRED: &'static [usize] = &[#(#required),*];
                #nullable
                #secrets
                #keeps
                fn read<'de, M: crate::rt::Member<'de>>(
                    &mut self,
                    index: usize,
                    member: M,
                ) -> M::Done {
                    match index { #reads _ => member.keep(&mut self.#extra) }
                }
                fn each<F: crate::rt::Fields>(&self, fields: F) -> F {
                    fields #passes .unknown(&self.#extra)
                }
            }
            crate::__record!(#ident);
            #request
            #check
        }
    }
}

/// Returns a constant of `Record`, unless it is empty, which is its default.
fn indices(name: &str, indices: &[usize]) -> Option<TokenStream> {
    let name = quote::format_ident!("{name}");
    (!indices.is_empty()).then(|| quote!(const #name: &'static [usize] = &[#(#indices),*];))
}
