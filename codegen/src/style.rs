//! The styles in which lists and objects are written (OpenAPI 3.0.3, Parameter Object and Encoding
//! Object).

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

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
pub fn format(place: &str, style: &str, explode: bool, reserved: bool) -> TokenStream {
    let (place, style) = (format_ident!("{place}"), format_ident!("{style}"));
    quote! {
        crate::rt::Format {
            place: crate::rt::Place::#place,
            style: crate::rt::Style::#style,
            explode: #explode,
            reserved: #reserved
        }
    }
}
