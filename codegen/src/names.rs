//! Rust names for what a document names.

use std::collections::BTreeSet;

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span};

/// A type name.
pub fn type_ident(name: &str) -> Ident {
    first(name, |words| {
        let mut camel = words.to_upper_camel_case();
        if camel.is_empty() || camel.starts_with(|c: char| c.is_numeric()) {
            camel = format!("V{camel}");
        }
        if camel == "Self" {
            camel.push('_');
        }
        camel
    })
}

/// A field, method or argument name; keywords become raw, or get an underscore where raw is not allowed.
pub fn value_ident(name: &str) -> Ident {
    first(name, |words| {
        let mut snake = words.to_snake_case();
        if snake.is_empty() || snake.starts_with(|c: char| c.is_numeric()) {
            snake = format!("v{snake}");
        }
        if matches!(snake.as_str(), "self" | "super" | "crate" | "_") {
            snake.push('_');
        }
        // A keyword since edition 2024, which syn does not know.
        if snake == "gen" {
            "r#gen".into()
        } else {
            snake
        }
    })
}

/// The name with the letters of any script, or else with those of ASCII.
fn first(name: &str, styled: impl Fn(&str) -> String) -> Ident {
    if let Ok(ident) = syn::parse_str(&styled(&worded(name, char::is_alphanumeric))) {
        return ident;
    }
    let ascii = styled(&worded(name, |c| c.is_ascii_alphanumeric()));
    syn::parse_str(&ascii).unwrap_or_else(|_| Ident::new_raw(&ascii, Span::call_site()))
}

/// `ident`, with a number behind it if it is taken already.
pub fn unique(ident: Ident, taken: &mut BTreeSet<String>) -> Ident {
    let base = ident.to_string();
    let mut name = base.clone();
    let mut n = 2;
    while !taken.insert(name.clone()) {
        // A type's name takes the number as it is, a value's behind an underscore.
        let gap = if base.starts_with(char::is_uppercase) || base.ends_with('_') {
            ""
        } else {
            "_"
        };
        name = format!("{}{gap}{n}", base.trim_start_matches("r#"));
        n += 1;
    }
    if name == base {
        ident
    } else {
        Ident::new(&name, Span::call_site())
    }
}

/// Spells out what would vanish: `<=` is `less_equal`, `@ts` is `ts`, but a name of symbols only keeps words.
fn worded(name: &str, letter: impl Fn(char) -> bool) -> String {
    let mut out = String::new();
    for (i, c) in name.chars().enumerate() {
        let word = match c {
            c if letter(c) => {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_rust_name() {
        for (name, value, ty) in [
            ("userId", "user_id", "UserId"),
            ("@ts", "ts", "Ts"),
            ("type", "r#type", "Type"),
            ("gen", "r#gen", "Gen"),
            ("self", "self_", "Self_"),
            ("", "v", "V"),
            ("2fa", "v2fa", "V2fa"),
            ("<=", "less_equal", "LessEqual"),
            ("farve grøn", "farve_grøn", "FarveGrøn"),
            ("\u{1f697}", "v", "V"),
            ("m\u{b2}", "m", "M"),
        ] {
            assert_eq!(
                (
                    value_ident(name).to_string().as_str(),
                    type_ident(name).to_string().as_str()
                ),
                (value, ty),
                "{name}"
            );
        }
    }
}
