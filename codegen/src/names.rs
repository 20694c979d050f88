//! Rust names for what a document names.

use std::collections::BTreeSet;

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span};

/// A type name.
pub fn type_ident(name: &str) -> Ident {
    let mut camel = worded(name).to_upper_camel_case();
    if camel.is_empty() || camel.starts_with(|c: char| c.is_numeric()) {
        camel = format!("V{camel}");
    }
    if matches!(camel.as_str(), "Self") {
        camel.push('_');
    }
    Ident::new(&camel, Span::call_site())
}

/// A field, method or argument name; keywords become raw, or get an underscore where raw is not allowed.
pub fn value_ident(name: &str) -> Ident {
    let mut snake = worded(name).to_snake_case();
    if snake.is_empty() || snake.starts_with(|c: char| c.is_numeric()) {
        snake = format!("v{snake}");
    }
    if matches!(snake.as_str(), "self" | "super" | "crate" | "_") {
        snake.push('_');
    }
    syn::parse_str(&snake).unwrap_or_else(|_| Ident::new_raw(&snake, Span::call_site()))
}

/// `ident`, with a number behind it if it is taken already.
pub fn unique(ident: Ident, taken: &mut BTreeSet<String>) -> Ident {
    let base = ident.to_string();
    let mut name = base.clone();
    let mut n = 2;
    while !taken.insert(name.clone()) {
        // A type's name takes the number as it is, a value's behind an underscore.
        let gap = if base.starts_with(char::is_uppercase) || base.ends_with('_') { "" } else { "_" };
        name = format!("{}{gap}{n}", base.trim_start_matches("r#"));
        n += 1;
    }
    if name == base { ident } else { Ident::new(&name, Span::call_site()) }
}

/// Spells out what would vanish: `<=` is `less_equal`, `@ts` is `ts`, but a name of symbols only keeps words.
fn worded(name: &str) -> String {
    let mut out = String::new();
    for (i, c) in name.chars().enumerate() {
        let word = match c {
            c if c.is_ascii_alphanumeric() => {
                out.push(c);
                continue;
            }
            '<' => "less",
            '>' => "greater",
            '=' => "equal",
            '!' => "not",
            '+' => "plus",
            '*' => "star",
            '%' => "percent",
            '&' => "and",
            '|' => "or",
            '-' if i == 0 => "minus",
            _ => "",
        };
        out.push('_');
        out.push_str(word);
        if !word.is_empty() {
            out.push('_');
        }
    }
    out
}
