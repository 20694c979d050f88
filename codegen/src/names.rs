//! Rust names for the names of a document.

use std::collections::BTreeSet;

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span};

/// Returns the name of a type.
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

/// Returns the name of a field, method or argument. Keywords become raw identifiers, or get an
/// underscore where those are not allowed.
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

/// Returns whether a letter is a single character in every Unicode normalisation form. rustc
/// compares names in form C: `Ω` has two code points, and Hangul can be spelled in parts.
fn letter(c: char) -> bool {
    c.is_alphanumeric()
        && matches!(c,
            '\0'..='\u{24f}' | '\u{370}'..='\u{373}' | '\u{376}'..='\u{37d}' | '\u{388}'..='\u{4ff}'
            | '\u{5d0}'..='\u{5ea}' | '\u{620}'..='\u{64a}' | '\u{3041}'..='\u{3096}'
            | '\u{30a1}'..='\u{30fa}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// Returns the name with the letters of many scripts, or else with those of ASCII.
fn first(name: &str, styled: impl Fn(&str) -> String) -> Ident {
    if let Ok(ident) = syn::parse_str(&styled(&worded(name, letter))) {
        return ident;
    }
    let ascii = styled(&worded(name, |c| c.is_ascii_alphanumeric()));
    syn::parse_str(&ascii).unwrap_or_else(|_| Ident::new_raw(&ascii, Span::call_site()))
}

/// Returns `ident`, with a number appended if it is taken already.
pub fn unique(ident: Ident, taken: &mut BTreeSet<String>) -> Ident {
    let base = ident.to_string();
    if taken.insert(base.clone()) {
        return ident;
    }
    // A type's name gets the number directly, a value's name after an underscore.
    let gap = if base.starts_with(char::is_uppercase) || base.ends_with('_') {
        ""
    } else {
        "_"
    };
    let numbered = |n: usize| format!("{}{gap}{n}", base.trim_start_matches("r#"));
    let name = numbered(free(|n| taken.contains(&numbered(n))));
    taken.insert(name.clone());
    Ident::new(&name, Span::call_site())
}

/// Returns a free number from 2 on: the first one, unless many are taken. Then it grows in steps,
/// so that a thousand things with one name do not need a million attempts.
pub fn free(taken: impl Fn(usize) -> bool) -> usize {
    if let Some(n) = (2..32).find(|n| !taken(*n)) {
        return n;
    }
    let (mut low, mut high) = (31, 64);
    while taken(high) {
        (low, high) = (high, high * 2);
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if taken(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// Spells out symbols that would vanish: `<=` becomes `less_equal`. Other symbols only separate
/// words: `@ts` becomes `ts`.
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
    fn many_items_with_one_name_are_numbered() {
        let mut taken = BTreeSet::new();
        let names: Vec<String> = (0..5000)
            .map(|_| unique(value_ident("type"), &mut taken).to_string())
            .collect();
        assert_eq!(names[..3], ["r#type", "type_2", "type_3"]);
        assert_eq!(names[4999], "type_5000");
    }

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
            ("\u{2126}m", "m", "M"),
            ("\u{212a}elvin", "elvin", "Elvin"),
            ("e\u{301}", "e", "E"),
            ("try", "r#try", "Try"),
            ("Self", "self_", "Self_"),
            ("r#type", "r_type", "RType"),
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
