//! The styles in which lists and objects are written (OpenAPI 3.0.3, Parameter Object and Encoding
//! Object).

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};

/// Returns the variant of `rt::Style` for a style of a query or of a form.
pub fn of(style: &str) -> &'static str {
    match style {
        "spaceDelimited" => "Space",
        "pipeDelimited" => "Pipe",
        "deepObject" => "Deep",
        _ => "Form",
    }
}

/// Returns the `rt::Format` with these variants of `rt::Place` and `rt::Style`.
pub fn format(place: Place, style: &str, explode: bool, reserved: bool) -> TokenStream {
    let style = format_ident!("{style}");
    quote! {
        crate::rt::Format {
            place: crate::rt::Place::#place,
            style: crate::rt::Style::#style,
            explode: #explode,
            reserved: #reserved
        }
    }
}

/// The part of a request that a parameter is in. Cookies are left out: they belong to the browser's
/// session, DRF's token schemes use none, and the convert stage warns about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Path,
    Query,
    Header,
}

impl ToTokens for Place {
    /// Writes the name of the variant, which `rt::Place` and `rt::Argument` have too.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        format_ident!("{self:?}").to_tokens(tokens);
    }
}

impl Place {
    /// Returns the `rt::Argument` of a parameter.
    pub fn argument(self, name: &str) -> TokenStream {
        quote!(crate::rt::Argument::#self(#name))
    }
}

/// Returns the `rt::Argument` of a field of a form.
pub fn field(name: &str) -> TokenStream {
    quote!(crate::rt::Argument::Field(#name))
}
